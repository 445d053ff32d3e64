"""One contact that somebody wants made: decided, planned, decided again when it is due, and dispatched once."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.answered import conversation_of
from hub.application.paths.contacts_facts import (
    Began,
    WantedContact,
    answering,
    begun,
    check_words,
    look_again,
    went_on,
)
from hub.application.paths.contacts_slots import ContactSlots, given_back, stands, was_made
from hub.application.paths.decisions import (
    AskedAs,
    Decided,
    PathDecisions,
    ToWrite,
    decision_id,
    stream_of_decision,
)
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.whole import Facts, Whole, Wholes, is_forgotten
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.identity import Spell
from hub.domain.customer.outbound.events import (
    ContactDispatched,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.customer.outbound.state import OutboundContact, Outbounds, Phase, fold
from hub.domain.customer.outbound.words import says_something, words_of
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.question import CameIn, Question
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

GRACE = timedelta(minutes=5)
"""What was due in time may be made so long after its time: the hub was away, or busy."""

_Meta = dict[str, Any]
_Fact = Callable[[OutboundContact, _Meta], Event]


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that is wanted, where it stands, and the versions of the streams that tell of it."""

    contact: OutboundContact
    stream: str
    versions: dict[str, int]


class OutboundContacts:
    """Commands on contacts that we are to make. A contact leaves as ContactDispatched, a fact written together with the
    decision to make it now: who reads the log tells the adapter, as often as need be under one id."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        wholes: Wholes,
        decisions: PathDecisions,
        in_force: RulesInForce,
        point_of: PointOf,
        spell: Spell,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes
        self._slots = ContactSlots(journal, wholes)
        self._decisions = decisions
        self._in_force = in_force
        self._point_of = point_of
        self._spell = spell

    async def ask(self, wanted: WantedContact, *, request: str, actor: str, command_id: str) -> Decided:
        """Decide whether it may be made, and have it made now or when it may; the same request is the same contact, by
        the decision's id. Raises NotFoundError, InvalidError, RefusedError, ConflictError."""
        began = await self._began_for(wanted, request) if wanted.interaction_id else None
        if wanted.purpose is Purpose.REPLY and began is None:
            raise InvalidError(
                "a reply leaves by the path the contact came in on: name its interaction", "interaction_id"
            )
        is_reply = began is not None and wanted.purpose is Purpose.REPLY
        check_words(wanted, began.channel if began is not None and is_reply else None)
        question = Question(
            "", self._clock.now(), Direction.OUTBOUND, wanted.channels, wanted.sender, wanted.purpose, wanted.proposes,
            wanted.propositions, wanted.speaker, wanted.by, wanted.service, wanted.interaction_id,
            CameIn(began.channel, began.point) if began is not None and is_reply else None, point=wanted.point,
        )  # fmt: skip

        def beside(taken: ToWrite) -> Facts:
            return begun(answering(wanted, began), began, taken, self._point_of, self._report_within)

        decided = await self._decisions.decide(
            wanted.customer, question, request=request, asked_as=AskedAs.CONTACT, account_id=wanted.account_id,
            grants=True, beside=beside, stands_in=wanted.customer, actor=actor, command_id=command_id,
        )  # fmt: skip
        if decided.is_repeat:
            await self._refuse_other_words(wanted, decided.event.decision_id)
        return decided

    async def was_asked(self, customer: str, *, request: str, actor: str, command_id: str) -> bool:
        """Whether this very command was answered before: not another under its request."""
        with suppress(NotFoundError):
            before = await self._decisions.recorded(decision_id(customer, request, AskedAs.CONTACT))
            return before.event.actor == actor and before.event.causation == command_id
        return False

    async def due(self, stream: str) -> int:
        """Whatever is due in this stream by now is decided again, or is reported by nobody; how many."""
        now = self._clock.now()
        known = (await self._known(stream))[0]
        waiting = [one for one in known.values() if one.due_at is not None and one.due_at <= now]
        for one in waiting:
            if one.phase is Phase.WAITING:
                await self._decide_again(stream, one)
            else:
                await self._close(stream, one, _unreported)
        return len(waiting)

    async def find(self, contact_id: str) -> Found | None:
        """By the decision that first said it may be made, or by any later one; None: of no such contact."""
        decided = await self._decisions.recorded(contact_id)
        outbound = decided.event.causation if stream_of_decision(decided.event.causation) else contact_id
        stream = stream_of_decision(outbound)
        known, versions = await self._known(stream)
        return Found(known[outbound], stream, versions) if outbound in known else None

    async def release(self, decision: str, reason: str = "cancelled", *, actor: str, command_id: str) -> list[Recorded]:
        """The contact of a decision is not made after all: its slot is given back. Raises NotFoundError for a decision
        there is not, or one without a slot, RefusedError where it was made, or given back before."""

        async def attempt() -> Sequence[Append]:
            found = await self.find(decision)
            meta = meta_of(self._clock, actor, command_id)
            if found is not None:
                _refuse_under_way(found.contact)
            slot = found.contact.slot_id if found is not None else decision
            account = found.contact.planned.account_id if found is not None else ""
            whole = await self._wholes.read(stream_of_decision(decision), meta["at"], account_id=account)
            beyond = await self._slots.beyond(slot, whole)
            if was_made(slot, whole, beyond):
                raise RefusedError(f"contact {slot} was made: its slot is not given back")
            facts: Facts = []
            if slot or found is None:
                facts += given_back(whole, beyond, slot, reason, self._in_force.policy.version, meta)
            if found is not None:
                facts.append((found.stream, _given_up(found.contact, reason, meta)))
            return await self._wholes.writing(whole, facts)

        return await append_decided(self._journal, attempt)

    async def _refuse_other_words(self, wanted: WantedContact, outbound: str) -> None:
        """The same request again has to be of the same contact."""
        known = (await self._known(stream_of_decision(outbound)))[0].get(outbound)
        if known is None or not says_something(known.planned):
            return
        words = dict(words_of(wanted))
        if known.planned.came_in_on is Channel.EMAIL and not wanted.subject:
            words["subject"] = known.planned.subject
        others = words_of(known.planned) != words or known.planned.forwarded_to != wanted.forwarded_to
        if others or wanted.answers not in ("", known.planned.answers):
            raise RefusedError(f"request of contact {outbound} came before with other words: name it anew")

    async def _decide_again(self, stream: str, one: OutboundContact) -> None:
        """Just before it is made: consent, complaint, conversation, quiet hours as they are now."""
        planned, now = one.planned, self._clock.now()
        if is_forgotten(await self._wholes.read(stream, now)):
            return await self._give_up(stream, one, "forgotten")
        if planned.by is not None and now > max(planned.by, one.due_at or now) + GRACE:
            return await self._give_up(stream, one, "too_late")
        if _has_nothing_to_say(one):
            return await self._give_up(stream, one, "not_kept")
        slot = await self._slot_kept(stream, one)
        by = planned.by if planned.by is not None and now < planned.by else None
        try:
            began = await self._began(planned.correlation, planned.answers) if planned.correlation else None
        except (InvalidError, NotFoundError):
            return await self._give_up(stream, one, "not_kept")
        question = Question(
            "", now, Direction.OUTBOUND, one.channels, Sender(planned.sender), planned.purpose, planned.proposes,
            planned.propositions, planned.speaker, by, planned.service, planned.correlation,
            CameIn(planned.came_in_on, planned.came_in_at) if planned.came_in_on else None, slot_id=slot,
            point=planned.point,
        )  # fmt: skip

        def beside(taken: ToWrite) -> Facts:
            return went_on(one, stream, taken, self._point_of, self._report_within, began)

        try:
            await self._decisions.decide(
                stream, question, request=f"{one.outbound_id}/{one.steps}", asked_as=AskedAs.DUE,
                account_id=planned.account_id, grants=True, beside=beside, stands_in=stream,
                actor=f"policy:{self._in_force.policy.version}", command_id=one.outbound_id,
            )  # fmt: skip
        except RefusedError:
            forgotten = is_forgotten(await self._wholes.read(stream, now))
            await (self._give_up(stream, one, "forgotten") if forgotten else self._close(stream, one, _refused))
        except (InvalidError, NotFoundError):  # a proposition that the policy has no more, an address that is gone
            await self._give_up(stream, one, "closed")

    async def _give_up(self, stream: str, one: OutboundContact, reason: str) -> None:
        await self._close(stream, one, lambda known, meta: _given_up(known, reason, meta))

    async def _close(self, stream: str, one: OutboundContact, fact: _Fact) -> None:
        """Nothing is decided any more, or not now; unless it went on meanwhile. A slot that it has is given back, but
        where it may have been made."""

        async def attempt() -> Sequence[Append]:
            known, versions = await self._known(stream)
            now = known.get(one.outbound_id)
            if now is None or now.steps != one.steps or now.phase is not one.phase:
                return []
            meta = meta_of(self._clock, f"policy:{self._in_force.policy.version}", one.outbound_id)
            event = fact(now, meta)
            if not now.slot_id or isinstance(event, ContactUnreported):
                return [Append(stream, versions[stream], [event])]
            reason = event.reason if isinstance(event, ContactGivenUp) else "held"
            whole, facts = await self.slot_given_back(stream, now, reason, meta)
            return await self._wholes.writing(whole, [*facts, (stream, event)])

        await append_decided(self._journal, attempt)

    async def _slot_kept(self, stream: str, one: OutboundContact) -> str:
        """The slot it goes on with. One that is for somebody they were taken for once is given back first."""
        kept = ""

        async def attempt() -> Sequence[Append]:
            nonlocal kept
            meta = meta_of(self._clock, f"policy:{self._in_force.policy.version}", one.outbound_id)
            whole = await self._wholes.read(stream, meta["at"], account_id=one.planned.account_id)
            kept = one.slot_id if stands(one.slot_id, whole) else ""
            if kept == one.slot_id or not await self._slots.beyond(one.slot_id, whole):
                return []
            whole, facts = await self.slot_given_back(stream, one, "moved", meta)
            return await self._wholes.writing(whole, facts)

        await append_decided(self._journal, attempt)
        return kept

    async def slot_given_back(self, stream: str, one: OutboundContact, reason: str, meta: _Meta) -> tuple[Whole, Facts]:
        """The customer as they are, and what gives its slot back wherever that stands; nothing where it has none, or
        somebody gave it back."""
        whole = await self._wholes.read(stream, meta["at"], account_id=one.planned.account_id)
        beyond = await self._slots.beyond(one.slot_id, whole)
        with suppress(NotFoundError, RefusedError):
            return whole, given_back(whole, beyond, one.slot_id, reason, self._in_force.policy.version, meta)
        return whole, []

    async def _known(self, stream: str) -> tuple[Outbounds, dict[str, int]]:
        """The contacts that are planned in a stream; that one was made may stand in another."""
        streams = await self._journal.load([stream])
        beyond = {
            one.event.customer_id
            for one in streams[stream]
            if isinstance(one.event, ContactDispatched) and one.event.customer_id != stream
        }
        streams |= await self._journal.load(sorted(beyond)) if beyond else {}
        history = sorted(one for line in streams.values() for one in line)
        versions = {name: line[-1].version if line else 0 for name, line in streams.items()}
        return fold(one.event for one in history), versions

    async def _began_for(self, wanted: WantedContact, request: str) -> Began:
        """A repeat that names no mail answers the one it did at first, whoever wrote since."""
        began = await self._began(wanted.interaction_id, wanted.answers)
        if wanted.answers or began.channel is not Channel.EMAIL:
            return began
        first = decision_id(wanted.customer, request, AskedAs.CONTACT)
        planned = (await self._journal.load_only([wanted.customer], (ContactPlanned,)))[wanted.customer]
        before = next((one.event for one in planned if getattr(one.event, "outbound_id", "") == first), None)
        answers = before.answers if isinstance(before, ContactPlanned) else ""
        return began if answers in ("", began.answers) else await self._began(wanted.interaction_id, answers)

    async def _began(self, interaction: str, answers: str) -> Began:
        return await conversation_of(self._journal, interaction, answers, self._point_of, self._spell)

    @property
    def _report_within(self) -> timedelta:
        return self._in_force.policy.outbound.report_within


