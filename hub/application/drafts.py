"""Drafts: what an agent types survives reload, sign-out and a lost connection, until it is sent or the work is over."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol

import orjson

from hub.application.messages import opened
from hub.domain.contact import Attachment
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.events import InteractionAbandoned, InteractionExpired, WrapUpCompleted
from hub.domain.interaction.state import OVER
from hub.ports import Clock, Journal, Recorded

log = logging.getLogger(__name__)

KEPT_DAYS = 30
"""For so long nobody wrote on: then it is swept."""
_ENDS = (WrapUpCompleted, InteractionAbandoned, InteractionExpired)


class DraftKind(StrEnum):
    """What is being written: an answer, an internal note, or the first words of a contact of ours."""

    REPLY = "reply"
    NOTE = "note"
    NEW = "new"


@dataclass(frozen=True, slots=True)
class Words:
    """As they were typed, whether they could be sent so or not."""

    text: str = ""
    html: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """`interaction_id` empty: it is for a new contact with the customer. `revision` counts what was saved:
    send it along with what you save next."""

    interaction_id: str
    customer_id: str
    agent_id: str
    kind: DraftKind
    revision: int
    saved_at: datetime
    words: Words


class DraftChangedError(RefusedError):
    """Somebody saved another text since, which is told."""

    def __init__(self, draft: Draft) -> None:
        super().__init__(f"this draft is at revision {draft.revision}: it was saved elsewhere since you read it")
        self.draft = draft


class Table(Protocol):
    """Where they are kept: as hub.journal.drafts."""

    async def put(self, key: Any, customer: str, seen: int, words: bytes, now_ms: int, /) -> int | None: ...
    async def get(self, key: Any, /) -> Any | None: ...
    async def of_agent(self, agent_id: str, /) -> Sequence[Any]: ...
    async def places(self) -> Sequence[str]: ...
    async def delete(self, key: Any, /) -> None: ...
    async def delete_at(self, places: Sequence[str], older_than_ms: int | None = None, /) -> None: ...


class AgentDrafts:
    """Of all agents. A `follow`er of the log, which sweeps those of work that is over."""

    def __init__(self, journal: Journal, clock: Clock, table: Table) -> None:
        self._journal = journal
        self._clock = clock
        self._table = table
        self._sweeps: set[asyncio.Task[None]] = set()

    async def save(self, interaction: str, agent: str, kind: DraftKind, words: Words, seen: int) -> Draft:
        """In an interaction. Raises NotFoundError, RefusedError where that is over, DraftChangedError."""
        known = await opened(self._journal, interaction)
        if known.state.phase in OVER:
            raise RefusedError(
                f"this interaction is over ({known.state.phase.value}): nothing is written in it any more"
            )
        return await self._save((interaction, agent, kind.value), known.first.customer_id, words, seen)

    async def save_new(self, customer: str, agent: str, words: Words, seen: int) -> Draft:
        """For a new contact. Raises NotFoundError, DraftChangedError."""
        if await self._journal.last(customer) is None or not customer.startswith("customer-"):
            raise NotFoundError(f"there is no customer {customer}")
        return await self._save((customer, agent, DraftKind.NEW.value), customer, words, seen)

    async def find(self, place: str, agent: str, kind: DraftKind) -> Draft:
        """Raises NotFoundError."""
        kept = await self._table.get((place, agent, kind.value))
        if kept is None or not kept.words:
            raise NotFoundError(f"agent {agent} writes no {kind.value} there")
        return _draft(kept)

    async def of_agent(self, agent: str) -> list[Draft]:
        """All an agent is writing, what was saved last first."""
        return [_draft(kept) for kept in await self._table.of_agent(agent) if kept.words]

    async def delete(self, place: str, agent: str, kind: DraftKind) -> None:
        """It was sent, or thrown away; gone already is gone."""
        await self._table.delete((place, agent, kind.value))

    async def sweep(self) -> None:
        """Those of work that ended while nobody looked, and those nobody wrote on for long."""
        over = [place for place in await self._table.places() if await self._is_over(place)]
        oldest = self._clock.now() - timedelta(days=KEPT_DAYS)
        await self._table.delete_at(over, _ms(oldest))

    def follow(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        over = [one.stream for one in batch if isinstance(one.event, _ENDS)]
        if over:
            task = asyncio.get_running_loop().create_task(self._swept(over), name="drafts swept")
            self._sweeps.add(task)
            task.add_done_callback(self._sweeps.discard)

    async def settled(self) -> None:
        """All that was begun to be swept is gone."""
        await asyncio.gather(*self._sweeps)

    async def _swept(self, over: Sequence[str]) -> None:
        try:
            await self._table.delete_at(over)
        except Exception:
            log.exception("drafts of %d interactions that are over are left: they go at the next start", len(over))

    async def _is_over(self, place: str) -> bool:
        if not place.startswith("interaction-"):
            return False
        try:
            return (await opened(self._journal, place)).state.phase in OVER
        except NotFoundError:
            return True

    async def _save(self, key: tuple[str, str, str], customer: str, words: Words, seen: int) -> Draft:
        now, said = self._clock.now(), orjson.dumps(_fields(words))
        revision = await self._table.put(key, customer, seen, said, _ms(now))
        if revision is not None:
            return _draft_of(key, customer, revision, _moment(_ms(now)), words)
        kept = await self._table.get(key)
        if kept is None:  # deleted at this very moment
            return await self._save(key, customer, words, seen)
        if kept.words == said:
            return _draft(kept)
        raise DraftChangedError(_draft(kept))


def _draft_of(key: tuple[str, str, str], customer: str, revision: int, at: datetime, words: Words) -> Draft:
    place, agent, kind = key
    return Draft("" if kind == DraftKind.NEW else place, customer, agent, DraftKind(kind), revision, at, words)


def _draft(kept: Any) -> Draft:
    at = _moment(kept.saved_ms)
    return _draft_of(tuple(kept.key), kept.customer_id, kept.revision, at, _words(kept.words))


def _fields(words: Words) -> dict[str, Any]:
    return {
        "text": words.text, "html": words.html, "subject": words.subject, "to": words.to, "cc": words.cc,
        "attachments": [one.model_dump() for one in words.attachments],
    }  # fmt: skip


def _words(said: bytes) -> Words:
    if not said:
        return Words()
    told = orjson.loads(said)
    files = tuple(Attachment.model_validate(one) for one in told["attachments"])
    return Words(told["text"], told["html"], told["subject"], tuple(told["to"]), tuple(told["cc"]), files)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
