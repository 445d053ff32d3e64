"""A path that can take so many takes no more: whoever asks at once, in whichever process, whatever was started anew."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from hub.application.paths.decisions import Decided
from hub.domain.capacity.events import PathPlaceTaken
from hub.domain.contact import Channel
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError
from hub.domain.ids import customer_id
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.decision.question import Question
from hub.paths.propositions.model import Sender
from tests.application.test_path_decisions import ANN, Hub
from tests.domain.consents import KEY
from tests.paths.decisions import MAIL, consent, meta, outbound
from tests.paths.decisions import at as moment
from tests.support.memory import MemoryJournal

BY = {"actor": "adapter:dealers", "command_id": "c"}
NUMBERS = [f"+98912123450{number}" for number in range(9)]
PEOPLE = [customer_id(KEY, "phone", number) for number in NUMBERS]


def by_dealer(**more: object) -> Question:
    return outbound(**{"channels": (Channel.SMS,), "sender": Sender.DEALER, "speaker": "north", **more})


async def begin(hub: Hub) -> None:
    """Nine people who may be written to."""
    for stream, number in zip(PEOPLE, NUMBERS, strict=True):
        seen = IdentifierObserved(**meta(moment(-2)), kind="phone", value=number, verified=True)
        said = consent(moment(-1), contact_point(KEY, "phone", number), Channel.SMS, said=True)
        await hub.write((stream, CustomerRegistered(**meta(moment(-2)))), (stream, seen), (stream, said))


async def tell(hub: Hub, places: int) -> None:
    await hub.parts.capacities.tell(Channel.SMS, "north", places, None, **BY)


async def restarted(hub: Hub) -> Hub:
    """Another process on the same log, or the same one anew."""
    other = Hub(hub.journal)
    await other.parts.capacities.start()
    return other


def outcomes(decided: list[Decided]) -> list[Outcome]:
    return sorted(one.event.outcome for one in decided)


@pytest.fixture
async def hub() -> Hub:
    hub = Hub(MemoryJournal())
    await begin(hub)
    return hub


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[tuple[Hub, Hub]]:
    """Two processes on one store."""
    journals = [EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec())) for _ in range(2)]
    here, there = Hub(journals[0]), Hub(journals[1])
    await begin(here)
    await tell(here, 3)
    await there.parts.capacities.start()
    yield here, there
    for journal in journals:
        await journal.close()


async def test_of_many_who_ask_at_once_no_more_are_contacted_than_the_path_can_take(stored: tuple[Hub, Hub]) -> None:
    here, _ = stored
    await here.ask(by_dealer(), customer=PEOPLE[0])
    decided = await asyncio.gather(*(here.ask(by_dealer(), customer=person) for person in PEOPLE[1:]))
    assert outcomes(decided) == [Outcome.NOTHING] * 6 + [Outcome.NOW] * 2
    assert all("not_free" in one.event.closed for one in decided if one.event.outcome is Outcome.NOTHING)
    assert len(await here.facts(PathPlaceTaken)) == 3


async def test_of_two_processes_that_ask_at_once_the_last_place_is_taken_by_one(stored: tuple[Hub, Hub]) -> None:
    asked = [stored[number % 2].ask(by_dealer(), customer=person) for number, person in enumerate(PEOPLE)]
    assert outcomes(await asyncio.gather(*asked)).count(Outcome.NOW) == 3


async def test_after_a_restart_no_place_is_given_twice(hub: Hub) -> None:
    await tell(hub, 1)
    assert (await hub.ask(by_dealer(), customer=PEOPLE[0])).event.outcome is Outcome.NOW
    other = await restarted(hub)
    assert (await other.ask(by_dealer(), customer=PEOPLE[1])).event.outcome is Outcome.NOTHING


async def test_a_contact_that_is_not_made_gives_its_place_to_the_next(hub: Hub) -> None:
    await tell(hub, 1)
    first = await hub.ask(by_dealer(), customer=PEOPLE[0])
    await hub.parts.contacts.release(first.event.decision_id, **BY)
    assert (await hub.ask(by_dealer(), customer=PEOPLE[1])).event.outcome is Outcome.NOW
    assert (await hub.ask(by_dealer(), customer=PEOPLE[2])).event.outcome is Outcome.NOTHING


async def test_a_contact_that_is_sent_has_its_place_already(hub: Hub) -> None:
    await tell(hub, 1)
    first = await hub.ask(by_dealer(), customer=PEOPLE[0])
    sending = await hub.ask(by_dealer(slot_id=first.event.decision_id), "sending", PEOPLE[0])
    assert sending.event.outcome is Outcome.NOW
    assert len(await hub.facts(PathPlaceTaken)) == 1
    assert await hub.facts(ContactSlotReleased) == []


async def test_who_is_not_contacted_takes_no_place_and_paths_nobody_limits_have_none(hub: Hub) -> None:
    await tell(hub, 1)
    assert (await hub.ask(by_dealer(), customer=PEOPLE[0])).event.outcome is Outcome.NOW
    await hub.ask(by_dealer(), "again", PEOPLE[0])
    await hub.ask(by_dealer(speaker="south"), customer=PEOPLE[1])
    assert len(await hub.facts(PathPlaceTaken)) == 1


async def test_a_slot_for_another_channel_goes_to_the_one_the_contact_is_made_on() -> None:
    hub = Hub(MemoryJournal())
    await hub.begin()
    ben = consent(moment(-1), MAIL, Channel.EMAIL, said=True)
    await hub.write((ANN, IdentifierObserved(**meta(moment(-2)), kind="email", value=MAIL.value, verified=True)))
    await hub.write((ANN, ben))
    first = await hub.ask(outbound(channels=(Channel.SMS,)))
    await hub.ask(outbound(channels=(Channel.EMAIL,), slot_id=first.event.decision_id), "by mail")
    assert [event.channel for _, event in await hub.facts(ContactSlotReserved)] == [Channel.SMS, Channel.EMAIL]  # type: ignore[attr-defined]
    assert [event.slot_id for _, event in await hub.facts(ContactSlotReleased)] == [first.event.decision_id]  # type: ignore[attr-defined]


async def test_a_mistyped_slot_is_refused_and_no_second_one_is_reserved(hub: Hub) -> None:
    with pytest.raises(InvalidError, match="they have no slot 'decision-typo'") as refused:
        await hub.ask(outbound(channels=(Channel.SMS,), slot_id="decision-typo"), customer=PEOPLE[0])
    assert refused.value.field == "slot_id"
    assert await hub.facts(ContactSlotReserved) == []
