"""Signing in: who shows who they are gets a session; who guesses has to wait."""

from ipaddress import IPv6Address, ip_address
from typing import Literal

from hub.application.access.failures import Attempt, Failures
from hub.application.access.oidc import Identity
from hub.application.access.passwords import Passwords
from hub.application.access.people import People
from hub.application.access.sessions import OpenedSession, SessionBook
from hub.application.access.signed_in import Entry
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.events import NOTHING_SET_UP, AgentSetup
from hub.domain.access.people.state import Person, folded, role_of
from hub.domain.errors import HubError, RefusedError

DemoRole = Literal["agent", "supervisor", "admin"]
_ACTOR = "policy:sign-in"


class SignInError(HubError):
    """Not who they say they are, or nobody who may sign in: which of the two is not told."""


class ThrottledError(HubError):
    """Too many attempts failed. `seconds` until the next one is taken."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"too many attempts failed: try again in {seconds:.0f} s")
        self.seconds = seconds


class NoTeamError(HubError):
    """Somebody who is in no team has no role, and nothing they may do."""


class SignIn:
    """By password, by a provider's word, or, where it is a demo, by asking."""

    def __init__(self, people: People, sessions: SessionBook, passwords: Passwords, failures: Failures) -> None:
        self._people = people
        self._sessions = sessions
        self._passwords = passwords
        self._failures = failures

    async def by_password(self, login: str, password: str, address: str) -> OpenedSession:
        """Raises SignInError, ThrottledError, NoTeamError."""
        await self._people.catch_up()
        person = self._people.staff.with_login(login)
        person = await self._checked(person, folded(login), password, address)
        self._has_role(person)
        return await self._sessions.open(person, "password")

    async def unlock(self, entry: Entry, password: str) -> None:
        """The same person is back. Raises SignInError, ThrottledError; RefusedError where they have no password."""
        if not entry.person.password_hash:
            raise RefusedError("you have no password here: sign in again")
        await self._checked(entry.person, folded(entry.person.login), password, entry.session.session_id)
        await self._sessions.unlock(entry.session.session_id)

    async def change_password(self, entry: Entry, current: str, new: str) -> None:
        """By the person. Every other session of theirs ends."""
        person = entry.person
        if not person.password_hash:
            raise RefusedError("you have no password here: an admin can give you one")
        person = await self._checked(person, folded(person.login), current, entry.session.session_id)
        if current == new:
            raise RefusedError("this is the password you have: choose another", "new")
        await self._people.set_password(
            person.person_id,
            new,
            must_change=False,
            keeps=entry.session.session_id,
            actor=f"person:{person.person_id}",
        )

    async def by_provider(self, identity: Identity) -> OpenedSession:
        """Who a provider vouches for. Raises SignInError, NoTeamError."""
        await self._people.catch_up()
        person = self._people.staff.with_subject(identity.issuer, identity.subject)
        if person is None:
            if not identity.may_be_added:
                raise SignInError("nobody here is known to this provider by this name: ask an admin to add you")
            person = await self._people.add(
                Profile(identity.login, identity.name, identity.teams, "", NOTHING_SET_UP, identity.issuer,
                        identity.subject),
                actor=_ACTOR,
            )  # fmt: skip
        elif identity.mapped:
            kept = tuple(team for team in person.teams if team not in identity.mapped)
            person = await self._people.change(
                person.person_id,
                _profile_of(person, tuple(dict.fromkeys((*kept, *identity.teams)))),
                actor=_ACTOR,
            )
        if person.is_disabled:
            raise SignInError("you can't sign in here any more: ask an admin")
        self._has_role(person)
        return await self._sessions.open(person, "oidc")

    async def as_demo(self, role: DemoRole) -> OpenedSession:
        """A person of the demo, made when first asked for."""
        team_id, login = f"demo-{role}s", f"demo-{role}"
        await self._people.team_of_role(team_id, f"Demo {role}s", Role(role), actor=_ACTOR)
        person = self._people.staff.with_login(login)
        if person is None:
            agent_id = login if role == "agent" else ""
            profile = Profile(login, f"Demo {role}", (team_id,), agent_id, DEMO_SETUP)
            person = await self._people.add(profile, actor=_ACTOR)
        return await self._sessions.open(person, "demo")

    def _has_role(self, person: Person) -> None:
        if role_of(self._people.staff, person) is None:
            raise NoTeamError("you are in no team yet, so there is nothing you may do: ask an admin")

    async def _checked(self, person: Person | None, login: str, password: str, address: str) -> Person:
        """The person whose password this is; who guesses waits."""
        attempt = await self._failures.begin(login, _network(address))
        if not isinstance(attempt, Attempt):
            raise ThrottledError(attempt)
        kept = person.password_hash if person is not None and not person.is_disabled else ""
        checked = await self._passwords.check(kept, password)
        if person is None or not checked.is_right:
            raise SignInError("login or password is wrong")
        await self._failures.was_good(attempt)
        if checked.stronger:
            await self._people.hash_anew(person, checked.stronger)
            person = self._people.person(person.person_id)
        return person


DEMO_SETUP = AgentSetup(skills={"support": 3, "sales": 3, "billing": 3, "complaints": 3}, languages=("en", "fa"))
"""What a demo's agent can do."""


def _profile_of(person: Person, teams: tuple[str, ...]) -> Profile:
    return Profile(
        person.login, person.name, teams, person.agent_id, person.agent, person.issuer, person.subject
    )  # fmt: skip


def _network(address: str) -> str:
    """Whoever has an IPv6 address has 2^64 of them."""
    try:
        known = ip_address(address)
    except ValueError:
        return address
    return str(int(known) >> 64) if isinstance(known, IPv6Address) else address
