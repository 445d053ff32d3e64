"""What the facts of an interaction add up to: where it is in its life, and what deciding needs to know of it."""

from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from hub.domain.event import Event
from hub.domain.interaction.events import (
    CallbackMissed,
    CallbackReached,
    CallbackScheduled,
    ContactAttached,
    DeclinesForgotten,
    InteractionAbandoned,
    InteractionContinued,
    InteractionEnded,
    InteractionExpired,
    InteractionFlagged,
    InteractionHeld,
    InteractionInterrupted,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionPrioritised,
    InteractionPulledBack,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionResumed,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    OfferRescinded,
    OfferTimedOut,
    ParticipantJoined,
    ParticipantLeft,
    RecordingAsked,
    RecordingSwitched,
    RequirementRelaxed,
    WrapUpCompleted,
)


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
NOTHING_SAID = ("", "")
"""Of a recording, by an agent who has just come."""


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
    called: bool = False
    """Whether an agent has called the customer: they speak by phone, whichever way they came."""
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
    recording: tuple[str, str] = NOTHING_SAID
    """How its agent asked the recording to be, and how it is by word of who records."""


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
            return _abandoned(interaction)
        case InteractionRefused():
            return interaction._replace(phase=Phase.REFUSED)
        case InteractionExpired():
            return interaction._replace(phase=Phase.EXPIRED)
        case InteractionTransferred():
            return _transferred(interaction, event)
        case InteractionPulledBack() | InteractionUnparked() | InteractionReopened() | InteractionParked():
            return _back(interaction, event)
        case CallbackScheduled():
            phase = Phase.PARKED if event.due is not None else interaction.phase
            return interaction._replace(callback=True, callback_due=event.due, phase=phase)
        case CallbackMissed():
            return _waits_again(interaction)._replace(
                phase=Phase.PARKED, attempts=event.attempt, gave_up=missed(event.agent_id)
            )
        case _:
            return _changed(interaction, event)


def _back(
    interaction: Interaction,
    event: InteractionPulledBack | InteractionUnparked | InteractionReopened | InteractionParked,
) -> Interaction:
    """The interaction after it came back to its queue, or was put aside."""
    match event:
        case InteractionUnparked():
            return _waits_again(interaction)._replace(prioritised=interaction.prioritised)
        case InteractionReopened():
            return _waits_again(interaction)._replace(
                callback=False,
                called=False,
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
        case _:
            return _waits_again(interaction)


def _abandoned(interaction: Interaction) -> Interaction:
    """What is still told of it once its customer is gone."""
    return Interaction(
        Phase.ABANDONED,
        offers=interaction.offers,
        attempts=interaction.attempts,
        answered=interaction.answered,
        declined=interaction.declined,
        reopened_by=interaction.reopened_by,
    )


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
        case RecordingAsked():
            return interaction._replace(recording=(event.state, ""))
        case RecordingSwitched():
            return interaction._replace(recording=(interaction.recording[0], event.state))
        case InteractionInterrupted():
            return interaction._replace(interrupted=True)
        case InteractionContinued():
            return interaction._replace(interrupted=False)
        case InteractionMoved():
            kept = None if event.reason == "policy" else interaction.prioritised
            return interaction._replace(prioritised=kept, step=None)
        case RequirementRelaxed():
            return interaction._replace(step=event.step)
        case InteractionPrioritised():
            before = interaction.prioritised[0] if interaction.prioritised else None
            priority = before if event.priority is None else event.priority
            return interaction._replace(prioritised=(priority, event.credit_seconds))
        case DeclinesForgotten():
            return interaction._replace(asked_again_after=event.after)
        case InteractionFlagged():
            return interaction._replace(flagged=event.reason)
        case InteractionUnflagged():
            return interaction._replace(flagged="")
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
        called=interaction.called or interaction.callback,
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
        recording=NOTHING_SAID,
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
        recording=NOTHING_SAID,
    )


def _without(interaction: Interaction, agent_id: str) -> tuple[tuple[str, str], ...]:
    return tuple(one for one in interaction.participants if one[0] != agent_id)
