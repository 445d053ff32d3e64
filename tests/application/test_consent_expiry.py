"""A consent that was given for a time is written down as expired when that time is over, once, whatever was said
meanwhile; which purposes there is consent for, the path policy in force says."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.customers.consent_watch import consent_watch
from hub.application.customers.consents import Consents, Statement
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import ConsentExpired, ConsentWithdrawn, Purpose
from hub.domain.customer.consent.state import Said
from hub.domain.customer.events import CustomerForgotten
from hub.domain.errors import InvalidError
from hub.paths.consent.decide import Scope
from hub.paths.policy.parsing import DEFAULT
from hub.ports import Append, Unit
from hub.projections import consent_due
from hub.projections.due import NONE_YET
from tests.support.clocks import MovedClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SMS, PROMOTIONAL = Channel.SMS, Purpose.PROMOTIONAL


class Hub:
    """Consents by the path policy, and what watches over them."""

    def __init__(self) -> None:
        self.journal, self.clock = MemoryJournal(), MovedClock(NOON)
        self.policy = PathPolicyInForce()
        self.policies = PathPolicies(self.journal, self.clock)
        self.consents = Consents(self.journal, self.clock, KEY, purposes=lambda: self.policy.purposes)
        self.start()

    def start(self) -> None:
        views = LinkViews(self.journal, consent_due.PROJECTION)
        self.watch = consent_watch(self.consents, self.clock, views)
        self.journal.followers[:] = [self.watch.follow, self.policy.follow]

    def told(self, number: str = "0912 123 4567", **more: Any) -> Statement:
        return Statement("phone", number, "call", "operator:maryam", f"command-{len(self.journal.log)}", **more)

    async def grant(self, expires_at: datetime | None, number: str = "0912 123 4567", **more: Any) -> str:
        events = await self.consents.grant(self.told(number, **more), SMS, PROMOTIONAL, "v1", expires_at)
        return events[0].stream

    async def said(self) -> Said:
        point, standing = await self.consents.of_point("phone", "0912 123 4567")
        return standing.stance(point.point, SMS, PROMOTIONAL).said

    @property
    def expired(self) -> list[ConsentExpired]:
        return [one.event for one in self.journal.log if isinstance(one.event, ConsentExpired)]


@pytest.fixture
def hub() -> Hub:
    return Hub()


@pytest.mark.parametrize("looked_before", [False, True])
async def test_it_is_written_down_on_time_and_counted_before_that(hub: Hub, looked_before: bool) -> None:
    if looked_before:
        await hub.watch.step()
    await hub.grant(NOON + HOUR)
    hub.clock.moment = NOON + HOUR - timedelta(seconds=1)
    assert (await hub.watch.step(), await hub.said()) == (0, Said.GRANTED)
    hub.clock.moment = NOON + HOUR
    assert await hub.said() is Said.EXPIRED
    assert hub.expired == []
    hub.clock.moment += timedelta(seconds=40)
    assert await hub.watch.step() == 1
    [expired] = hub.expired
    assert (expired.at, expired.granted_at, expired.recorded_at) == (NOON + HOUR, NOON, hub.clock.moment)
    assert (expired.value, expired.causation, expired.text_version) == ("+989121234567", "time", "v1")
    assert await hub.said() is Said.EXPIRED
    hub.clock.moment += 2 * HOUR
    assert await hub.watch.step() == 0


async def test_what_was_over_while_no_hub_ran_is_written_down_at_the_next_start_all_of_it(hub: Hub) -> None:
    for number in range(120):
        await hub.grant(NOON + HOUR, f"0912 123 4{number:03}")
    hub.clock.moment = NOON + 2 * HOUR
    hub.start()
    assert await hub.watch.step() == 120
    hub.start()
    assert await hub.watch.step() == 0
    assert len({expired.point for expired in hub.expired}) == 120


async def test_two_hubs_on_one_log_write_it_once(hub: Hub) -> None:
    other = consent_watch(hub.consents, hub.clock, LinkViews(hub.journal, consent_due.PROJECTION))
    await hub.grant(NOON + HOUR)
    hub.clock.moment = NOON + HOUR
    assert [await hub.watch.step(), await other.step()] == [1, 0]


async def test_of_who_was_forgotten_nothing_is_written(hub: Hub) -> None:
    stream = await hub.grant(NOON + HOUR)
    meta = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
    forgotten = CustomerForgotten(**meta, reason="asked to")
    await hub.journal.commit([Unit([Append(stream, hub.journal.version(stream), [forgotten])])])
    hub.clock.moment = NOON + 2 * HOUR
    assert await hub.watch.step() == 0
    assert await hub.watch._overdue(hub.clock.moment, NONE_YET) == []


async def test_what_is_granted_while_another_is_written_down_is_due_by_itself(hub: Hub) -> None:
    await hub.watch.step()
    stream, expire = await hub.grant(NOON + timedelta(seconds=10)), hub.consents.expire

    async def granting(point: str) -> int:
        written = await expire(point)
        assert await hub.grant(NOON + timedelta(seconds=20)) == stream
        return written

    hub.consents.expire = granting  # type: ignore[method-assign]
    hub.clock.moment = NOON + timedelta(seconds=10)
    assert await hub.watch.step() == 1
    hub.consents.expire = expire  # type: ignore[method-assign]
    hub.clock.moment = NOON + timedelta(seconds=20)
    assert await hub.watch.step() == 1


async def test_one_that_cannot_be_written_down_is_tried_again_and_holds_up_no_other(hub: Hub) -> None:
    await hub.watch.step()
    broken, expire = await hub.grant(NOON + timedelta(seconds=10)), hub.consents.expire
    await hub.grant(NOON + timedelta(seconds=10), "0912 765 4321")

    async def failing(point: str) -> int:
        if point == broken:
            raise InvalidError("the store is away", "")
        return await expire(point)

    hub.consents.expire = failing  # type: ignore[method-assign]
    hub.clock.moment = NOON + timedelta(seconds=10)
    for _ in range(2):
        with pytest.raises(InvalidError):
            await hub.watch.step()
    assert len(hub.expired) == 1
    hub.consents.expire = expire  # type: ignore[method-assign]
    assert await hub.watch.step() == 1


steps = st.lists(
    st.tuples(
        st.sampled_from(["grant", "for ever", "deny", "withdraw", "wait", "restart"]),
        st.integers(0, 5),
        st.integers(1, 4),
    ),
    max_size=12,
)


@given(steps)
@settings(max_examples=80, deadline=None)
async def test_whatever_is_said_when_the_log_says_expired_just_when_it_is_so(taken: list[tuple[str, int, int]]) -> None:
    """Also what is reported late, out of order."""
    hub = Hub()
    for what, ago, hours in taken:
        hub.clock.moment += timedelta(seconds=1)
        at = hub.clock.moment - ago * HOUR
        if what in ("grant", "for ever"):
            until = at + hours * HOUR if what == "grant" else None
            await hub.consents.grant(hub.told(at=at), SMS, PROMOTIONAL, f"v{len(hub.journal.log)}", until)
        elif what == "deny":
            await hub.consents.deny(hub.told(at=at), SMS, PROMOTIONAL, "")
        elif what == "withdraw":
            await hub.consents.withdraw(hub.told(at=at), SMS, PROMOTIONAL, "")
        elif what == "restart":
            hub.start()
        else:
            hub.clock.moment += hours * HOUR
        before = await hub.said()
        await hub.watch.step()
        assert await hub.said() is before
    hub.start()
    await hub.watch.step()
    _, standing = await hub.consents.of_point("phone", "0912 123 4567")
    written = [one.said for about, one in standing.book.stances.items() if about.purpose is PROMOTIONAL]
    assert written == ([await hub.said()] if written else [])


class TestPurposes:
    async def test_the_table_of_the_policy_in_force_says_what_ends_on_unsubscribing(self, hub: Hub) -> None:
        async def ended() -> set[Purpose]:
            events = await hub.consents.unsubscribe(hub.told(), SMS, Scope.CHANNEL)
            return {one.event.purpose for one in events if isinstance(one.event, ConsentWithdrawn)}

        assert await ended() == {Purpose.PROMOTIONAL}
        text = DEFAULT + "\n[purposes.survey]\nends_on_unsubscribe = true\n"
        await hub.policies.publish(text, actor="operator:eve", command_id="c")
        assert await ended() == {Purpose.SURVEY}

    async def test_what_nobody_is_asked_about_follows_the_policy_too(self, hub: Hub) -> None:
        with pytest.raises(InvalidError, match="nobody is asked about reply contacts") as refused:
            await hub.consents.deny(hub.told(), SMS, Purpose.REPLY, "")
        assert refused.value.field == "purpose"
        text = DEFAULT + '\n[purposes.service]\ngates = ["identity"]\n'
        await hub.consents.deny(hub.told(), SMS, Purpose.SERVICE, "")
        await hub.policies.publish(text, actor="operator:eve", command_id="c")
        with pytest.raises(InvalidError, match="nobody is asked about service contacts"):
            await hub.consents.deny(hub.told("0912 123 4568"), SMS, Purpose.SERVICE, "")

    async def test_a_purpose_that_does_not_exist_is_named(self, hub: Hub) -> None:
        with pytest.raises(InvalidError, match="there is no purpose 'gossip': reply, transactional") as refused:
            await hub.consents.deny(hub.told(), SMS, "gossip", "")  # type: ignore[arg-type]
        assert refused.value.field == "purpose"
