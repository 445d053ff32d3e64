"""What happens to somebody while they sign in counts; and many who sign in at once all get in."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import timedelta
from pathlib import Path

import pytest

from hub.application.access.failures import Failures
from hub.application.access.passwords import Checked, Passwords, hasher
from hub.application.access.people import People
from hub.application.access.session_watch import watch_sessions
from hub.application.access.sessions import SessionBook, StaleError
from hub.application.access.sign_in import SignIn, SignInError, ThrottledError
from hub.application.access.signed_in import SessionRules, SignedIn
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.state import Person, Team
from hub.domain.access.throttle import OF_LOGIN
from hub.domain.errors import ConflictError, InvalidError
from hub.journal.aside import SqliteDatabase
from hub.journal.attempts import Attempts
from hub.ports import Outcome, Unit
from hub.settings import Settings
from hub.starting.beside_store import beside
from tests.api.world import FakePersonalKeys, StillClock
from tests.support.memory import MemoryJournal
from tests.support.staff import CHEAP, IDLE_SECONDS

WORD = "four plain words here"
ROOT = "operator:root"


class Contended(MemoryJournal):
    """Before a commit something else happens, so often as it was asked to."""

    def __init__(self) -> None:
        super().__init__()
        self.before: list[Callable[[], object]] = []

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        if self.before:
            done = self.before.pop(0)()
            if asyncio.iscoroutine(done):
                await done
        return await super().commit(units)


class RunningClock(StillClock):
    """Lets others go on while somebody sleeps."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(seconds)
        await asyncio.sleep(0)


def memory() -> Attempts:
    return Attempts(SqliteDatabase(Path(":memory:")))


class Desk:
    """One process of the hub: what it knows, on a log that it shares."""

    def __init__(
        self, journal: MemoryJournal, clock: StillClock | None = None, attempts: Attempts | None = None
    ) -> None:
        self.clock = clock or StillClock()
        self.known = SignedIn(self.clock, SessionRules(IDLE_SECONDS, 12))
        self.passwords = Passwords(CHEAP)
        self.people = People(journal, self.clock, self.known, self.passwords, FakePersonalKeys())
        self.sessions = SessionBook(journal, self.clock, self.known)
        self.sign_in = SignIn(self.people, self.sessions, self.passwords, Failures(attempts or memory(), self.clock))

    async def somebody(self, login: str) -> Person:
        await self.people.set_team(Team("agents", "Agents", Role.AGENT), actor=ROOT)
        return await self.people.add(Profile(login, login, ("agents",)), WORD, must_change=False, actor=ROOT)


async def test_who_is_disabled_while_they_sign_in_is_not_signed_in() -> None:
    journal = Contended()
    here, there = Desk(journal), Desk(journal)
    person = await here.somebody("ann")
    journal.before.append(lambda: there.people.disable(person.person_id, actor=ROOT))
    with pytest.raises(StaleError, match="sign in again"):
        await here.sign_in.by_password("ann", WORD, "10.0.0.1")
    with pytest.raises(SignInError):
        await here.sign_in.by_password("ann", WORD, "10.0.0.1")


async def test_who_got_another_password_while_they_signed_in_by_the_old_is_not_signed_in() -> None:
    journal = Contended()
    here, there = Desk(journal), Desk(journal)
    person = await here.somebody("ann")
    journal.before.append(
        lambda: there.people.set_password(person.person_id, WORD + "!", must_change=False, actor=ROOT)
    )
    with pytest.raises(StaleError):
        await here.sign_in.by_password("ann", WORD, "10.0.0.1")
    assert (await here.sign_in.by_password("ann", WORD + "!", "10.0.0.1")).token


async def test_many_who_sign_in_at_once_in_two_processes_all_get_in() -> None:
    journal = Contended()
    desks = [Desk(journal), Desk(journal)]
    people = [await desks[0].somebody(f"p{number}") for number in range(20)]
    opened = await asyncio.gather(
        *(desks[number % 2].sign_in.by_password(one.login, WORD, "10.0.0.1") for number, one in enumerate(people))
    )
    assert len({one.token for one in opened}) == 20
    fresh = Desk(journal)
    await fresh.known.start(journal)
    for desk in (*desks, fresh):
        desk.known.follow(journal.log)
        assert all(desk.known.find(one.token) is not None for one in opened)


