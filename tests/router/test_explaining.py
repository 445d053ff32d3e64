"""Every decision of a busy day comes out the same when it is taken again from the log; and nothing else would."""

from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest

from hub.application.explaining.decisions import Decisions, Verification
from hub.domain.interaction.events import (
    InteractionMoved,
    InteractionOffered,
    InteractionQueued,
    InteractionReopened,
    RequirementRelaxed,
)
from hub.ports import Recorded
from hub.router.explaining.explain import explain
from hub.router.explaining.recomputing import DECISIONS, is_decision
from hub.router.explaining.retelling import Retelling
from hub.router.matching.candidates import Rule, canonical_match
from hub.router.pool.state import PoolState
from tests.router import rich_policy
from tests.router.days import OPEN, Day, busy_day, full_centre, journal_of
from tests.router.pools import PoolInHand

SEEDS = range(1, 4)


@cache
def day(seed: int) -> Day:
    policies = full_centre()
    return busy_day(
        policies[0][0], seed=seed, hours=1.5, contacts_per_hour=400, agents=14, policies=policies[1:], start=OPEN
    )


async def verified(log: Sequence[Recorded], seed: int) -> Verification:
    return await Decisions(journal_of(log), day(seed).policy).verify()


@pytest.mark.parametrize("seed", SEEDS)
async def test_every_decision_of_a_busy_day_comes_out_the_same(seed: int) -> None:
    log = day(seed).log
    found = await verified(log, seed)
    assert (found.different, found.missing, found.findings) == (0, 0, [])
    kinds = Counter(type(one.event).__name__ for one in log if isinstance(one.event, DECISIONS))
    assert found.decisions + found.by_people == kinds.total()
    assert found.by_kind["InteractionOffered"] > 600
    assert {"InteractionMoved", "InteractionReopened", "RequirementRelaxed"} <= set(found.by_kind)


async def test_all_that_can_happen_happened() -> None:
    happened = Counter(type(one.event).__name__ for seed in SEEDS for one in day(seed).log)
    rare = ["InteractionInterrupted", "InteractionContinued", "OfferTimedOut", "InteractionTransferred", "DayBegan",
            "InteractionParked", "InteractionUnparked", "CallbackScheduled", "QueueIntakeChanged", "PolicyAdopted",
            "InteractionRefused", "DeclinesForgotten", "InteractionPulledBack", "AgentChannelsClosed",
            "InteractionPrioritised", "ParticipantJoined", "AgentSkillsChanged", "AgentCapacityChanged"]  # fmt: skip
    assert [name for name in rare if not happened[name]] == []


@pytest.mark.parametrize("seed", SEEDS)
def test_who_got_it_ranks_first_and_the_plain_meaning_agrees(seed: int) -> None:
    one = day(seed)
    story = Retelling(PoolState(one.policy, "main", one.state.policies))
    offers = 0
    for recorded in one.log:
        state, event = story.before(recorded), recorded.event
        if isinstance(event, InteractionOffered) and event.actor.startswith("policy:"):
            offers += 1
            _ranks_first(state, recorded, event, is_slow=offers % 10 == 0)
        story.after(recorded)
    assert offers > 600


def _ranks_first(state: PoolState, recorded: Recorded, event: InteractionOffered, *, is_slow: bool) -> None:
    told = explain(state, recorded, shown=None)
    assert told["same"] is True
    first = told["agents"][0]
    assert (first["agent_id"], first["rule"], first["rank"]) == (event.agent_id, Rule.FITS, 1)
    assert {one["agent_id"] for one in told["agents"]} == set(state.agents)
    if state.interactions[recorded.stream].state.open_offers:
        return  # one offer more of the same work
    works = {one["interaction_id"]: one for one in told["interactions"]}
    assert works[recorded.stream]["rule"] is not None
    assert works[recorded.stream]["rank"] is not None
    if is_slow:
        match = canonical_match(state.matcher, event.at.timestamp())
        assert match is not None
        assert (match[0].id, match[1].agent_id) == (recorded.stream, event.agent_id)


def test_what_a_supervisor_put_first_is_told_with_what_it_was_before() -> None:
    pool = PoolInHand(rich_policy.policy())
    pool.arrives("c1")
    pool.prioritises("interaction-c1", priority=7, credit_seconds=60)
    story = Retelling(PoolState(pool.state.policy, "main"))
    for position, one in enumerate(pool.log, 1):
        recorded = Recorded(position, one.stream, one.version, one.event)
        state = story.before(recorded)
        told = explain(state, recorded) if is_decision(recorded) else {}
        story.after(recorded)
    assert (told["type"], told["actor"], told["same"]) == ("InteractionPrioritised", "operator:super", None)
    assert (told["queue"], told["priority_before"], told["priority"]) == ("general", 0, 7)
    assert (told["credit_before"], told["credit"]) == (0.0, 60.0)


# The check finds what is wrong.


def _changed(log: Sequence[Recorded], kind: type, **given: object) -> list[Recorded]:
    """The log up to the last event of a kind, which is told otherwise."""
    at = max(index for index, one in enumerate(log) if type(one.event) is kind and _differs(one, given))
    event = log[at].event.model_copy(update=given)
    return [*log[:at], log[at]._replace(event=event)]


def _differs(one: Recorded, given: dict[str, object]) -> bool:
    by_policy = one.event.actor.startswith("policy:")
    by_policy |= getattr(one.event, "reason", "") in ("overflow", "drained", "policy")
    by_policy &= bool(getattr(one.event, "contact_id", "nothing to do with one"))
    return by_policy and any(getattr(one.event, name) != value for name, value in given.items())


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (InteractionOffered, {"agent_id": "a003"}),
        (InteractionOffered, {"units": 7}),
        (InteractionOffered, {"reasons": ("because",)}),
        (InteractionQueued, {"queue": "complaints"}),
        (InteractionQueued, {"estimated_wait_seconds": 123.0}),
        (InteractionQueued, {"known_agent": "a001"}),
        (InteractionReopened, {"priority": 99}),
        (RequirementRelaxed, {"reason": "declined"}),
        (InteractionMoved, {"queue": "complaints"}),
    ],
)
async def test_a_decision_told_otherwise_is_found(kind: type, given: dict[str, object]) -> None:
    found = await verified(_changed(day(1).log, kind, **given), 1)
    assert found.different == 1
    finding = found.findings[0]
    assert finding["type"] == kind.__name__
    assert set(given) <= set(finding["different"]) or finding["different"] == {
        "decided": {"recorded": kind.__name__, "recomputed": "nothing"}
    }


async def test_an_offer_left_out_is_missed() -> None:
    log = day(1).log
    at = max(
        index
        for index, one in enumerate(log)
        if type(one.event) is InteractionOffered
        and one.event.actor.startswith("policy:")
        and log[index - 1].event.causation == one.event.causation
        and (log[index - 1].stream, type(log[index - 1].event)) != (one.stream, InteractionOffered)
    )
    found = await verified(log[:at], 1)
    assert found.missing == 1
    assert not found.ok