def _given_up(one: OutboundContact, reason: str, meta: _Meta) -> ContactGivenUp:
    about = {"correlation": one.planned.correlation, "outbound_id": one.outbound_id}
    return ContactGivenUp(**meta, **about, reason=reason)


def _refused(one: OutboundContact, meta: _Meta) -> ContactPostponed | ContactGivenUp:
    """It could not be decided as things stand: once more, as long as it is of use."""
    due_at = look_again(one, meta["at"])
    if due_at is None:
        return _given_up(one, "refused", meta)
    about = {"correlation": one.planned.correlation, "outbound_id": one.outbound_id}
    return ContactPostponed(**meta, **about, due_at=due_at, decision_id=one.outbound_id)


def _has_nothing_to_say(one: OutboundContact) -> bool:
    """What was to be said is not kept any more. Who calls needs no words."""
    planned = one.planned
    is_reply = planned.purpose == Purpose.REPLY and planned.thread_on is not None
    channels = {planned.thread_on} if is_reply else set(one.channels)
    return not (says_something(planned) or planned.proposes or channels == {Channel.PHONE})


def _unreported(one: OutboundContact, meta: _Meta) -> ContactUnreported:
    told = one.dispatched
    assert told is not None
    about = {"correlation": one.planned.correlation, "outbound_id": one.outbound_id}
    return ContactUnreported(**meta, **about, contact_id=told.contact_id, channel=told.channel)


def _refuse_under_way(one: OutboundContact) -> None:
    """Raises RefusedError for a contact that can't be kept from being made any more, or needn't."""
    told = {
        Phase.DISPATCHED: "is being made: its adapter reports what comes of it",
        Phase.UNREPORTED: "may have been made: its adapter did not say",
        Phase.SENT: "was made",
        Phase.FAILED: "failed: it has no slot any more",
        Phase.GIVEN_UP: f"is not made: {one.why}",
    }
    if one.phase in told:
        raise RefusedError(f"contact {one.outbound_id} {told[one.phase]}")
