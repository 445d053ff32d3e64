"""The rules of a proof by code: how many codes, how many tries, how long; pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from hub.domain.customer.verification.events import VerificationAsked, VerificationFailed, VerificationPassed
from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.ids import derive

HOLDS = timedelta(minutes=10)
TRIES = 5
PER_HOUR = 5
"""Codes that are sent to one identifier, whoever asks."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Verification:
    """Where the proof of one identifier stands. `asked`: when codes were sent; `newest`: the one that counts."""

    asked: tuple[datetime, ...] = ()
    newest: VerificationAsked | None = None
    tries: int = 0
    passed: VerificationPassed | None = None
    causes: frozenset[str] = frozenset()
    """The commands that were carried out: a repeat changes nothing."""


def fold(events: Iterable[Event]) -> Verification:
    """From the facts of the identifier's stream; others say nothing of it."""
    asked: list[datetime] = []
    newest: VerificationAsked | None = None
    tries, passed, causes = 0, None, set[str]()
    for event in events:
        match event:
            case VerificationAsked():
                asked.append(event.at)
                newest, tries, passed = event, 0, None
            case VerificationFailed():
                tries += 1
            case VerificationPassed():
                passed = event
            case _:
                continue
        causes.add(event.causation)
    return Verification(tuple(asked), newest, tries, passed, frozenset(causes))


def code_of(key: bytes, verification_id: str) -> str:
    """Six digits: always the same for the same proof, and nobody finds them without the installation's key."""
    return f"{int(derive(key, 'code', verification_id), 16) % 1_000_000:06}"


def ask(known: Verification, verification_id: str, asked_by: str, meta: Mapping[str, Any]) -> list[Event]:
    """A code is sent, and the one before it is good no longer; nothing for a repeat. Raises RefusedError where there
    were too many."""
    if meta["causation"] in known.causes:
        return []
    now: datetime = meta["at"]
    recent = [one for one in known.asked if now - one < _HOUR]
    if len(recent) >= PER_HOUR:
        minutes = (_HOUR - (now - recent[-PER_HOUR])) // timedelta(minutes=1) + 1
        raise RefusedError(f"{PER_HOUR} codes were sent there within the last hour: ask again in {minutes} min")
    asked = VerificationAsked(**meta, verification_id=verification_id, asked_by=asked_by, expires_at=now + HOLDS)
    return [asked]


def tell(known: Verification, asked_by: str, *, is_right: bool, meta: Mapping[str, Any]) -> list[Event]:
    """What follows from a code that was told; nothing for a repeat. Raises RefusedError where none is waited for."""
    if meta["causation"] in known.causes:
        return []
    newest = known.newest
    if newest is None or newest.asked_by != asked_by or known.passed is not None:
        raise RefusedError("no code is waited for: have one sent")
    if meta["at"] >= newest.expires_at:
        raise RefusedError("the code holds no longer: have another one sent")
    if known.tries >= TRIES:
        raise RefusedError(f"{TRIES} codes were wrong: have another one sent")
    about = {"verification_id": newest.verification_id}
    if not is_right:
        return [VerificationFailed(**meta, **about)]
    return [VerificationPassed(**meta, **about, asked_by=asked_by)]
