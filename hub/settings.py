"""Every setting of the hub, read once: from `hub.toml`, then from the environment, which wins."""

import os
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError, field_validator

from hub.domain.customer.normalise import DEFAULT_REGION
from hub.domain.customer.spelling.phones import is_region
from hub.domain.errors import HubError
from hub.domain.refused_files import EXECUTABLE

PREFIX = "HUB_"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


class SettingsError(HubError):
    """A setting that is unknown or can't be taken; the message names it and where it stands."""


class Settings(BaseModel):
    """Each field is set by `HUB_<NAME>` in the environment or by its name in `hub.toml`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    data_dir: Path = Path("var")
    """Holds everything an embedded hub writes."""
    store_url: str = "sqlite"
    """`sqlite` (a file in the data directory) or `postgresql://user:password@host:port/database`."""
    nats_url: str = ""
    """An existing NATS with JetStream; empty: the hub runs its own on a free loopback port."""
    nats_replicas: int = Field(default=1, ge=1, le=5)
    """How many nodes of a NATS cluster keep each message; with 3 of them one may be lost."""
    nats_sync_always: bool = False
    """The embedded NATS flushes each message to disk before it acks: for senders that can't repeat."""
    api_host: str = "127.0.0.1"
    api_port: int = Field(default=8484, ge=0, le=65535)
    """0: any free port."""
    pages: Path | None = None
    """Where the built web application lies; none: in the package."""
    public_origin: str = ""
    """Where browsers reach the API, such as `https://hub.example.com`, where a proxy stands before it; empty: at the
    address that they ask for."""
    session_idle_seconds: int = Field(default=900, ge=0, le=86_400)
    """Without a command for so long a session is locked; 0: none is."""
    session_hours: int = Field(default=12, ge=1, le=720)
    """So long after signing in one has to sign in again."""
    password_hashing: Literal["strong", "light"] = "strong"
    """What a password costs who guesses it, and the hub at each sign-in."""
    oidc: Path | None = None
    """The provider that people sign in by (TOML); none: by password alone."""
    demo_sign_in: bool = False
    """Anybody may sign in as somebody of the demo: only where the API listens on loopback."""
    demo_chat: str = ""
    """A page with the demo's chat on it, which the sign-in page leads to; empty: there is none."""
    demo_customer: str = ""
    """Phone number of who comes by every channel in the demo, to whom the sign-in page leads; empty: nobody."""
    policy: Path | None = None
    """Routing policy (TOML); none: the one that ships with the hub."""
    channels: Path | None = None
    """What the channel adapters need (TOML, a table each); none: `channels.toml` where it exists."""
    channels_inside: tuple[str, ...] = ()
    """Adapters that run inside `hub serve`, separated by commas; all others run by `hub channel run`."""
    bus_seed: str = Field(default="", repr=False)
    """Of an adapter that runs by itself: its secret key on the bus; empty: as its file in the data directory says."""
    phones: Path | None = None
    """How agents' browsers register as phones (TOML); none: no browser does."""
    attachments_url: str = ""
    """`s3://bucket/prefix` of an S3-compatible store for files that come with contacts; empty: the data directory."""
    attachment_bytes: int = Field(default=25 * 1024 * 1024, ge=1024, le=1024 * 1024 * 1024)
    """The largest file that is taken."""
    refused_files: frozenset[str] = EXECUTABLE
    """Files that nobody may bring, separated by commas: endings of names without the dot, and media types."""
    agents_hear_recordings: bool = False
    """Agents may hear what was recorded of conversations that they had; else supervisors alone."""
    phone_region: str = DEFAULT_REGION
    """Where phone numbers without a country code belong: two letters, as in ISO 3166. They are part of who a customer
    is: choose it before the first contact."""
    installation_key: str = Field(default="", repr=False)
    """64 hex digits that ids are derived with; empty: made once and kept in the data directory."""
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    log_format: Literal["json", "text"] = "text"
    metrics_interval_seconds: int = Field(default=1800, ge=60, le=86400)
    intake_batch: int = Field(default=500, ge=1, le=10_000)
    clock_start: AwareDatetime | None = None
    """The hub's clock starts at this moment instead of now: for replays."""
    clock_speed: float = Field(default=1.0, gt=0, le=10_000)

    @field_validator("channels_inside", "refused_files", mode="before")
    @classmethod
    def _separated(cls, names: object) -> object:
        return tuple(name.strip() for name in names.split(",") if name.strip()) if isinstance(names, str) else names

    @field_validator("phone_region")
    @classmethod
    def _has_numbers(cls, region: str) -> str:
        if not is_region(region.upper()):
            raise ValueError(f"{region!r} is no region with phone numbers: two letters such as IR, DE or US")
        return region.upper()

    @field_validator("public_origin")
    @classmethod
    def _is_origin(cls, origin: str) -> str:
        if origin and not re.fullmatch(r"https?://[^/?#@\s]+", origin):
            raise ValueError(f"{origin!r} is no origin: https://host or https://host:port, and no path")
        return origin.lower()

    @property
    def sqlite_path(self) -> Path:
        """The event store's file, where the store is SQLite."""
        return self.data_dir / "store" / "events.sqlite"

    @property
    def views_path(self) -> Path:
        """The read models' file."""
        return self.data_dir / "views.sqlite"

    @property
    def is_postgres(self) -> bool:
        """Whether the event store is PostgreSQL."""
        return self.store_url.startswith(("postgresql://", "postgres://"))

    def environment(self, inherited: Mapping[str, str] = os.environ) -> dict[str, str]:
        """The environment that gives a child process exactly these settings, whatever file or variable is about."""
        given = self.model_dump(mode="json", exclude_defaults=True)
        own = {PREFIX + name.upper(): _written(value) for name, value in given.items() if value is not None}
        others = {name: value for name, value in inherited.items() if not name.startswith(PREFIX)}
        return {**others, **own, "HUB_CONFIG": os.devnull}


