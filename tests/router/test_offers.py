"""Offers: to several at once, declined, unanswered, taken back; who is not asked again, and until when."""

import pytest

from hub.domain.agent.events import AgentChannelsClosed, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.errors import RefusedError
from hub.domain.interaction.events import (
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionContinued,
    InteractionFlagged,
    InteractionInterrupted,
    InteractionOffered,
    InteractionQueued,
    InteractionTransferred,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    RequirementRelaxed,
)
from hub.router.pool.deadlines import next_deadline
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy


def kinds(events):
    return [type(event) for event in events]


def offers(events):
    return [(event.agent_id, event.offer_id) for event in events if isinstance(event, InteractionOffered)]


def asked_at_once(several: int = 2) -> PoolInHand:
    pool = PoolInHand(policy(general=f"offer_to = {several}"))
    for agent in ("anna", "ben", "carl"):
        pool.signs_on(agent)
    return pool


def test_several_are_asked_and_the_first_to_accept_has_it():
    pool = asked_at_once()
    assert offers(pool.arrives("c1")) == [("anna", "offer-c1-1"), ("ben", "offer-c1-2")]
    accepted, rescinded = pool.accepts("ben", "offer-c1-2")
    assert (type(accepted), accepted.agent_id) == (OfferAccepted, "ben")
    assert (type(rescinded), rescinded.agent_id) == (OfferRescinded, "anna")
    with pytest.raises(RefusedError, match="faster"):
        pool.accepts("anna", "offer-c1-1")
    assert pool.accepts("ben", "offer-c1-2") == []
    assert offers(pool.arrives("c2")) == [("anna", "offer-c2-1"), ("carl", "offer-c2-2")]


def test_as_many_are_asked_as_there_are():
    assert len(offers(asked_at_once(10).arrives("c1"))) == 3


def test_when_one_of_several_declines_the_others_still_have_their_time():
    pool = asked_at_once()
    pool.arrives("c1")
    assert kinds(pool.declines("anna", "offer-c1-1")) == [OfferDeclined]
    assert kinds(pool.declines("ben", "offer-c1-2")) == [OfferDeclined, InteractionOffered]
    assert pool.log[-1].event.agent_id == "carl"


def test_when_all_who_were_asked_at_once_let_it_time_out_they_get_no_more_and_a_supervisor_is_told():
    pool = asked_at_once(3)
    pool.arrives("c1")
    events = pool.passes(20)
    assert kinds(events).count(OfferTimedOut) == 3
    assert kinds(events)[-2:] == [DeclinesForgotten, InteractionFlagged]
    assert {agent.state.state for agent in pool.state.agents.values()} == {AgentState.NOT_ANSWERING}


def test_a_customer_who_leaves_takes_all_offers_along():
    pool = asked_at_once()
    pool.arrives("c1")
    assert kinds(pool.customer_leaves("c1")) == [OfferRescinded, OfferRescinded, InteractionAbandoned]
    assert all(agent.seat.free == 100 for agent in pool.state.agents.values())


@pytest.mark.parametrize(
    ("rule", "expected", "gets_calls", "gets_mails"),
    [
        ("all", AgentStateChanged, False, False),
        ("channel", AgentChannelsClosed, False, True),
        ("none", None, True, True),
    ],
)
def test_who_does_not_answer_gets_no_more_of_what_the_policy_says(rule, expected, gets_calls, gets_mails):
    pool = PoolInHand(policy(agents=f'not_answering = "{rule}"'))
    pool.signs_on("anna")
    pool.arrives("c1")
    events = pool.passes(20)
    assert kinds(events)[:1] == [OfferTimedOut]
    assert (expected in kinds(events)) == (expected is not None)
    pool.customer_leaves("c1")
    assert bool(offers(pool.arrives("mail", channel=Channel.EMAIL))) == gets_mails
    pool.customer_leaves("mail", "email")
    assert bool(offers(pool.arrives("c2"))) == gets_calls
    pool.customer_leaves("c2")
    pool.becomes("anna", AgentState.READY)
    assert offers(pool.arrives("c3")), "they say they are ready"


