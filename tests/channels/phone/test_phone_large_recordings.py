"""Given a recording above the limit, when it is to be kept, then somebody hears of it, and it can be taken later."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.ledger import Ledger
from hub.channels.phone.actions import Keep
from hub.channels.phone.ari import ari
from hub.channels.phone.call import Call, Phase, Running
from hub.channels.phone.fallback import FallbackCalls
from hub.channels.phone.happenings import Kept
from hub.channels.phone.refusals import Refusals
from hub.channels.phone.reports import Reports
from hub.channels.phone.settings import PhoneSettings
from hub.clock import WallClock
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput
from tests.channels.phone.fake_ari import FakeAri, fake_ari

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
SMALL, LARGE = 1_000, 10_000
"""The limits before and after somebody raised it."""
CALL = Call("call-c1", Phase.OVER, caller="+98211", interaction_id="interaction-1", since=NOON)
TALK = "/recordings/stored/talk-call-c1-1"
MESSAGE = "/recordings/stored/voicemail-call-c1"


class Hub:
    """Takes whatever it is told."""

    name, channel = "phone", "phone"

    def __init__(self) -> None:
        self.kept: list[RefusedInput] = []
        self.contacts: list[Contact] = []
        self.events: list[ConversationEvent] = []

    async def refused(self, refused: RefusedInput) -> None:
        self.kept.append(refused)

    async def contact(self, contact: Contact) -> Confirmation:
        self.contacts.append(contact)
        return Confirmation(id=contact.id, status="accepted")

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        self.events.append(event)
        return Confirmation(id=event.id, status="accepted")


@asynccontextmanager
async def reporting(hub: Hub, pbx: FakeAri, folder: Path, largest: int) -> AsyncIterator[Reports]:
    settings, clock = PhoneSettings(ari_url=pbx.url), WallClock()
    files = Attachments(FolderBlobs(folder), b"k" * 32, largest=largest)
    refusals = Refusals(hub, files, settings, clock)  # type: ignore[arg-type]
    ledger = Ledger(folder / "ledger.sqlite")
    async with ari(settings) as asks:
        yield Reports(hub, asks, files, ledger, refusals, settings, clock)  # type: ignore[arg-type]
    ledger.close()


async def test_a_recording_above_the_limit_is_told_and_taken_when_it_may_be_larger(tmp_path: Path) -> None:
    hub, keep = Hub(), Keep(Running("talk-call-c1-1", NOON, 60), "recording")
    async with fake_ari() as pbx:
        pbx.files[f"{TALK}/file"] = b"s" * 5_000
        async with reporting(hub, pbx, tmp_path, SMALL) as reports:
            assert isinstance(await reports.keep(keep, CALL), Kept)
            [kept] = hub.kept
            assert (kept.id, kept.field) == ("refused-call-c1-1", "recording")
            assert "5,000 bytes, at most 1,000" in kept.reason
            with pytest.raises(InvalidError, match="5,000 bytes"):
                await reports.once_more(kept)
        assert (f"DELETE {TALK}" in pbx.asked, hub.events) == (False, [])
        async with reporting(hub, pbx, tmp_path, LARGE) as reports:
            answer = await reports.once_more(kept)
        [event] = hub.events
        assert (answer.status, event.thread, event.interaction_id, event.seconds, event.started_at) == (
            "accepted", "call-c1", "interaction-1", 60, NOON,
        )  # fmt: skip
        assert f"DELETE {TALK}" in pbx.asked


async def test_a_recording_that_asterisk_has_no_more_is_refused_again(tmp_path: Path) -> None:
    hub, keep = Hub(), Keep(Running("talk-call-c1-1", NOON, 60), "recording")
    async with fake_ari() as pbx, reporting(hub, pbx, tmp_path, SMALL) as reports:
        pbx.files[f"{TALK}/file"] = b"s" * 5_000
        await reports.keep(keep, CALL)
        pbx.files.clear()
        pbx.refuses.add(f"GET {TALK}/file")
        with pytest.raises(InvalidError, match="Asterisk has no"):
            await reports.once_more(hub.kept[0])


async def test_a_message_above_the_limit_is_work_that_says_where_it_is(tmp_path: Path) -> None:
    hub, keep = Hub(), Keep(Running("voicemail-call-c1", NOON, 60), "voicemail")
    async with fake_ari() as pbx, reporting(hub, pbx, tmp_path, SMALL) as reports:
        pbx.files[f"{MESSAGE}/file"] = b"s" * 5_000
        assert isinstance(await reports.keep(keep, CALL), Kept)
        assert f"DELETE {MESSAGE}" not in pbx.asked
    [contact] = hub.contacts
    assert (contact.id, contact.path.address, contact.attachments, contact.auto) == (
        "voicemail-call-c1", "+98211", (), False,
    )  # fmt: skip
    assert "voicemail-call-c1" in contact.subject
    assert "5,000 bytes" in contact.subject


async def test_a_message_above_the_limit_that_the_pbx_took_is_work_and_stays_there(tmp_path: Path) -> None:
    hub, message, records = Hub(), tmp_path / "pbx-1.0.wav", tmp_path / "hub.csv"
    message.write_bytes(b"s" * 5_000)
    records.write_text('"pbx-1.0","+98211","allowed","1000","103.0","103.0","110.0","","voicemail"\n')
    files, ledger = (
        Attachments(FolderBlobs(tmp_path / "files"), b"k" * 32, largest=SMALL),
        Ledger(tmp_path / "ledger.sqlite"),
    )
    settings = PhoneSettings(fallback_recordings=tmp_path)
    calls = FallbackCalls(hub, files, ledger, settings, lambda _: False)  # type: ignore[arg-type]
    assert await calls.take_in(records) == 1
    [contact] = hub.contacts
    assert (contact.auto, contact.attachments, message.exists()) == (False, (), True)
    assert "a message was left; it stays there: " in contact.subject
    ledger.close()
