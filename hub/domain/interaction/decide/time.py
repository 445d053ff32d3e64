"""What the passing of time makes happen."""

from datetime import datetime
from typing import Any

from hub.domain.event import Event
from hub.domain.interaction.decide.offers import rescind
from hub.domain.interaction.decide.refusing import OPEN, refused
from hub.domain.interaction.events import DeclinesForgotten, InteractionExpired, RequirementRelaxed
from hub.domain.interaction.state import OVER, Interaction, Phase


def relax(state: Interaction, step: int, reason: str, **meta: Any) -> list[Event]:
    """Less is asked of an agent. Nothing to do when that much was relaxed before, or nobody is looked for."""
    if state.phase not in OPEN or (state.step is not None and step <= state.step):
        return []
    return [RequirementRelaxed(step=step, reason=reason, **meta)]


def expire(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """It is over without an agent. Nothing to do when it is over; what an agent has does not expire."""
    if state.phase in OVER:
        return []
    if state.phase not in (*OPEN, Phase.PARKED):
        raise refused(state, "expire")
    return [*rescind(state, reason, **meta), InteractionExpired(reason=reason, **meta)]


def forget_declines(state: Interaction, after: datetime, **meta: Any) -> list[Event]:
    """Who declined it may be asked again after that moment. Nothing to do when that is so, or nobody is looked for."""
    if state.phase is not Phase.WAITING or state.asked_again_after == after:
        return []
    return [DeclinesForgotten(after=after, **meta)]
