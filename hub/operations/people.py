"""People and teams: added, changed and listed whether a hub runs or not."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from hub.application.access.passwords import Passwords, hasher
from hub.application.access.people import People
from hub.application.access.signed_in import SessionRules, SignedIn
from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.state import Person, Staff, Team, role_of
from hub.domain.errors import NotFoundError, RefusedError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store, personal_keys
from hub.settings import Settings

T = TypeVar("T")
ADMINS = "admins"
BY = "operator:cli"


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Whom to add. `password`: none is made up where there is one, or where they sign in by a provider alone."""

    profile: Profile
    password: str = ""
    is_first_admin: bool = False


def add_person(settings: Settings, new: NewPerson) -> dict[str, str]:
    """`person_id`, and, this once, the `password` that was made up."""

    async def add(people: People) -> dict[str, str]:
        profile = new.profile
        if new.is_first_admin:
            if any(_is_admin(people.staff, one) for one in people.staff.people.values()):
                raise RefusedError(f"there is an admin already: use --team {ADMINS}, or ask them")
            await people.team_of_role(ADMINS, "Admins", Role.ADMIN, actor=BY)
            profile = Profile(profile.login, profile.name, (ADMINS, *profile.teams), profile.agent_id)
        made_up = "" if new.password or profile.subject else _made_up()
        person = await people.add(profile, new.password or made_up, actor=BY)
        return {"person_id": person.person_id, **({"password": made_up} if made_up else {})}

    return _with_people(settings, add)


def give_password(settings: Settings, who: str, password: str) -> dict[str, str]:
    """Another one, this once, where none is given. They change it when they next sign in."""

    async def give(people: People) -> dict[str, str]:
        made_up = "" if password else _made_up()
        person = _named(people.staff, who)
        await people.set_password(person.person_id, password or made_up, must_change=True, actor=BY)
        return {"person_id": person.person_id, **({"password": made_up} if made_up else {})}

    return _with_people(settings, give)


def disable_person(settings: Settings, who: str) -> str:
    """Somebody signs in no longer; their id."""

    return _with_person(settings, who, lambda people, person_id: people.disable(person_id, actor=BY))


def enable_person(settings: Settings, who: str) -> str:
    """Somebody may sign in again; their id."""

    return _with_person(settings, who, lambda people, person_id: people.enable(person_id, actor=BY))


def anonymise_person(settings: Settings, who: str) -> str:
    """Who somebody was is known no longer; their id."""

    return _with_person(settings, who, lambda people, person_id: people.anonymise(person_id, actor=BY))


def list_people(settings: Settings) -> list[dict[str, Any]]:
    """Everybody, by login."""

    async def listed(people: People) -> list[dict[str, Any]]:
        staff = people.staff
        return [_row(staff, one) for one in sorted(staff.people.values(), key=lambda one: (one.login, one.person_id))]

    return _with_people(settings, listed)


def set_team(settings: Settings, team: Team) -> None:
    """A team is as this says."""
    _with_people(settings, lambda people: people.set_team(team, actor=BY))


def remove_team(settings: Settings, team_id: str) -> None:
    """There is no such team any more."""
    _with_people(settings, lambda people: people.remove_team(team_id, actor=BY))


def list_teams(settings: Settings) -> list[dict[str, Any]]:
    """Every team, by id."""

    async def listed(people: People) -> list[dict[str, Any]]:
        staff = people.staff
        return [
            {
                "team_id": team.team_id,
                "name": team.name,
                "role": team.role.value,
                "queues": ", ".join(team.queues),
                "leads": ", ".join(team.leads),
                "people": sum(team.team_id in one.teams for one in staff.people.values()),
            }
            for team in sorted(staff.teams.values(), key=lambda team: team.team_id)
        ]

    return _with_people(settings, listed)


def _with_people(settings: Settings, ask: Callable[[People], Awaitable[T]]) -> T:
    async def run() -> T:
        journal, keys = EventJournal(open_store(settings)), personal_keys(settings)
        try:
            clock = WallClock(settings.clock_start, settings.clock_speed)
            signed_in = SignedIn(clock, SessionRules(settings.session_idle_seconds, settings.session_hours))
            people = People(journal, clock, signed_in, Passwords(hasher(settings.password_hashing)), keys)
            await people.catch_up()
            return await ask(people)
        finally:
            await journal.close()
            keys.close()

    return asyncio.run(run())


def _with_person(settings: Settings, who: str, do: Callable[[People, str], Awaitable[object]]) -> str:
    async def done(people: People) -> str:
        person = _named(people.staff, who)
        await do(people, person.person_id)
        return person.person_id

    return _with_people(settings, done)


def _made_up() -> str:
    return secrets.token_urlsafe(12)


def _named(staff: Staff, who: str) -> Person:
    person = staff.people.get(who) or staff.with_login(who)
    if person is None:
        raise NotFoundError(f"there is nobody with login or id {who}: see hub people list")
    return person


def _is_admin(staff: Staff, person: Person) -> bool:
    return not person.is_disabled and role_of(staff, person) is Role.ADMIN


def _row(staff: Staff, person: Person) -> dict[str, Any]:
    role = role_of(staff, person)
    return {
        "person_id": person.person_id,
        "login": person.login,
        "name": person.name,
        "role": role.value if role else "",
        "teams": ", ".join(person.teams),
        "agent_id": person.agent_id,
        "disabled": person.is_disabled,
    }
