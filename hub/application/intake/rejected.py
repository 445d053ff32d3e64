"""Contacts that could not be taken in: shown to people, put back, mended or dismissed, and who did it is on record."""

import json
import logging
from base64 import b64decode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol

from hub.application.intake.envelope import parse
from hub.application.privacy.readings import UntracedError
from hub.bus.rejected import Rejected
from hub.bus.subjects import contact_subject, conversation_subject
from hub.domain.contact import Contact, ConversationEvent
from hub.domain.errors import ConflictError, InvalidError, RefusedError
from hub.domain.event import Event
from hub.domain.refused_input import RefusedInput
from hub.domain.rejected.events import STREAM, RejectedContactDismissed, RejectedContactPutBack, RejectedContactShown
from hub.ports import Append, Clock, Committed, Journal, Recorded, Unit

log = logging.getLogger(__name__)

ATTEMPTS = 5
_READ_AT_ONCE = 200
_INLINE = "data:;base64,"
"""What a uri begins with that is the bytes themselves."""

Bytes = Callable[[str], Awaitable[bytes]]
"""The bytes that a reference of the attachment store leads to."""


class Kept(Protocol):
    """Where they are kept."""

    async def list(self, limit: int = 100, after: int = 0) -> Sequence[Rejected]: ...
    async def get(self, sequence: int) -> Rejected: ...
    async def count(self) -> int: ...
    async def put_back(self, sequence: int) -> None: ...
    async def put_back_mended(self, rejected: Rejected, subject: str, body: bytes) -> None: ...
    async def dismiss(self, sequence: int) -> None: ...


@dataclass(frozen=True, slots=True)
class RejectedLine:
    """One of them as a list tells it: why, which field, when, where from; nothing it says."""

    id: int
    channel: str
    source: str
    """Who sent it: an adapter as `/adapters/NAME`; empty where it does not say."""
    reason: str
    field: str
    rejected_at: datetime | None
    refused: bool
    """Its adapter could not read it: it has the bytes, and takes them again; nobody can mend them here."""


