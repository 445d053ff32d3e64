"""What can't be done to an interaction as it is, and how that is said."""

from hub.domain.errors import RefusedError
from hub.domain.interaction.state import OVER, Interaction, Phase

OPEN = (Phase.WAITING, Phase.OFFERED)
UNFINISHED = (*OPEN, Phase.ACTIVE, Phase.PARKED)


def require_active(state: Interaction, verb: str, agent_id: str) -> None:
    """The conversation runs, and this agent has it. Raises RefusedError."""
    require(state, Phase.ACTIVE, verb, agent_id)


def require(state: Interaction, phase: Phase, verb: str, agent_id: str) -> None:
    """It is in this phase, and this agent has it. Raises RefusedError."""
    if state.phase is phase and state.agent_id == agent_id:
        return
    raise RefusedError(f"agent {agent_id} can't {verb} this interaction: {_how_it_is(state, agent_id)}")


def refused(state: Interaction, verb: str) -> RefusedError:
    """That this can't be done, since it is as it is."""
    return RefusedError(f"this interaction can't {verb}: {_how_it_is(state)}")


def _how_it_is(state: Interaction, asker: str = "") -> str:
    phase = "in wrap-up" if state.phase is Phase.WRAP_UP else state.phase.value
    if state.agent_id in ("", asker):
        return f"it is {phase}"
    if state.phase is Phase.OFFERED:
        return f"it is offered to agent {state.agent_id}"
    return f"agent {state.agent_id} {'had' if state.phase in OVER else 'has'} it, and it is {phase}"
