import asyncio
import random
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from hub.domain.contact import Channel, Contact, ConversationEvent, Direction
from hub.simulated.behaviour import Step, Work
from hub.simulated.customers import RATES, SimulatedCustomers, wave
from hub.simulated.population import CHATS_ABOUT, SERVICES, Population, Story, contact, person
from tests.simulated.fake_hub import eventually

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class FakeWire:
    def __init__(self) -> None:
        self.contacts: list[Contact] = []
        self.left: list[ConversationEvent] = []
        self.accepts = True
        self.names_late = False
        self.open = asyncio.Event()
        self.open.set()

    def known_as(self, contact: Contact) -> str:
        return "" if self.names_late and contact not in self.contacts else f"hubs-{contact.id}"

    async def contact(self, contact: Contact) -> bool:
        self.contacts.append(contact)
        await self.open.wait()
        return self.accepts

    async def conversation(self, event: ConversationEvent) -> bool:
        self.left.append(event)
        return True


@asynccontextmanager
async def in_town(
    rates: dict[Channel, float], patience: float = 60.0
) -> AsyncIterator[tuple[FakeWire, SimulatedCustomers]]:
    wire = FakeWire()
    customers = SimulatedCustomers(
        wire,
        Population(random.Random(1)),
        random.Random(1),
        lambda: NOON,
        run_name="run-1",
        rates=rates,
        patience=dict.fromkeys((Channel.PHONE, Channel.WEB, Channel.IN_PERSON), patience),
    )
    running = asyncio.create_task(customers.run())
    yield wire, customers
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await customers.close()


async def test_contacts_come_on_all_five_channels_with_ids_of_their_own() -> None:
    async with in_town(dict.fromkeys(Channel, 200.0)) as (wire, customers):
        await eventually(lambda: len(wire.contacts) >= 200)
        customers.stop_arrivals()
        await customers.settle()
        totals = customers.totals
        assert {one.path.channel for one in wire.contacts} == set(Channel)
        assert len({one.id for one in wire.contacts}) == len(wire.contacts) == totals.sent == totals.confirmed
        assert sum(totals.by_channel.values()) == totals.sent
        assert set(customers.confirmed_ids) == {f"hubs-{one.id}" for one in wire.contacts}
        assert any(one.direction is Direction.OUTBOUND for one in wire.contacts)
        assert {one.service for one in wire.contacts} == {"sales", "support", "billing", "complaints"}


async def test_who_is_not_answered_loses_patience_on_the_same_thread() -> None:
    async with in_town({Channel.PHONE: 20.0}, patience=0.001) as (wire, customers):
        await eventually(lambda: wire.contacts)
        customers.stop_arrivals()
        first = wire.contacts[0]
        await eventually(lambda: first.thread in [event.thread for event in wire.left])
        assert wire.left[0].channel is Channel.PHONE


async def test_who_is_answered_waits_no_longer() -> None:
    async with in_town({Channel.PHONE: 20.0}, patience=0.001) as (wire, customers):
        await eventually(lambda: wire.contacts)
        customers.stop_arrivals()
        await customers.settle()
        for one in wire.contacts:
            customers.saw(Work("interaction-1", "ana", contact_id=f"hubs-{one.id}", step=Step.TALKING))
        await asyncio.sleep(1.3)
        assert not wire.left


async def test_nobody_waits_on_the_line_for_an_answer_to_a_mail() -> None:
    async with in_town({Channel.EMAIL: 50.0, Channel.SMS: 50.0}, patience=0.001) as (wire, customers):
        await eventually(lambda: len(wire.contacts) > 20)
        customers.stop_arrivals()
        await asyncio.sleep(1.2)
        assert not wire.left