class RejectedContacts:
    """`kept` holds them; what is done with them is written down before it is done or shown."""

    def __init__(self, kept: Kept, journal: Journal, clock: Clock, bytes_of: Bytes) -> None:
        self._kept, self._journal, self._clock, self._bytes_of = kept, journal, clock, bytes_of

    async def count(self) -> int:
        """How many there are."""
        return await self._kept.count()

    async def list(self, limit: int, after: int, channel: str, text: str) -> tuple[Sequence[RejectedLine], int | None]:
        """A page of those of a channel whose reason or field holds this text, and where the next one starts."""
        found: list[RejectedLine] = []
        while True:
            read = await self._kept.list(_READ_AT_ONCE, after)
            for one in read:
                line = line_of(one)
                after = one.sequence
                if channel in ("", line.channel) and text.casefold() in f"{line.reason} {line.field}".casefold():
                    found.append(line)
                    if len(found) == limit:
                        return found, after
            if len(read) < _READ_AT_ONCE:
                return found, None

    async def show(self, sequence: int, *, actor: str, command_id: str) -> tuple[RejectedLine, str]:
        """One of them with what it says, once it is on record who was shown it. Raises NotFoundError."""
        one = await self._trace(sequence, actor, command_id)
        return line_of(one), _without_keys(one.body).decode(errors="backslashreplace")

    async def raw(self, sequence: int, *, actor: str, command_id: str) -> bytes:
        """The bytes as they came by the wire, where its adapter refused them; else the message as it was sent."""
        one = await self._trace(sequence, actor, command_id)
        return await raw_bytes(one, self._bytes_of)

    async def retry(self, sequence: int, body: str | None, *, actor: str, command_id: str) -> Recorded:
        """Put it back where it came in, as it was or mended. Raises NotFoundError, InvalidError that names the
        field which is wrong still, RefusedError for what can't be mended here."""
        one = await self._kept.get(sequence)
        given = self._by(actor, command_id)
        if body is None:
            await self._kept.put_back(sequence)
        else:
            await self._kept.put_back_mended(one, _subject(one, body), body.encode())
        put_back = RejectedContactPutBack(
            **given, sequence=sequence, channel=line_of(one).channel, mended=body is not None
        )
        return await self._record(put_back)

    async def dismiss(self, sequence: int, reason: str, *, actor: str, command_id: str) -> Recorded:
        """Nothing is to be made of it: no byte of it is left. Raises NotFoundError."""
        one = await self._kept.get(sequence)
        channel = line_of(one).channel
        dismissed = RejectedContactDismissed(
            **self._by(actor, command_id), sequence=sequence, channel=channel, reason=reason
        )
        recorded = await self._record(dismissed)
        await self._kept.dismiss(sequence)
        return recorded

    async def _trace(self, sequence: int, actor: str, command_id: str) -> Rejected:
        """One of them, once it is on record who is shown it. Raises UntracedError where it can't be."""
        one = await self._kept.get(sequence)
        given = self._by(actor, command_id)
        try:
            await self._record(RejectedContactShown(**given, sequence=sequence, channel=line_of(one).channel))
        except Exception as error:
            log.exception("who reads rejected message %d can't be written down", sequence)
            raise UntracedError(
                "who reads can't be written down now, so nothing is shown: ask again; the hub's log says why"
            ) from error
        return one

    def _by(self, actor: str, command_id: str) -> dict[str, Any]:
        now = self._clock.now()
        return {"at": now, "recorded_at": now, "causation": command_id, "actor": actor}

    async def _record(self, event: Event) -> Recorded:
        for _ in range(ATTEMPTS):
            last = await self._journal.last(STREAM)
            version = last.version if last else 0
            [outcome] = await self._journal.commit([Unit([Append(STREAM, version, [event])])])
            if isinstance(outcome, Committed):
                return Recorded(outcome.last, STREAM, version + 1, event)
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(STREAM)


def line_of(one: Rejected) -> RejectedLine:
    """What a list tells of it."""
    parts = one.subject.split(".")
    at = datetime.fromisoformat(one.rejected_at) if one.rejected_at else None
    channel = parts[2] if len(parts) > 2 else ""
    return RejectedLine(one.sequence, channel, _source(one.body), one.reason, one.field, at, one.is_refused)


async def raw_bytes(one: Rejected, bytes_of: Bytes) -> bytes:
    """As they came by the wire, where an adapter refused them; else the message as its adapter sent it."""
    if not one.is_refused:
        return one.body
    refused = parse(one.body)
    if not isinstance(refused, RefusedInput):
        raise InvalidError(f"rejected message {one.sequence} does not say where its bytes are")
    uri = refused.raw.uri
    return b64decode(uri.removeprefix(_INLINE)) if uri.startswith(_INLINE) else await bytes_of(uri)


def _subject(one: Rejected, body: str) -> str:
    """Where what was mended goes."""
    if one.is_refused:
        raise RefusedError(
            f"rejected message {one.sequence} is what its adapter could not read: it is tried again as it came"
        )
    match parse(body.encode()):
        case Contact() as contact:
            return contact_subject(contact)
        case ConversationEvent() as event:
            return conversation_subject(event)
        case _:
            raise InvalidError("this is neither a contact nor what happens in a conversation", "type")


def _source(body: bytes) -> str:
    told = _json(body)
    source = told.get("source") if isinstance(told, dict) else None
    return source if isinstance(source, str) else ""


def _without_keys(body: bytes) -> bytes:
    """Of what an adapter refused: without the key to its bytes."""
    told = _json(body)
    raw = told.get("data", {}).get("raw") if isinstance(told, dict) and isinstance(told.get("data"), dict) else None
    if not isinstance(raw, dict):
        return body
    raw.pop("uri", None)
    return json.dumps(told, ensure_ascii=False).encode()


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        return None