async def test_a_stream_that_others_always_write_to_is_given_up() -> None:
    journal = Contended()
    here, there = Desk(journal), Desk(journal)
    await here.somebody("ann")
    journal.before = [lambda: None]
    numbers = iter(range(100))

    def another() -> object:
        journal.before.insert(0, lambda: None)
        journal.before.append(another)
        return there.people.set_team(Team(f"t{next(numbers)}", "T", Role.AGENT), actor=ROOT)

    journal.before = [another]
    with pytest.raises(ConflictError):
        await here.people.set_team(Team("new", "New", Role.AGENT), actor=ROOT)


async def test_as_many_guesses_at_once_count_as_many() -> None:
    desk = Desk(MemoryJournal())
    await desk.somebody("ann")

    async def guess() -> str:
        try:
            await desk.sign_in.by_password("ann", "a wrong guess", "10.0.0.1")
        except Exception as error:
            return type(error).__name__
        return "in"

    told = await asyncio.gather(*(guess() for _ in range(12)))
    assert told.count("SignInError") == OF_LOGIN.free
    assert told.count("ThrottledError") == 12 - OF_LOGIN.free


async def test_guesses_in_several_processes_count_together_also_after_a_restart(store_settings: Settings) -> None:
    journal = MemoryJournal()
    tables = [Attempts(beside(store_settings, "sign_ins")) for _ in range(2)]
    here, there = (Desk(journal, attempts=table) for table in tables)
    await here.somebody("ann")
    for number in range(OF_LOGIN.free):
        with pytest.raises(SignInError):
            await (here, there)[number % 2].sign_in.by_password("ann", "a wrong guess", "10.0.0.1")
    for table in tables:
        await table.close()
    again = Attempts(beside(store_settings, "sign_ins"))
    with pytest.raises(ThrottledError, match="try again in 1 s"):
        await Desk(journal, attempts=again).sign_in.by_password("ann", WORD, "10.0.0.2")
    await again.close()


@pytest.mark.parametrize(
    "password", ["password2024", "1234567890", "qwertyuiop", "Passw0rd1234", "zzzzzzzzzzzz", "mina.karimi1"]
)
async def test_a_password_that_is_soon_guessed_is_not_taken(password: str) -> None:
    desk = Desk(MemoryJournal())
    profile = Profile("mina.karimi", "Mina Karimi")
    with pytest.raises(InvalidError, match="first that somebody would guess") as refused:
        await desk.people.add(profile, password, actor=ROOT)
    assert (refused.value.field, refused.value.code) == ("password", "password-guessable")
    assert await desk.people.add(profile, "گذرواژهٔ من این است", actor=ROOT)
    assert await desk.people.add(Profile("ben", "Ben"), "three plain words " * 10, actor=ROOT)


async def test_a_session_whose_stream_is_open_is_locked_by_itself() -> None:
    desk = Desk(MemoryJournal(), RunningClock())
    await desk.somebody("ann")
    opened = await desk.sign_in.by_password("ann", WORD, "10.0.0.1")
    ended = asyncio.Event()
    desk.known.watch(opened.entry.session.session_id, ended.set)
    watching = asyncio.create_task(watch_sessions(desk.sessions, desk.clock))
    await asyncio.wait_for(ended.wait(), 30)
    assert desk.clock.now() - desk.known._since >= timedelta(seconds=IDLE_SECONDS)
    watching.cancel()
    await asyncio.gather(watching, return_exceptions=True)
    told: list[str] = []
    desk.known.watch(opened.entry.session.session_id, lambda: told.append("late"))
    assert told == ["late"]


async def test_a_hash_that_is_none_opens_nothing() -> None:
    passwords = Passwords(CHEAP)
    for kept in ("", "plain", "$argon2id$v=19$broken"):
        assert await passwords.check(kept, "plain") == Checked(False)
    kept = await passwords.hash(WORD)
    assert await passwords.check(kept, WORD) == Checked(True)
    assert await passwords.check(kept, WORD + " ") == Checked(False)


async def test_a_hash_is_renewed_where_it_cost_less_and_never_made_weaker() -> None:
    light, strong = Passwords(hasher("light")), Passwords(hasher("strong"))
    kept = await light.hash(WORD)
    assert "$m=19456,t=2,p=1$" in kept
    renewed = await strong.check(kept, WORD)
    assert renewed.is_right
    assert "$m=65536,t=3,p=4$" in renewed.stronger
    assert await light.check(renewed.stronger, WORD) == Checked(True), "nothing is made weaker"
