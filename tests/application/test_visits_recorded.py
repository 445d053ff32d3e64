"""Visits that are over: on record with the branch's own times, in the stream of who came."""

from datetime import timedelta
from typing import Any

import pytest

from hub.application.intake.recorder import ContactRecorder
from hub.application.intake.visits import Visits
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal, Path, Visit
from hub.domain.customer.visits import VisitRecorded
from hub.domain.errors import InvalidError
from tests.api.world import KEY, NOON, World

TICKET = "visit-centre-2026-01-05-A17"


def visited(**more: Any) -> ConversationEvent:
    was = Visit(
        branch="centre", service="accounts", ticket="A017", arrived_at=NOON - timedelta(hours=2),
        called_at=NOON - timedelta(minutes=90), ended_at=NOON - timedelta(minutes=80), outcome="served", desk="3",
    )  # fmt: skip
    told = {"id": "s-1", "thread": TICKET, "visit": was, **more}
    return ConversationEvent(
        channel=Channel.IN_PERSON, signal=ConversationSignal.VISITED, occurred_at=NOON - timedelta(minutes=80), **told
    )


async def test_a_visit_is_on_record_once_with_its_own_times() -> None:
    world = World()
    contact = Contact(id=TICKET, path=Path(channel=Channel.IN_PERSON, address=TICKET), occurred_at=NOON, thread=TICKET)
    await ContactRecorder(world.journal, world.clock, KEY).record([(contact, "adapter:in_person")])
    visits = Visits(world.journal, world.clock)
    for name in ("s-1", "s-1", "s-2"):
        await visits.take(visited(id=name))
    [recorded] = [one for one in world.journal.log if isinstance(one.event, VisitRecorded)]
    [came] = [one for one in world.journal.log if type(one.event).__name__ == "ContactReceived"]
    assert recorded.stream == came.stream
    assert (recorded.event.called_at, recorded.event.recorded_at) == (NOON - timedelta(minutes=90), NOON)


@pytest.mark.parametrize(("more", "field"), [({}, "thread"), ({"visit": None}, "visit")])
async def test_what_nobody_reported_or_says_nothing_is_refused(more: dict[str, Any], field: str) -> None:
    world = World()
    with pytest.raises(InvalidError) as refused:
        await Visits(world.journal, world.clock).take(visited(**more))
    assert refused.value.field == field
