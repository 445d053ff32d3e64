"""Callbacks that agents promise: checked against what the customer allows and when the queue is open, kept in the
customer's stream, and handed to the routing pool when their time has come."""

import sqlite3
from collections.abc import Awaitable, Callable, Collection, Mapping
from typing import Any, Protocol, TypeVar

from hub.application.callbacks.gates import CallGates
from hub.application.customer_cache import Known
from hub.application.deciding import append_decided, append_once, history_of, meta_of, refuse_forgotten
from hub.application.linking.by_contacts import whole_customers
from hub.domain.customer.callbacks import decide
from hub.domain.customer.callbacks.decide import Circumstances, Terms
from hub.domain.customer.callbacks.events import CALLBACK_EVENTS, customer_of_callback
from hub.domain.customer.callbacks.state import Callback, Phase, callbacks_of
from hub.domain.customer.identity import Spell
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.ids import interaction_id
from hub.domain.interaction.events import PLACEMENTS, InteractionQueued
from hub.ports import Append, Clock, Journal, Recorded
from hub.projections import callbacks_due
from hub.router.pool.commands import Command, OpenCallback

T = TypeVar("T")
Execute = Callable[[Command], Awaitable[Any]]
"""Has the routing pool do something."""
_PHONE = "phone"


class Views(Protocol):
    """The read models."""

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        """The answer to a question."""
        ...


