"""A contact that somebody wants made: decided and planned, found again, or taken back before it is made."""

from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.answered import conversation_of
from hub.application.paths.contacts_due import DueContacts, given_up
from hub.application.paths.contacts_facts import Began, WantedContact, answering, begun, check_words
from hub.application.paths.contacts_known import Found, KnownContacts
from hub.application.paths.contacts_slots import ContactSlots, given_back, was_made
from hub.application.paths.decisions import (
    AskedAs,
    Decided,
    PathDecisions,
    ToWrite,
    decision_id,
    stream_of_decision,
)
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.whole import Facts, Whole, Wholes
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.identity import Spell
from hub.domain.customer.outbound.events import ContactPlanned
from hub.domain.customer.outbound.state import OutboundContact, Phase
from hub.domain.customer.outbound.words import says_something, words_of
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.question import CameIn, Question
from hub.ports import Append, Clock, Journal, Recorded

_Meta = dict[str, Any]


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
        self._known = KnownContacts(journal, decisions)
        self._due = DueContacts(journal, clock, wholes, decisions, in_force, point_of, spell, self._slots, self._known)
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
            given_for_it=wanted.given_for_it,
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
        return await self._due.go_on(stream)

    async def find(self, contact_id: str) -> Found | None:
        """By the decision that first said it may be made, or by any later one; None: of no such contact."""
        return await self._known.find(contact_id)

    async def slot_given_back(self, stream: str, one: OutboundContact, reason: str, meta: _Meta) -> tuple[Whole, Facts]:
        """The customer as they are, and what gives its slot back wherever that stands; nothing where it has none, or
        somebody gave it back."""
        return await self._slots.given_back(stream, one, reason, self._in_force.policy.version, meta)

    async def release(self, decision: str, reason: str = "cancelled", *, actor: str, command_id: str) -> list[Recorded]:
        """The contact of a decision is not made after all: its slot is given back. Raises NotFoundError for a decision
        there is not, or one without a slot, RefusedError where it was made, or given back before."""

        async def attempt() -> Sequence[Append]:
            found = await self._known.find(decision)
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
                facts.append((found.stream, given_up(found.contact, reason, meta)))
            return await self._wholes.writing(whole, facts)

        return await append_decided(self._journal, attempt)

    async def taking_back(
        self, stream: str, after: int, told: Sequence[Event], requests: Collection[str], meta: _Meta
    ) -> list[Append]:
        """What is told of the customer in version `after` of their stream, and in the same transaction that whatever
        these requests led to and nobody was told to make yet is not made any more."""
        known = (await self._known.of(stream))[0]
        names = {decision_id(stream, one, AskedAs.CONTACT) for one in requests}
        held = [one for name, one in known.items() if name in names and one.phase is Phase.WAITING]
        if not held:
            return [Append(stream, after, told)]
        facts: Facts = [(stream, one) for one in told]
        for one in held:
            whole, back = await self.slot_given_back(stream, one, "cancelled", meta)
            facts += [*back, (stream, given_up(one, "cancelled", meta))]
        appends = await self._wholes.writing(whole, facts)
        return [one._replace(after=after) if one.stream == stream else one for one in appends]

    async def _refuse_other_words(self, wanted: WantedContact, outbound: str) -> None:
        """The same request again has to be of the same contact."""
        known = (await self._known.of(stream_of_decision(outbound)))[0].get(outbound)
        if known is None or not says_something(known.planned):
            return
        words = dict(words_of(wanted))
        if known.planned.came_in_on is Channel.EMAIL and not wanted.subject:
            words["subject"] = known.planned.subject
        others = words_of(known.planned) != words or known.planned.forwarded_to != wanted.forwarded_to
        if others or wanted.answers not in ("", known.planned.answers):
            raise RefusedError(f"request of contact {outbound} came before with other words: name it anew")

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
