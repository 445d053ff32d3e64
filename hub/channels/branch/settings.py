"""What `[branch]` in channels.toml may say: branches with their services, desks and people."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from hub.channels.branch.pages_api import Kind
from hub.policies.hours import WEEKDAYS, Hours, spans_of, zone_of
from hub.settings import SettingsError

Words = dict[str, str]
"""By language."""


class _Table(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Service(_Table):
    """What visitors come for. The hub hears of it as `service`, or `priority_service` where somebody goes first."""

    name: Words = Field(min_length=1)
    letter: str = Field(pattern=r"^[A-Z]$")
    queue: str = Field(min_length=1, max_length=64)
    """The hub's: who is passed on to this service waits there."""
    service: str = Field(default="", max_length=64)
    """Empty: branch and service, as `centre-accounts`."""
    priority_service: str = Field(default="", max_length=64)
    """Of visitors with a need, or an appointment; empty: as the others."""
    skills: dict[str, int] = {}
    """What agents can do whose desk has the service."""
    languages: tuple[str, ...] = ()
    """In which it is served; none named: in all of the branch."""
    hours: dict[str, tuple[str, ...]] = {}
    """By weekday; none named: those of the branch."""
    minutes: float = Field(default=6.0, gt=0, le=240)
    """How long a visit takes, until enough were seen."""


class Desk(_Table):
    """A service point."""

    name: Words = {}
    services: tuple[str, ...] = ()
    """None named: all."""


class Agent(_Table):
    """Who may sit at a desk. The PIN stands in `pins_file`."""

    name: str = ""
    languages: tuple[str, ...] = ()
    skills: dict[str, int] = {}


class Branch(_Table):
    """One place."""

    name: Words = Field(min_length=1)
    time_zone: str = "UTC"
    languages: tuple[str, ...] = Field(default=("fa", "en"), min_length=1)
    services: dict[str, Service] = Field(min_length=1)
    desks: dict[str, Desk] = Field(min_length=1)
    agents: dict[str, Agent] = {}
    hours: dict[str, tuple[str, ...]] = {}
    """By weekday; none named: always open."""
    holidays: dict[date, tuple[str, ...]] = {}
    """Dates with hours of their own, in all services; none: closed."""
    identities: tuple[Kind, ...] = ("customer_number", "national_code", "phone")
    """What the kiosk may ask for."""
    needs: tuple[str, ...] = ("wheelchair", "sight", "hearing", "pregnancy", "age")
    remind_hours: float = Field(default=24.0, ge=0, le=24 * 14)
    """So long before an appointment it is called to mind, where it was made earlier than that."""
    missed_minutes: float = Field(default=30.0, ge=1, le=24 * 60)
    """Who has not come so long after it is not expected any more."""
    wrap_up: tuple[str, ...] = ()
    """Codes that desks may end a visit with; none: as they like."""

    @field_validator("time_zone")
    @classmethod
    def _is_zone(cls, value: str) -> str:
        zone_of(value)
        return value

    @model_validator(mode="after")
    def _fits(self) -> Self:
        letters = [one.letter for one in self.services.values()]
        if len(set(letters)) != len(letters):
            raise ValueError("two services have one letter: tickets would have one number")
        for name, desk in self.desks.items():
            for service in desk.services:
                if service not in self.services:
                    raise ValueError(f"desk {name} names the service {service!r}, which the branch does not have")
        for name in self.services:
            self.hours_of(name)
        return self

    def service_of(self, name: str) -> Service:
        """Visits and appointments outlive a service that is taken out of the settings: of such a one only its id is
        left, without letter and queue."""
        known = self.services.get(name)
        return known or Service.model_construct(name=dict.fromkeys(self.languages, name), letter="", queue="")

    def hours_of(self, service: str) -> Hours | None:
        """None: always open."""
        written = self.service_of(service).hours or self.hours
        if not written and not self.holidays:
            return None
        return _hours(self.time_zone, written or dict.fromkeys(WEEKDAYS, _ALL_DAY), self.holidays)

    def day_of(self, at: datetime) -> str:
        """By the clock on the wall there, as `2026-01-05`."""
        return at.astimezone(zone_of(self.time_zone)).date().isoformat()

    def services_of(self, desk: str) -> tuple[str, ...]:
        """What is done there; at a desk that was taken out of the settings while somebody sits there, nothing."""
        known = self.desks.get(desk)
        return (known.services or tuple(self.services)) if known else ()

    def languages_of(self, agent: str) -> tuple[str, ...]:
        """In which they serve; all where none is named."""
        known = self.agents.get(agent)
        return known.languages if known and known.languages else self.languages

    def skills_of(self, desk: str, agent: str) -> dict[str, int]:
        """Of this agent at that desk: the agent's own level counts."""
        found: dict[str, int] = {}
        for service in self.services_of(desk):
            found |= self.services[service].skills
        known = self.agents.get(agent)
        return {**found, **known.skills} if known else found


