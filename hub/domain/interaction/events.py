"""The facts of an interaction. What a person says of it in their own words may name its customer: it is sealed under
the key of that one, whom `customer_id` names where there are such words."""

from datetime import datetime
from typing import Annotated, ClassVar

from pydantic import Field

from hub.domain.contact import Channel, RecordingState
from hub.domain.event import Event
from hub.domain.interaction.placement import Placement
from hub.domain.personal import ALIASED, PERSONAL


class InteractionQueued(Placement):
    """Work entered a queue. Holds nothing personal but the thread, which may be somebody's number: the contact it came
    from does."""

    SCHEMA: ClassVar[int] = 2
    KEY_OF: ClassVar[str] = "customer_id"

    pool: str
    contact_id: str
    """Empty where no contact opened it: a consultation."""
    customer_id: str
    channel: Channel
    thread: Annotated[str, ALIASED]
    service: str
    segment: str = ""
    value_tier: str = ""
    lifecycle_stage: str = ""
    language: str = ""
    """What it was classified by, with channel and service."""
    known_agents: dict[str, str] = Field(default_factory=dict)
    """As the contact says."""
    interruptible: bool = False
    """The agent may be given urgent work on top of it; it is paused meanwhile."""
    interrupts: bool = False
    """It may pause interruptible work."""
    place: int = 0
    """From 1, in its queue, when it came; 0: not counted."""
    estimated_wait_seconds: float | None = None
    consult_of: str = ""
    """The interaction whose agent asks for advice; such work is not a customer's contact."""


class InteractionRefused(Event):
    """A contact found no place to wait: it is told so, and nothing more happens to it."""

    KEY_OF: ClassVar[str] = "customer_id"

    pool: str
    queue: str
    contact_id: str
    customer_id: str
    channel: Channel
    thread: Annotated[str, ALIASED]
    service: str
    reason: str
    """`closed`, `full`, `long_wait`, `nobody`, `paused`."""
    opens_at: datetime | None = None
    """When the queue is open again, as far as hours say."""
    policy: str
    reasons: tuple[str, ...]


class ContactAttached(Event):
    """A further contact of the thread joined the work that is open already."""

    contact_id: str


class RequirementRelaxed(Event):
    """It waited long enough, or nobody could have met it: less is asked from now on."""

    step: int
    """Index into the steps of its placement; -1: the first requirement, after the time of the known agent."""
    reason: str
    """`time`, `nobody signed on`, `declined` (the known agent would not), `entry delay` (it waits in its line now)."""


class InteractionMoved(Placement):
    """It waits in another queue, with the age it has."""

    SCHEMA: ClassVar[int] = 2
    KEY_OF: ClassVar[str] = "customer_id"

    from_queue: str
    reason: str
    """`overflow`, `closed`, `drained`, `policy`, `moved by a supervisor`."""
    customer_id: str = ""
    said: Annotated[str, PERSONAL] = ""
    """What the supervisor says."""


class InteractionPrioritised(Event):
    """A supervisor moved it in the order of waiting work."""

    priority: int | None = None
    """The new priority; None: as it was."""
    credit_seconds: float = 0.0
    """Artificial age in all, on top of the real one."""


class InteractionOffered(Event):
    """Proposed to one agent until `expires_at`; reserves `units` of their capacity."""

    offer_id: str
    agent_id: str
    expires_at: datetime
    units: int
    policy: str
    reasons: tuple[str, ...]


class InteractionGiven(Event):
    """A supervisor gives it to this agent and says why: the offer and its acceptance follow."""

    KEY_OF: ClassVar[str] = "customer_id"

    agent_id: str
    customer_id: str = ""
    reason: Annotated[str, PERSONAL]


class _OfferFact(Event):
    offer_id: str
    agent_id: str


class OfferAccepted(_OfferFact):
    """The agent took it: the conversation runs."""

    SCHEMA: ClassVar[int] = 2

    queue: str = ""
    today: int = 0
    """How many this agent has accepted this day, with this one."""
    pace_seconds: float | None = None
    """The smoothed time between two answers of its queue, with this one; None: not known yet."""
    gaps: int = 0
    """Over how many gaps it was smoothed."""
    burst_since: datetime | None = None
    """When the first of the answers came that count as one burst with this one; None: this is the first."""
    burst: int = 1
    """How many they are, with this one."""


class OfferDeclined(_OfferFact):
    """The agent would not: it waits on with its original age."""

    SCHEMA: ClassVar[int] = 3
    KEY_OF: ClassVar[str] = "customer_id"

    customer_id: str = ""
    reason: Annotated[str, PERSONAL] = ""
    busy: bool = False
    """The agent's line was busy: nobody decided against it."""


class OfferTimedOut(_OfferFact):
    """The agent did not answer (RONA): it waits on with its original age."""