class Callbacks:
    """Commands answer with the events they led to, none when it was so already."""

    def __init__(
        self, journal: Journal, clock: Clock, key: bytes, gates: CallGates, views: Views, spell: Spell
    ) -> None:  # fmt: skip
        """`key`: what the ids of interactions are derived with; `spell`: how numbers are written."""
        self._journal = journal
        self._clock = clock
        self._key = key
        self._gates = gates
        self._views = views
        self._spell = spell

    async def promise(
        self, customer: str, terms: Terms, agent_id: str, promised_in: str = "", *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Raises InvalidError, NotFoundError, RefusedError. `promised_in`: the interaction; its queue, service and
        language go with it where nothing else is named."""
        terms = self._spelled(terms)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            whole = await whole_customers(self._journal, [customer])
            said = await self._conversation(promised_in, whole)
            wanted = terms if terms.queue else terms._replace(queue=said.pop("queue", ""))
            said.pop("queue", None)
            found = await self._circumstances(whole, wanted)
            meta = meta_of(self._clock, actor, command_id) | {"correlation": promised_in}
            known = callbacks_of(one.event for one in history)
            return [Append(customer, version, decide.promise(known, customer, wanted, found, agent_id, **said, **meta))]

        return await append_once(self._journal, command_id, customer, attempt)

    async def change(
        self, callback: str, terms: Terms, agent_id: str, expected: int | None = None, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Until it is offered to somebody; `expected`: the version it was read at."""
        customer, terms = customer_of_callback(callback), self._spelled(terms)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"callback {callback}")
            refuse_forgotten(history, customer)
            whole = await whole_customers(self._journal, [customer])
            known = callbacks_of(one.event for one in history)
            wanted = terms if terms.queue or callback not in known else terms._replace(queue=known[callback].queue)
            found = await self._circumstances(whole, wanted)
            meta = meta_of(self._clock, actor, command_id) | {"correlation": _promised_in(known.get(callback))}
            return [
                Append(customer, version, decide.change(known, callback, wanted, found, agent_id, expected, **meta))
            ]

        return await append_once(self._journal, command_id, customer, attempt)

    async def cancel(
        self, callback: str, agent_id: str, reason: str, expected: int | None = None, *, actor: str, command_id: str
    ) -> list[Recorded]:
        """Until it is offered to somebody; `expected`: the version it was read at."""
        customer = customer_of_callback(callback)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"callback {callback}")
            known = callbacks_of(one.event for one in history)
            meta = meta_of(self._clock, actor, command_id) | {"correlation": _promised_in(known.get(callback))}
            return [Append(customer, version, decide.cancel(known, callback, agent_id, reason, expected, **meta))]

        return await append_once(self._journal, command_id, customer, attempt)

    async def of_customer(self, customer: str) -> list[Callback]:
        """Those that are still to come, over all streams that are linked; the earliest first."""
        members = await whole_customers(self._journal, [customer])
        found = await self._of(sorted(members))
        return sorted((one for one in found.values() if one.phase is Phase.PROMISED), key=lambda one: one.due)

    async def of_agent(self, agent_id: str, limit: int) -> list[Callback]:
        """What this agent is to call, or promised for anybody; the earliest first."""
        rows = await self._views.read(lambda views: callbacks_due.of_agent(views, agent_id, limit))
        found = await self._of(sorted({one.stream for one in rows}))
        told = [found[one.callback_id] for one in rows if one.callback_id in found]
        return [one for one in told if one.phase is Phase.PROMISED]

    async def due(self, stream: str, execute: Execute) -> int:
        """Make work of what has come due in this stream; how many. What was written down and never reached the pool
        is handed to it again."""
        await self._open(stream)
        opened = [one for one in (await self._of([stream])).values() if one.phase is Phase.OPENED]
        there = await self._journal.load_only([one.interaction_id for one in opened], (InteractionQueued,))
        missing = [one for one in opened if not there.get(one.interaction_id)]
        if missing:
            [known] = [one for name, one in (await whole_customers(self._journal, [stream])).items() if name == stream]
            for one in missing:
                if not known.customer.forgotten:
                    await execute(self._command(stream, one, known))
        return len(missing)

    async def _open(self, stream: str) -> None:
        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, stream, f"customer {stream}")
            known = callbacks_of(one.event for one in history)
            meta = meta_of(self._clock, "hub:callbacks", stream)
            events: list[Event] = []
            for name in known:
                events += decide.open_due(known, name, interaction_id(self._key, name), **meta | {"causation": name})
            return [Append(stream, version, events)]

        await append_decided(self._journal, attempt)

    def _command(self, stream: str, one: Callback, known: Known) -> OpenCallback:
        stands = known.customer.standing.model_dump()
        return OpenCallback(
            self._clock.now(), one.callback_id, "hub:callbacks", one.interaction_id, one.callback_id, stream,
            one.queue, one.for_agent, one.service, one.language, **stands,
        )  # fmt: skip

    async def _of(self, streams: Collection[str]) -> dict[str, Callback]:
        found = await self._journal.load_only(sorted(streams), CALLBACK_EVENTS)
        return callbacks_of(one.event for history in found.values() for one in history)

    async def _conversation(self, interaction: str, whole: Collection[str]) -> dict[str, str]:
        """What goes with a promise that is made in this interaction, which must be with this customer."""
        if not interaction:
            return {}
        found = (await self._journal.load_only([interaction], PLACEMENTS)).get(interaction, [])
        first = next((one.event for one in found if isinstance(one.event, InteractionQueued)), None)
        if first is None:
            raise NotFoundError(f"there is no interaction {interaction}")
        if first.customer_id not in whole:
            raise InvalidError(f"interaction {interaction} is with somebody else", "interaction_id")
        [*_, last] = found
        queue: str = getattr(last.event, "queue", first.queue)
        return {"queue": queue, "service": first.service, "language": first.language}

    async def _circumstances(self, whole: Mapping[str, Known], terms: Terms) -> Circumstances:
        numbers = {
            self._spell(_PHONE, each.value).value
            for one in whole.values()
            for each in one.customer.identifiers
            if each.kind == _PHONE
        }
        if terms.number not in numbers:
            return Circumstances(numbers)
        return Circumstances(numbers, await self._gates.shut(terms.number, terms.queue, terms.due))

    def _spelled(self, terms: Terms) -> Terms:
        return terms._replace(number=self._spell(_PHONE, terms.number).value)


def _promised_in(one: Callback | None) -> str:
    return one.promised_in if one else ""
