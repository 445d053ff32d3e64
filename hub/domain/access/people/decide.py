"""What may be said of people and teams, and which facts it makes."""

import re
from dataclasses import dataclass
from typing import Any

from hub.domain.access.events import Role
from hub.domain.access.people.events import (
    NOTHING_SET_UP,
    AgentSetup,
    PersonAdded,
    PersonAnonymised,
    PersonChanged,
    PersonDisabled,
    PersonEnabled,
    PersonLanguageChosen,
    PersonPasswordChanged,
    TeamChanged,
    TeamRemoved,
)
from hub.domain.access.people.state import TEAM_ROLES, Person, Staff, Team
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

NAME_LENGTH = 100
_LOGIN = re.compile(r"[^\s\x00-\x1f\x7f]{1,100}")
_TEAM_ID = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Profile:
    """What is said of a person."""

    login: str
    name: str
    teams: tuple[str, ...] = ()
    agent_id: str = ""
    agent: AgentSetup = NOTHING_SET_UP
    issuer: str = ""
    subject: str = ""


def add_person(staff: Staff, person_id: str, profile: Profile, **meta: Any) -> list[Event]:
    """Somebody new."""
    _check(staff, person_id, profile)
    if person_id in staff.people:
        raise InvalidError(f"there is a person {person_id} already", "person_id")
    return [PersonAdded(person_id=person_id, **_fields(profile), **meta)]


def change_person(
    staff: Staff, person_id: str, profile: Profile, *, expected_version: int | None = None, **meta: Any
) -> list[Event]:
    """Somebody is as this says. Nothing where they are so already; refused where another changed them since that
    version."""
    person = known(staff, person_id)
    _check(staff, person_id, profile)
    fields = _fields(profile)
    if all(getattr(person, name) == value for name, value in fields.items()):
        return []
    _refuse_others(f"person {person_id}", person.version, expected_version)
    return [PersonChanged(person_id=person_id, **fields, **meta)]


def change_password(staff: Staff, person_id: str, password_hash: str, *, must_change: bool, keeps: str = "",
                    **meta: Any) -> list[Event]:  # fmt: skip
    """Another password."""
    known(staff, person_id)
    return [
        PersonPasswordChanged(
            person_id=person_id, password_hash=password_hash, must_change=must_change, keeps=keeps, **meta
        )
    ]


def hash_anew(staff: Staff, person_id: str, old: str, new: str, **meta: Any) -> list[Event]:
    """The same password under a stronger hash. Nothing where it was changed meanwhile."""
    person = staff.people.get(person_id)
    if person is None or person.password_hash != old:
        return []
    return [PersonPasswordChanged(person_id=person_id, password_hash=new, by_rehash=True, **meta)]


def choose_language(staff: Staff, person_id: str, language: str, **meta: Any) -> list[Event]:
    """The language of somebody's screens. Nothing where it is so already."""
    if known(staff, person_id).language == language:
        return []
    return [PersonLanguageChosen(person_id=person_id, language=language, **meta)]


def disable(staff: Staff, person_id: str, **meta: Any) -> list[Event]:
    """Somebody signs in no longer. Nothing where it is so already."""
    return [] if _anybody(staff, person_id).is_disabled else [PersonDisabled(person_id=person_id, **meta)]


def enable(staff: Staff, person_id: str, **meta: Any) -> list[Event]:
    """Somebody may sign in again. Nothing where it is so already."""
    return [PersonEnabled(person_id=person_id, **meta)] if known(staff, person_id).is_disabled else []


def anonymise(staff: Staff, person_id: str, **meta: Any) -> list[Event]:
    """Who somebody was is forgotten: only of who signs in no longer. Nothing where it is so already."""
    person = _anybody(staff, person_id)
    if person.is_anonymised:
        return []
    if not person.is_disabled:
        raise RefusedError(f"{person_id} can still sign in: disable them first")
    return [PersonAnonymised(person_id=person_id, **meta)]


