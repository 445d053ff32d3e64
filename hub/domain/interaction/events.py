"""The facts of an interaction, and the state they add up to."""

from datetime import datetime
from enum import StrEnum
from typing import ClassVar, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from hub.domain.contact import Channel
from hub.domain.event import Event


class RequirementStep(BaseModel):
    """What is asked of an agent once the work has waited `after_seconds`: usually less than before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    after_seconds: float
    skills: dict[str, int] = Field(default_factory=dict)
    languages: tuple[str, ...] = ()
    attributes: dict[str, str] = Field(default_factory=dict)
    priority: int


class Placement(Event):
    """Where work waits and what it asks of an agent: common to all facts that put it into a queue."""

    queue: str
    priority: int
    skills: dict[str, int]
    """Least level per skill, 1 to 5."""
    languages: tuple[str, ...] = ()
    """Any of them will do; empty: it does not matter."""
    attributes: dict[str, str] = Field(default_factory=dict)
    """All of these the agent must have."""
    steps: tuple[RequirementStep, ...] = ()
    """What is asked instead, later and later."""
    units: int
    """Capacity it takes of an agent's 100."""
    since: datetime | None = None
    """Its age counts from here; None: from `at`, or as before if it waited before."""
    known_agent: str = ""
    """Only this agent may have it, until `known_until`."""
    known_reason: str = ""
    """`last_agent`, `account_owner`, `case_agent`, `direct`, `parked_by`, …"""
    known_until: datetime | None = None
    policy: str
    reasons: tuple[str, ...]


class InteractionQueued(Placement):
    """Work entered a queue. Holds no personal data: the contact it came from does."""

    SCHEMA: ClassVar[int] = 2

    pool: str
    contact_id: str
    """Empty where no contact opened it: a consultation."""
    customer_id: str
    channel: Channel
    thread: str
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

    pool: str
    queue: str
    contact_id: str
    customer_id: str
    channel: Channel
    thread: str
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

    from_queue: str
    reason: str
    """`overflow`, `closed`, `drained`, `policy`, or what the supervisor says."""


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


class OfferDeclined(_OfferFact):
    """The agent would not: it waits on with its original age."""

    SCHEMA: ClassVar[int] = 2

    reason: str = ""
    busy: bool = False
    """The agent's line was busy: nobody decided against it."""


class OfferTimedOut(_OfferFact):
    """The agent did not answer (RONA): it waits on with its original age."""


class OfferRescinded(_OfferFact):
    """Taken back before an answer: the customer left, the agent signed off, somebody else was faster."""

    reason: str


class DeclinesForgotten(Event):
    """Everybody who fits has declined it: from `after` on they may be asked again."""

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


class InteractionInterrupted(_WithAgent):
    """Urgent work came: this one rests with its agent and takes none of their capacity meanwhile."""

    by: str
    """The interaction that is more urgent."""


class InteractionContinued(_WithAgent):
    """The agent has time for it again."""


class InteractionTransferred(Placement):
    """An agent gave it away. Cold: it waits again, with its age. Warm: the consulted agent has it at once."""

    agent_id: str
    """Who gave it away."""
    warm: bool = False
    to_agent: str = ""
    reason: str = ""


class InteractionPulledBack(_WithAgent):
    """A supervisor took it from its agent: it waits again, with its age."""

    reason: str = ""


class InteractionParked(_WithAgent):
    """It rests until a time or the customer's answer; its agent is free for other work."""

    until: datetime | None = None
    reason: str = ""


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


class Phase(StrEnum):
    """Where an interaction is in its life."""

    NEW = "new"
    WAITING = "waiting"
    OFFERED = "offered"
    ACTIVE = "active"
    WRAP_UP = "wrap_up"
    PARKED = "parked"
    COMPLETED = "completed"
    ABANDONED = "abandoned"
    REFUSED = "refused"
    EXPIRED = "expired"


OVER = (Phase.COMPLETED, Phase.ABANDONED, Phase.REFUSED, Phase.EXPIRED)
"""Nothing more happens, unless it is reopened."""


_DECLINES_KEPT = 16


