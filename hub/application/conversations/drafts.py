"""Drafts: what an agent types survives reload, sign-out and a lost connection, and the end of the work too, until it is
sent or they throw it away."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple, Protocol

import orjson

from hub.application.conversations.messages import opened
from hub.domain.contact import Attachment
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.state import OVER
from hub.ports import Clock, Journal

KEPT_DAYS = 30
"""For so long nobody wrote on: then it is swept."""


class DraftKind(StrEnum):
    """What is being written: an answer, what goes with a mail to somebody else, an internal note, or the first words of
    a contact of ours."""

    REPLY = "reply"
    FORWARD = "forward"
    NOTE = "note"
    NEW = "new"


class Mentioned(NamedTuple):
    """A colleague who is named in a note, as they are called there."""

    agent_id: str
    name: str


@dataclass(frozen=True, slots=True)
class Words:
    """As they were typed, whether they could be sent so or not. `contact_id`: the mail that is answered, or goes on;
    empty: the last that came. `request_id`: under which they will be sent, so that a repeat is told by it."""

    text: str = ""
    html: str = ""
    subject: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    attachments: tuple[Attachment, ...] = ()
    mentions: tuple[Mentioned, ...] = ()
    contact_id: str = ""
    request_id: str = ""


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
    async def delete(self, key: Any, revision: int | None = None, /) -> None: ...
    async def delete_older(self, than_ms: int, /) -> None: ...


class AgentDrafts:
    """Of all agents. The end of the work takes none of them away: the hub ends some work by itself, while an answer is
    being written."""

    def __init__(self, journal: Journal, clock: Clock, table: Table) -> None:
        self._journal = journal
        self._clock = clock
        self._table = table

    async def save(self, interaction: str, agent: str, kind: DraftKind, words: Words, seen: int) -> Draft:
        """In an interaction; in one that is over only who had it last, or wrote there before. Raises NotFoundError,
        RefusedError, DraftChangedError."""
        known = await opened(self._journal, interaction)
        key = (interaction, agent, kind.value)
        if known.state.phase in OVER and known.state.agent_id != agent and await self._table.get(key) is None:
            raise RefusedError(
                f"this interaction is over ({known.state.phase.value}), and agent {agent} did not have it last: nothing"
                " new is written in it"
            )
        return await self._save(key, known.first.customer_id, words, seen)

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
        """It was thrown away; gone already is gone."""
        await self._table.delete((place, agent, kind.value))

    async def sent(self, place: str, agent: str, kind: DraftKind, request: str) -> None:
        """What was sent under this request is a draft no more. What was typed since has a request of its own, and
        stays."""
        key = (place, agent, kind.value)
        kept = await self._table.get(key) if agent and request else None
        if kept is not None and _words(kept.words).request_id == request:
            await self._table.delete(key, kept.revision)

    async def sweep(self) -> None:
        """Those nobody wrote on for long."""
        await self._table.delete_older(_ms(self._clock.now() - timedelta(days=KEPT_DAYS)))

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
        "mentions": [tuple(one) for one in words.mentions],
        "contact_id": words.contact_id, "request_id": words.request_id,
    }  # fmt: skip


def _words(said: bytes) -> Words:
    if not said:
        return Words()
    told = orjson.loads(said)
    files = tuple(Attachment.model_validate(one) for one in told["attachments"])
    named = tuple(Mentioned(*one) for one in told.get("mentions", ()))
    return Words(
        told["text"], told["html"], told["subject"], tuple(told["to"]), tuple(told["cc"]), files, named,
        told.get("contact_id", ""), told.get("request_id", ""),
    )  # fmt: skip


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
