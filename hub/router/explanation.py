"""The reasons that go into the log with each offer: cheap to make, enough to know which rule spoke."""

from hub.router.agents import Seat
from hub.router.waiting import Work


def offer_reasons(work: Work, seat: Seat, now: float) -> tuple[str, ...]:
    """Why this work now, and why this agent."""
    line = work.line
    return (
        f"first in queue {line.queue}, priority {line.priority}, that the agent fits: waited {now - work.since:.1f} s",
        f"longest idle of those who fit with {line.need.units} units free: {now - seat.idle[0]:.1f} s",
    )