class BranchSettings(_Table):
    """All of it."""

    branches: dict[str, Branch] = Field(min_length=1)
    host: str = "127.0.0.1"
    port: int = Field(default=8028, ge=0, le=65535)
    public_url: str = ""
    """Where visitors' phones reach this process, as `https://tickets.example.org`; it stands in the QR code."""
    pins_file: Path | None = None
    """TOML: `[agents]` PIN by agent id, `[reception]` PIN by branch. Only its owner should be able to read it."""
    away_after_seconds: float = Field(default=3.0, gt=0, le=60)
    """What the hub has not confirmed for so long: desks call in the branch's own order."""
    answer_within_seconds: float = Field(default=8.0, gt=0, le=60)
    """How long `next` waits for somebody; then the desk is told when there is one."""
    keep_days: float = Field(default=2.0, ge=1, le=30)
    """How long it is kept here who came."""
    tickets_per_minute: float = Field(default=240.0, gt=0)
    """Of one branch."""

    @field_validator("branches")
    @classmethod
    def _are_named(cls, value: dict[str, Branch]) -> dict[str, Branch]:
        for name in value:
            if not name.isascii() or not name.replace("-", "").replace("_", "").isalnum() or len(name) > 32:
                raise ValueError(f"{name!r} is no name of a branch: letters and digits, 32 at most")
        return value

    def pins(self) -> tuple[dict[str, str], dict[str, str]]:
        """Of agents, of receptions. Raises SettingsError."""
        if self.pins_file is None:
            return {}, {}
        try:
            found = tomllib.loads(self.pins_file.read_text("utf-8"))
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise SettingsError(f"channels.toml, [branch] pins_file: {self.pins_file}: {error}") from None
        tables = [found.get(name, {}) for name in ("agents", "reception")]
        for table in tables:
            if not isinstance(table, dict) or not all(isinstance(pin, str) and len(pin) >= 4 for pin in table.values()):
                raise SettingsError(f'{self.pins_file}: PINs stand as `name = "1234"`, four characters or more')
        return tables[0], tables[1]


_ALL_DAY = ("00:00-24:00",)


def _hours(zone: str, written: Mapping[str, tuple[str, ...]], holidays: Mapping[date, tuple[str, ...]]) -> Hours:
    unknown = set(written) - set(WEEKDAYS)
    if unknown:
        raise ValueError(f"{sorted(unknown)[0]!r} is no weekday: write {', '.join(WEEKDAYS)}")
    week = tuple(spans_of(written.get(day, ())) for day in WEEKDAYS)
    return Hours(zone_of(zone), week, {day: spans_of(spans) for day, spans in holidays.items()})


def branch_settings(table: Mapping[str, Any]) -> BranchSettings:
    """From the table. Raises SettingsError."""
    try:
        return BranchSettings.model_validate(table)
    except ValidationError as error:
        told = [f"[branch] {'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()]
        raise SettingsError("channels.toml: " + "; ".join(told)) from None
