"""The reasons that go into the log with each offer: cheap to make, enough to know which rule spoke."""

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


def offer_reasons(work: Work, seat: Seat, now: float, order: Order) -> tuple[str, ...]:
    """Why this work now, and why this agent."""
    line, need = work.line, work.need
    if work.bound is not None:
        why_agent = "it waits for this agent first"
    else:
        why_agent = f"{_CHOSEN[need.choice]} of those who fit: idle {now - seat.idle[0]:.1f} s"
    return (
        f"queue {line.queue}, priority {line.priority}, waited {now - work.since:.1f} s: {_FIRST[order]}"
        " of all that the agent may take",
        f"{why_agent}, {seat.units_for(need)} units free",
    )
