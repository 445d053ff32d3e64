"""Calls that the PBX took on its own while the hub was away, from its records (CDR)."""

import csv
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import NamedTuple

from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Attachment, Channel, Contact, Identifier, Path

_RANK = {"answered": 3, "voicemail": 2, "missed": 1}
_COLUMNS = 9


class FallbackCall(NamedTuple):
    """One call that the hub never saw."""

    unique_id: str
    caller: str
    dialled: str
    began: datetime
    seconds: int
    outcome: str
    """`answered`, `voicemail` or `missed`."""


def read_records(lines: Iterable[str]) -> list[FallbackCall]:
    """The calls the PBX took on its own, each once, whatever else stands in the file."""
    found: dict[str, FallbackCall] = {}
    for line in lines:
        call = _call(line)
        if call is None:
            continue
        known = found.get(call.unique_id)
        if known is None or _RANK[call.outcome] > _RANK[known.outcome]:
            found[call.unique_id] = call
    return list(found.values())


def _call(line: str) -> FallbackCall | None:
    try:
        row = next(csv.reader([line]), [])
    except csv.Error:
        return None
    if len(row) != _COLUMNS or row[8] not in _RANK or not row[0]:
        return None
    began, ended = _moment(row[4]), _moment(row[6])
    if began is None:
        return None
    hidden = "prohib" in row[2] or not any(letter.isdigit() for letter in row[1])
    seconds = round((ended - began).total_seconds()) if ended else 0
    return FallbackCall(row[0], "" if hidden else row[1][:320], row[3], began, max(seconds, 0), row[8])


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromtimestamp(float(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def fallback_id(unique_id: str) -> str:
    """What the hub calls a call that the PBX took on its own."""
    return f"fallback-{unique_id}"


def contact_of(call: FallbackCall, message: Attachment | None, settings: PhoneSettings) -> Contact:
    """The contact it was. Nobody is on the line: whoever takes it up calls back. One that was answered is on record and
    opens no work."""
    line = settings.line(call.dialled)
    name = fallback_id(call.unique_id)
    service = line.service
    if call.outcome == "voicemail" and settings.voicemail and settings.voicemail.service:
        service = settings.voicemail.service
    said = {"answered": "answered there", "voicemail": "a message was left", "missed": "nobody answered"}
    return Contact(
        id=name,
        path=Path(channel=Channel.PHONE, address=call.caller, sender=line.sender),
        occurred_at=call.began,
        identifiers=(Identifier(kind="phone", value=call.caller),) if call.caller else (),
        thread=name,
        service=service,
        language=line.language,
        subject=f"Call taken by the telephone system, {call.seconds} s: {said[call.outcome]}",
        attachments=(message,) if message else (),
        auto=call.outcome == "answered",
    )
