"""What supervisors make happen, and what they are asked to look at."""

from typing import Any

from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.decide.offers import rescind
from hub.domain.interaction.decide.refusing import OPEN, refused
from hub.domain.interaction.events import (
    InteractionFlagged,
    InteractionMoved,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionUnflagged,
    ParticipantJoined,
    ParticipantLeft,
)
from hub.domain.interaction.state import OVER, Interaction, Phase

MODES = ("conference", "monitor", "coach", "barge")
"""How somebody else may be in a conversation."""
TAKEN_BACK = "taken back by a supervisor"
HIGHEST_PRIORITY = 1000
MOST_CREDIT_SECONDS = 365 * 86_400.0


def pull_back(state: Interaction, reason: str = "", customer_id: str = "", **meta: Any) -> list[Event]:
    """It is taken from its agent, or from those it is offered to, and waits again."""
    match state.phase:
        case Phase.OFFERED:
            return rescind(state, TAKEN_BACK, said=reason, customer_id=customer_id, **meta)
        case Phase.ACTIVE:
            return [InteractionPulledBack(agent_id=state.agent_id, reason=reason, customer_id=customer_id, **meta)]
        case _:
            raise refused(state, "be pulled back")


def move(
    state: Interaction, *, from_queue: str, reason: str, placement: dict[str, Any], said: str = "",
    customer_id: str = "", **meta: Any,
) -> list[Event]:  # fmt: skip
    """It waits elsewhere, with its age. Where it waits already nothing happens, but that a new policy (`policy`) may
    ask something else of it there."""
    if state.phase not in OPEN:
        raise refused(state, "be moved")
    if placement["queue"] == from_queue and reason != "policy":
        return []
    words = {"said": said, "customer_id": customer_id}
    moved = InteractionMoved(from_queue=from_queue, reason=reason, **words, **placement, **meta)
    return [*rescind(state, f"moved to queue {placement['queue']}", **meta), moved]


def prioritise(state: Interaction, priority: int | None, credit_seconds: float, **meta: Any) -> list[Event]:
    """It has this priority (None: as it was) and this artificial age from now on."""
    if priority is not None and abs(priority) > HIGHEST_PRIORITY:
        raise InvalidError(
            f"priority {priority} is not between -{HIGHEST_PRIORITY} and {HIGHEST_PRIORITY}", "priority"
        )  # fmt: skip
    if not abs(credit_seconds) <= MOST_CREDIT_SECONDS:
        raise InvalidError(
            f"an artificial age of {credit_seconds} seconds is more than a year ({MOST_CREDIT_SECONDS:.0f})",
            "credit_seconds",
        )
    if state.phase not in (*OPEN, Phase.PARKED):
        raise refused(state, "be moved in the order of waiting work")
    now = state.prioritised
    if now is not None and priority in (None, now[0]) and credit_seconds == now[1]:
        return []
    return [InteractionPrioritised(priority=priority, credit_seconds=credit_seconds, **meta)]


def join(state: Interaction, agent_id: str, mode: str, **meta: Any) -> list[Event]:
    """Somebody else comes into the conversation, or is in it in another way. In it that way already: nothing."""
    if mode not in MODES:
        raise InvalidError(f"{mode!r} is no way to join a conversation: use {', '.join(MODES)}", "mode")
    if state.phase is not Phase.ACTIVE:
        raise refused(state, "be joined")
    if state.agent_id == agent_id:
        raise RefusedError(f"agent {agent_id} can't join this interaction: they have it")
    return [] if (agent_id, mode) in state.participants else [ParticipantJoined(agent_id=agent_id, mode=mode, **meta)]


def leave(state: Interaction, agent_id: str, **meta: Any) -> list[Event]:
    """They are out of the conversation again. Nothing to do for who is not in it."""
    if state.phase is Phase.ACTIVE and state.agent_id == agent_id:
        raise RefusedError(f"agent {agent_id} can't leave this interaction, they have it: end, park or transfer it")
    return [ParticipantLeft(agent_id=agent_id, **meta)] if agent_id in dict(state.participants) else []


def flag(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """A supervisor should look at it. The same reason counts once until it is offered or goes to somebody else."""
    if state.phase in OVER or state.phase is Phase.NEW:
        raise refused(state, "be flagged")
    return [] if state.flagged == reason else [InteractionFlagged(reason=reason, **meta)]


def unflag(state: Interaction, reason: str, **meta: Any) -> list[Event]:
    """What a supervisor was asked to look at is over. Nothing to do when it is not flagged, or for another reason."""
    is_flagged = state.flagged == reason and state.phase not in OVER
    return [InteractionUnflagged(reason=reason, **meta)] if is_flagged else []
