"""What `[messaging_webhooks]` in channels.toml may say: which providers there are, and their secrets."""

import re
from collections.abc import Mapping as Table
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hub.channels.messaging_webhooks.mapping import Mapping, read_mapping
from hub.settings import SettingsError

PROVIDER = r"[a-z][a-z0-9_]{0,31}"


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Provider(_Table):
    """One account at a messenger."""

    mapping: str = Field(min_length=1)
    """A file, or the name of one that comes with the hub."""
    signing_secret_file: Path
    """What the provider signs with, or shows."""
    token_file: Path | None = None
    """What we show the provider: `{secret}` in the mapping."""
    handshake_token_file: Path | None = None
    variables: dict[str, str] = {}
    service: str = Field(default="", max_length=64)
    sender: str = Field(default="contact-centre", max_length=100)
    language: str = Field(default="", max_length=16)
    """Of whom the provider says none of."""


class MessagingSettings(_Table):
    """All of it."""

    providers: dict[str, Provider] = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8029, ge=0, le=65535)
    answer_within_seconds: float = Field(default=5, gt=0, le=60)
    """No confirmation by the hub until then: the provider is told to come again."""
    at_once: int = Field(default=200, ge=1, le=10_000)
    """Requests that are being answered, and messages on their way to the hub; of more the provider is told to wait."""
    give_up_hours: float = Field(default=4, gt=0)
    """A message that the hub names no time for."""

    @field_validator("providers")
    @classmethod
    def _are_names(cls, value: dict[str, Provider]) -> dict[str, Provider]:
        for name in value:
            if not re.fullmatch(PROVIDER, name):
                raise ValueError(f"{name!r} can't name a provider: small letters, digits and _, 32 at most")
        return value


class Account(BaseModel):
    """A provider with all that belongs to it, read and checked."""

    model_config = ConfigDict(frozen=True)

    name: str
    provider: Provider
    mapping: Mapping
    variables: dict[str, str]
    signing_secret: str = Field(repr=False)
    token: str = Field(repr=False)
    handshake_token: str = Field(repr=False)


def messaging_settings(table: Table[str, Any]) -> MessagingSettings:
    """From the table. Raises SettingsError."""
    try:
        return MessagingSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[messaging_webhooks] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None


def account(name: str, provider: Provider) -> Account:
    """With its files. Raises SettingsError."""
    mapping = read_mapping(provider.mapping)
    where = f"channels.toml, [messaging_webhooks.providers.{name}]"
    if mapping.asks_for_a_secret and provider.token_file is None:
        raise SettingsError(f"{where} token_file: its mapping has {{secret}} in it: say where that is")
    if mapping.handshake is not None and provider.handshake_token_file is None:
        raise SettingsError(f"{where} handshake_token_file: its mapping has a handshake: say what is shown there")
    variables = {**mapping.variables, **provider.variables}
    for one, value in variables.items():
        if one not in mapping.variables:
            raise SettingsError(f"{where} variables.{one}: its mapping has no such variable")
        if not value:
            raise SettingsError(f"{where} variables.{one}: its mapping leaves it to you")
    return Account(
        name=name, provider=provider, mapping=mapping, variables=variables,
        signing_secret=_secret(provider.signing_secret_file, f"{where} signing_secret_file"),
        token=_secret(provider.token_file, f"{where} token_file"),
        handshake_token=_secret(provider.handshake_token_file, f"{where} handshake_token_file"),
    )  # fmt: skip


def _secret(file: Path | None, field: str) -> str:
    if file is None:
        return ""
    try:
        found = file.read_text("utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"{field}: {error}") from None
    if not found:
        raise SettingsError(f"{field}: {file} is empty")
    return found
