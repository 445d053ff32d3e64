"""What a decision makes happen to one contact that is wanted: it is planned, dispatched, postponed or given up."""

from collections.abc import Container, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.application.paths.decisions import ToWrite
from hub.application.paths.whole import Facts, Whole
from hub.domain.contact import Attachment, Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.customer.events import IdentifierObserved
from hub.domain.customer.outbound.events import ContactDispatched, ContactGivenUp, ContactPlanned, ContactPostponed
from hub.domain.customer.outbound.state import OutboundContact
from hub.domain.customer.outbound.words import says_something, subject_of_answer, words_of
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.grant.state import Grant
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.state import Reach
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender

GRACE = timedelta(minutes=5)
"""What was due in time may be made so long after its time: the hub was away, or busy."""
LOOK_AGAIN = timedelta(minutes=5)
"""What nobody knows the end of that holds a contact is looked at again after so long, then after twice that, and on."""
LOOK_AT_LEAST = timedelta(hours=6)
_PASSING = (Reason.CONVERSATION, Reason.COMPLAINT, Reason.NOT_FREE)


@dataclass(frozen=True, slots=True)
class WantedContact:
    """A contact that somebody wants made, in their own words or, where it `proposes`, with what fits best."""

    customer: str
    purpose: Purpose
    sender: Sender
    channels: tuple[Channel, ...]
    subject: str = ""
    text: str = ""
    html: str = ""
    cc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    proposes: bool = False
    propositions: tuple[str, ...] = ()
    point: str = ""
    """Only at this contact point; empty: at any of theirs."""
    account_id: str = ""
    speaker: str = ""
    by: datetime | None = None
    service: str = ""
    language: str = ""
    interaction_id: str = ""
    """Of the sender: an answer comes back to it."""
    agent_id: str = ""
    """Who gets the answer, if that is over."""
    answers: str = ""
    """Of a reply by mail: the mail that is answered; empty: the last that somebody wrote."""
    forwarded_to: str = ""
    """Of a reply: it goes there, and not to the customer."""
    given_for_it: bool = False
    """They gave the contact point to be told just this there."""


class Began(NamedTuple):
    """The conversation of an interaction, and the queue it is in by now. `point`, `address`: where who is answered
    reads it."""

    customer_id: str
    channel: Channel
    thread: str
    point: str
    address: str
    queue: str
    subject: str = ""
    """Of the mail that is answered, or of what was written last."""
    answers: str = ""
    """The contact that is answered."""


def check_words(wanted: WantedContact, leaves_by: Channel | None) -> None:
    """Raises InvalidError where it might reach somebody with nothing in it. `leaves_by`: of a reply."""
    channels = set(wanted.channels) if leaves_by is None else {leaves_by}
    if not (says_something(wanted) or wanted.proposes or channels == {Channel.PHONE}):
        raise InvalidError("say something: a text, a subject, or what to propose; only a call needs none", "text")


def answering(wanted: WantedContact, began: Began | None) -> WantedContact:
    """A mail that answers one has its subject, unless it brings another."""
    if began is None or began.channel is not Channel.EMAIL or wanted.purpose is not Purpose.REPLY or wanted.subject:
        return wanted
    return replace(wanted, subject=subject_of_answer(began.subject))


def begun(
    wanted: WantedContact, began: Began | None, taken: ToWrite, point_of: PointOf, report_within: timedelta
) -> Facts:
    """What follows from the first decision: of nothing nothing. Raises InvalidError where they would be answered in the
    conversation of somebody else: perhaps they were taken for one customer when it was asked for."""
    whole = taken.looked.whole
    if began is not None and began.customer_id not in whole.customer:
        raise InvalidError("this is the conversation of another customer: name one of theirs", "interaction_id")
    if wanted.point and not taken.looked.decision.places:
        raise InvalidError("this is no contact point of theirs on such a channel", "at")
    planned = _planned(wanted, began, taken)
    if planned is None:
        return []
    facts: list[Event] = [planned]
    if taken.event.outcome is Outcome.NOW:
        answered = began.address if began and wanted.purpose is Purpose.REPLY else ""
        facts.append(_dispatched(planned, taken, point_of, report_within, answered))
    elif wanted.forwarded_to:
        raise RefusedError("it can't be forwarded now, and later nobody would know where to: forward it then")
    return [(wanted.customer, one) for one in facts]


def planned_alone(wanted: WantedContact, taken: ToWrite) -> Facts:
    """What follows where nobody is told yet: the hub decides it again, and has it made, when it is due."""
    planned = _planned(wanted, None, taken)
    return [] if planned is None else [(wanted.customer, planned)]


