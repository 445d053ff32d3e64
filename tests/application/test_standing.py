"""Where customers stand changes with what happens to them, with time, and with the policy; a restart loses nothing."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.customer_cache import recall
from hub.application.customers.standing import Standings
from hub.application.customers.standing_watch import StandingWatch, asked_by, read_progress
from hub.application.intake.recorder import ContactRecorder
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel, Contact, Declared, Standing
from hub.domain.contact import Path as ContactPath
from hub.domain.customer.events import (
    ContactReceived,
    Customer,
    CustomerForgotten,
    CustomerRegistered,
    LifecycleStageChanged,
    SegmentChanged,
    StandingReviewed,
)
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.event import Event
from hub.paths.policy.parsing import DEFAULT, load_path_policy, parse_path_policy
from hub.ports import Append, Unit
from hub.projections import standing_due
from hub.projections.due import next_due
from tests.support.clocks import MovedClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "customer-ann", "customer-bob"
REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
LAPSED = '[[stages]]\nname = "lapsed"\nwhen = { tenure_days = { at_least = 30 } }\n'


class Hub:
    """Journal, clock, policies and a watch that follows; `restart` begins a new watch on what the old one left."""

    def __init__(self, file: Path) -> None:
        self.file = file
        self.journal = MemoryJournal()
        self.clock = MovedClock(NOON)
        self.policies = PathPolicies(self.journal, self.clock)
        self.views = LinkViews(self.journal, standing_due.PROJECTION)
        self.watch: StandingWatch | None = None

    async def start(self) -> StandingWatch:
        self.stop()
        standings = Standings(self.journal, self.clock)
        watch = StandingWatch(standings, self.policies, self.clock, self.views, self.file)
        after = await watch.start(await self.journal.head())
        if self.journal.log[after:]:
            watch.follow(self.journal.log[after:])
        self.journal.followers.append(watch.follow)
        self.watch = watch
        return watch

    def stop(self) -> None:
        self.journal.followers.clear()
        if self.watch is not None:
            self.watch.keep()

    async def settle(self) -> None:
        assert self.watch is not None
        for _ in range(100):
            if not await self.watch.step():
                return
        raise AssertionError("it never comes to rest")

    async def say(self, stream: str, *events: Event) -> None:
        [outcome] = await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])
        assert not isinstance(outcome, Exception)

    def meta(self) -> dict[str, Any]:
        now = self.clock.now()
        return {"at": now, "recorded_at": now, "causation": f"c-{len(self.journal.log)}", "actor": "test"}

    async def register(self, *streams: str) -> None:
        for stream in streams:
            await self.say(stream, CustomerRegistered(**self.meta()))

    async def buy(self, stream: str, purchase_id: str, amount: int = 1_000, days_ago: int = 0) -> None:
        meta = self.meta() | {"at": self.clock.now() - days_ago * DAY}
        await self.say(stream, PurchaseRecorded(**meta, purchase_id=purchase_id, amount=amount, currency="IRR"))

    async def link(self, event: type[CustomersLinked | CustomersUnlinked]) -> None:
        left, right = Side(id=ANN, kind="phone", since=NOON), Side(id=BOB, kind="email", since=NOON)
        told: dict[str, Any] = {**self.meta(), "link_id": "l1", "left": left, "right": right}
        if event is CustomersLinked:
            told["rule"] = "by_hand"
        units = [Append(stream, self.journal.version(stream), [event(**told)]) for stream in (ANN, BOB)]
        await self.journal.commit([Unit(units)])

    async def customer(self, stream: str = ANN) -> Customer:
        return (await recall(self.journal, [stream]))[stream].customer

    async def stage(self, stream: str = ANN) -> str:
        return (await self.customer(stream)).standing.lifecycle_stage

    def told(self, *kinds: type[Event]) -> list[Any]:
        return [one.event for one in self.journal.log if isinstance(one.event, kinds)]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "standing.json")


async def test_a_purchase_changes_the_stage_with_its_evidence(hub: Hub) -> None:
    await hub.start()
    await hub.register(ANN)
    await hub.settle()
    assert hub.told(StandingReviewed, SegmentChanged, LifecycleStageChanged) == []
    await hub.buy(ANN, "p1")
    await hub.settle()
    [changed] = hub.told(LifecycleStageChanged)
    assert (changed.lifecycle_stage, changed.policy, changed.causation) == (
        "enhancement", load_path_policy().version, "c-1",
    )  # fmt: skip
    assert changed.actor == f"policy:{changed.policy}"
    assert changed.evidence[0].facts == {"purchases": 1}
    [review] = hub.told(StandingReviewed)
    assert review.due_at == NOON + 365 * DAY
    await hub.say(ANN, PurchaseReversed(**hub.meta(), purchase_id="p1", reason="returned"))
    await hub.settle()
    assert await hub.stage() == "acquisition"


async def test_sums_put_a_customer_into_a_tier_until_they_are_too_old(hub: Hub) -> None:
    await hub.start()
    await hub.register(ANN)
    await hub.buy(ANN, "p1", 600_000_000, days_ago=100)
    await hub.settle()
    assert (await hub.customer()).standing == Standing(value_tier="high", lifecycle_stage="enhancement")
    hub.clock.moment += 265 * DAY
    await hub.settle()
    assert (await hub.customer()).standing == Standing(value_tier="standard", lifecycle_stage="lapsed")


async def test_a_contact_is_routed_by_what_the_policy_decided_before_it_came(hub: Hub) -> None:
    recorder = ContactRecorder(hub.journal, hub.clock, b"k" * 32)
    await hub.start()

    async def calls(contact_id: str) -> ContactReceived:
        path = ContactPath(channel=Channel.PHONE, address="+982112345678")
        contact = Contact(id=contact_id, path=path, occurred_at=NOON, declared=Declared(segment="B2B"))
        [receipt] = await recorder.record([(contact, "adapter:test")])
        assert not isinstance(receipt, Exception)
        hub.stream = receipt.customer_id  # type: ignore[attr-defined]
        found: ContactReceived = hub.told(ContactReceived)[-1]
        return found

    assert (await calls("c1")).standing == Standing(segment="B2B")
    await hub.buy(hub.stream, "p1", 600_000_000)  # type: ignore[attr-defined]
    await hub.settle()
    assert (await calls("c2")).standing == Standing(
        segment="B2B", value_tier="high", lifecycle_stage="enhancement"
    )  # fmt: skip


class TestTime:
    async def test_a_customer_lapses_when_the_time_has_come_though_nothing_happens(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        await hub.settle()
        hub.clock.moment += 365 * DAY - timedelta(seconds=1)
        await hub.settle()
        assert await hub.stage() == "enhancement"
        hub.clock.moment += timedelta(seconds=1)
        await hub.settle()
        assert await hub.stage() == "lapsed"
        assert hub.told(LifecycleStageChanged)[-1].causation == "time"
        assert hub.told(StandingReviewed)[-1].due_at is None
        events = len(hub.journal.log)
        hub.clock.moment += 365 * DAY
        await hub.settle()
        assert len(hub.journal.log) == events

    async def test_who_buys_again_is_looked_at_when_it_was_said_and_told_a_later_time(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        await hub.buy(ANN, "p2")
        await hub.settle()
        hub.clock.moment += 100 * DAY
        await hub.buy(ANN, "p3")
        await hub.settle()
        assert [one.due_at for one in hub.told(StandingReviewed)] == [NOON + 365 * DAY]
        hub.clock.moment = NOON + 365 * DAY
        await hub.settle()
        assert await hub.stage() == "retention"
        assert hub.told(StandingReviewed)[-1].due_at == NOON + 465 * DAY
        hub.clock.moment = NOON + 465 * DAY
        await hub.settle()
        assert await hub.stage() == "lapsed"

    async def test_what_fell_due_while_no_hub_ran_is_done_at_the_next_start_all_of_it(self, hub: Hub) -> None:
        await hub.start()
        many = [f"customer-{number:03}" for number in range(120)]
        await hub.register(*many)
        for number, stream in enumerate(many):
            await hub.buy(stream, "p1", days_ago=number % 7)
        await hub.settle()
        hub.stop()
        hub.clock.moment += 400 * DAY
        watch = await hub.start()
        await watch.step()
        assert {await hub.stage(stream) for stream in many} == {"lapsed"}

    async def test_no_look_is_written_for_customers_of_whom_time_changes_nothing(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN, BOB)
        await hub.buy(BOB, "p1")
        await hub.settle()
        assert [one.stream for one in hub.journal.log if isinstance(one.event, StandingReviewed)] == [BOB]


class TestRestart:
    async def test_facts_that_nobody_decided_on_are_decided_on_after_a_restart(self, hub: Hub) -> None:
        await hub.start()
        await hub.settle()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        hub.stop()
        await hub.start()
        await hub.settle()
        assert await hub.stage() == "enhancement"

    async def test_without_a_trace_of_what_was_decided_everybody_is_looked_at(self, hub: Hub) -> None:
        await hub.register(ANN, BOB)
        await hub.buy(BOB, "p1")
        hub.file.write_text("not json")
        assert read_progress(hub.file) is None
        await hub.start()
        await hub.settle()
        assert (await hub.stage(ANN), await hub.stage(BOB)) == ("acquisition", "enhancement")

    async def test_how_far_it_came_is_kept_and_nothing_is_decided_twice(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        await hub.settle()
        events = len(hub.journal.log)
        await hub.start()
        await hub.settle()
        assert len(hub.journal.log) == events
        hub.stop()
        kept = read_progress(hub.file)
        assert kept is not None
        assert kept.position == len(hub.journal.log)
        assert kept.applied == load_path_policy().version


class TestManyWriters:
    async def test_two_hubs_on_one_log_write_each_change_once(self, hub: Hub) -> None:
        first = await hub.start()
        standings = Standings(hub.journal, hub.clock)
        second = StandingWatch(standings, hub.policies, hub.clock, hub.views)
        await second.start(0)
        hub.journal.followers.append(second.follow)
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        for _ in range(3):
            await first.step()
            await second.step()
        assert len(hub.told(LifecycleStageChanged)) == len(hub.told(StandingReviewed)) == 1

    async def test_who_was_not_first_decides_again(self, hub: Hub) -> None:
        class Raced(MemoryJournal):
            raced = False

            async def commit(self, units: Any) -> Any:
                if not self.raced and any(
                    isinstance(e, StandingReviewed) for u in units for a in u.appends for e in a.events
                ):
                    self.raced = True
                    await hub.buy(ANN, "p2")
                return await super().commit(units)

        hub.journal.__class__ = Raced
        await hub.start()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        await hub.settle()
        assert await hub.stage() == "retention"
        assert len(hub.told(LifecycleStageChanged)) == 1


class TestLinks:
    async def test_a_customer_stands_by_the_facts_of_all_their_streams(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN)
        hub.clock.moment += timedelta(seconds=1)
        await hub.register(BOB)
        await hub.buy(ANN, "p1")
        await hub.buy(BOB, "p2")
        await hub.settle()
        assert {await hub.stage(ANN), await hub.stage(BOB)} == {"enhancement"}
        await hub.link(CustomersLinked)
        await hub.settle()
        assert {await hub.stage(ANN), await hub.stage(BOB)} == {"retention"}
        await hub.link(CustomersUnlinked)
        await hub.settle()
        assert {await hub.stage(ANN), await hub.stage(BOB)} == {"enhancement"}
        hub.clock.moment += 366 * DAY
        await hub.settle()
        assert {await hub.stage(ANN), await hub.stage(BOB)} == {"lapsed"}


class TestPolicies:
    async def test_a_new_policy_is_applied_to_everybody_and_by_time_too(self, hub: Hub) -> None:
        await hub.start()
        await hub.register(ANN)
        hub.clock.moment += 20 * DAY
        await hub.register(BOB)
        await hub.settle()
        await hub.policies.publish(LAPSED + REST, actor="operator:eve", command_id="x")
        await hub.settle()
        assert {one.due_at for one in hub.told(StandingReviewed)} == {NOON + 30 * DAY, NOON + 50 * DAY}
        hub.clock.moment += 10 * DAY
        await hub.settle()
        assert (await hub.stage(ANN), await hub.stage(BOB)) == ("lapsed", "acquisition")
        await hub.policies.publish(DEFAULT, actor="operator:eve", command_id="y")
        await hub.settle()
        assert (await hub.stage(ANN), await hub.stage(BOB)) == ("acquisition", "acquisition")

    async def test_a_policy_that_was_half_applied_is_applied_on_after_a_restart(self, hub: Hub) -> None:
        await hub.start()
        many = [f"customer-{number:03}" for number in range(120)]
        await hub.register(*many)
        await hub.settle()
        text = REST.replace("standard", "basic")
        await hub.policies.publish(text, actor="operator:eve", command_id="x")
        assert hub.watch is not None
        await hub.watch.step()
        reached = {one.stream for one in hub.journal.log if isinstance(one.event, SegmentChanged)}
        assert 0 < len(reached) < 120
        await hub.start()
        await hub.settle()
        assert {(await hub.customer(stream)).standing.value_tier for stream in many} == {"basic"}
        assert len(hub.told(SegmentChanged)) == 120

    async def test_an_own_segment_is_kept_beside_the_tier(self, hub: Hub) -> None:
        text = '[[segments]]\nname = "buyers"\nwhen = { purchases = { at_least = 1 } }\n' + REST
        await hub.policies.publish(text, actor="operator:eve", command_id="x")
        await hub.start()
        await hub.register(ANN)
        await hub.buy(ANN, "p1")
        await hub.settle()
        customer = await hub.customer()
        assert (customer.named, customer.standing) == ("buyers", Standing())
        assert hub.told(SegmentChanged)[-1].evidence[2].rule == "segment 1 (buyers)"

    async def test_what_is_declared_is_a_fact_where_the_policy_does_not_let_it_stand(self, hub: Hub) -> None:
        rules = (
            '[declared]\nvalue_tier = false\n[[value_tiers]]\nname = "high"\nwhen = { declared_value_tier = "gold" }\n'
        )
        await hub.policies.publish(rules + REST, actor="operator:eve", command_id="x")
        await hub.start()
        await hub.register(ANN)
        told = {**hub.meta(), "segment": "B2C", "reason": "r"}
        await hub.say(ANN, SegmentChanged(**told, value_tier="gold"))
        await hub.settle()
        assert (await hub.customer()).standing.value_tier == "high"
        await hub.say(ANN, SegmentChanged(**told, value_tier="silver"))
        await hub.settle()
        assert (await hub.customer()).standing.value_tier == "standard"

    @pytest.mark.parametrize(
        ("text", "asked", "not_asked"),
        [
            (DEFAULT, PurchaseRecorded, (CustomerRegistered, ContactReceived, SegmentChanged)),
            (LAPSED + REST, CustomerRegistered, (ContactReceived,)),
            (REST.replace("standard", "basic"), CustomerRegistered, ()),
            (LAPSED.replace("tenure_days", "contacts") + REST, ContactReceived, (CustomerRegistered,)),
            ("[declared]\nlifecycle_stage = false\n" + REST, SegmentChanged, (CustomerRegistered,)),
        ],
    )
    def test_only_what_a_policy_asks_for_makes_anybody_look(
        self, text: str, asked: type[Event], not_asked: tuple[type[Event], ...]
    ) -> None:
        kinds = asked_by(parse_path_policy(text), NOON)
        assert asked in kinds
        assert not kinds & set(not_asked)


async def test_of_who_was_forgotten_nothing_is_decided_any_more(hub: Hub) -> None:
    await hub.start()
    await hub.register(ANN)
    await hub.buy(ANN, "p1")
    await hub.settle()
    await hub.say(ANN, CustomerForgotten(**hub.meta(), reason="asked to"))
    events = len(hub.journal.log)
    hub.clock.moment += 400 * DAY
    await hub.settle()
    assert len(hub.journal.log) == events
    assert await hub.views.read(lambda views: next_due(views, standing_due.DUE)) is None


async def test_a_store_that_fails_loses_no_fact(hub: Hub) -> None:
    watch = await hub.start()
    await hub.register(ANN)
    await hub.buy(ANN, "p1")
    hub.journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await watch.step()
    await hub.settle()
    assert await hub.stage() == "enhancement"
