"""The provider that people sign in by: read once from its own file (TOML), as it holds a secret."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from hub.domain.errors import HubError

_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class OidcSettingsError(HubError):
    """What the file says can't be taken."""


class OidcSettings(BaseModel):
    """An OpenID Connect provider, and what its word is worth here."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: str
    client_id: str = Field(min_length=1)
    client_secret: str = Field(default="", repr=False)
    """Empty: the hub is a public client there, and PKCE alone protects the code."""
    name: str = "OpenID Connect"
    """What people read on the button."""
    scopes: tuple[str, ...] = ("openid", "profile", "email")
    register_people: bool = False
    """Who signs in first is added; else an admin adds them, with their subject."""
    login_claim: str = "preferred_username"
    groups_claim: str = "groups"
    teams: Mapping[str, str] = {}
    """Which group of the provider puts somebody into which team of the hub, at every sign-in."""

    @field_validator("issuer")
    @classmethod
    def _is_safe(cls, issuer: str) -> str:
        if not is_safe(issuer):
            raise ValueError("begins with https://, or is on this machine")
        return issuer

    @field_validator("scopes")
    @classmethod
    def _asks_who(cls, scopes: tuple[str, ...]) -> tuple[str, ...]:
        return scopes if "openid" in scopes else ("openid", *scopes)


def is_safe(url: str) -> bool:
    """Whether nobody on the way reads or changes what is said there."""
    parts = urlsplit(url)
    return parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)


def load_oidc(file: Path) -> OidcSettings:
    """What a file says, or OidcSettingsError."""
    try:
        return OidcSettings.model_validate(tomllib.loads(file.read_text("utf-8")))
    except OSError as error:
        raise OidcSettingsError(f"oidc file {file}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise OidcSettingsError(f"oidc file {file}: {error}") from None
    except ValidationError as error:
        found = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise OidcSettingsError(f"oidc file {file}: {found}") from None
