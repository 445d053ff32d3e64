"""Load, decide, append: once more when another writer was first, and never half of it; once for a command that is named
for good."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from hub.carried_out import carried_out
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import ConflictError, NotFoundError, RefusedError
from hub.ports import Append, Clock, Committed, Journal, KnownContactError, Recorded, Streams, Unit

ATTEMPTS = 20
"""How often a command is decided again after another writer was first on one of its streams."""

Attempt = Callable[[], Awaitable[Sequence[Append] | Unit]]
"""Loads what the command is decided on, and decides: what it adds to which streams. One without events was looked at:
where somebody adds to it meanwhile it is decided again."""


async def append_decided(journal: Streams, attempt: Attempt) -> list[Recorded]:
    """The events a command led to, committed together, on whichever streams; none where it was so already. Raises
    ConflictError where others were first again and again, KnownContactError where they are with the contact it is."""
    conflict: Exception = ConflictError("")
    for _ in range(ATTEMPTS):
        decided = await attempt()
        unit = decided if isinstance(decided, Unit) else Unit(decided)
        if not any(one.events for one in unit.appends):
            return []
        [outcome] = await journal.commit([unit])
        if isinstance(outcome, Committed):
            return _recorded(outcome.first, unit.appends)
        if not isinstance(outcome, ConflictError | KnownContactError):
            raise outcome
        conflict = outcome
    raise conflict


async def append_once(journal: Journal, command_id: str, stream: str, attempt: Attempt) -> list[Recorded]:
    """The same; where the command is named for good and wrote to `stream` before, what it led to then, told again."""
    before: list[Recorded] = []

    async def unless_done() -> Sequence[Append] | Unit:
        nonlocal before
        before = await carried_out(journal, command_id, stream)
        return () if before else await attempt()

    recorded = await append_decided(journal, unless_done)
    return before or recorded


async def history_of(journal: Streams, customer: str, what: str) -> tuple[int, list[Recorded]]:
    """The version and the events of a registered customer's stream: another stream's name must never get a customer's
    events. Else NotFoundError that there is no `what`."""
    if customer.startswith(CUSTOMER):
        history = (await journal.load([customer]))[customer]
        if any(isinstance(one.event, CustomerRegistered) for one in history):
            return history[-1].version, history
    raise NotFoundError(f"there is no {what}")


def refuse_forgotten(history: Sequence[Recorded], customer: str) -> None:
    """Raises RefusedError for a customer who was forgotten: what is begun there could name nobody."""
    if any(isinstance(one.event, CustomerForgotten) for one in history):
        raise RefusedError(f"customer {customer} was forgotten: nothing new can be begun there")


def meta_of(clock: Clock, actor: str, command_id: str) -> dict[str, Any]:
    """What every event of a command says of its cause."""
    now = clock.now()
    return {"at": now, "recorded_at": now, "causation": command_id, "actor": actor}


def _recorded(first: int, appends: Sequence[Append]) -> list[Recorded]:
    """Positions follow each other in the order of the appends."""
    told: list[Recorded] = []
    for stream, after, events in appends:
        for version, event in enumerate(events, after + 1):
            told.append(Recorded(first + len(told), stream, version, event))
    return told