class Interaction(NamedTuple):
    """What deciding needs to know of an interaction. A tuple, since every event makes a new one."""

    phase: Phase = Phase.NEW
    offer_id: str = ""
    """The offer that was accepted, or the last that is open."""
    agent_id: str = ""
    """Whose offer that is: who has it; who parked or wrapped it up last."""
    offers: int = 0
    """Made so far."""
    open_offers: tuple[tuple[str, str], ...] = ()
    """Offer and agent of all that wait for an answer."""
    on_hold: bool = False
    interrupted: bool = False
    callback: bool = False
    """The customer is not on the line: whoever accepts calls them. Until something says that they were reached."""
    attempts: int = 0
    """Callbacks nobody answered."""
    answered: bool = False
    """Whether an agent ever accepted it."""
    participants: tuple[tuple[str, str], ...] = ()
    """Agent and mode of everybody else in the conversation."""
    callback_due: datetime | None = None
    """When the customer asked to be called; None: when their turn comes."""
    gave_up: tuple[str, ...] = ()
    """How an agent gave it up last, so that the same command again changes nothing; empty once it was accepted."""
    outrun: tuple[str, ...] = ()
    """Offers that were open when somebody else accepted theirs."""
    declined: tuple[tuple[str, str], ...] = ()
    """Offer and agent of the newest that were declined, so that declining one again changes nothing."""
    prioritised: tuple[int | None, float] | None = None
    """Priority and artificial age a supervisor gave it; None: whatever it has does not come from one."""
    step: int | None = None
    """How far its requirement is relaxed."""
    asked_again_after: datetime | None = None
    """Since when declines count no more."""
    flagged: str = ""
    """Why a supervisor is asked to look at it."""
    reopened_by: str = ""
    """The contact that opened it again last."""


def evolve(interaction: Interaction, event: Event) -> Interaction:  # noqa: PLR0912
    """The interaction after one more fact; facts that change no phase change nothing here."""
    match event:
        case InteractionQueued():
            return interaction._replace(phase=Phase.WAITING)
        case InteractionOffered():
            return _offered(interaction, event)
        case OfferAccepted():
            return _accepted(interaction, event)
        case OfferDeclined() | OfferTimedOut() | OfferRescinded():
            return _not_taken(interaction, event)
        case InteractionEnded():
            return interaction._replace(
                phase=Phase.WRAP_UP, on_hold=False, interrupted=False, participants=(), flagged=""
            )
        case WrapUpCompleted():
            return interaction._replace(phase=Phase.COMPLETED)
        case InteractionAbandoned():
            return Interaction(
                Phase.ABANDONED,
                offers=interaction.offers,
                answered=interaction.answered,
                declined=interaction.declined,
                reopened_by=interaction.reopened_by,
            )
        case InteractionRefused():
            return interaction._replace(phase=Phase.REFUSED)
        case InteractionExpired():
            return interaction._replace(phase=Phase.EXPIRED)
        case InteractionTransferred():
            return _transferred(interaction, event)
        case InteractionPulledBack() | InteractionUnparked():
            return _waits_again(interaction)
        case InteractionReopened():
            return _waits_again(interaction)._replace(
                callback=False,
                callback_due=None,
                attempts=0,
                gave_up=(),
                reopened_by=event.contact_id,
            )
        case InteractionParked():
            return _waits_again(interaction)._replace(
                phase=Phase.PARKED,
                agent_id=event.agent_id,
                gave_up=parked(event.agent_id, event.until),
            )
        case CallbackScheduled():
            phase = Phase.PARKED if event.due is not None else interaction.phase
            return interaction._replace(callback=True, callback_due=event.due, phase=phase)
        case CallbackMissed():
            return _waits_again(interaction)._replace(
                phase=Phase.PARKED, attempts=event.attempt, gave_up=missed(event.agent_id)
            )
        case _:
            return _changed(interaction, event)


