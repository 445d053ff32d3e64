"""What the facts about people and teams add up to, and what follows for each of them."""

import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from hub.domain.access.credential import EVERYTHING, Credential, Reach
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
from hub.domain.event import Event

TEAM_ROLES = (Role.AGENT, Role.SUPERVISOR, Role.ADMIN)
"""What a team can let its people do, the least first."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who works here. Sessions opened at or before `ended_at` in the log are over, save the one it keeps."""

    person_id: str
    login: str
    name: str
    subject: str = ""
    issuer: str = ""
    teams: tuple[str, ...] = ()
    agent_id: str = ""
    agent: AgentSetup = NOTHING_SET_UP
    password_hash: str = field(default="", repr=False)
    must_change: bool = False
    language: str = ""
    is_disabled: bool = False
    is_anonymised: bool = False
    ended_at: int = 0
    keeps: str = ""
    version: int = field(default=0, compare=False)
    """Where in the log it was said last who they are and what they may do."""


@dataclass(frozen=True, slots=True)
class Team:
    """People with one role. `queues`, `leads`: which queues, and the agents of which teams, its supervisors act on."""

    team_id: str
    name: str
    role: Role
    queues: tuple[str, ...] = ()
    leads: tuple[str, ...] = ()
    version: int = field(default=0, compare=False)
    """Where in the log it was said last."""


@dataclass(frozen=True, slots=True)
class Staff:
    """Everybody, and every team, by id; and people by what they sign in as."""

    people: Mapping[str, Person] = field(default_factory=dict)
    teams: Mapping[str, Team] = field(default_factory=dict)
    by_login: Mapping[str, str] = field(default_factory=dict)
    by_subject: Mapping[tuple[str, str], str] = field(default_factory=dict)

    def with_login(self, login: str) -> Person | None:
        """Who signs in under this name, in whatever case."""
        return self.people.get(self.by_login.get(folded(login), ""))

    def with_subject(self, issuer: str, subject: str) -> Person | None:
        """Who this is to a provider."""
        return self.people.get(self.by_subject.get((issuer, subject), ""))


def folded(login: str) -> str:
    """The spelling by which logins are compared."""
    return unicodedata.normalize("NFKC", login).strip().casefold()


def evolve(staff: Staff, history: Iterable[tuple[int, Event]]) -> Staff:
    """The staff after more facts, each with its place in the log."""
    people, teams = dict(staff.people), dict(staff.teams)
    by_login, by_subject = dict(staff.by_login), dict(staff.by_subject)
    for position, event in history:
        match event:
            case PersonAdded() | PersonChanged():
                known = people.get(event.person_id)
                if known is not None:
                    by_login.pop(folded(known.login), None)
                    by_subject.pop((known.issuer, known.subject), None)
                people[event.person_id] = replace(_said(known, event), version=position)
                if event.login:
                    by_login[folded(event.login)] = event.person_id
                if event.subject:
                    by_subject[event.issuer, event.subject] = event.person_id
            case TeamChanged():
                teams[event.team_id] = Team(event.team_id, event.name, event.role, event.queues, event.leads, position)
            case TeamRemoved():
                teams.pop(event.team_id, None)
            case PersonAnonymised() if event.person_id in people:
                known = people[event.person_id]
                by_login.pop(folded(known.login), None)
                by_subject.pop((known.issuer, known.subject), None)
                people[event.person_id] = Person(
                    known.person_id, "", "", is_disabled=True, is_anonymised=True, ended_at=position
                )
            case _:
                _of_one(people, position, event)
    return Staff(people, teams, by_login, by_subject)


def _of_one(people: dict[str, Person], position: int, event: Event) -> None:
    match event:
        case PersonPasswordChanged() if event.person_id in people:
            known = replace(people[event.person_id], password_hash=event.password_hash)
            if not event.by_rehash:
                known = replace(known, must_change=event.must_change, ended_at=position, keeps=event.keeps)
            people[event.person_id] = known
        case PersonLanguageChosen() if event.person_id in people:
            people[event.person_id] = replace(people[event.person_id], language=event.language)
        case PersonDisabled() if event.person_id in people:
            people[event.person_id] = replace(people[event.person_id], is_disabled=True, ended_at=position, keeps="")
        case PersonEnabled() if event.person_id in people:
            people[event.person_id] = replace(people[event.person_id], is_disabled=False)


def _said(known: Person | None, event: PersonAdded | PersonChanged) -> Person:
    return replace(
        known or Person(event.person_id, "", ""),
        login=event.login,
        name=event.name,
        subject=event.subject,
        issuer=event.issuer,
        teams=event.teams,
        agent_id=event.agent_id,
        agent=event.agent,
    )


def teams_of(staff: Staff, person: Person) -> list[Team]:
    """Those of a person's teams that there are."""
    return [staff.teams[team] for team in person.teams if team in staff.teams]


def role_of(staff: Staff, person: Person) -> Role | None:
    """The highest that a person's teams give; None: they are in no team."""
    return max((team.role for team in teams_of(staff, person)), key=TEAM_ROLES.index, default=None)


def reach_of(staff: Staff, person: Person) -> Reach:
    """What a person acts on, where they do so as a supervisor."""
    teams = teams_of(staff, person)
    if any(team.role is Role.ADMIN for team in teams):
        return EVERYTHING
    leading = [team for team in teams if team.role is Role.SUPERVISOR]
    queues = None if any(not team.queues for team in leading) else {one for team in leading for one in team.queues}
    if any(not team.leads for team in leading):
        return Reach(None if queues is None else frozenset(queues), None)
    led = {one for team in leading for one in team.leads}
    agents = {one.agent_id for one in staff.people.values() if one.agent_id and led.intersection(one.teams)}
    own = {person.agent_id} - {""}
    return Reach(None if queues is None else frozenset(queues), frozenset(agents | own))


def credential_of(staff: Staff, person: Person, session_id: str) -> Credential | None:
    """What a person may do in a session; None: nothing. Whose role is an agent's acts for their own agent alone, and
    for nobody where they have none: no agent is called as a person is."""
    role = role_of(staff, person)
    if role is None or person.is_disabled:
        return None
    agent_id = person.agent_id or (person.person_id if role is Role.AGENT else "")
    reach = reach_of(staff, person) if role is Role.SUPERVISOR else EVERYTHING
    return Credential(session_id, person.login, role, agent_id, person.person_id, reach)
