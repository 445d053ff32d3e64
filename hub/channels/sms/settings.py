"""What `[sms]` in channels.toml may say: our lines, what each may be used for, and how its carrier is reached."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.channels.sms.wording import Language
from hub.channels.sms.words import Stops
from hub.domain.customer.consent.events import Purpose
from hub.settings import SettingsError

LINE = r"[a-z][a-z0-9_]{0,31}"
_PATH = r"^[^.\s]+(\.[^.\s]+)*$"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Smpp(_Table):
    """A carrier's message centre; one link of its own for each line."""

    host: str = Field(min_length=1)
    port: int = Field(default=2775, ge=1, le=65535)
    tls: bool = False
    system_id: str = Field(min_length=1, max_length=15, pattern=r"^[ -~]+$")
    password_file: Path | None = None
    system_type: str = Field(default="", max_length=12)
    address_range: str = Field(default="", max_length=40)
    source_ton: int = Field(default=1, ge=0, le=255)
    """Of our number: 1 international, 3 short code, 5 a name."""
    source_npi: int = Field(default=1, ge=0, le=255)
    alphabet: Literal["gsm", "latin-1"] = "gsm"
    """Of what names none (data_coding 0)."""
    window: int = Field(default=10, ge=1, le=1000)
    """Messages that the carrier has not answered yet."""
    per_second: float = Field(default=0, ge=0, le=10_000)
    """Messages that may leave; 0: as fast as the carrier takes them."""
    at_once: int = Field(default=100, ge=1, le=10_000)
    """Messages that came and are on their way to the hub; of more the carrier is told to wait."""
    enquire_link_seconds: float = Field(default=30, gt=0)
    answer_within_seconds: float = Field(default=10, gt=0, le=300)
    """What the carrier has to answer us; then the link is given up, and made again."""


class Withdrawal(_Table):
    """How customers leave advertising by this line, and come back."""

    stops: Stops = Stops.ALL
    left: str | None = None
    """What they are told who left; empty: nothing. None: what hub/channels/sms/wording.py says."""
    joined: str | None = None
    """The same of who came back."""
    language: Language = "en"
    """Of what they are told who sent a number alone: else it is the one they wrote in."""
    text_version: str = Field(default="", max_length=64)
    """Which wording says that `12` gives consent to advertising: without one nobody comes back by a message."""


class Fields(_Table):
    """Where things are in what the aggregator sends: names in JSON, through dots, or of a form."""

    numbered: str = Field(pattern=_PATH)
    """What the aggregator calls the message."""
    source: str = Field(default="from", pattern=_PATH)
    destination: str = Field(default="to", pattern=_PATH)
    text: str = Field(default="text", pattern=_PATH)


class ReceiptFields(_Table):
    """The same of a delivery report."""

    numbered: str = Field(pattern=_PATH)
    state: str = Field(default="status", pattern=_PATH)
    delivered: tuple[str, ...] = ("delivered", "DELIVRD", "read")
    failed: tuple[str, ...] = (
        "failed",
        "undelivered",
        "rejected",
        "expired",
        "UNDELIV",
        "REJECTD",
        "EXPIRED",
        "DELETED",
    )


class Request(_Table):
    """What is asked of the aggregator for a message to leave. In `url`, `headers` and `body` these stand for
    themselves: `{to}`, `{from}`, `{text}`, `{id}`, and `{secret}` of `token_file`."""

    url: str = Field(pattern=r"^https?://\S+$")
    form: Literal["json", "form"] = "json"
    headers: dict[str, str] = {}
    body: dict[str, Any]
    token_file: Path | None = None
    numbered: str = Field(pattern=_PATH)
    """Where the answer says what the message is called."""
    later: tuple[int, ...] = (429, 503)
    """Statuses that say: not now, it has not left."""


class Aggregator(_Table):
    """A company that takes and brings messages by signed HTTP requests."""

    secret_file: Path
    """What it signs with."""
    signature_header: str = "X-Signature"
    timestamp_header: str = "X-Timestamp"
    replay_seconds: float = Field(default=300, gt=0)
    """A request that was signed longer ago, or is from so far ahead, is refused."""
    message: Fields
    receipt: ReceiptFields
    send: Request
    window: int = Field(default=10, ge=1, le=1000)
    answer_within_seconds: float = Field(default=10, gt=0, le=300)


class Line(_Table):
    """A number of ours. Without `purposes` nothing leaves by it but answers to what came in on it."""

    number: str = Field(min_length=1, max_length=40)
    """As the carrier knows it: digits, or the name that messages come from."""
    purposes: frozenset[Purpose] = frozenset()
    service: str = Field(default="", max_length=64)
    """What messages there are about."""
    sender: str = Field(default="contact-centre", max_length=100)
    withdrawal: Withdrawal = Withdrawal()
    smpp: Smpp | None = None
    aggregator: Aggregator | None = None

    @property
    def secret_files(self) -> tuple[Path | None, ...]:
        """What must be there to be read."""
        if self.aggregator is not None:
            return self.aggregator.secret_file, self.aggregator.send.token_file
        return (self.smpp.password_file if self.smpp else None,)

    @model_validator(mode="after")
    def _has_one_way(self) -> "Line":
        if (self.smpp is None) == (self.aggregator is None):
            raise ValueError("a line has one way to its customers: write [sms.lines.NAME.smpp], or .aggregator")
        return self


class Surveys(_Table):
    """How customers are asked how it was."""

    language: Literal["en", "fa"] = "en"
    """For whom nobody knows theirs."""


class SmsSettings(_Table):
    """All of it."""

    lines: dict[str, Line] = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8030, ge=0, le=65535)
    """Where aggregators' requests come in, if a line has one."""
    answer_within_seconds: float = Field(default=5, gt=0, le=60)
    """No confirmation by the hub until then: the carrier is told to come again."""
    parts_hours: float = Field(default=24, gt=0, le=24 * 30)
    """A message of which parts are missing is told as far as it came, after these."""
    give_up_hours: float = Field(default=4, gt=0)
    """A message that the hub names no time for."""
    surveys: Surveys = Surveys()

    @field_validator("lines")
    @classmethod
    def _are_names(cls, value: dict[str, Line]) -> dict[str, Line]:
        for name in value:
            if not re.fullmatch(LINE, name):
                raise ValueError(f"{name!r} can't name a line: small letters, digits and _, 32 at most")
        return value

    def line_for(self, purpose: str, at: str) -> str:
        """The line by which this leaves; `at`: that of the conversation, or none. Empty: there is none for it."""
        if at in self.lines and (purpose == Purpose.REPLY or purpose in self.lines[at].purposes):
            return at
        return next((name for name, one in self.lines.items() if purpose in one.purposes), "")


def sms_settings(table: Mapping[str, Any]) -> SmsSettings:
    """From the table. Raises SettingsError."""
    try:
        return SmsSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[sms] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None


def secret(file: Path | None) -> str:
    """What a password or key file holds; empty without one. Raises SettingsError: who signs with nothing is anybody."""
    if file is None:
        return ""
    try:
        found = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"channels.toml, [sms]: {file} can't be read: {error}") from None
    if not found:
        raise SettingsError(f"channels.toml, [sms]: {file} is empty: write the password or secret into it")
    return found
