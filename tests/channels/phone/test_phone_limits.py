"""How many calls are taken: given so many, when one more comes, then it goes where it must."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.phone.limits import LONGEST_NUMBER, Limits, Verdict
from hub.channels.phone.refusals import KnownCall, Refusals
from hub.channels.phone.settings import PhoneSettings
from hub.clock import WallClock
from hub.domain.contact import Contact
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
FEW = PhoneSettings(calls_at_once=2, calls_a_minute_of_one_caller=3)


def test_above_so_many_at_a_time_the_pbx_has_them() -> None:
    limits = Limits(FEW)
    judged = [limits.judge(f"+9821{number}", standing=number, now=0.0) for number in range(4)]
    assert judged == [Verdict.TAKEN, Verdict.TAKEN, Verdict.PBX, Verdict.PBX]


def test_who_calls_too_often_within_a_minute_hears_the_busy_tone() -> None:
    limits = Limits(FEW)
    judged = [limits.judge("+98211", standing=0, now=float(second)) for second in (0, 1, 2, 3, 19, 21)]
    assert judged == [Verdict.TAKEN] * 3 + [Verdict.BUSY] * 2 + [Verdict.TAKEN]


def test_what_is_too_long_is_no_number() -> None:
    assert Limits(FEW).judge("9" * (LONGEST_NUMBER + 1), standing=0, now=0.0) is Verdict.UNREADABLE


@given(st.lists(st.floats(0, 300), max_size=60).map(sorted))
def test_who_withholds_the_number_is_not_counted_and_one_caller_never_gets_more(times: list[float]) -> None:
    limits = Limits(FEW)
    assert all(limits.judge("", standing=0, now=at) is Verdict.TAKEN for at in times)
    taken = [at for at in times if limits.judge("+98211", standing=0, now=at) is Verdict.TAKEN]
    assert all(sum(at <= one < at + 60 for one in taken) <= 2 * 3 for at in taken), "a bucket, and what filled it"


class Hub:
    """Notes what it is told, and answers as it is set to."""

    name, channel = "phone", "phone"

    def __init__(self) -> None:
        self.kept: list[RefusedInput] = []
        self.contacts: list[Contact] = []

    async def refused(self, refused: RefusedInput) -> None:
        self.kept.append(refused)

    async def contact(self, contact: Contact) -> Confirmation:
        self.contacts.append(contact)
        return Confirmation(id=contact.id, status="accepted")


def refusals(hub: Hub, tmp_path: Path) -> Refusals:
    files = Attachments(FolderBlobs(tmp_path), b"k" * 32)
    return Refusals(hub, files, PhoneSettings(), WallClock())  # type: ignore[arg-type]


async def test_a_call_that_was_refused_is_kept_with_what_is_known_and_tried_once_more(tmp_path: Path) -> None:
    hub = Hub()
    told = KnownCall(thread="call-1.0", caller="+98211", dialled="1000", service="cards", began=NOON)
    await refusals(hub, tmp_path).refuse(told, "the hub: no such path", "data.path")
    [kept] = hub.kept
    assert (kept.id, kept.reason, kept.field) == ("refused-call-1.0", "the hub: no such path", "data.path")
    answer = await refusals(hub, tmp_path).once_more(kept)
    [contact] = hub.contacts
    assert answer.status == "accepted"
    assert (contact.id, contact.path.address, contact.service, contact.occurred_at) == (
        "again-call-1.0", "+98211", "cards", NOON,
    )  # fmt: skip


async def test_what_is_no_number_is_refused_again(tmp_path: Path) -> None:
    hub = Hub()
    told = KnownCall(thread="call-1.0", caller="9" * 70, dialled="1000", began=NOON)
    await refusals(hub, tmp_path).refuse(told, "too long", "caller")
    with pytest.raises(InvalidError, match="70 characters"):
        await refusals(hub, tmp_path).once_more(hub.kept[0])
    assert hub.contacts == []
