"""From the form of a webhook to what it says: a call, and what became of it."""

import re
from datetime import datetime
from typing import NamedTuple
from urllib.parse import parse_qsl

from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.channels.voice_webhooks.signature import Fields
from hub.domain.contact import CallbackOutcome, Channel, Contact, Identifier, Path
from hub.domain.errors import InvalidError

THREAD = "voice-"
"""What the threads of all calls begin with; the provider's name of the call follows."""
_SID = re.compile(r"[A-Za-z0-9_-]{2,64}")
_NUMBER = re.compile(r"\+?[0-9*#]{2,32}")
_WITHHELD = frozenset({
    "", "anonymous", "restricted", "unknown", "unavailable", "blocked",
    "+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253",
})  # fmt: skip
"""What stands for a number that is none: the words, and the same keyed in letters."""
_MOST_FIELDS = 200


class Call(NamedTuple):
    """`sid` is the provider's name of it. `said`: what was understood of the caller before the hub was asked."""

    sid: str
    caller: str
    dialled: str
    said: str

    @property
    def thread(self) -> str:
        """Of its conversation, and the id of its contact."""
        return THREAD + self.sid


def fields_of(body: bytes) -> Fields:
    """Of a form. Raises InvalidError."""
    try:
        return tuple(
            parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
        )
    except ValueError as error:
        raise InvalidError(f"this is no form: {error}") from None


def value(fields: Fields, name: str) -> str:
    """Of a field; empty: there is none."""
    return next((one for key, one in fields if key == name), "")


def sid_of(fields: Fields, name: str = "CallSid") -> str:
    """The provider's name of a call, or of a recording. Raises InvalidError."""
    sid = value(fields, name)
    if not _SID.fullmatch(sid):
        raise InvalidError(f"{name} must name it by 2 to 64 letters, digits, - or _, not {sid[:80]!r}", name)
    return sid


def call_of(fields: Fields) -> Call:
    """An incoming call. Raises InvalidError."""
    return Call(sid_of(fields), caller_of(value(fields, "From")), value(fields, "To"), value(fields, "SpeechResult"))


def caller_of(given: str) -> str:
    """Empty: withheld."""
    return "" if given.strip().lower() in _WITHHELD else given.strip()[:320]


def is_number(address: str) -> bool:
    """Whether it can be dialled."""
    return _NUMBER.fullmatch(address) is not None


def contact_of(call: Call, at: datetime, settings: VoiceSettings) -> Contact:
    """The same for the same call, whenever it is made. Nobody has proved that the number is theirs."""
    line = settings.line(call.dialled)
    return Contact(
        id=call.thread,
        path=Path(channel=Channel.PHONE, address=call.caller, sender=line.sender),
        occurred_at=at,
        identifiers=(Identifier(kind="phone", value=call.caller),) if is_number(call.caller) else (),
        thread=call.thread,
        service=line.service,
        language=line.language,
        text=call.said[:10_000],
    )


_OUTCOMES = {
    "busy": CallbackOutcome.BUSY,
    "no-answer": CallbackOutcome.NO_ANSWER,
    "canceled": CallbackOutcome.NO_ANSWER,
    "failed": CallbackOutcome.FAILED,
}


def outcome_of(status: str) -> CallbackOutcome | None:
    """Of a call that nobody answered; None: somebody did, or it is not over."""
    return _OUTCOMES.get(status)
