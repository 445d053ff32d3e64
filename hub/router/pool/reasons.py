"""The reasons that go into the log with each offer: cheap to make, enough to know which rule spoke."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.router.matching.agents import Seat
from hub.router.matching.order import AgentChoice, Order
from hub.router.matching.waiting import Work

_FIRST = {
    Order.PRIORITY: "the highest priority, then the longest waiting",
    Order.AGE: "the longest waiting",
    Order.DEADLINE: "the first to miss its target",
    Order.GROWING: "the highest priority, which grows with age",
    Order.SKILL: "what the agent is best at, then the longest waiting",
}
_CHOSEN = {
    AgentChoice.LONGEST_IDLE: "longest idle",
    AgentChoice.HIGHEST_LEVEL: "highest level, then longest idle",
    AgentChoice.LEAST_OCCUPIED: "least occupied, then longest idle",
    AgentChoice.FEWEST_TODAY: "fewest today, then longest idle",
    AgentChoice.ROUND_ROBIN: "longest since the last offer",
    AgentChoice.FASTEST: "fastest, then longest idle",
}


_BOUND = "it waits for this agent first"
_BY_PEOPLE = {"given by": "given", "pulled by": "pulled"}


@dataclass(frozen=True, slots=True)
class Why:
    """The reasons of an offer in one word each, for whoever shows them in another language. `work`: why this work now,
    an order of the policy (`priority`, `age`, `deadline`, `growing`, `skill`); `agent`: why this agent, an
    `agent_choice` of the policy, `known_agent` (it waits for them first), `given` (a supervisor gave it to them) or
    `pulled`. Empty: nobody said."""

    work: str = ""
    agent: str = ""


def why_of(reasons: Sequence[str]) -> Why:
    """What these reasons of an offer say."""
    people = next((word for said, word in _BY_PEOPLE.items() if reasons and reasons[0].startswith(said)), "")
    if people or len(reasons) < 2:
        return Why("", people)
    work = next((order.value for order, words in _FIRST.items() if f": {words} of all" in reasons[0]), "")
    if reasons[1].startswith(_BOUND):
        return Why(work, "known_agent")
    return Why(work, next((one.value for one, words in _CHOSEN.items() if reasons[1].startswith(f"{words} of")), ""))


def offer_reasons(work: Work, seat: Seat, now: float, order: Order) -> tuple[str, ...]:
    """Why this work now, and why this agent."""
    line, need = work.line, work.need
    if work.bound is not None:
        why_agent = _BOUND
    else:
        why_agent = f"{_CHOSEN[need.choice]} of those who fit: idle {now - seat.idle[0]:.1f} s"
    return (
        f"queue {line.queue}, priority {line.priority}, waited {now - work.since:.1f} s: {_FIRST[order]}"
        " of all that the agent may take",
        f"{why_agent}, {seat.units_for(need)} units free",
    )
