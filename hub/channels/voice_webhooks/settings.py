"""What an installation decides about its voice webhooks: the table `[voice_webhooks]` of channels.toml."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hub.settings import SettingsError


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Line(_Table):
    """What a number that is dialled means."""

    service: str = Field(default="", max_length=64)
    sender: str = Field(default="contact-centre", max_length=100)
    language: str = Field(default="", max_length=16)


class Words(_Table):
    """What is said; of those with braces the number stands in them. Empty: it is not said."""

    language: str = "en-US"
    """Of the voice, as the provider calls it."""
    greeting: str = ""
    next_in_line: str = "You are next in line."
    before_you: str = "Callers before you: {callers}."
    minutes: str = "Estimated wait in minutes: {minutes}."
    callback: str = ""
    """Which digit to press for a callback."""
    goodbye: str = "Goodbye."
    refused: dict[str, str] = {"": "We are sorry, nobody can take your call now. Please try again later."}
    """By reason; under an empty one for all others."""

    def of_refusal(self, reason: str) -> str:
        """What is said for this reason."""
        return self.refused.get(reason, self.refused.get("", ""))


class Voicemail(_Table):
    """Who is told one of these reasons may leave a message."""

    reasons: tuple[str, ...] = ("closed", "full", "long_wait", "nobody", "paused")
    prompt: str = "Please leave a message after the tone."
    max_seconds: int = Field(default=180, ge=5, le=600)
    service: str = Field(default="", max_length=64)
    """What the message is put in line as; empty: what was called for."""


class VoiceSettings(_Table):
    """All of it."""

    public_url: str = Field(pattern=r"^https?://[^\s?#]+$")
    """How the provider reaches this adapter, to the letter: it signs what it asks with it. A proxy that ends TLS hides
    the scheme and the host from us."""
    host: str = "127.0.0.1"
    port: int = Field(default=8027, ge=0, le=65535)
    rest_url: str = Field(default="https://api.twilio.com/2010-04-01", pattern=r"^https?://\S+$")
    account: str = Field(pattern=r"^[A-Za-z0-9_-]{2,64}$")
    auth_token: str = Field(default="", repr=False)
    auth_token_file: Path | None = None
    caller_id: str = Field(min_length=2)
    """The number that customers see who are called."""
    agent_endpoint: str = "client:{agent}"
    """Where an agent's phone is: `client:…`, `sip:…`, or a number."""
    agents: dict[str, str] = {}
    """The same of those whose is another."""
    outbound: bool = False
    """New calls, and callbacks in conversations that began on another adapter, are made here: by one of a channel."""
    ring_seconds: int = Field(default=20, ge=5, le=300)
    dial_seconds: int = Field(default=30, ge=5, le=300)
    answer_within_seconds: float = Field(default=5.0, gt=0, le=14)
    """A call that the hub has not confirmed by then is answered 503: the provider goes on with its fallback."""
    at_once: int = Field(default=200, ge=1, le=10_000)
    """Requests that are being answered; more are told to come again."""
    calls_a_minute_of_one_caller: int = Field(default=30, ge=1)
    """More of them hear the busy tone."""
    music: str = ""
    """The address of a sound file; empty: silence."""
    callback_digit: str = Field(default="", pattern=r"^[0-9*#]?$")
    words: Words = Words()
    lines: dict[str, Line] = {}
    voicemail: Voicemail | None = Voicemail()

    def line(self, dialled: str) -> Line:
        """What this number means; one that is not named means nothing special."""
        return self.lines.get(dialled, Line())

    def endpoint(self, agent_id: str) -> str:
        """Where this agent's phone is."""
        return self.agents.get(agent_id) or self.agent_endpoint.replace("{agent}", agent_id)

    def url(self, what: str, **about: str) -> str:
        """Where the provider is to ask, or to tell, what follows."""
        return (
            f"{self.public_url.rstrip('/')}/voice/{what}?{urlencode({name: one for name, one in about.items() if one})}"
        )

    def token(self) -> str:
        """The secret that both sides know. Raises SettingsError."""
        if self.auth_token_file is None:
            return self.auth_token
        try:
            found = self.auth_token_file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"channels.toml, [voice_webhooks] auth_token_file: {error}") from None
        if not found:
            raise SettingsError(f"channels.toml, [voice_webhooks] auth_token_file: {self.auth_token_file} is empty")
        return found

    @model_validator(mode="after")
    def _has_a_secret(self) -> "VoiceSettings":
        if not self.auth_token and self.auth_token_file is None:
            raise ValueError("name auth_token_file, or auth_token: without it anybody could make calls up")
        return self


def voice_settings(table: Mapping[str, Any]) -> VoiceSettings:
    """From the table. Raises SettingsError."""
    try:
        return VoiceSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[voice_webhooks] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None
