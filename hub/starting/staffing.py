"""Starts what people sign in by."""

from hub.application.access.failures import Failures
from hub.application.access.keys import AccessKeys
from hub.application.access.oidc import Oidc
from hub.application.access.oidc_settings import load_oidc
from hub.application.access.passwords import Passwords, hasher
from hub.application.access.people import OwnKeys, People
from hub.application.access.sessions import SessionBook
from hub.application.access.sign_in import SignIn
from hub.application.access.signed_in import SessionRules, SignedIn
from hub.application.access.staffing import Staffing
from hub.journal.attempts import Attempts
from hub.ports import Clock, Journal
from hub.settings import Settings


async def open_staffing(
    settings: Settings, journal: Journal, clock: Clock, own_keys: OwnKeys, attempts: Attempts, key: bytes
) -> Staffing:
    """As the log has it. Who is in it already stays signed in. `key`: the installation's."""
    signed_in = SignedIn(clock, SessionRules(settings.session_idle_seconds, settings.session_hours))
    await signed_in.start(journal)
    passwords = Passwords(hasher(settings.password_hashing))
    people = People(journal, clock, signed_in, passwords, own_keys)
    people.finish_anonymising()
    sessions = SessionBook(journal, clock, signed_in)
    return Staffing(
        keys=AccessKeys(journal, clock, secret=key),
        signed_in=signed_in,
        people=people,
        sessions=sessions,
        sign_in=SignIn(people, sessions, passwords, Failures(attempts, clock)),
        oidc=Oidc(load_oidc(settings.oidc)) if settings.oidc else None,
        public_origin=settings.public_origin,
        is_demo=settings.demo_sign_in,
        demo_chat=settings.demo_chat,
        demo_customer=settings.demo_customer,
    )
