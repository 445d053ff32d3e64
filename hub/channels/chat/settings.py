"""What `[chat]` in channels.toml may say."""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.domain.customer.consent.events import Purpose
from hub.settings import SettingsError

Kind = Literal["email", "phone"]
_ORIGIN = re.compile(r"https?://[^/\s*]+|\*")


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(_Table):
    """What one visitor, one address and all together may do."""

    text: int = Field(default=4_000, ge=100, le=20_000)
    """Characters of a message."""
    messages_per_minute: int = Field(default=30, ge=1)
    """Of a visitor, in all their tabs."""
    connections_per_minute: int = Field(default=60, ge=1)
    """From one address; uploads and forms count as ten."""
    tabs: int = Field(default=10, ge=1, le=100)
    """Of one visitor at a time."""
    connections: int = Field(default=5_000, ge=1)
    at_once: int = Field(default=500, ge=1)
    """Messages on their way to the hub; whoever writes more is told to come again."""
    waiting: int = Field(default=500, ge=10)
    """Lines that a tab has not read off its connection; then it is cut, and reads them when it comes back."""
    file_bytes: int = Field(default=10 * 1024 * 1024, ge=1)
    files_per_hour: int = Field(default=20, ge=0)
    file_types: tuple[str, ...] = (
        "image/png", "image/jpeg", "image/gif", "image/webp", "application/pdf", "text/plain",
    )  # fmt: skip


class Consent(_Table):
    """One thing that the form before a chat asks consent for."""

    purpose: Purpose
    channel: Literal["email", "sms", "phone"]
    text_version: str = Field(min_length=1, max_length=64)
    text: dict[str, str] = Field(min_length=1)
    """By language, what they say yes to."""

    @property
    def point(self) -> Kind:
        """What the form has to ask for it: the address that it is about."""
        return "email" if self.channel == "email" else "phone"


class Form(_Table):
    """What is asked before a chat begins; nothing: it begins at once."""

    ask: tuple[Literal["name", "email", "phone"], ...] = ()
    required: tuple[Literal["name", "email", "phone"], ...] = ()
    consents: tuple[Consent, ...] = ()

    @model_validator(mode="after")
    def _can_be_filled(self) -> "Form":
        needed = {*self.required, *(one.point for one in self.consents)}
        if missing := sorted(needed.difference(self.ask)):
            raise ValueError(f"{', '.join(missing)} is required, or consented to, and not asked: add it to ask")
        return self


class ChatSettings(_Table):
    """All of it."""

    origins: tuple[str, ...] = Field(min_length=1)
    """The sites that may show the chat, as `https://www.example.org`; `*`: any."""
    host: str = "127.0.0.1"
    port: int = Field(default=8026, ge=0, le=65535)
    behind_proxy: bool = False
    """The address of a visitor is the last one in X-Forwarded-For."""
    service: str = Field(default="", max_length=64)
    sender: str = Field(default="contact-centre", max_length=100)
    title: dict[str, str] = {}
    """By language."""
    greeting: dict[str, str] = {}
    agents: dict[str, str] = {}
    """By agent id, the name that visitors see."""
    identity_secret_file: Path | None = None
    """What the operator's site signs customers with."""
    form: Form = Form()
    offline_service: str = Field(default="", max_length=64)
    """Of what is written while nobody is there; empty: as `service`. It comes in as mail."""
    verify: tuple[Kind, ...] = ()
    """What a visitor may prove by a code that is sent there."""
    transcript: bool = True
    answer_within_seconds: float = Field(default=10.0, gt=0, le=60)
    """A message that the hub has not confirmed by then is sent again by the widget."""
    gone_after_seconds: float = Field(default=120.0, ge=1)
    """Without any tab open: the visitor has left."""
    history_hours: float = Field(default=48.0, gt=0, le=24 * 90)
    """How long what was said is kept here, for tabs that come back."""
    limits: Limits = Limits()

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for one in value:
            if not _ORIGIN.fullmatch(one):
                raise ValueError(f"{one!r} is no origin: write scheme and host, as https://www.example.org")
        return tuple(one.lower() for one in value)

    def allows(self, origin: str) -> bool:
        """Whether a page of this origin may talk to us."""
        return "*" in self.origins or origin.lower() in self.origins

    def secret(self) -> bytes:
        """Of the operator's site; empty: it signs nobody. Raises SettingsError."""
        if self.identity_secret_file is None:
            return b""
        try:
            found = self.identity_secret_file.read_bytes().strip()
        except OSError as error:
            raise SettingsError(f"channels.toml, [chat] identity_secret_file: {error}") from None
        if len(found) < 16:
            raise SettingsError("channels.toml, [chat] identity_secret_file: it holds fewer than 16 bytes")
        return found


def chat_settings(table: Mapping[str, Any]) -> ChatSettings:
    """From the table. Raises SettingsError."""
    try:
        return ChatSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[chat] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None
