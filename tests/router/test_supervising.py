"""What supervisors do to work, agents and queues, and how a policy comes into force."""

import pytest

from hub.domain.agent.events import AgentSignedOff, AgentState
from hub.domain.contact import Channel
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import (
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionPulledBack,
    OfferAccepted,
    OfferRescinded,
    ParticipantJoined,
    ParticipantLeft,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Phase
from hub.domain.pool.events import PolicyAdopted, QueueIntakeChanged
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"


def kinds(events):
    return [type(event) for event in events]


def offered(events):
    return [(event.agent_id, event.correlation) for event in events if isinstance(event, InteractionOffered)]


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand(policy(rule="skills = { sales = 3 }"))


def test_waiting_work_is_given_to_an_agent_who_would_not_have_fitted(pool):
    pool.signs_on("anna")
    pool.arrives("c1", service="sales")
    given, accepted = pool.assigns(CALL, "anna")
    assert (type(given), type(accepted), accepted.today) == (InteractionOffered, OfferAccepted, 1)
    assert given.reasons == ("given by operator:super",)
    assert pool.assigns(CALL, "anna") == []
    assert pool.state.interactions[CALL].state.phase is Phase.ACTIVE


def test_work_that_is_offered_to_somebody_else_is_taken_from_them(pool):
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1")
    assert kinds(pool.assigns(CALL, "ben")) == [OfferRescinded, InteractionOffered, OfferAccepted]
    assert {name: agent.seat.free for name, agent in pool.state.agents.items()} == {"anna": 100, "ben": 0}


def test_work_that_is_offered_to_the_same_agent_is_accepted_for_them(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    assert kinds(pool.assigns(CALL, "anna")) == [OfferAccepted]


def test_nobody_is_given_more_than_they_have_room_for(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.arrives("c2")
    with pytest.raises(RefusedError, match="no room"):
        pool.assigns("interaction-c2", "anna")


def test_what_may_wait_is_paused_for_what_is_given(pool):
    pool.signs_on("anna")
    pool.arrives("mail", channel=Channel.EMAIL)
    pool.accepts("anna", "offer-mail-1")
    pool.becomes("anna", AgentState.AWAY)
    pool.arrives("c1")
    assert kinds(pool.assigns(CALL, "anna")) == [InteractionInterrupted, InteractionOffered, OfferAccepted]
    assert pool.state.agents["anna"].seat.free == 0


@pytest.mark.parametrize("state", ["unknown", "signed off", "gone"])
def test_nothing_is_given_to_who_is_not_there(pool, state):
    pool.arrives("c1")
    if state != "unknown":
        pool.signs_on("anna", capacity=50)
        (pool.signs_off if state == "signed off" else pool.falls_silent)("anna")
    with pytest.raises(HubError):
        pool.assigns(CALL, "anna")


def test_work_somebody_has_is_pulled_back_before_it_is_given_to_another(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.signs_on("ben")
    with pytest.raises(RefusedError, match="active"):
        pool.assigns(CALL, "ben")
    pulled, again = pool.pulls_back(CALL)
    assert (type(pulled), pulled.agent_id, again.agent_id) == (InteractionPulledBack, "anna", "ben")
    assert pool.state.interactions[CALL].since == START.timestamp()


def test_an_offer_is_pulled_back_and_waiting_work_needs_none(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    assert OfferRescinded in kinds(pool.pulls_back(CALL))
    pool.arrives("c2", service="sales")
    assert pool.pulls_back("interaction-c2") == []


def test_work_is_moved_with_its_age_and_asks_for_what_the_queue_serves(pool):
    pool.arrives("c1", service="sales")
    pool.now = pool.now.replace(minute=5)
    [moved] = pool.moves(CALL, "desk")
    assert (type(moved), moved.from_queue, moved.skills) == (InteractionMoved, "sales", {})
    assert pool.moves(CALL, "desk") == []
    assert offered(pool.signs_on("anna")) == [("anna", CALL)]
    assert "waited 300.0 s" in pool.log[-1].event.reasons[0]
    with pytest.raises(NotFoundError):
        pool.moves(CALL, "nowhere")


@pytest.mark.parametrize("how", ["moved", "drained", "transferred", "sold"])
def test_work_that_comes_from_another_queue_asks_for_the_skill_of_the_one_it_comes_to(how):
    pool = PoolInHand(policy(rule="skills = { sales = 3 }", sales="serves = { skills = { sales = 1 } }"))
    pool.signs_on("anna")
    if how == "sold":
        pool.arrives("c1", service="sales")
    else:
        pool.arrives("c1")
        pool.accepts("anna", "offer-c1-1")
    if how == "transferred":
        pool.transfers("anna", CALL, "sales")
    elif how != "sold":
        pool.becomes("anna", AgentState.AWAY)
        pool.pulls_back(CALL)
        _ = pool.moves(CALL, "sales") if how == "moved" else pool.sets_intake("general", "draining", "sales")
    one = pool.state.interactions[CALL]
    assert (one.queue, dict(one.placement.skills)) == ("sales", {"sales": 3 if how == "sold" else 1})
    pool.becomes("anna", AgentState.READY)
    assert offered(pool.signs_on("ben", support=5)) == []
    assert offered(pool.signs_on("carl", sales=3)) == [("carl", CALL)]


def test_work_with_a_higher_priority_or_more_age_goes_first(pool):
    for number in range(3):
        pool.arrives(f"c{number}")
    pool.prioritises("interaction-c2", credit_seconds=60)
    assert pool.prioritises("interaction-c2", credit_seconds=60) == []
    assert offered(pool.signs_on("anna")) == [("anna", "interaction-c2")]
    pool.prioritises("interaction-c1", priority=5)
    assert offered(pool.signs_on("ben")) == [("ben", "interaction-c1")]
    with pytest.raises(InvalidError):
        pool.prioritises("interaction-c0", priority=1001)


def test_of_two_supervisors_who_change_its_place_the_second_is_told_what_the_first_did(pool):
    pool.arrives("c1")
    pool.prioritises(CALL, priority=7, seen=0, actor="person:sam")
    with pytest.raises(RefusedError, match="person:sam has changed its place meanwhile: it has priority 7") as told:
        pool.prioritises(CALL, priority=3, seen=0)
    assert (told.value.field, told.value.code) == ("expected_version", "changed-meanwhile")
    assert pool.prioritises(CALL, priority=7, seen=0) == [], "the same is no quarrel"
    seen = pool.state.interactions[CALL].place_version
    assert pool.prioritises(CALL, priority=3, seen=seen)[0].priority == 3
    assert pool.prioritises(CALL, priority=9)[0].priority == 9, "who does not say what they saw means it whatever it is"


def test_the_priority_a_supervisor_gave_stays_over_moves_but_not_over_a_policy(pool):
    pool.arrives("c1", service="sales")
    pool.prioritises(CALL, priority=7)
    assert pool.moves(CALL, "desk")[0].priority == 7
    assert pool.sets_intake("desk", "draining", "general")[1].priority == 7
    assert pool.prioritises(CALL, priority=7) == []
    assert pool.state.interactions[CALL].priority == 7
    assert pool.adopts(OTHER, waiting=True)[1].priority == 4


def test_the_priority_a_supervisor_gave_to_what_rests_is_there_when_it_waits_again(pool):
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales", channel=Channel.EMAIL)
    pool.accepts("anna", "offer-c1-1")
    pool.parks("anna", CALL, seconds=60)
    pool.prioritises(CALL, priority=7, credit_seconds=30)
    pool.becomes("anna", AgentState.AWAY)
    pool.passes(60)
    one = pool.state.interactions[CALL]
    assert (one.state.phase, one.priority, one.credit) == (Phase.WAITING, 7, 30)
    assert pool.prioritises(CALL, priority=7, credit_seconds=30) == []


def test_the_priority_a_supervisor_gave_is_gone_when_it_is_placed_anew(pool):
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales")
    pool.pulls_back(CALL)
    pool.prioritises(CALL, priority=7)
    pool.assigns(CALL, "anna")
    pool.transfers("anna", CALL, "desk")
    assert pool.state.interactions[CALL].priority == pool.state.queue("desk").priority


def test_work_moved_without_a_given_priority_has_that_of_its_queue(pool):
    pool.arrives("c1", service="sales")
    pool.prioritises(CALL, credit_seconds=60)
    assert pool.moves(CALL, "desk")[0].priority == pool.state.queue("desk").priority
    assert pool.state.interactions[CALL].credit == 60


def test_work_with_less_age_goes_behind_others(pool):
    pool.arrives("c1")
    pool.arrives("c2")
    pool.prioritises(CALL, credit_seconds=-60)
    assert offered(pool.signs_on("anna")) == [("anna", "interaction-c2")]


def test_a_supervisor_listens_coaches_and_speaks(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    with pytest.raises(RefusedError):
        pool.joins(CALL, "super")
    pool.accepts("anna", "offer-c1-1")
    for mode in ("monitor", "coach", "barge"):
        assert kinds(pool.joins(CALL, "super", mode)) == [ParticipantJoined]
        assert pool.joins(CALL, "super", mode) == []
    assert kinds(pool.leaves(CALL, "super")) == [ParticipantLeft]
    assert pool.leaves(CALL, "super") == []
    with pytest.raises(InvalidError):
        pool.joins(CALL, "super", "conference")


def test_whom_a_supervisor_signs_off_leaves_conversations_to_others_and_wrap_ups_are_over(pool):
    pool.signs_on("anna", capacity=200)
    pool.arrives("c1")
    pool.arrives("c2")
    pool.accepts("anna", "offer-c1-1")
    pool.accepts("anna", "offer-c2-1")
    pool.ends("anna", "interaction-c2")
    pool.signs_on("ben")
    with pytest.raises(RefusedError):
        pool.signs_off("anna")
    events = pool.is_signed_off("anna")
    assert kinds(events) == [InteractionPulledBack, WrapUpCompleted, AgentSignedOff, InteractionOffered]
    assert offered(events) == [("ben", CALL)]
    assert pool.is_signed_off("anna") == []
    assert not pool.state.agents["anna"].holds


def test_a_drained_queue_sends_on_what_waits_what_is_offered_and_what_comes(pool):
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.arrives("c2")
    events = pool.sets_intake("general", "draining", "desk")
    assert kinds(events)[0] is QueueIntakeChanged
    assert kinds(events).count(InteractionMoved) == 2
    assert offered(events) == [("anna", CALL)]
    assert pool.sets_intake("general", "draining", "desk") == []
    assert pool.arrives("c3")[0].queue == "desk"
    pool.sets_intake("general", "open")
    assert pool.arrives("c4")[0].queue == "general"


def test_drained_queues_lead_on_and_never_round(pool):
    pool.sets_intake("desk", "draining", "sales")
    pool.arrives("c1")
    assert [event.queue for event in pool.sets_intake("general", "draining", "desk")] == ["general", "sales"]
    with pytest.raises(RefusedError, match="drained"):
        pool.sets_intake("sales", "draining", "general")


@pytest.mark.parametrize(
    ("queue", "intake", "to"),
    [
        ("general", "draining", ""),
        ("general", "paused", "desk"),
        ("general", "draining", "general"),
        ("general", "shut", ""),
        ("nowhere", "paused", ""),
        ("general", "draining", "nowhere"),
    ],
)
def test_an_intake_that_makes_no_sense_is_refused(pool, queue, intake, to):
    with pytest.raises(HubError):
        pool.sets_intake(queue, intake, to)
    assert not pool.state.intakes


OTHER = policy(rule="skills = { sales = 1 }\npriority = 4")


def test_a_policy_holds_for_new_work_at_once(pool):
    pool.arrives("c1", service="sales")
    [adopted] = pool.adopts(OTHER)
    assert (type(adopted), adopted.version) == (PolicyAdopted, OTHER.version)
    assert pool.adopts(OTHER) == []
    assert pool.arrives("c2", service="sales")[0].priority == 4
    assert offered(pool.signs_on("anna", sales=1)) == [("anna", "interaction-c2")]


def test_a_policy_holds_for_waiting_work_too_where_that_is_asked_for(pool):
    pool.arrives("c1", service="sales")
    pool.arrives("c2")
    _, moved = pool.adopts(OTHER, waiting=True)
    assert (type(moved), moved.correlation, moved.priority, moved.reason) == (InteractionMoved, CALL, 4, "policy")
    assert pool.state.interactions[CALL].since == START.timestamp()
    assert offered(pool.signs_on("anna", sales=1)) == [("anna", CALL)]


def test_a_policy_that_asks_the_same_but_serves_otherwise_is_taken_on_too(pool):
    pool.arrives("c1")
    other = policy(rule="skills = { sales = 3 }", general="leave_after_seconds = 60")
    assert kinds(pool.adopts(other, waiting=True)) == [PolicyAdopted, InteractionMoved]
    assert len(pool.passes(60)) == 1


def test_work_keeps_waiting_for_the_agent_it_was_meant_for_under_another_policy(pool):
    pool.signs_on("anna", sales=3)
    pool.becomes("anna", AgentState.AWAY)
    pool.arrives("c1", service="sales", known_agents={"direct": "anna"})
    pool.signs_on("ben", sales=3)
    assert not offered(pool.adopts(OTHER, waiting=True))
    assert offered(pool.passes(30)) == [("ben", CALL)]


def test_ceilings_of_a_policy_hold_at_once(pool):
    pool.signs_on("anna")
    pool.adopts(policy(channels="ceiling = 1"))
    pool.arrives("m1", channel=Channel.EMAIL)
    assert not offered(pool.arrives("m2", channel=Channel.EMAIL))
