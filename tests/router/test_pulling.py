"""Agents take waiting work by themselves, where its queue lets them and it could have been offered to them."""

import pytest

from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.events import InteractionInterrupted, InteractionOffered, OfferAccepted
from hub.router.policy.checker import check_text
from hub.router.pool.pulling import pullable
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

MAIL = "interaction-mail"


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand(policy(rule="skills = { sales = 3 }", sales="pull = true\nentry_delay_seconds = 600"))


def arrives(pool: PoolInHand, name: str = "mail", **given) -> None:
    pool.arrives(name, **{"service": "sales", "channel": Channel.EMAIL} | given)


def could_pull(pool: PoolInHand, agent: str = "anna") -> list[str]:
    return pullable(pool.state, agent, pool.now.timestamp())


def refused(pool: PoolInHand, agent: str, words: str, stream: str = MAIL) -> None:
    """What is refused is not shown either."""
    with pytest.raises(RefusedError, match=words):
        pool.pulls(agent, stream)
    assert stream not in could_pull(pool, agent)


def test_an_agent_takes_what_is_offered_to_nobody_yet(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    assert could_pull(pool) == [MAIL]
    offered, accepted = pool.pulls("anna", MAIL)
    assert (type(offered), type(accepted)) == (InteractionOffered, OfferAccepted)
    assert offered.reasons == ("pulled by anna from queue sales, which lets agents choose", "40 units free")
    assert (offered.actor, offered.units, offered.policy) == ("agent:anna", 40, pool.state.policy.version)
    assert (offered.expires_at - offered.at).total_seconds() == 20
    assert (accepted.offer_id, accepted.agent_id, accepted.today) == (offered.offer_id, "anna", 1)
    assert pool.state.agents["anna"].seat.free == 60
    assert could_pull(pool) == []
    assert pool.pulls("anna", MAIL) == []


def test_of_two_who_pull_at_once_one_has_it(pool):
    pool.signs_on("anna", sales=3)
    pool.signs_on("ben", sales=3)
    arrives(pool)
    pool.pulls("ben", MAIL)
    refused(pool, "anna", "only waiting work can be pulled, and this is active")
    assert pool.state.interactions[MAIL].state.agent_id == "ben"


def test_what_the_agent_is_asked_to_take_is_accepted(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    pool.passes(601)
    assert [type(event) for event in pool.pulls("anna", MAIL)] == [OfferAccepted]


def test_what_another_agent_is_asked_to_take_is_theirs_to_answer(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    pool.passes(601)
    pool.signs_on("ben", sales=3)
    refused(pool, "ben", "asked of another agent")


def test_who_declined_may_think_better_of_it(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    pool.passes(601)
    pool.declines("anna", "offer-mail-1")
    assert could_pull(pool) == [MAIL]
    assert [type(event) for event in pool.pulls("anna", MAIL)] == [InteractionOffered, OfferAccepted]


@pytest.mark.parametrize(
    ("skills", "words"), [({"sales": 2}, "has not the skills"), ({}, "has not the skills"), ({"sales": 3}, "")]
)
def test_only_who_could_be_offered_it(pool, skills, words):
    pool.signs_on("anna", **skills)
    arrives(pool)
    if words:
        refused(pool, "anna", words)
    else:
        assert pool.pulls("anna", MAIL)


def test_who_is_away_pulls_nothing(pool):
    pool.signs_on("anna", sales=3)
    pool.becomes("anna", AgentState.AWAY)
    arrives(pool)
    refused(pool, "anna", "is not ready")
    pool.signs_off("anna")
    refused(pool, "anna", "signed off")
    with pytest.raises(NotFoundError):
        pool.pulls("zoe", MAIL)


def test_nobody_takes_more_than_they_have_room_for(pool):
    pool.signs_on("anna", sales=3)
    for number in (1, 2, 3):
        arrives(pool, f"mail{number}")
    pool.pulls("anna", "interaction-mail1")
    pool.pulls("anna", "interaction-mail2")
    refused(pool, "anna", "no room", "interaction-mail3")


def test_a_call_that_is_pulled_pauses_what_may_wait(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    pool.pulls("anna", MAIL)
    arrives(pool, "call", channel=Channel.PHONE)
    events = pool.pulls("anna", "interaction-call")
    assert [type(event) for event in events] == [InteractionInterrupted, InteractionOffered, OfferAccepted]
    assert pool.state.agents["anna"].seat.free == 0


def test_what_waits_for_another_agent_first_is_not_there_to_be_pulled():
    known = 'known_agent = { who = ["last_agent"], seconds = 900 }'
    pool = PoolInHand(policy(rule=known, sales="pull = true\nentry_delay_seconds = 600"))
    pool.signs_on("anna")
    arrives(pool, "first")
    pool.pulls("anna", "interaction-first")
    pool.ends("anna", "interaction-first")
    pool.wraps_up("anna", "interaction-first")
    arrives(pool)
    pool.signs_on("ben")
    refused(pool, "ben", "waits for another agent first")
    assert could_pull(pool) == [MAIL]


def test_queues_that_say_nothing_let_nobody_pull(pool):
    pool.signs_on("anna", sales=3)
    pool.becomes("anna", AgentState.AWAY)
    pool.arrives("c1")
    pool.becomes("anna", AgentState.READY)
    pool.declines("anna", "offer-c1-1")
    refused(pool, "anna", "queue general does not let agents pull", "interaction-c1")


def test_what_comes_first_is_shown_first_and_no_more_than_asked_for(pool):
    pool.signs_on("anna", sales=3)
    for number in (1, 2, 3):
        arrives(pool, f"mail{number}")
        pool.passes(1)
    pool.prioritises("interaction-mail3", 9, 0.0)
    order = ["interaction-mail3", "interaction-mail1", "interaction-mail2"]
    assert could_pull(pool) == order
    assert pullable(pool.state, "anna", pool.now.timestamp(), 2) == order[:2]


def test_the_policy_in_force_says_whether_agents_pull(pool):
    pool.signs_on("anna", sales=3)
    arrives(pool)
    pool.adopts(policy(rule="skills = { sales = 3 }", sales="entry_delay_seconds = 600"))
    refused(pool, "anna", "does not let agents pull")


def test_the_checker_says_where_nothing_is_left_to_choose():
    def remarks(sales: str) -> list[str]:
        return [one.message for one in check_text(policy(sales=sales).text, "p") if "choose" in one.message]

    assert len(remarks("pull = true")) == 1
    assert remarks("pull = true\nentry_delay_seconds = 60") == []
    assert remarks("") == []
