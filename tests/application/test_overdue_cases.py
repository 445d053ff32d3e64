"""A case that is overdue is said to be so on time, once for each due time, whatever was down meanwhile."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.application.cases.cases import CustomerCases
from hub.application.cases.overdue import OverdueCases
from hub.domain.cases import decide
from hub.domain.cases.events import CaseKind, CaseOverdue, Severity
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from hub.domain.errors import HubError
from hub.ports import Append, Unit
from hub.projections import cases
from tests.support.clocks import MovedClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
ANN = "customer-ab12"
TOLD: dict[str, Any] = {"actor": "agent:ann", "command_id": "c-1"}


class Hub:
    """A journal with one customer; `start` begins a new watch."""

    def __init__(self) -> None:
        self.journal, self.clock = MemoryJournal(), MovedClock(NOON)
        self.cases = CustomerCases(self.journal, self.clock)
        self.views = LinkViews(self.journal, cases.PROJECTION)
        self.looks = 0

    def start(self) -> OverdueCases:
        self.journal.followers.clear()
        watch = OverdueCases(self.cases, self, self.clock)
        self.journal.followers.append(watch.follow)
        return watch

    async def read(self, question: Any) -> Any:
        self.looks += 1
        return await self.views.read(question)

    async def register(self, customer: str = ANN) -> None:
        meta = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "t"}
        await self.journal.commit([Unit([Append(customer, 0, [CustomerRegistered(**meta)])])])

    async def open(self, days: float = 1, customer: str = ANN) -> str:
        due = self.clock.now() + days * DAY
        given = {"kind": CaseKind.COMPLAINT, "severity": Severity.HIGH, "owner": "ann", "due_at": due, "subject": "s"}
        recorded = await self.cases.open(customer, **given, **TOLD)
        return str(recorded[0].event.case_id)  # type: ignore[attr-defined]

    async def change(self, case: str, rule: Any, *arguments: Any, **more: Any) -> None:
        await self.cases.change(case, lambda known, meta: rule(known, case, *arguments, **more, **meta), **TOLD)

    def said(self) -> list[tuple[str, datetime]]:
        return [(one.event.case_id, one.event.due_at) for one in self.journal.log if isinstance(one.event, CaseOverdue)]


@pytest.fixture
async def hub() -> Hub:
    hub = Hub()
    await hub.register()
    return hub


async def test_it_is_said_when_the_time_is_over_and_once(hub: Hub) -> None:
    watch = hub.start()
    case = await hub.open()
    await watch.step()
    hub.clock.moment = NOON + DAY - SECOND
    await watch.step()
    assert hub.said() == []
    hub.clock.moment = NOON + DAY
    for _ in range(3):
        await watch.step()
        hub.clock.moment += DAY
    assert hub.said() == [(case, NOON + DAY)]
    event = hub.journal.log[-1].event
    assert isinstance(event, CaseOverdue)
    assert (event.at, event.severity, event.owner, event.causation) == (NOON + DAY, 3, "ann", "time")
    assert (await hub.cases.show(case)).case.overdue_since == NOON + DAY


async def test_what_is_due_before_the_next_look_needs_no_look(hub: Hub) -> None:
    watch = hub.start()
    await watch.step()
    looks = hub.looks
    case = await hub.open(days=1 / 86_400)
    await watch.step()
    hub.clock.moment += SECOND
    await watch.step()
    assert hub.said() == [(case, NOON + SECOND)]
    assert hub.looks == looks


async def test_what_fell_due_while_no_hub_ran_is_said_at_the_next_start_all_of_it(hub: Hub) -> None:
    many = [f"customer-{number:04x}" for number in range(120)]
    for customer in many:
        await hub.register(customer)
        await hub.open(customer=customer)
    hub.clock.moment += 9 * DAY
    watch = hub.start()
    await watch.step()
    await hub.start().step()
    assert len(hub.said()) == len(set(hub.said())) == 120


async def test_a_later_time_can_be_missed_again(hub: Hub) -> None:
    watch = hub.start()
    case = await hub.open()
    hub.clock.moment += DAY
    await watch.step()
    await hub.change(case, decide.change_due, hub.clock.now() + DAY)
    hub.clock.moment += DAY
    await watch.step()
    await hub.change(case, decide.resolve, "refunded")
    await hub.change(case, decide.reopen, due_at=hub.clock.now() + DAY)
    hub.clock.moment += DAY
    await watch.step()
    assert hub.said() == [(case, NOON + days * DAY) for days in (1, 2, 3)]


async def test_what_is_settled_or_has_no_time_is_never_overdue(hub: Hub) -> None:
    watch = hub.start()
    settled, timeless = await hub.open(), await hub.open()
    await hub.change(settled, decide.resolve, "refunded")
    await hub.change(timeless, decide.change_due, None)
    hub.clock.moment += 9 * DAY
    await watch.step()
    assert hub.said() == []


async def test_two_hubs_on_one_log_say_it_once(hub: Hub) -> None:
    case = await hub.open()
    first, second = OverdueCases(hub.cases, hub, hub.clock), OverdueCases(hub.cases, hub, hub.clock)
    hub.clock.moment += DAY
    await first.step()
    await second.step()
    assert hub.said() == [(case, NOON + DAY)]


async def test_a_store_that_fails_loses_none(hub: Hub) -> None:
    watch = hub.start()
    case = await hub.open()
    hub.clock.moment += DAY
    hub.journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await watch.step()
    await watch.step()
    assert hub.said() == [(case, NOON + DAY)]


async def test_the_case_of_somebody_who_was_forgotten_still_has_to_be_settled(hub: Hub) -> None:
    watch = hub.start()
    case = await hub.open()
    meta = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "t", "reason": "asked to"}
    await hub.journal.commit([Unit([Append(ANN, hub.journal.version(ANN), [CustomerForgotten(**meta)])])])
    hub.clock.moment += DAY
    await watch.step()
    assert hub.said() == [(case, NOON + DAY)]


async def test_one_of_which_it_can_not_be_said_does_not_hold_up_the_others(hub: Hub) -> None:
    class Broken(MemoryJournal):
        async def load(self, streams: Any, after: Any = None) -> Any:
            if ANN in streams:
                raise HubError("it was sealed with another key")
            return await super().load(streams, after)

    first = await hub.open()
    await hub.register("customer-cd34")
    second = await hub.open(days=2, customer="customer-cd34")
    hub.clock.moment += 2 * DAY
    hub.journal.__class__ = Broken
    watch = hub.start()
    with pytest.raises(HubError, match="another key"):
        await watch.step()
    assert hub.said() == [(second, NOON + 2 * DAY)]
    hub.journal.__class__ = MemoryJournal
    await watch.step()
    assert hub.said()[1:] == [(first, NOON + DAY)]


async def test_what_failed_before_the_next_look_is_looked_for_again(hub: Hub) -> None:
    class Broken(MemoryJournal):
        async def load(self, streams: Any, after: Any = None) -> Any:
            raise HubError(f"the store can't be read: {streams} {after}")

    watch = hub.start()
    await watch.step()
    case = await hub.open(days=1 / 86_400)
    hub.clock.moment += SECOND
    hub.journal.__class__ = Broken
    with pytest.raises(HubError, match="can't be read"):
        await watch.step()
    hub.journal.__class__ = MemoryJournal
    await watch.step()
    assert hub.said() == [(case, NOON + SECOND)]
