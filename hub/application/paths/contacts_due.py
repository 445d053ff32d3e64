"""What is due of contacts that are planned: decided again just before it is made, or reported by nobody."""

from collections.abc import Callable, Sequence
from typing import Any

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.answered import conversation_of
from hub.application.paths.contacts_facts import GRACE, Began, look_again, went_on
from hub.application.paths.contacts_known import KnownContacts
from hub.application.paths.contacts_slots import ContactSlots, stands
from hub.application.paths.decisions import AskedAs, PathDecisions, ToWrite
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.whole import Facts, Wholes, is_forgotten
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.identity import Spell
from hub.domain.customer.outbound.events import ContactGivenUp, ContactPlanned, ContactPostponed, ContactUnreported
from hub.domain.customer.outbound.state import OutboundContact, Phase, fold
from hub.domain.customer.outbound.words import says_something
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.question import CameIn, Question
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded

_Meta = dict[str, Any]
_Fact = Callable[[OutboundContact, _Meta], Event]


class _WentOnError(Exception):
    """What was to be decided is decided already: it was taken back, or another process was first."""


class DueContacts:
    """Goes on with what was planned, as things stand by now."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        wholes: Wholes,
        decisions: PathDecisions,
        in_force: RulesInForce,
        point_of: PointOf,
        spell: Spell,
        slots: ContactSlots,
        known: KnownContacts,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes
        self._decisions = decisions
        self._in_force = in_force
        self._point_of = point_of
        self._spell = spell
        self._slots = slots
        self._known = known

    async def go_on(self, stream: str) -> int:
        """Whatever is due in this stream by now is decided again, or is reported by nobody; how many."""
        now = self._clock.now()
        known = (await self._known.of(stream))[0]
        waiting = [one for one in known.values() if one.due_at is not None and one.due_at <= now]
        for one in waiting:
            if one.phase is Phase.WAITING:
                await self._decide_again(stream, one)
            else:
                await self._close(stream, one, _unreported)
        return len(waiting)

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
            began = await self._began(planned) if planned.correlation else None
        except (InvalidError, NotFoundError):
            return await self._give_up(stream, one, "not_kept")
        question = Question(
            "", now, Direction.OUTBOUND, one.channels, Sender(planned.sender), planned.purpose, planned.proposes,
            planned.propositions, planned.speaker, by, planned.service, planned.correlation,
            CameIn(planned.came_in_on, planned.came_in_at) if planned.came_in_on else None, slot_id=slot,
            point=planned.point, given_for_it=planned.given_for_it,
        )  # fmt: skip

        def beside(taken: ToWrite) -> Facts:
            if not _stands_as_it_was(one, taken.looked.whole.customer[stream]):
                raise _WentOnError
            return went_on(one, stream, taken, self._point_of, self._in_force.policy.outbound.report_within, began)

        try:
            await self._decisions.decide(
                stream, question, request=f"{one.outbound_id}/{one.steps}", asked_as=AskedAs.DUE,
                account_id=planned.account_id, grants=True, beside=beside, stands_in=stream,
                actor=f"policy:{self._version}", command_id=one.outbound_id,
            )  # fmt: skip
        except _WentOnError:
            return None
        except RefusedError:
            forgotten = is_forgotten(await self._wholes.read(stream, now))
            await (self._give_up(stream, one, "forgotten") if forgotten else self._close(stream, one, _refused))
        except (InvalidError, NotFoundError):  # a proposition that the policy has no more, an address that is gone
            await self._give_up(stream, one, "closed")

    async def _give_up(self, stream: str, one: OutboundContact, reason: str) -> None:
        await self._close(stream, one, lambda known, meta: given_up(known, reason, meta))

    async def _close(self, stream: str, one: OutboundContact, fact: _Fact) -> None:
        """Nothing is decided any more, or not now; unless it went on meanwhile. A slot that it has is given back, but
        where it may have been made."""

        async def attempt() -> Sequence[Append]:
            known, versions = await self._known.of(stream)
            now = known.get(one.outbound_id)
            if now is None or now.steps != one.steps or now.phase is not one.phase:
                return []
            meta = meta_of(self._clock, f"policy:{self._version}", one.outbound_id)
            event = fact(now, meta)
            if not now.slot_id or isinstance(event, ContactUnreported):
                return [Append(stream, versions[stream], [event])]
            reason = event.reason if isinstance(event, ContactGivenUp) else "held"
            whole, facts = await self._slots.given_back(stream, now, reason, self._version, meta)
            return await self._wholes.writing(whole, [*facts, (stream, event)])

        await append_decided(self._journal, attempt)

    async def _slot_kept(self, stream: str, one: OutboundContact) -> str:
        """The slot it goes on with. One that is for somebody they were taken for once is given back first."""
        kept = ""

        async def attempt() -> Sequence[Append]:
            nonlocal kept
            meta = meta_of(self._clock, f"policy:{self._version}", one.outbound_id)
            whole = await self._wholes.read(stream, meta["at"], account_id=one.planned.account_id)
            kept = one.slot_id if stands(one.slot_id, whole) else ""
            if kept == one.slot_id or not await self._slots.beyond(one.slot_id, whole):
                return []
            whole, facts = await self._slots.given_back(stream, one, "moved", self._version, meta)
            return await self._wholes.writing(whole, facts)

        await append_decided(self._journal, attempt)
        return kept

    async def _began(self, planned: ContactPlanned) -> Began:
        return await conversation_of(self._journal, planned.correlation, planned.answers, self._point_of, self._spell)

    @property
    def _version(self) -> str:
        return self._in_force.policy.version


def _stands_as_it_was(one: OutboundContact, history: Sequence[Recorded]) -> bool:
    """Read in the same moment as all that is decided on: whoever takes it back is before that, or is refused."""
    now = fold(known.event for known in history).get(one.outbound_id)
    return now is not None and now.steps == one.steps


def given_up(one: OutboundContact, reason: str, meta: _Meta) -> ContactGivenUp:
    """It is made no more."""
    about = {"correlation": one.planned.correlation, "outbound_id": one.outbound_id}
    return ContactGivenUp(**meta, **about, reason=reason)


def _refused(one: OutboundContact, meta: _Meta) -> ContactPostponed | ContactGivenUp:
    """It could not be decided as things stand: once more, as long as it is of use."""
    due_at = look_again(one, meta["at"])
    if due_at is None:
        return given_up(one, "refused", meta)
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
