"""What people sign in by, on a journal in memory, with passwords that are hashed at once."""

from pathlib import Path

from argon2 import PasswordHasher

from hub.application.access.failures import Failures
from hub.application.access.keys import AccessKeys
from hub.application.access.oidc import Oidc
from hub.application.access.passwords import Passwords
from hub.application.access.people import OwnKeys, People
from hub.application.access.sessions import SessionBook
from hub.application.access.sign_in import SignIn
from hub.application.access.signed_in import SessionRules, SignedIn
from hub.application.access.staffing import Staffing
from hub.journal.aside import SqliteDatabase
from hub.journal.attempts import Attempts
from hub.ports import Clock, Journal

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
IDLE_SECONDS = 600


def staffing(
    journal: Journal, clock: Clock, keys: OwnKeys, access: AccessKeys, *, oidc: Oidc | None = None, demo: bool = False
) -> Staffing:
    signed_in = SignedIn(clock, SessionRules(IDLE_SECONDS, 12))
    passwords = Passwords(CHEAP)
    people = People(journal, clock, signed_in, passwords, keys)
    sessions = SessionBook(journal, clock, signed_in)
    sign_in = SignIn(people, sessions, passwords, Failures(Attempts(SqliteDatabase(Path(":memory:"))), clock))
    return Staffing(access, signed_in, people, sessions, sign_in, oidc, is_demo=demo)