def test_offers_of_other_channels_stay_when_one_channel_is_closed():
    pool = PoolInHand(policy(agents='not_answering = "channel"'))
    pool.signs_on("anna", capacity=200)
    pool.arrives("c1")
    pool.passes(5)
    pool.arrives("mail", channel=Channel.EMAIL)
    events = pool.passes(15)
    assert OfferRescinded not in kinds(events)
    assert "interaction-mail" in pool.state.agents["anna"].holds


@pytest.mark.parametrize(
    ("field", "busy", "times_out"),
    [
        ("after_decline_seconds", False, False),
        ("after_busy_seconds", True, False),
        ("after_no_answer_seconds", False, True),
    ],
)
def test_each_way_of_not_taking_it_has_its_own_rest(field, busy, times_out):
    pool = PoolInHand(policy(agents=f'not_answering = "none"\n{field} = 7'))
    pool.signs_on("anna")
    pool.arrives("c1")
    if times_out:
        pool.passes(20)
    else:
        pool.declines("anna", "offer-c1-1", busy=busy)
    assert kinds(pool.arrives("c2")) == [InteractionQueued]
    assert next_deadline(pool.state) == pool.now.timestamp() + 7
    assert pool.passes(6.9) == []
    assert offers(pool.passes(0.1)) == [("anna", "offer-c2-1")]


def test_signing_on_anew_ends_a_rest():
    pool = PoolInHand(policy(agents="after_decline_seconds = 60"))
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    pool.signs_off("anna")
    assert offers(pool.signs_on("anna")) == [("anna", "offer-c1-2")]


def test_who_declined_is_not_asked_again_until_all_who_are_signed_on_have():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.signs_on("carl")
    pool.becomes("carl", AgentState.AWAY)
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    assert kinds(pool.declines("ben", "offer-c1-2")) == [OfferDeclined], "carl may be back any time"
    assert pool.passes(3600) == []
    forgotten, flagged = pool.signs_off("carl")[1:]
    assert (type(forgotten), type(flagged)) == (DeclinesForgotten, InteractionFlagged)
    assert pool.passes(59) == []
    assert offers(pool.passes(1)) == [("anna", "offer-c1-3")]


def test_only_the_agent_it_waits_for_counts_as_long_as_it_waits_for_one():
    pool = PoolInHand(policy(rule="skills = { sales = 3 }"))
    pool.signs_on("anna", sales=3)
    pool.arrives("c1", service="sales")
    pool.accepts("anna", "offer-c1-1")
    pool.signs_on("ben")
    pool.becomes("ben", AgentState.AWAY)
    assert kinds(pool.transfers("anna", "interaction-c1", to_agent="ben")) == [InteractionTransferred]
    assert not pool.state.interactions["interaction-c1"].state.flagged, "anna had it, but ben may take it any time"
    assert kinds(pool.passes(30)) == [RequirementRelaxed, DeclinesForgotten, InteractionFlagged]


def test_whoever_signs_on_anew_is_asked_at_once():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    pool.becomes("ben", AgentState.AWAY)
    pool.signs_off("anna")
    assert offers(pool.signs_on("anna")) == [("anna", "offer-c1-3")]


def test_moving_it_does_not_make_those_who_declined_be_asked_again():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.becomes("ben", AgentState.AWAY)
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    assert not offers(pool.moves("interaction-c1", "desk"))
    assert offers(pool.becomes("ben", AgentState.READY)) == [("ben", "offer-c1-2")]


def test_declining_twice_is_declining_once():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    assert pool.declines("anna", "offer-c1-1") == []
    with pytest.raises(RefusedError):
        pool.declines("ben", "offer-c1-1")


def on_a_mail() -> PoolInHand:
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.arrives("mail", channel=Channel.EMAIL)
    pool.accepts("anna", "offer-mail-1")
    return pool


def test_a_call_pauses_a_mail_which_goes_on_after_it():
    pool = on_a_mail()
    assert kinds(pool.arrives("c1")) == [InteractionQueued, InteractionInterrupted, InteractionOffered]
    interrupted = pool.log[-2].event
    assert (interrupted.agent_id, interrupted.by) == ("anna", "interaction-c1")
    pool.accepts("anna", "offer-c1-1")
    pool.ends("anna", "interaction-c1")
    assert InteractionContinued in kinds(pool.wraps_up("anna", "interaction-c1", "any"))