class OfferRescinded(_OfferFact):
    """Taken back before an answer: the customer left, the agent signed off, somebody else was faster."""

    SCHEMA: ClassVar[int] = 2
    KEY_OF: ClassVar[str] = "customer_id"

    reason: str
    customer_id: str = ""
    said: Annotated[str, PERSONAL] = ""
    """What the supervisor says who takes it back."""


class DeclinesForgotten(Event):
    """Nobody else who fits would take it: from `after` on those who declined it, or had it, may be asked again."""

    after: datetime


class InteractionAbandoned(Event):
    """The customer left before anybody answered."""

    SCHEMA: ClassVar[int] = 2

    dropped: bool = False
    """Their line broke: if they are back soon they may get their place back."""


class InteractionExpired(Event):
    """It waited, or was silent, as long as the policy allows: it is over without an agent."""

    reason: str
    """`waited too long`, `silence`, `callback failed`."""


class _WithAgent(Event):
    agent_id: str


class InteractionHeld(_WithAgent):
    """The customer is on hold; the agent stays with it."""


class InteractionResumed(_WithAgent):
    """The customer is off hold."""


class RecordingAsked(_WithAgent):
    """The agent wants nothing recorded for a while (`paused`), or recorded on (`running`)."""

    KEY_OF: ClassVar[str] = "customer_id"

    state: RecordingState
    customer_id: str = ""
    reason: Annotated[str, PERSONAL] = ""


class RecordingSwitched(_WithAgent):
    """The recording is so now, by word of who records."""

    state: RecordingState


class InteractionInterrupted(_WithAgent):
    """Urgent work came: this one rests with its agent and takes none of their capacity meanwhile."""

    by: str
    """The interaction that is more urgent."""


class InteractionContinued(_WithAgent):
    """The agent has time for it again."""


class InteractionTransferred(Placement):
    """An agent gave it away. Cold: it waits again, with its age. Warm: the consulted agent has it at once."""

    SCHEMA: ClassVar[int] = 3
    KEY_OF: ClassVar[str] = "customer_id"

    agent_id: str
    """Who gave it away."""
    warm: bool = False
    to_agent: str = ""
    customer_id: str = ""
    reason: Annotated[str, PERSONAL] = ""
    to_units: int | None = None
    """Warm: what it takes of the capacity of `to_agent`, who may take more or less for it than others. None: what the
    placement says."""


class InteractionPulledBack(_WithAgent):
    """A supervisor took it from its agent, or the agent's phone could not be reached: it waits again, with its age."""

    SCHEMA: ClassVar[int] = 3
    KEY_OF: ClassVar[str] = "customer_id"

    customer_id: str = ""
    reason: Annotated[str, PERSONAL] = ""
    missed: str = ""
    """What came of calling the agent's phone: `no_answer`, `busy`, `failed`. Empty: somebody took it."""


class InteractionParked(_WithAgent):
    """It rests until a time or the customer's answer; its agent is free for other work."""

    SCHEMA: ClassVar[int] = 2
    KEY_OF: ClassVar[str] = "customer_id"

    until: datetime | None = None
    customer_id: str = ""
    reason: Annotated[str, PERSONAL] = ""


class InteractionUnparked(Event):
    """It waits for an agent again: first for the one who parked it."""

    reason: str
    """`time`, `customer`, `agent`."""
    known_agent: str = ""
    known_until: datetime | None = None


class CallbackScheduled(Event):
    """The customer will be called: the line is free, the place stays."""

    due: datetime | None = None
    """Not before then; None: when its turn comes, by the age it has."""
    address_of: str = ""
    """The contact whose address is called; empty: that of the contact that opened it."""


class CallbackReached(_WithAgent):
    """The agent called, and the customer is on the line: from here on it is a conversation like any other."""


class CallbackMissed(_WithAgent):
    """The agent called, nobody answered. An offer that was not accepted is no attempt."""

    attempt: int
    outcome: str
    """`no_answer`, `busy`, `failed`."""
    retry_at: datetime | None = None
    """None: that was the last attempt."""


class ParticipantJoined(_WithAgent):
    """Somebody else is in the conversation; the channel's adapter carries it out."""

    mode: str
    """`conference`, `monitor` (hears), `coach` (the agent alone hears them), `barge` (all hear them)."""


class ParticipantLeft(_WithAgent):
    """They are out of it again."""


class InteractionFlagged(Event):
    """A supervisor should look at it."""

    reason: str


class InteractionUnflagged(Event):
    """What it was flagged for is over: a supervisor need not look at it any more."""

    reason: str


class InteractionEnded(_WithAgent):
    """The conversation is over; wrap-up begins."""

    ended_by: str
    """`agent`, `customer`, `dropped` (the customer's line broke), `policy`."""


class WrapUpCompleted(_WithAgent):
    """The work is done and the capacity free again."""

    code: str


class InteractionReopened(Placement):
    """The customer came back to work that was over: it waits again, first for the agent who had it."""

    contact_id: str


PLACEMENTS = (InteractionQueued, InteractionMoved, InteractionTransferred, InteractionReopened)
"""The facts that say in which queue it is."""
