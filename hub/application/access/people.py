"""Commands on people and teams; each is committed when it returns."""

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Protocol

from hub.application.access.guessable import refuse_guessable
from hub.application.access.passwords import Passwords
from hub.application.access.signed_in import SignedIn
from hub.domain.access.events import Role
from hub.domain.access.people import decide
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.events import STREAM
from hub.domain.access.people.state import Person, Staff, Team
from hub.domain.errors import ConflictError
from hub.domain.event import Event
from hub.ports import Append, Clock, Committed, Journal, Unit

ATTEMPTS = 5
Decide = Callable[[Staff, datetime], Sequence[Event]]


class OwnKeys(Protocol):
    """The keys under which it stands who somebody is."""

    def forget(self, streams: Sequence[str]) -> None:
        """The keys of these are gone when this returns."""
        ...


def new_person_id() -> str:
    """A name that nobody else has, and that says nothing."""
    return f"p-{secrets.token_hex(6)}"


class People:
    """Whoever asks for something is its `actor`."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        signed_in: SignedIn,
        passwords: Passwords,
        keys: OwnKeys,
        new_id: Callable[[], str] = new_person_id,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._signed_in = signed_in
        self._passwords = passwords
        self._keys = keys
        self._new_id = new_id

    @property
    def staff(self) -> Staff:
        """Everybody, as far as this process knows."""
        return self._signed_in.staff

    async def catch_up(self) -> None:
        """Know all that was said of them by now."""
        await self._signed_in.catch_up(self._journal, STREAM)

    def person(self, person_id: str) -> Person:
        """Somebody who works here, or NotFoundError."""
        return decide.known(self.staff, person_id)

    async def add(self, profile: Profile, password: str = "", *, must_change: bool = True, actor: str) -> Person:
        """Somebody new; with a password, they change it when they first sign in."""
        person_id = self._new_id()
        kept = await self._hashed(password, profile.login, profile.name) if password else ""

        def said(staff: Staff, now: datetime) -> list[Event]:
            meta = _meta(now, person_id, actor)
            events = decide.add_person(staff, person_id, profile, **meta)
            if kept:
                added = {**staff.people, person_id: Person(person_id, profile.login, profile.name)}
                events += decide.change_password(Staff(added), person_id, kept, must_change=must_change, **meta)
            return events

        await self._change(said)
        return self.person(person_id)

    async def change(
        self, person_id: str, profile: Profile, *, expected_version: int | None = None, actor: str
    ) -> Person:
        """Somebody is as this says, unless another changed them since that version."""
        await self._change(
            lambda staff, now: decide.change_person(
                staff, person_id, profile, expected_version=expected_version, **_meta(now, person_id, actor)
            )
        )
        return self.person(person_id)

    async def set_password(
        self, person_id: str, password: str, *, must_change: bool, keeps: str = "", actor: str
    ) -> None:
        """Another password; every session but `keeps` ends."""
        await self.catch_up()
        person = self.person(person_id)
        kept = await self._hashed(password, person.login, person.name)
        await self._change(
            lambda staff, now: decide.change_password(
                staff, person_id, kept, must_change=must_change, keeps=keeps, **_meta(now, person_id, actor)
            )
        )

    async def hash_anew(self, person: Person, stronger: str) -> None:
        """The parameters of hashing have risen since the password was set."""
        actor = f"person:{person.person_id}"
        await self._change(
            lambda staff, now: decide.hash_anew(
                staff, person.person_id, person.password_hash, stronger, **_meta(now, person.person_id, actor)
            )
        )

    async def choose_language(self, person_id: str, language: str, *, actor: str) -> None:
        """The language of somebody's screens."""
        await self._change(lambda staff, now: decide.choose_language(staff, person_id, language,
                                                                     **_meta(now, person_id, actor)))  # fmt: skip

    async def disable(self, person_id: str, *, actor: str) -> None:
        """Somebody signs in no longer, at once and everywhere."""
        await self._change(lambda staff, now: decide.disable(staff, person_id, **_meta(now, person_id, actor)))

    async def enable(self, person_id: str, *, actor: str) -> None:
        """Somebody may sign in again."""
        await self._change(lambda staff, now: decide.enable(staff, person_id, **_meta(now, person_id, actor)))

    async def anonymise(self, person_id: str, *, actor: str) -> None:
        """Who somebody was is known no longer: the key goes that it stands under. Broken off, doing it again ends
        it."""
        await self._change(lambda staff, now: decide.anonymise(staff, person_id, **_meta(now, person_id, actor)))
        self._keys.forget([person_id])

    def finish_anonymising(self) -> None:
        """What a crash broke off."""
        gone = [one.person_id for one in self.staff.people.values() if one.is_anonymised]
        if gone:
            self._keys.forget(gone)

    async def set_team(self, team: Team, *, expected_version: int | None = None, actor: str) -> Team:
        """A team is as this says, unless another changed it since that version."""
        await self._change(
            lambda staff, now: decide.set_team(
                staff, team, expected_version=expected_version, **_meta(now, team.team_id, actor)
            )
        )
        return self.staff.teams[team.team_id]

    async def remove_team(self, team_id: str, *, actor: str) -> None:
        """There is no such team any more."""
        await self._change(lambda staff, now: decide.remove_team(staff, team_id, **_meta(now, team_id, actor)))

    async def team_of_role(self, team_id: str, name: str, role: Role, *, actor: str) -> None:
        """There is such a team: made where there is none."""
        await self.catch_up()
        if team_id not in self.staff.teams:
            await self.set_team(Team(team_id, name, role), actor=actor)

    async def _hashed(self, password: str, *about: str) -> str:
        await refuse_guessable(password, about)
        return await self._passwords.hash(password)

    async def _change(self, said: Decide) -> None:
        for _ in range(ATTEMPTS):
            await self.catch_up()
            events = said(self.staff, self._clock.now())
            if not events:
                return
            [outcome] = await self._journal.commit([Unit([Append(STREAM, self._signed_in.version(STREAM), events)])])
            if isinstance(outcome, Committed):
                await self.catch_up()
                return
            if not isinstance(outcome, ConflictError):
                raise outcome
        raise ConflictError(STREAM)


def _meta(now: datetime, causation: str, actor: str) -> dict[str, Any]:
    return {"at": now, "recorded_at": now, "causation": causation, "actor": actor}