def _changed(interaction: Interaction, event: Event) -> Interaction:  # noqa: PLR0912
    """The interaction after a fact that leaves its phase as it is."""
    match event:
        case ContactAttached() if interaction.callback and interaction.phase is Phase.ACTIVE:
            return interaction._replace(callback=False)
        case CallbackReached():
            return interaction._replace(callback=False)
        case InteractionHeld():
            return interaction._replace(on_hold=True, callback=False)
        case InteractionResumed():
            return interaction._replace(on_hold=False)
        case InteractionInterrupted():
            return interaction._replace(interrupted=True)
        case InteractionContinued():
            return interaction._replace(interrupted=False)
        case InteractionMoved():
            return interaction._replace(prioritised=None, step=None)
        case RequirementRelaxed():
            return interaction._replace(prioritised=None, step=event.step)
        case InteractionPrioritised():
            before = interaction.prioritised[0] if interaction.prioritised else None
            priority = before if event.priority is None else event.priority
            return interaction._replace(prioritised=(priority, event.credit_seconds))
        case DeclinesForgotten():
            return interaction._replace(asked_again_after=event.after)
        case InteractionFlagged():
            return interaction._replace(flagged=event.reason)
        case ParticipantJoined() | ParticipantLeft():
            here = ((event.agent_id, event.mode),) if isinstance(event, ParticipantJoined) else ()
            return interaction._replace(participants=(*_without(interaction, event.agent_id), *here))
        case _:
            return interaction


def transferred(agent_id: str, queue: str, to_agent: str, warm: bool) -> tuple[str, ...]:
    """How an agent gave an interaction up who transferred it."""
    return ("warm" if warm else "cold", agent_id, queue, to_agent)


def parked(agent_id: str, until: datetime | None) -> tuple[str, ...]:
    """How an agent gave an interaction up who parked it."""
    return ("parked", agent_id, str(until.timestamp()) if until else "")


def missed(agent_id: str) -> tuple[str, ...]:
    """How an agent gave an interaction up whose customer they did not reach."""
    return ("missed", agent_id)


def _offered(interaction: Interaction, event: InteractionOffered) -> Interaction:
    return interaction._replace(
        phase=Phase.OFFERED,
        offer_id=event.offer_id,
        agent_id=event.agent_id,
        offers=interaction.offers + 1,
        open_offers=(*interaction.open_offers, (event.offer_id, event.agent_id)),
        flagged="",
    )


def _accepted(interaction: Interaction, event: OfferAccepted) -> Interaction:
    others = tuple(one for one in interaction.open_offers if one[0] != event.offer_id)
    return interaction._replace(
        phase=Phase.ACTIVE,
        offer_id=event.offer_id,
        agent_id=event.agent_id,
        open_offers=others,
        outrun=tuple(offer for offer, _ in others),
        answered=True,
        gave_up=(),
        flagged="",
    )


def _not_taken(interaction: Interaction, event: OfferDeclined | OfferTimedOut | OfferRescinded) -> Interaction:
    if isinstance(event, OfferDeclined):
        known = (*interaction.declined, (event.offer_id, event.agent_id))[-_DECLINES_KEPT:]
        interaction = interaction._replace(declined=known)
    left = tuple(one for one in interaction.open_offers if one[0] != event.offer_id)
    if interaction.phase is not Phase.OFFERED:
        return interaction._replace(open_offers=left)
    if left:
        return interaction._replace(open_offers=left, offer_id=left[-1][0], agent_id=left[-1][1])
    return interaction._replace(phase=Phase.WAITING, offer_id="", agent_id="", open_offers=())


def _transferred(interaction: Interaction, event: InteractionTransferred) -> Interaction:
    """Whoever transfers a conversation has the customer on the line, so that it is no callback any more."""
    gave_up = transferred(event.agent_id, event.queue, event.to_agent, event.warm)
    if not event.warm:
        return _waits_again(interaction)._replace(callback=False, gave_up=gave_up)
    return interaction._replace(
        agent_id=event.to_agent,
        on_hold=False,
        interrupted=False,
        participants=_without(interaction, event.to_agent),
        callback=False,
        gave_up=gave_up,
        prioritised=None,
        step=None,
        flagged="",
    )


def _waits_again(interaction: Interaction) -> Interaction:
    return interaction._replace(
        phase=Phase.WAITING,
        offer_id="",
        agent_id="",
        open_offers=(),
        on_hold=False,
        interrupted=False,
        participants=(),
        prioritised=None,
        step=None,
        flagged="",
    )


def _without(interaction: Interaction, agent_id: str) -> tuple[tuple[str, str], ...]:
    return tuple(one for one in interaction.participants if one[0] != agent_id)
