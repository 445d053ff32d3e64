"""Facts of interactions for the tests of their rules, and what they add up to."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    InteractionRefused,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.domain.interaction.state import Interaction, evolve

NOON = datetime(2024, 3, 4, 12, tzinfo=UTC)
LATER = NOON + timedelta(hours=1)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "correlation": "i", "actor": "test"}
ELSEWHERE: dict[str, Any] = {
    "queue": "other", "priority": 3, "skills": {"loans": 2}, "units": 25, "policy": "p", "reasons": ("why",),
}  # fmt: skip
"""A placement in another queue."""

QUEUED = InteractionQueued(
    **META, pool="main", queue="q", contact_id="c", customer_id="customer-1", channel="phone", thread="t", service="",
    priority=0, skills={}, units=100, policy="p", reasons=("r",),
)  # fmt: skip
REFUSED_ENTRY = InteractionRefused(
    **META, pool="main", queue="q", contact_id="c", customer_id="customer-1", channel="phone", thread="t", service="",
    reason="closed", policy="p", reasons=("r",),
)  # fmt: skip
OFFERED = InteractionOffered(
    **META, offer_id="offer-1", agent_id="anna", expires_at=NOON, units=100, policy="p", reasons=("r",)
)
TO_ANNA = {"offer_id": "offer-1", "agent_id": "anna"}
TO_BEN = {"offer_id": "offer-2", "agent_id": "ben"}
ACCEPTED = OfferAccepted(**META, **TO_ANNA)
DECLINED = OfferDeclined(**META, **TO_ANNA, reason="busy")
TIMED_OUT = OfferTimedOut(**META, **TO_ANNA)
RESCINDED = OfferRescinded(**META, **TO_ANNA, reason="gone")
ENDED = InteractionEnded(**META, agent_id="anna", ended_by="agent")
COMPLETED = WrapUpCompleted(**META, agent_id="anna", code="done")

Facts = tuple[Event, ...]
When = Callable[[Interaction], list[Event]]

WAITING: Facts = (QUEUED,)
OPEN_OFFER: Facts = (*WAITING, OFFERED)
ACTIVE: Facts = (*OPEN_OFFER, ACCEPTED)
WRAP_UP: Facts = (*ACTIVE, ENDED)
OVER: Facts = (*WRAP_UP, COMPLETED)
ABANDONED: Facts = (*WAITING, InteractionAbandoned(**META))
OFFERED_AGAIN: Facts = (*OPEN_OFFER, DECLINED, OFFERED.model_copy(update=TO_BEN))
OFFERED_TO_BOTH: Facts = (*OPEN_OFFER, OFFERED.model_copy(update=TO_BEN))


def given(facts: Facts, state: Interaction | None = None) -> Interaction:
    """What these facts add up to."""
    state = state or Interaction()
    for fact in facts:
        state = evolve(state, fact)
    return state


def rescinded(reason: str, **offer: str) -> OfferRescinded:
    """One of the open offers taken back; Anna's unless another is named."""
    return OfferRescinded(**META, **(offer or TO_ANNA), reason=reason)


def when(rule: Callable[..., list[Event]], *arguments: Any, **named: Any) -> When:
    """A rule with everything but the state it is asked in."""
    return lambda state: rule(state, *arguments, **named, **META)
