"""Agents come, go, fall silent, change what they can do, and wrap up."""

from datetime import timedelta

import pytest

from hub.domain.agent.events import (
    AgentCapacityChanged,
    AgentChannelsClosed,
    AgentSignedOn,
    AgentSkillsChanged,
    AgentState,
    AgentStateChanged,
    ShiftsPlanned,
)
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    InteractionContinued,
    InteractionEnded,
    InteractionFlagged,
    InteractionOffered,
    InteractionUnflagged,
    OfferRescinded,
    WrapUpCompleted,
)
from hub.router.pool.deadlines import next_deadline
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"


def kinds(events):
    return [type(event) for event in events]


@pytest.fixture
def pool() -> PoolInHand:
    pool = PoolInHand(policy(agents='away_reasons = ["lunch", "training"]'))
    pool.signs_on("anna", capacity=200)
    return pool


def test_a_silent_desktop_keeps_conversations_and_loses_offers(pool):
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.arrives("c2")
    pool.signs_on("ben")
    assert kinds(pool.falls_silent("anna")) == [OfferRescinded, AgentStateChanged, InteractionOffered]
    assert pool.falls_silent("anna") == []
    assert CALL in pool.state.agents["anna"].holds
    [flagged] = pool.is_missing("anna")
    assert (type(flagged), flagged.correlation) == (InteractionFlagged, CALL)
    assert pool.is_missing("anna") == []


def test_a_desktop_that_is_back_finds_its_agent_as_they_were(pool):
    pool.arrives("c1")
    pool.falls_silent("anna")
    events = pool.is_back("anna")
    assert kinds(events) == [AgentStateChanged, InteractionOffered]
    assert events[0].state is AgentState.READY
    assert pool.is_back("anna") == []
    assert pool.is_missing("anna") == []
    pool.becomes("anna", AgentState.AWAY, "lunch")
    pool.falls_silent("anna")
    assert pool.is_back("anna")[0].state is AgentState.AWAY


@pytest.mark.parametrize("back", ["heard of", "signs on", "is ready"])
def test_what_was_flagged_for_a_silent_desktop_is_so_no_longer_when_it_is_back(pool, back):
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.falls_silent("anna")
    pool.is_missing("anna")
    match back:
        case "heard of":
            changed, unflagged = pool.is_back("anna")
        case "signs on":
            changed, unflagged = pool.signs_on("anna", capacity=200)
        case _:
            changed, unflagged = pool.becomes("anna", AgentState.READY)
    assert type(changed) in (AgentStateChanged, AgentSignedOn)
    assert (type(unflagged), unflagged.correlation) == (InteractionUnflagged, CALL)
    assert pool.state.interactions[CALL].state.flagged == ""
    pool.falls_silent("anna")
    assert kinds(pool.is_missing("anna")) == [InteractionFlagged], "it is told again"


def test_what_was_flagged_for_something_else_stays_so(pool):
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    held = pool.state.interactions[CALL]
    held.state = held.state._replace(flagged="silent")
    pool.falls_silent("anna")
    assert kinds(pool.is_back("anna")) == [AgentStateChanged]


def test_who_locks_their_screens_keeps_conversations_loses_offers_and_gets_no_more(pool):
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.arrives("c2")
    rescinded, away = pool.is_locked("anna")
    assert (type(rescinded), rescinded.reason) == (OfferRescinded, "agent is locked")
    assert (type(away), away.state, away.reason) == (AgentStateChanged, AgentState.AWAY, "locked")
    assert CALL in pool.state.agents["anna"].holds
    assert pool.is_locked("anna") == []
    assert kinds(pool.is_unlocked("anna")) == [AgentStateChanged, InteractionOffered]
    assert pool.state.agents["anna"].state.state is AgentState.READY
    assert pool.is_unlocked("anna") == []


@pytest.mark.parametrize("first", ["is_back", "is_unlocked"])
def test_a_desktop_that_was_locked_and_gone_finds_its_agent_ready(pool, first):
    pool.is_locked("anna")
    pool.falls_silent("anna")
    second = {"is_back": "is_unlocked", "is_unlocked": "is_back"}[first]
    getattr(pool, first)("anna")
    getattr(pool, second)("anna")
    assert pool.state.agents["anna"].state.state is AgentState.READY


def test_a_lock_changes_nothing_for_who_was_away_or_not_answering(pool):
    pool.becomes("anna", AgentState.AWAY, "lunch")
    assert pool.is_locked("anna") == pool.is_unlocked("anna") == []
    pool.falls_silent("anna")
    assert pool.is_unlocked("anna") == []
    assert pool.is_back("anna")[0].reason == "lunch"


def test_channels_that_were_closed_are_closed_behind_a_lock_and_after_it():
    pool = PoolInHand(policy(agents='not_answering = "channel"'))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.passes(60)
    assert pool.state.agents["anna"].state.closed == ("phone",)
    pool.is_locked("anna")
    assert kinds(pool.is_unlocked("anna")) == [AgentStateChanged, AgentChannelsClosed]
    assert pool.state.agents["anna"].state.closed == ("phone",)


def test_units_nobody_could_ever_have_are_refused(pool):
    with pytest.raises(InvalidError, match="would never get any") as refused:
        pool.signs_on("ben", capacity=50, units={"email": 51})
    assert refused.value.field == "units.email"
    assert "ben" not in pool.state.agents