def set_team(staff: Staff, team: Team, *, expected_version: int | None = None, **meta: Any) -> list[Event]:
    """A team is as this says. Nothing where it is so already; refused where another changed it since that version."""
    if not _TEAM_ID.fullmatch(team.team_id):
        raise InvalidError("a team's id has up to 64 small letters, digits, dots, dashes and underscores", "team_id")
    if not 0 < len(team.name.strip()) <= NAME_LENGTH:
        raise InvalidError(f"the name of a team has 1 to {NAME_LENGTH} characters", "name")
    if team.role not in TEAM_ROLES:
        raise InvalidError(f"a team's role is agent, supervisor or admin, not {team.role.value}", "role")
    if team.role is not Role.SUPERVISOR and (team.queues or team.leads):
        raise InvalidError("only a team of supervisors names what it acts on: leave queues and leads out", "queues")
    _teams_exist(staff, tuple(one for one in team.leads if one != team.team_id), "leads")
    there = staff.teams.get(team.team_id)
    if there == team:
        return []
    _refuse_others(f"team {team.team_id}", there.version if there else 0, expected_version)
    return [
        TeamChanged(
            team_id=team.team_id, name=team.name, role=team.role, queues=team.queues, leads=team.leads, **meta
        )
    ]  # fmt: skip


def remove_team(staff: Staff, team_id: str, **meta: Any) -> list[Event]:
    """A team that nobody is in and no other leads goes."""
    if team_id not in staff.teams:
        raise NotFoundError(f"there is no team {team_id}")
    inside = sum(team_id in one.teams for one in staff.people.values())
    if inside:
        raise RefusedError(f"{inside} people are in team {team_id}: move them to other teams first")
    leading = [one.team_id for one in staff.teams.values() if team_id in one.leads and one.team_id != team_id]
    if leading:
        raise RefusedError(f"team {leading[0]} leads team {team_id}: take it out there first")
    return [TeamRemoved(team_id=team_id, **meta)]


def known(staff: Staff, person_id: str) -> Person:
    """Somebody who is not forgotten, or NotFoundError."""
    person = _anybody(staff, person_id)
    if person.is_anonymised:
        raise NotFoundError(f"who {person_id} was is known no longer: add them anew")
    return person


def _refuse_others(what: str, version: int, expected: int | None) -> None:
    if expected is not None and expected != version:
        raise RefusedError(
            f"{what} is at version {version}, not {expected}: see what changed, then write again",
            "expected_version",
            code="changed-meanwhile",
        )


def _anybody(staff: Staff, person_id: str) -> Person:
    person = staff.people.get(person_id)
    if person is None:
        raise NotFoundError(f"there is no person {person_id}")
    return person


def _fields(profile: Profile) -> dict[str, Any]:
    return {
        "login": profile.login.strip(),
        "name": profile.name.strip(),
        "subject": profile.subject,
        "issuer": profile.issuer,
        "teams": tuple(dict.fromkeys(profile.teams)),
        "agent_id": profile.agent_id,
        "agent": profile.agent,
    }


def _check(staff: Staff, person_id: str, profile: Profile) -> None:
    if not _LOGIN.fullmatch(profile.login.strip()):
        raise InvalidError("a login has 1 to 100 characters and no space", "login")
    if not 0 < len(profile.name.strip()) <= NAME_LENGTH:
        raise InvalidError(f"the name of a person has 1 to {NAME_LENGTH} characters", "name")
    if bool(profile.issuer) != bool(profile.subject):
        raise InvalidError("issuer and subject go together: who somebody is to which provider", "subject")
    _teams_exist(staff, profile.teams, "teams")
    others = [one for one in staff.people.values() if one.person_id != person_id]
    same = staff.with_login(profile.login)
    if same is not None and same.person_id != person_id:
        raise InvalidError("somebody else has this login: logins differ by more than case", "login")
    theirs = staff.with_subject(profile.issuer, profile.subject) if profile.subject else None
    if theirs is not None and theirs.person_id != person_id:
        raise InvalidError("somebody else is this subject of the provider", "subject")
    if profile.agent_id and any(one.agent_id == profile.agent_id for one in others):
        raise InvalidError(f"somebody else acts for agent {profile.agent_id}", "agent_id")


def _teams_exist(staff: Staff, teams: tuple[str, ...], field: str) -> None:
    missing = [one for one in teams if one not in staff.teams]
    if missing:
        raise InvalidError(f"there is no team {missing[0]}", field)
