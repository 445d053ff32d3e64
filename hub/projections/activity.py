"""What an agent does this moment: one thing, however much they have."""

from collections.abc import Collection
from enum import StrEnum

from hub.domain.agent.events import AgentState
from hub.domain.interaction.state import Phase


class Activity(StrEnum):
    """What an agent does this moment. Of several things at once the first of these counts."""

    ON_CONTACT = "on_contact"
    WRAP_UP = "wrap_up"
    OFFERED = "offered"
    AVAILABLE = "available"
    """Ready, and nothing to do."""
    AWAY = "away"
    NOT_ANSWERING = "not_answering"
    GONE = "gone"
    """Their desktop has not been heard of for too long."""
    SIGNED_OFF = "signed_off"


def activity(state: str, phases: Collection[str]) -> Activity:
    """What an agent in this state with work in these phases does."""
    for phase, what in _BY_PHASE:
        if phase in phases:
            return what
    return OF_STATE[state]


_BY_PHASE = (
    (Phase.ACTIVE.value, Activity.ON_CONTACT),
    (Phase.WRAP_UP.value, Activity.WRAP_UP),
    (Phase.OFFERED.value, Activity.OFFERED),
)
OF_STATE: dict[str, Activity] = {
    AgentState.READY.value: Activity.AVAILABLE,
    AgentState.AWAY.value: Activity.AWAY,
    AgentState.NOT_ANSWERING.value: Activity.NOT_ANSWERING,
    AgentState.GONE.value: Activity.GONE,
    AgentState.SIGNED_OFF.value: Activity.SIGNED_OFF,
}
"""Of agents who have nothing to do."""
