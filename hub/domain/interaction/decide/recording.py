"""That a conversation is not recorded for a while: what its agent asks, and what came of it."""

from typing import Any

from hub.domain.contact import RecordingState
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.interaction.decide.refusing import require_active
from hub.domain.interaction.events import RecordingAsked, RecordingSwitched
from hub.domain.interaction.state import Interaction, Phase


def ask_recording(
    state: Interaction, agent_id: str, wish: RecordingState, reason: str, customer_id: str = "", **meta: Any
) -> list[Event]:
    """The recording is to rest, or to go on. Nothing to do when that was asked last and nothing else was told since."""
    if wish is RecordingState.OFF:
        raise InvalidError("a recording is paused or running: it can't be switched off for good", "state")
    require_active(state, "pause or resume the recording of", agent_id)
    asked, told = state.recording
    if asked == wish and told in ("", wish, RecordingState.OFF):
        return []
    return [RecordingAsked(agent_id=agent_id, state=wish, reason=reason, customer_id=customer_id, **meta)]


def switch_recording(state: Interaction, agent_id: str, now: RecordingState, **meta: Any) -> list[Event]:
    """It rests, goes on, or there is none. Nothing to do when that is known, or the agent has the conversation no
    longer."""
    if state.phase is not Phase.ACTIVE or state.agent_id != agent_id or state.recording[1] == now:
        return []
    return [RecordingSwitched(agent_id=agent_id, state=now, **meta)]
