"""Forgetting a customer: a fact like any other, after which nothing tells any more who it was."""

from datetime import datetime

from hub.domain.customer.events import Customer, CustomerForgotten
from hub.domain.errors import InvalidError

LONGEST_REASON = 200


def forget(customer: Customer, reason: str, *, now: datetime, actor: str, causation: str) -> list[CustomerForgotten]:
    """Nothing to do for who is forgotten already. Raises InvalidError where nobody says why."""
    if not reason.strip() or len(reason) > LONGEST_REASON:
        raise InvalidError(f"say why, in 1 to {LONGEST_REASON} characters that name nobody: they stay", "reason")
    if customer.forgotten:
        return []
    return [CustomerForgotten(at=now, recorded_at=now, causation=causation, actor=actor, reason=reason.strip())]