def went_on(
    one: OutboundContact, stream: str, taken: ToWrite, point_of: PointOf, report_within: timedelta, began: Began | None
) -> Facts:
    """What follows from a later one. `began`: the conversation it goes on in; where its customer is somebody else by
    now, it begins one of its own."""
    event, planned = taken.event, one.planned
    if began is not None and began.customer_id not in taken.looked.whole.customer:
        planned = planned.model_copy(update={"thread": "", "thread_on": None, "queue": "", "correlation": ""})
    meta = _meta(taken.meta, planned.correlation)
    if event.outcome is Outcome.NOW:
        is_reply = began is not None and planned.purpose is Purpose.REPLY
        answered = one.dispatched.address if one.dispatched else began.address if began and is_reply else ""
        return [(stream, _dispatched(planned, taken, point_of, report_within, answered))]
    due_at = event.due_at
    if event.outcome is Outcome.NOTHING:
        due_at = look_again(one, event.at) if due_at is None and _may_yet(one, event.closed) else None
    if due_at is None:
        reason = "no_path" if one.tried else "closed"
        return [(stream, ContactGivenUp(**meta, outbound_id=one.outbound_id, reason=reason))]
    postponed = ContactPostponed(
        **meta, outbound_id=one.outbound_id, due_at=due_at, slot_id=taken.slot_id, decision_id=event.decision_id
    )
    return [(stream, postponed)]


def _planned(wanted: WantedContact, began: Began | None, taken: ToWrite) -> ContactPlanned | None:
    """None: nothing is to be made."""
    event = taken.event
    if event.outcome is Outcome.NOTHING or event.due_at is None:
        return None
    is_reply = began is not None and wanted.purpose is Purpose.REPLY
    return ContactPlanned(
        **_meta(taken.meta, wanted.interaction_id), outbound_id=event.decision_id, due_at=event.due_at,
        slot_id=taken.slot_id, customer_id=wanted.customer, account_id=taken.looked.whole.account_id,
        purpose=wanted.purpose, proposes=wanted.proposes, propositions=wanted.propositions, channels=wanted.channels,
        point=wanted.point, given_for_it=wanted.given_for_it, came_in_on=began.channel if began and is_reply else None,
        came_in_at=began.point if began and is_reply else "", sender=wanted.sender.value, speaker=wanted.speaker,
        by=wanted.by, service=wanted.service, language=wanted.language, agent_id=wanted.agent_id,
        queue=began.queue if began else "", thread=began.thread if began else "",
        thread_on=began.channel if began else None, answers=began.answers if began and is_reply else "",
        forwarded_to=wanted.forwarded_to, **words_of(wanted),
    )  # fmt: skip


def _may_yet(one: OutboundContact, closed: Container[str]) -> bool:
    """Whether anything may happen that opens a path. One that failed leaves those that are merely held for now."""
    return not one.tried or any(reason in closed for reason in _PASSING)


def look_again(one: OutboundContact, now: datetime) -> datetime | None:
    """Where something has to happen first, as a conversation has to end; None: by then it would be of no use."""
    by = one.planned.by
    if by is None or now >= by:
        return None
    pause: timedelta = LOOK_AGAIN * (1 << min(one.steps - 1, 10))
    return min(by, now + min(pause, LOOK_AT_LEAST))


def _dispatched(
    planned: ContactPlanned, taken: ToWrite, point_of: PointOf, report_within: timedelta, answered: str
) -> ContactDispatched:
    """`answered`: the address that a reply goes to, if it is nobody's contact point."""
    decision, event = taken.looked.decision, taken.event
    assert decision.place is not None
    reach = decision.place.reach
    address = planned.forwarded_to or _address(taken.looked.whole, reach, point_of) or answered
    if not address:
        raise InvalidError("nobody knows the address of this contact point any more: name another one", "at")
    grant = _grant(taken)
    contact_id = taken.slot_id or event.decision_id
    goes_on = planned.thread and planned.thread_on is reach.channel
    return ContactDispatched(
        **_meta(taken.meta, planned.correlation), outbound_id=planned.outbound_id, contact_id=contact_id,
        slot_id=taken.slot_id, customer_id=reach.stream, channel=reach.channel, address=address,
        thread=planned.thread if goes_on else contact_id, answers=planned.answers if goes_on else "",
        purpose=decision.place.purpose, sender=planned.sender,
        speaker=planned.speaker, service=planned.service, language=planned.language, agent_id=planned.agent_id,
        queue=planned.queue, **words_of(planned), proposition=grant.proposition if grant else "",
        grant_id=grant.grant_id if grant else "", terms=dict(grant.terms) if grant else {},
        terms_hash=grant.terms_hash if grant else "", terms_until=grant.expires_at if grant else None,
        standing=taken.looked.state.standing, report_by=_report_by(planned, event.at, report_within),
    )  # fmt: skip


def _report_by(planned: ContactPlanned, now: datetime, within: timedelta) -> datetime:
    """Adapters try until then: not beyond the time from which it is of no use, whenever they are told to begin."""
    latest = None if planned.by is None else planned.by + GRACE
    return now + within if latest is None or latest <= now else min(now + within, latest)


def _grant(taken: ToWrite) -> Grant | None:
    """Of what is proposed first."""
    said = taken.event.said
    return taken.grants.get(said[0].proposition) if said else None


def _address(whole: Whole, reach: Reach, point_of: PointOf) -> str:
    for one in whole.customer.get(reach.stream, ()):
        seen = one.event
        if not isinstance(seen, IdentifierObserved) or not seen.value:
            continue
        if reach.channel in CHANNELS_OF.get(seen.kind, ()) and point_of(seen.kind, seen.value).point == reach.point:
            return seen.value
    return ""


def _meta(meta: Mapping[str, Any], interaction_id: str) -> dict[str, Any]:
    return {**meta, "correlation": interaction_id}