def _written(value: object) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def load(environ: Mapping[str, str] = os.environ, file: Path | None = None) -> Settings:
    """Settings from the file (`HUB_CONFIG`, else `hub.toml` where it exists), overridden by the environment."""
    given_file = file or Path(environ.get("HUB_CONFIG", "hub.toml"))
    named = file is not None or "HUB_CONFIG" in environ
    values = _from_file(given_file) if named or given_file.exists() else {}
    for name, value in environ.items():
        if name.startswith(PREFIX) and name not in ("HUB_CONFIG",):
            values[name.removeprefix(PREFIX).lower()] = value
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(problem, environ, given_file) for problem in error.errors())) from None
    if settings.store_url != "sqlite" and not settings.is_postgres:
        raise SettingsError("store_url is neither 'sqlite' nor 'postgresql://…'")
    if settings.nats_replicas > 1 and not settings.nats_url:
        raise SettingsError(
            f"nats_replicas is {settings.nats_replicas}, but the hub's own NATS is one node: "
            "name the nodes of a cluster in nats_url, or leave nats_replicas at 1"
        )
    if settings.attachments_url and not settings.attachments_url.startswith("s3://"):
        raise SettingsError("attachments_url is not 's3://bucket/prefix': leave it empty for the data directory")
    if settings.demo_sign_in and settings.api_host not in LOOPBACK:
        raise SettingsError(
            f"demo_sign_in lets anybody in, but api_host is {settings.api_host}: let it be 127.0.0.1, or leave it out"
        )
    return settings


def _from_file(file: Path) -> dict[str, object]:
    try:
        return tomllib.loads(file.read_text())
    except OSError as error:
        raise SettingsError(f"settings file {file}: {error.strerror}") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"settings file {file}: {error}") from None


def _explain(problem: Mapping[str, object], environ: Mapping[str, str], file: Path) -> str:
    location = problem["loc"]
    name = str(location[0]) if isinstance(location, tuple) and location else "settings"
    variable = PREFIX + name.upper()
    place = variable if variable in environ else f"{name} in {file}"
    if problem["type"] == "extra_forbidden":
        return f"{place}: there is no such setting; known are {', '.join(sorted(Settings.model_fields))}"
    return f"{place}: {problem['msg']}"
