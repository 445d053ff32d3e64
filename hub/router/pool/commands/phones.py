"""What agents' phones tell of them, beside what agents do on their desktops."""

from dataclasses import dataclass

from hub.domain.contact import RecordingState
from hub.router.pool.commands.command import Asked


@dataclass(frozen=True, slots=True)
class MissAgent(Asked):
    """The phone of an agent who was offered a conversation, or has it, or is in it, could not be reached."""

    agent_id: str
    interaction_id: str
    outcome: str = "no_answer"


@dataclass(frozen=True, slots=True)
class AgentLeft(Asked):
    """An agent's phone hung up."""

    agent_id: str
    interaction_id: str


@dataclass(frozen=True, slots=True)
class SwitchRecording(Asked):
    """What this agent says is recorded, or is not, from now on."""

    agent_id: str
    interaction_id: str
    state: RecordingState
