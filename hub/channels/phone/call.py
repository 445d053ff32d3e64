"""The state of one call: who is on it, and where it stands."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class Phase(StrEnum):
    """Where a call stands."""

    ENTERING = "entering"
    """The caller hears a greeting, chooses, keys in a number."""
    REPORTING = "reporting"
    """The hub was told, and has not confirmed."""
    WAITING = "waiting"
    TALKING = "talking"
    """An agent has it; where the agent's phone is gone the caller hears music until the hub decides."""
    GOODBYE = "goodbye"
    """The last is being said."""
    VOICEMAIL = "voicemail"
    FREE = "free"
    """The customer wished to be called: no line stands."""
    DIALLING = "dialling"
    """The customer is being called."""
    OVER = "over"


class Role(StrEnum):
    """Why somebody of the company is on a call."""

    AGENT = "agent"
    CONSULT = "consult"
    CONFERENCE = "conference"
    MONITOR = "monitor"
    COACH = "coach"


@dataclass(frozen=True, slots=True)
class Leg:
    """The line to one person of the company; `id` is its channel's."""

    id: str
    agent_id: str
    role: Role = Role.AGENT
    up: bool = False
    accepted: bool = False
    """The hub gave them the conversation; else it is offered."""
    offer_id: str = ""
    consult_id: str = ""


@dataclass(frozen=True, slots=True)
class Running:
    """A recording."""

    name: str
    since: datetime
    seconds: int = -1
    """How long it is; -1: it still runs, or nobody said that it ended."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call. `channel` is the customer's, empty while there is none. `number` counts what was named after it."""

    thread: str
    phase: Phase
    caller: str = ""
    channel: str = ""
    dialled: str = ""
    service: str = ""
    entered: str = ""
    queue: str = ""
    interaction_id: str = ""
    contact_id: str = ""
    """Of an outbound call: the contact that it makes."""
    agent_id: str = ""
    since: datetime | None = None
    legs: tuple[Leg, ...] = ()
    answered: bool = False
    """The customer's line is open."""
    bridged: bool = False
    """The bridge of customer and agent was made."""
    held: bool = False
    playing: str = ""
    step: str = ""
    digits: str = ""
    attempts: int = 0
    last_words: str = ""
    """Why it ends, while that is being said."""
    recording: Running | None = None
    paused: bool = False
    paused_by: str = ""
    """The agent who wants nothing recorded: until they say otherwise, or have the call no longer."""
    switch: str = ""
    """Under which name the agent's last wish about the recording is told to be fulfilled."""
    finishing: tuple[Running, ...] = ()
    """Recordings that are over and not kept yet."""
    number: int = 0

    @property
    def consulting(self) -> Leg | None:
        """Whom the agent speaks with, unheard by the customer."""
        return next((leg for leg in self.legs if leg.role is Role.CONSULT and leg.up and leg.accepted), None)

    @property
    def done(self) -> bool:
        """Whether nothing is left to do for it."""
        return self.phase is Phase.OVER and not self.finishing and self.recording is None

    def leg(self, channel: str) -> Leg | None:
        """The line with this channel."""
        return next((leg for leg in self.legs if leg.id == channel), None)

    def leg_of(self, agent_id: str) -> Leg | None:
        """The line to this agent."""
        return next((leg for leg in self.legs if leg.agent_id == agent_id), None)

    def without(self, *legs: Leg) -> "Call":
        """With these lines gone."""
        return replace(self, legs=tuple(leg for leg in self.legs if leg not in legs))

    def with_leg(self, leg: Leg) -> "Call":
        """With this line, in the place of the one with its channel."""
        others = tuple(one for one in self.legs if one.id != leg.id)
        return replace(self, legs=(*others, leg))