@pytest.mark.parametrize("how", ["declines", "leaves"])
def test_a_mail_goes_on_when_the_call_goes_elsewhere(how):
    pool = on_a_mail()
    pool.arrives("c1")
    events = pool.declines("anna", "offer-c1-1") if how == "declines" else pool.customer_leaves("c1")
    assert InteractionContinued in kinds(events)


def test_a_mail_rests_while_calls_follow_each_other():
    pool = on_a_mail()
    pool.arrives("c1")
    pool.arrives("c2")
    events = pool.works_through("anna", "offer-c1-1", "any")
    assert InteractionContinued not in kinds(events)
    assert offers(events) == [("anna", "offer-c2-1")]
    assert InteractionContinued in kinds(pool.works_through("anna", "offer-c2-1", "any"))


def test_a_mail_that_was_only_offered_goes_to_somebody_else():
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    pool.arrives("mail", channel=Channel.EMAIL)
    assert kinds(pool.arrives("c1")) == [InteractionQueued, OfferRescinded, InteractionOffered]
    assert offers(pool.signs_on("ben")) == [("ben", "offer-mail-2")]


def test_a_wrap_up_is_not_interrupted():
    pool = on_a_mail()
    pool.ends("anna", "interaction-mail")
    assert kinds(pool.arrives("c1")) == [InteractionQueued]
    assert offers(pool.wraps_up("anna", "interaction-mail", "any")) == [("anna", "offer-c1-1")]


def test_what_ends_while_it_rests_takes_no_room_for_its_wrap_up():
    pool = on_a_mail()
    pool.arrives("c1")
    pool.accepts("anna", "offer-c1-1")
    pool.customer_leaves("mail", "email")
    pool.ends("anna", "interaction-c1")
    assert InteractionContinued not in kinds(pool.wraps_up("anna", "interaction-c1", "any"))
    pool.wraps_up("anna", "interaction-mail", "any")
    assert pool.state.agents["anna"].seat.free == 100


def test_a_ceiling_bounds_the_pieces_of_a_channel_whatever_room_there_is():
    pool = PoolInHand(policy(channels="ceiling = 1"))
    pool.signs_on("anna")
    assert offers(pool.arrives("m1", channel=Channel.EMAIL))
    assert not offers(pool.arrives("m2", channel=Channel.EMAIL))
    assert offers(pool.changes_capacity("anna", 100, email=2)) == [("anna", "offer-m2-1")]


def test_work_takes_of_an_agent_what_they_signed_on_with():
    pool = PoolInHand(policy())
    pool.signs_on("anna", units={"web": 50})
    for number in range(3):
        pool.arrives(f"c{number}", channel=Channel.WEB)
    assert [event.units for _, _, event in pool.log if isinstance(event, InteractionOffered)] == [50, 50]
    assert pool.state.agents["anna"].seat.free == 0


def test_fewest_today_counts_anew_each_day():
    pool = PoolInHand(policy(general='agent_choice = "fewest_today"', top='time_zone = "UTC"'))
    pool.passes(0)
    pool.signs_on("anna")
    pool.arrives("c1")
    pool.works_through("anna", "offer-c1-1", "any")
    pool.signs_on("ben")
    pool.passes(60)
    assert offers(pool.arrives("c2")) == [("ben", "offer-c2-1")]
    pool.works_through("ben", "offer-c2-1", "any")
    pool.arrives("c3")
    pool.works_through("anna", "offer-c3-1", "any")
    assert [pool.state.agents[name].answered for name in ("anna", "ben")] == [2, 1]
    [began] = pool.passes(16 * 3600)
    assert began.date == "2024-03-05"
    assert [pool.state.agents[name].answered for name in ("anna", "ben")] == [0, 0]
    assert offers(pool.arrives("c4")) == [("ben", "offer-c4-1")], "of equals the longest idle"
