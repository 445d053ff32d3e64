"""Work that was over comes back: to who had it, but only where new work of the same contact would be let in."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackScheduled,
    ContactAttached,
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
)
from hub.domain.interaction.state import Phase
from hub.ports import Recorded
from hub.router.explaining.recomputing import recompute
from hub.router.explaining.retelling import Taken
from tests.router.pictures import rebuilt
from tests.router.pools import START, PoolInHand, contact
from tests.router.rich_policy import policy

MAIL = "interaction-m1"
NIGHT = """
[hours.morning]
monday = ["07:00-08:10"]
tuesday = ["07:00-08:10"]
"""
CLOSES = START + timedelta(minutes=10)
OPENS = START + timedelta(hours=23)


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def reopenable(*agents: str, sales: str = "", more: str = "", **given: str) -> PoolInHand:
    """A mail for sales that Anna has dealt with."""
    pool = PoolInHand(policy(channels="reopen_within_days = 2", sales=sales, more=more, **given))
    for agent in agents or ("anna",):
        pool.signs_on(agent)
        pool.becomes(agent, AgentState.AWAY)
    pool.becomes("anna", AgentState.READY)
    pool.arrives("m1", channel=Channel.EMAIL, thread="t", service="sales")
    pool.works_through("anna", "offer-m1-1", "any")
    return pool


def writes(pool: PoolInHand, contact_id: str, **given: object) -> list[Event]:
    """The customer writes again; whatever is decided comes out the same when it is decided again from the log."""
    before = len(pool.log)
    mail = {"channel": Channel.EMAIL, "thread": "t", "service": "sales", **given}
    events = pool.arrives(contact_id, **mail)
    if events:
        stream, version, event = pool.log[before]
        taken = Taken(contact(contact_id, **mail), "customer-1")
        again = recompute(rebuilt(pool, pool.log[:before]), Recorded(before + 1, stream, version, event), taken)
        assert again is not None
        assert again.different == {}
    return events


def test_who_writes_again_in_time_reopens_the_work_for_the_agent_who_had_it():
    pool = reopenable()
    pool.now += timedelta(days=1)
    reopened, offered = writes(pool, "m2")
    assert isinstance(reopened, InteractionReopened)
    assert (reopened.contact_id, reopened.known_agent, offered.agent_id) == ("m2", "anna", "anna")
    assert pool.log[-1].stream == MAIL
    assert writes(pool, "m2") == []
    assert kinds(writes(pool, "m3")) == [ContactAttached]
    pool.works_through("anna", "offer-m1-2", "any")
    assert kinds(writes(pool, "m4"))[0] is InteractionReopened


def test_who_writes_again_too_late_or_on_another_thread_opens_new_work():
    pool = reopenable()
    assert kinds(writes(pool, "m2", thread="other"))[0] is InteractionQueued
    pool.now += timedelta(days=2, seconds=1)
    assert kinds(writes(pool, "m3"))[0] is InteractionQueued


def test_who_is_asked_for_by_name_goes_before_who_had_it_and_both_before_who_is_known():
    pool = reopenable("anna", "ben", rule='known_agent = { who = ["account_owner"] }')
    assert writes(pool, "m2", known_agents={"direct": "ben", "account_owner": "ben"})[0].known_reason == "direct"
    pool = reopenable("anna", "ben", rule='known_agent = { who = ["account_owner"] }')
    assert writes(pool, "m2", known_agents={"account_owner": "ben"})[0].known_reason == "reopened"
    pool = reopenable("anna", "ben", rule='known_agent = { who = ["account_owner"] }')
    pool.signs_off("anna")
    assert writes(pool, "m2", known_agents={"account_owner": "ben"})[0].known_reason == "account_owner"


@pytest.mark.parametrize("closed", ["wait", "refuse", "callback", "desk"])
def test_out_of_hours_it_waits_is_refused_called_back_or_sent_elsewhere_as_new_work_is(closed):
    diversion = '{ to = "desk" }' if closed == "desk" else f'"{closed}"'
    pool = reopenable(sales=f'hours = "morning"\nclosed = {diversion}\ncallback = {{}}', more=NIGHT)
    pool.now = CLOSES
    events = writes(pool, "m2")
    stream = pool.log[-1].stream
    match closed:
        case "wait" | "desk":
            assert kinds(events) == [InteractionReopened, InteractionOffered]
            assert (stream, events[0].queue) == (MAIL, "sales" if closed == "wait" else "desk")
            assert events[0].reasons[1:] == (
                ("queue sales is out of hours: to queue desk",) if closed == "desk" else ()
            )
        case "refuse":
            assert kinds(events) == [InteractionRefused]
            assert (stream, events[0].reason, events[0].opens_at) == ("interaction-m2", "closed", OPENS)
            assert events[0].reasons[1:] == ("queue sales is out of hours: refuse", f"the customer came back to {MAIL}")
        case "callback":
            assert kinds(events) == [InteractionReopened, CallbackScheduled]
            assert (stream, events[1].due, events[1].address_of) == (MAIL, OPENS, "m2")
            assert pool.state.interactions[MAIL].state.phase is Phase.PARKED


def test_who_was_refused_may_come_back_to_the_same_work_later():
    pool = reopenable(sales='hours = "morning"\nclosed = "refuse"', more=NIGHT)
    pool.now = CLOSES
    assert kinds(writes(pool, "m2")) == [InteractionRefused]
    pool.now = OPENS
    reopened, _ = writes(pool, "m3")
    assert (type(reopened), pool.log[-1].stream) == (InteractionReopened, MAIL)


def test_it_is_refused_where_the_queue_is_full_or_a_supervisor_has_closed_it():
    pool = reopenable(sales="limit = 0")
    pool.becomes("anna", AgentState.AWAY)
    assert writes(pool, "m2")[0].reason == "full"
    pool = reopenable()
    pool.sets_intake("sales", "paused")
    assert writes(pool, "m2")[0].reason == "paused"
    pool.sets_intake("sales", "open")
    assert kinds(writes(pool, "m3"))[0] is InteractionReopened


def test_it_goes_where_its_queue_is_drained_to_and_still_to_who_had_it():
    pool = reopenable("anna", "ben")
    pool.sets_intake("sales", "draining", "general")
    reopened, offered = writes(pool, "m2")
    assert (reopened.queue, reopened.known_agent, offered.agent_id) == ("general", "anna", "anna")
    assert reopened.reasons[-1] == "queue sales is drained by a supervisor: to queue general"
    assert InteractionMoved not in kinds([one.event for one in pool.log])


class TestAnswers:
    """To what an agent wrote on another channel, told by the work it was written for."""

    def test_an_answer_joins_the_work_it_was_written_for(self) -> None:
        pool = PoolInHand(policy())
        pool.arrives("c1")
        assert kinds(pool.arrives("c2", channel=Channel.SMS, correlation="interaction-c1")) == [ContactAttached]

    def test_what_is_open_on_its_own_thread_comes_first(self) -> None:
        pool = PoolInHand(policy())
        pool.arrives("c1")
        pool.arrives("c2", channel=Channel.SMS, thread="sms-7")
        pool.arrives("c3", channel=Channel.SMS, thread="sms-7", correlation="interaction-c1")
        assert pool.state.interactions["interaction-c2"].contacts == ["c2", "c3"]

    def test_of_work_that_nobody_knows_any_more_it_is_new(self) -> None:
        pool = PoolInHand(policy())
        assert kinds(pool.arrives("c2", correlation="interaction-long-gone")) == [InteractionQueued]