def test_channels_that_were_closed_are_closed_when_the_desktop_is_back():
    pool = PoolInHand(policy(agents='not_answering = "channel"'))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.passes(20)
    pool.falls_silent("anna")
    assert kinds(pool.is_back("anna")) == [AgentStateChanged, AgentChannelsClosed]
    assert pool.state.agents["anna"].seat.closed == {"phone"}


def test_who_is_gone_may_be_signed_off_and_signs_on_again(pool):
    pool.falls_silent("anna")
    pool.signs_off("anna")
    assert pool.falls_silent("anna") == []
    assert pool.is_back("anna") == []
    assert kinds(pool.signs_on("anna")) == [AgentSignedOn]


def test_who_goes_away_says_why_where_the_policy_asks(pool):
    with pytest.raises(InvalidError, match="use lunch, training"):
        pool.becomes("anna", AgentState.AWAY, "bored")
    assert kinds(pool.becomes("anna", AgentState.AWAY, "lunch")) == [AgentStateChanged]
    assert pool.becomes("anna", AgentState.AWAY, "lunch") == []
    for state in (AgentState.GONE, AgentState.NOT_ANSWERING, AgentState.SIGNED_OFF):
        with pytest.raises(InvalidError):
            pool.becomes("anna", state)


def test_new_skills_bring_new_work(pool):
    pool = PoolInHand(policy(rule="skills = { sales = 2 }"))
    pool.signs_on("anna")
    pool.arrives("c1", service="sales")
    assert kinds(pool.changes_skills("anna", sales=2)) == [AgentSkillsChanged, InteractionOffered]
    assert pool.changes_skills("anna", sales=2) == []
    assert InteractionOffered not in kinds(pool.changes_skills("anna")), "what they hold stays held"
    with pytest.raises(InvalidError):
        pool.changes_skills("anna", sales=6)
    with pytest.raises(NotFoundError):
        pool.changes_skills("nobody", sales=1)


def test_more_capacity_brings_more_work_and_less_than_is_held_is_refused(pool):
    for number in range(3):
        pool.arrives(f"c{number}")
    assert kinds(pool.changes_capacity("anna", 300)) == [AgentCapacityChanged, InteractionOffered]
    assert pool.changes_capacity("anna", 300) == []
    with pytest.raises(RefusedError, match="300 units"):
        pool.changes_capacity("anna", 299)
    with pytest.raises(RefusedError, match="3 pieces"):
        pool.changes_capacity("anna", 300, phone=2)


def test_more_capacity_lets_what_was_interrupted_go_on():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.arrives("mail", channel=Channel.EMAIL)
    pool.accepts("anna", "offer-mail-1")
    pool.arrives("c1")
    assert kinds(pool.changes_capacity("anna", 140)) == [AgentCapacityChanged, InteractionContinued]


def test_a_plan_is_kept_and_changes_nothing_else(pool):
    assert kinds(pool.plans("anna")) == [ShiftsPlanned]
    assert pool.plans("anna") == []
    assert kinds(pool.plans("newcomer")) == [ShiftsPlanned]
    assert pool.signs_on("anna", capacity=200) == []


def wrapping_up(rule: str) -> PoolInHand:
    """A call is just over."""
    pool = PoolInHand(policy(general=f'wrap_up = ["done"]\nwrap_up_rule = "{rule}"\nwrap_up_seconds = 15'))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    return pool


def test_without_wrap_up_the_end_is_the_end():
    assert kinds(wrapping_up("none").ends("anna", CALL)) == [InteractionEnded, WrapUpCompleted]
    pool = wrapping_up("none")
    assert kinds(pool.customer_leaves("c1")) == [InteractionEnded, WrapUpCompleted]
    assert not pool.state.interactions


def test_a_timed_wrap_up_ends_by_itself_or_before():
    pool = wrapping_up("timed")
    pool.ends("anna", CALL)
    assert next_deadline(pool.state) == (pool.now + timedelta(seconds=15)).timestamp()
    assert pool.passes(14) == []
    [completed] = pool.passes(1)
    assert (type(completed), completed.code) == (WrapUpCompleted, "")

    pool = wrapping_up("timed")
    pool.ends("anna", CALL)
    assert kinds(pool.wraps_up("anna", CALL, "done")) == [WrapUpCompleted]
    assert pool.passes(15) == []


def test_the_time_of_an_earlier_wrap_up_does_not_end_a_later_one():
    pool = PoolInHand(policy(general='wrap_up_rule = "timed"\nwrap_up_seconds = 60', channels="reopen_within_days = 1"))
    pool.signs_on("anna")
    pool.arrives("m1", channel=Channel.EMAIL, thread="t")
    pool.works_through("anna", "offer-m1-1", "any")
    pool.arrives("m2", channel=Channel.EMAIL, thread="t")
    pool.accepts("anna", "offer-m1-2")
    pool.passes(30)
    pool.ends("anna", "interaction-m1")
    assert pool.passes(30) == []
    assert kinds(pool.passes(30)) == [WrapUpCompleted]


@pytest.mark.parametrize(("rule", "code", "taken"), [
    ("optional", "", True), ("optional", "done", True), ("optional", "lunch", False),
    ("until_completed", "", False), ("until_completed", "done", True), ("timed", "", True),
])  # fmt: skip
def test_which_codes_close_a_wrap_up(rule, code, taken):
    pool = wrapping_up(rule)
    pool.ends("anna", CALL)
    if taken:
        assert kinds(pool.wraps_up("anna", CALL, code)) == [WrapUpCompleted]
    else:
        with pytest.raises(InvalidError):
            pool.wraps_up("anna", CALL, code)
