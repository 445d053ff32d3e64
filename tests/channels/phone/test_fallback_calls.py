"""What the PBX did on its own while the hub was away is told to the hub, each call once."""

from datetime import UTC, datetime
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.ledger import Ledger
from hub.channels.phone.cdr import read_records
from hub.channels.phone.fallback import FallbackCalls
from hub.channels.phone.reports import known_to_the_hub
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Contact

MISSED = '"pbx-1.0","+98211","allowed","1000","100.5","100.6","103.0","","missed"\n'
MESSAGE = '"pbx-1.0","+98211","allowed","1000","103.0","103.0","110.0","","voicemail"\n'
HIDDEN = '"pbx-2.0","+98212","prohib_passed_screen","1000","200.0","","260.0","PJSIP/ann-1","answered"\n'
THROUGH_THE_HUB = '"pbx-3.0","+98213","","1000","300.0","300.0","360.0","",""\n'


class Told:
    """A hub that takes whatever it is told."""

    name, channel = "phone", "phone"

    def __init__(self) -> None:
        self.contacts: list[Contact] = []

    async def contact(self, contact: Contact) -> Confirmation:
        self.contacts.append(contact)
        return Confirmation(id=contact.id, status="accepted")


def following(tmp_path: Path, hub: Told) -> tuple[FallbackCalls, Ledger]:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    settings = PhoneSettings(fallback_recordings=tmp_path)
    files = Attachments(FolderBlobs(tmp_path / "files"), b"k" * 32)
    return FallbackCalls(hub, files, ledger, settings, lambda _: False), ledger  # type: ignore[arg-type]


async def test_each_call_is_told_once_and_what_went_through_the_hub_not_at_all(tmp_path: Path) -> None:
    hub, file = Told(), tmp_path / "hub.csv"
    calls, _ = following(tmp_path, hub)
    file.write_text(HIDDEN + THROUGH_THE_HUB + '"half a li')
    assert [await calls.take_in(file) for _ in range(2)] == [1, 0]
    [contact] = hub.contacts
    assert (contact.id, contact.path.address, contact.identifiers, contact.auto) == ("fallback-pbx-2.0", "", (), True)


async def test_a_message_comes_along_and_its_file_goes(tmp_path: Path) -> None:
    hub, file, recording = Told(), tmp_path / "hub.csv", tmp_path / "pbx-1.0.wav"
    calls, ledger = following(tmp_path, hub)
    ledger.note(known_to_the_hub("call-pbx-1.0"), datetime(2026, 1, 5, tzinfo=UTC))
    file.write_text(MISSED + MESSAGE)
    recording.write_bytes(b"RIFF" * 100)
    await calls.take_in(file)
    [contact] = hub.contacts
    assert [one.media_type for one in contact.attachments] == ["audio/wav"]
    assert (contact.auto, recording.exists()) == (False, False)


async def test_a_call_that_the_hub_knows_and_that_left_no_message_is_no_news(tmp_path: Path) -> None:
    hub, file = Told(), tmp_path / "hub.csv"
    calls, ledger = following(tmp_path, hub)
    ledger.note(known_to_the_hub("call-pbx-1.0"), datetime(2026, 1, 5, tzinfo=UTC))
    file.write_text(MISSED + MESSAGE)
    await calls.take_in(file)
    assert hub.contacts == []


async def test_a_file_that_began_anew_is_read_from_its_beginning(tmp_path: Path) -> None:
    hub, file = Told(), tmp_path / "hub.csv"
    calls, _ = following(tmp_path, hub)
    file.write_text(MISSED + THROUGH_THE_HUB + THROUGH_THE_HUB)
    await calls.take_in(file)
    file.write_text(HIDDEN)
    await calls.take_in(file)
    assert [one.id for one in hub.contacts] == ["fallback-pbx-1.0", "fallback-pbx-2.0"]


@given(st.lists(st.one_of(st.text(), st.sampled_from([MISSED, MESSAGE, HIDDEN])), max_size=8))
def test_no_line_raises(lines: list[str]) -> None:
    assert all(one.seconds >= 0 for one in read_records(lines))