@pytest.mark.parametrize("names_late", [False, True])
async def test_a_reply_comes_back_on_its_thread(names_late: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.simulated.customers.REPLY_SECONDS", (0.0, 0.001))
    async with in_town({Channel.EMAIL: 100.0}) as (wire, customers):
        wire.names_late = names_late
        await eventually(lambda: len(wire.contacts) > 40)
        await eventually(lambda: len(customers.confirmed_ids) > 40)
        for one in wire.contacts[:40]:
            customers.saw(Work("interaction-1", "ana", contact_id=f"hubs-{one.id}", step=Step.DONE))
        threads = {one.thread for one in wire.contacts[:40]}
        await eventually(lambda: any(one.thread in threads and one.id not in threads for one in wire.contacts))
        reply = next(one for one in wire.contacts if one.thread in threads and one.id not in threads)
        assert reply.subject.startswith("Re: ")
        assert reply.text not in [one.text for one in wire.contacts if one.id == reply.thread], "not the same again"


async def test_some_write_once_more_on_a_thread_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.simulated.customers._ONCE_MORE_SECONDS", 0.01)
    async with in_town({Channel.WEB: 200.0}) as (wire, _):
        await eventually(lambda: len({one.thread for one in wire.contacts}) < len(wire.contacts))
        assert len({one.id for one in wire.contacts}) == len(wire.contacts)


async def test_what_the_hub_refuses_is_counted_and_waits_for_nobody() -> None:
    async with in_town({Channel.PHONE: 50.0}, patience=0.001) as (wire, customers):
        wire.accepts = False
        await eventually(lambda: customers.totals.rejected)
        customers.stop_arrivals()
        await customers.settle()
        assert not customers.totals.confirmed
        assert not wire.left


async def test_settling_waits_for_what_is_not_confirmed() -> None:
    async with in_town({Channel.SMS: 50.0}) as (wire, customers):
        wire.open.clear()
        await eventually(lambda: wire.contacts)
        customers.stop_arrivals()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.05):
                await customers.settle()
        wire.open.set()
        await customers.settle()
        assert customers.totals.confirmed == len(wire.contacts)


def test_the_same_seed_tells_the_same_stories() -> None:
    def told(seed: int) -> list[object]:
        population = Population(random.Random(seed))
        return [population.story(Channel.WEB) for _ in range(50)]

    assert told(5) == told(5)
    assert told(5) != told(6)


def test_who_chats_does_so_beside_the_pages_of_one_service() -> None:
    population = Population(random.Random(3))
    assert {population.story(Channel.WEB).service for _ in range(50)} == {CHATS_ABOUT}
    assert {population.story(Channel.SMS).service for _ in range(200)} == set(SERVICES)


def test_known_customers_come_again_and_new_ones_are_new() -> None:
    population = Population(random.Random(3), known=20, known_share=0.5, first_new=1000)
    numbers = [population.story(Channel.PHONE).who.number for _ in range(200)]
    new = [number for number in numbers if number >= 20]
    assert len(set(new)) == len(new)
    assert min(new) > 1000
    assert len(numbers) - len(new) > 20


def test_a_person_is_the_same_on_every_path() -> None:
    population = Population(random.Random(3), known=1, known_share=1.0)
    seen = {
        identifier.value
        for channel in Channel
        for identifier in contact(population.story(channel), "c", "t", NOON).identifiers
        if identifier.kind == "customer_number"
    }
    assert seen == {"C0000000"}
    assert person(7, 10) == person(7, 10)


def test_it_is_busier_now_and_quieter_then_and_as_told_on_average() -> None:
    levels = [wave(second / 10) for second in range(12_000)]
    assert sum(levels) / len(levels) == pytest.approx(1, abs=0.01)
    assert max(levels) > 1.3
    assert Counter(level > 1 for level in levels)[True] == pytest.approx(len(levels) / 2, rel=0.02)
    assert sum(RATES.values()) > 1


async def test_who_comes_about_just_one_thing_waits_for_the_answer_and_asks_nothing_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("hub.simulated.customers._ONCE_MORE_SECONDS", 0.001)
    async with in_town({Channel.PHONE: 0.000_001}, patience=0.001) as (wire, customers):
        for number in range(60):
            customers.comes(Story(person(number, 100), Channel.WEB, CHATS_ABOUT, "", "Where is it?"))
        await eventually(lambda: len(wire.contacts) == 60)
        for one in wire.contacts:
            customers.saw(Work("interaction-1", "ana", contact_id=f"hubs-{one.id}", step=Step.DONE))
        await asyncio.sleep(1.2)
        assert (len(wire.contacts), wire.left) == (60, [])
