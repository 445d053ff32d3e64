"""What an installation decides about its phones: the table `[phone]` of channels.toml."""

from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, field_validator

Sounds = tuple[str, ...]
"""What is played, one after the other, as ARI names it: `sound:hello`, `number:5`, `digits:123`, `tone:busy`."""


_PLAIN = r"^[^\x00-\x1f]*$"
Service = Annotated[str, Field(max_length=64, pattern=_PLAIN)]
Sender = Annotated[str, Field(max_length=100, pattern=_PLAIN)]
Language = Annotated[str, Field(max_length=16, pattern=_PLAIN)]
"""As a contact has them: what the hub would not take is refused when the adapter starts, and not call by call."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Table):
    """What a number that is dialled means."""

    service: Service = ""
    sender: Sender = "contact-centre"
    language: Language = ""
    menu: bool = True


class Menu(_Table):
    """Which digit asks for which service."""

    prompt: Sounds = Field(min_length=1)
    choices: dict[str, Service] = Field(min_length=1)
    seconds: float = Field(default=6, gt=0, le=60)
    attempts: int = Field(default=2, ge=1, le=5)


class AskNumber(_Table):
    """A number that the caller keys in, `#` at its end; they only claim it."""

    prompt: Sounds = Field(min_length=1)
    kind: str = Field(default="customer_number", pattern=r"^[a-z][a-z0-9_]{0,31}$")
    services: tuple[str, ...] = ()
    """Asked for these alone; empty: for all."""
    max_digits: int = Field(default=12, ge=1, le=32)
    seconds: float = Field(default=8, gt=0, le=60)


class Recording(_Table):
    """Which conversations are recorded, and what is said of it before."""

    queues: tuple[str, ...] = ()
    """`*`: all."""
    notice: Sounds = ()
    pause_digit: str = "*"
    """The agent's key for a pause and its end."""

    def covers(self, queue: str) -> bool:
        """Whether what is said in this queue is recorded."""
        return "*" in self.queues or queue in self.queues


class Opening(_Table):
    """Told when it is closed, after why: on which day of the week and at what time it opens."""

    prompt: Sounds = Field(min_length=1)
    """What stands before the day and the time: `We are here again on`."""
    time_zone: ZoneInfo

    @field_validator("time_zone", mode="before")
    @classmethod
    def _of_its_name(cls, name: object) -> ZoneInfo:
        try:
            return ZoneInfo(str(name))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"there is no time zone {str(name)[:80]!r}; one is Asia/Tehran") from None


class Voicemail(_Table):
    """Who is told one of these reasons may leave a message."""

    reasons: tuple[str, ...] = ("closed", "full", "long_wait", "nobody", "paused")
    prompt: Sounds = ("sound:vm-intro",)
    max_seconds: int = Field(default=180, ge=5, le=1800)
    service: Service = ""
    """What the message is put in line as; empty: what was called for."""


_SORRY: dict[str, Sounds] = {"": ("sound:please-try-call-later", "sound:vm-goodbye")}


class PhoneSettings(_Table):
    """All of it; only the password must be given."""

    ari_url: str = "http://127.0.0.1:8088/ari"
    ari_user: str = "hub"
    ari_password: str = Field(default="", repr=False)
    ari_password_file: Path | None = None
    app: str = "hub"
    agent_endpoint: str = "PJSIP/{agent}"
    customer_endpoint: str = "PJSIP/{number}@trunk"
    caller_id: str = ""
    """What customers see who are called."""
    outbound: bool = True
    """New calls, and callbacks in conversations that began elsewhere, are made here: by one adapter of the channel."""
    ring_seconds: int = Field(default=20, ge=3, le=300)
    dial_seconds: int = Field(default=30, ge=5, le=300)
    hub_patience_seconds: float = Field(default=5, gt=0, le=60)
    """A call that the hub has not confirmed by then goes on in the PBX's own queue."""
    fallback_context: str = "fallback"
    calls_at_once: int = Field(default=500, ge=1)
    """More of them go on in the PBX's own queue."""
    calls_a_minute_of_one_caller: int = Field(default=30, ge=1)
    """More of them hear the busy tone."""
    music: str = "default"
    answer_at_once: bool = True
    """False: the caller hears it ring until an agent is there."""
    announce: bool = True
    """Say the place in line and the estimated wait."""
    greeting: Sounds = ()
    refused: dict[str, Sounds] = _SORRY
    """What is said for each reason; under an empty one, for all others."""
    opening: Opening | None = None
    goodbye: Sounds = ("sound:vm-goodbye",)
    callback_digit: str = ""
    """Who presses it while they wait would rather be called."""
    lines: dict[str, Line] = {}
    menu: Menu | None = None
    ask_number: AskNumber | None = None
    recording: Recording = Recording()
    voicemail: Voicemail | None = Voicemail()
    cdr_file: Path | None = None
    """The records of calls that the PBX took on its own."""
    fallback_recordings: Path | None = None
    """The folder of messages left there."""

    def line(self, dialled: str) -> Line:
        """What this number means; one that is not named means nothing special."""
        return self.lines.get(dialled, Line())

    def password(self) -> str:
        """Of ARI. Raises OSError where its file can't be read."""
        return self.ari_password_file.read_text().strip() if self.ari_password_file else self.ari_password
