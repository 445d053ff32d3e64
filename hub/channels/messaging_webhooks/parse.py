"""From the body of a webhook to what it brings, by the provider's mapping: pure."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson

from hub.channels.messaging_webhooks.finding import Node, each, text
from hub.channels.messaging_webhooks.mapping import FileAt, Mapping, Statuses
from hub.channels.messaging_webhooks.message import Fate, FileNamed, Message, Status, Unreadable
from hub.domain.contact import Identifier
from hub.domain.errors import InvalidError

_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)
_LONGEST_NAME = 200
_MOST_FILES = 40


def parse(body: bytes, mapping: Mapping, provider: str, now: datetime) -> tuple[Message | Status | Unreadable, ...]:
    """In the order they stand in it; of what the mapping does not speak, nothing. Raises InvalidError where it is no
    JSON."""
    try:
        whole = Node(orjson.loads(body))
    except orjson.JSONDecodeError as error:
        raise InvalidError(f"this is no JSON: {error}", "body") from None
    if not isinstance(whole.value, dict | list):
        raise InvalidError("this is no request of a messenger: a JSON object is expected", "body")
    found: list[Message | Status | Unreadable] = []
    for path in mapping.messages.each:
        found += (_message(node, mapping, provider, now) for node in each(whole, path))
    if (statuses := mapping.statuses) is not None:
        nodes = (node for path in statuses.each for node in each(whole, path))
        found += (one for node in nodes if (one := _status(node, statuses, now)) is not None)
    return tuple(found)


def _message(node: Node, mapping: Mapping, provider: str, now: datetime) -> Message | Unreadable:
    fields = mapping.messages
    name, sender = text(node, fields.id), text(node, fields.sender)
    to = text(node, fields.to) or sender
    for said, paths, longest in ((name, fields.id, 1000), (sender, fields.sender, 250), (to, fields.to, 250)):
        if not said:
            return Unreadable(f"it has no {' or '.join(paths)}", paths[0])
        if len(said) > longest:
            return Unreadable(
                f"{paths[0] if paths else 'what it is answered at'} is longer than {longest}", "".join(paths[:1])
            )
    return Message(
        id=name, sender=sender, to=to, text=text(node, fields.text), name=text(node, fields.name)[:_LONGEST_NAME],
        language=text(node, fields.language)[:16], at=_time(text(node, fields.at), now),
        answers=text(node, fields.answers), identifiers=_identifiers(node, mapping, provider, sender),
        files=tuple(file for kind in fields.files for file in _files(node, kind))[:_MOST_FILES],
        raw=orjson.dumps(node.value),
    )  # fmt: skip


def _identifiers(node: Node, mapping: Mapping, provider: str, sender: str) -> tuple[Identifier, ...]:
    """The account at the provider, which attests it by its signature, and what the mapping names."""
    found = [Identifier(kind="messenger", value=f"{provider}:{sender}", verified=True)]
    for one in mapping.messages.identifiers:
        said = text(node, one.at).strip()
        if said:
            found.append(Identifier(kind=one.kind, value=(one.prefix + said)[:320], verified=one.verified))
    return tuple(found)


def _files(node: Node, kind: FileAt) -> Iterator[FileNamed]:
    for one in each(node, kind.each):
        file = text(one, kind.file)
        if file:
            size = text(one, kind.size)
            yield FileNamed(
                file, text(one, kind.media_type), text(one, kind.name), int(size) if size.isdecimal() else 0
            )


def _status(node: Node, fields: Statuses, now: datetime) -> Status | None:
    """None: it changes nothing, or nobody could say of what."""
    state, name = text(node, fields.state).casefold(), text(node, fields.id)
    fates = ((Fate.DELIVERED, fields.delivered), (Fate.READ, fields.read), (Fate.FAILED, fields.failed))
    fate = next((fate for fate, words in fates if state in map(str.casefold, words)), None)
    if fate is None or not name:
        return None
    reason = (text(node, fields.reason) or state)[:200] if fate is Fate.FAILED else ""
    return Status(name, text(node, fields.to), fate, reason, _time(text(node, fields.at), now))


def _time(said: str, now: datetime) -> datetime | None:
    """Seconds or milliseconds since 1970, or ISO 8601."""
    try:
        if said.replace(".", "", 1).isdecimal():
            seconds = float(said)
            at = datetime.fromtimestamp(seconds / 1000 if seconds > 1e11 else seconds, UTC)
        else:
            at = datetime.fromisoformat(said)
    except (ValueError, OverflowError, OSError):
        return None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    return at.astimezone(UTC) if _EARLIEST <= at <= now + _AHEAD else None
