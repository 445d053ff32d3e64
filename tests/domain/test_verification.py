"""A proof by code: how many, how long, how often, and for whom."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer.verification.decide import HOLDS, PER_HOUR, TRIES, ask, code_of, fold, tell
from hub.domain.customer.verification.events import VerificationAsked, VerificationFailed, VerificationPassed
from hub.domain.errors import RefusedError
from hub.domain.event import Event

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def meta(minutes: float, cause: str) -> dict[str, Any]:
    at = NOON + minutes * MINUTE
    return {"at": at, "recorded_at": at, "causation": cause, "actor": "adapter:web"}


def asked(*minutes: float, by: str = "customer-a") -> list[Event]:
    """Of one identifier."""
    history: list[Event] = []
    for minute in minutes:
        history += ask(fold(history), f"verification-{minute}", by, meta(minute, f"ask-{minute}"))
    return history


def told(history: list[Event], minutes: float, *, right: bool, by: str = "customer-a", cause: str = "") -> list[Event]:
    about = meta(minutes, cause or f"tell-{minutes}")
    return tell(fold(history), by, is_right=right, meta=about)


def test_the_right_code_proves_it_until_it_expires() -> None:
    history = asked(0)
    [passed] = told(history, 9, right=True)
    assert isinstance(passed, VerificationPassed)
    assert (passed.verification_id, passed.asked_by) == ("verification-0", "customer-a")
    with pytest.raises(RefusedError, match="no longer"):
        told(history, HOLDS / MINUTE, right=True)


def test_a_wrong_code_is_on_record_and_the_sixth_is_not_looked_at() -> None:
    history = asked(0)
    for number in range(TRIES):
        [failed] = told(history, 1 + number / 10, right=False)
        assert isinstance(failed, VerificationFailed)
        history.append(failed)
    with pytest.raises(RefusedError, match="another one"):
        told(history, 2, right=True)
    history += ask(fold(history), "verification-new", "customer-a", meta(3, "ask-again"))
    assert isinstance(told(history, 4, right=True)[0], VerificationPassed)


def test_a_code_counts_for_who_asked_and_once() -> None:
    history = asked(0)
    with pytest.raises(RefusedError, match="no code is waited for"):
        told(history, 1, right=True, by="customer-b")
    history += told(history, 1, right=True)
    with pytest.raises(RefusedError, match="no code is waited for"):
        told(history, 2, right=True)
    with pytest.raises(RefusedError, match="no code is waited for"):
        told([], 2, right=True)


def test_who_asks_anew_makes_the_code_before_useless_to_others() -> None:
    history = [*asked(0), *ask(fold(asked(0)), "verification-b", "customer-b", meta(1, "ask-b"))]
    with pytest.raises(RefusedError):
        told(history, 2, right=True, by="customer-a")
    assert told(history, 2, right=True, by="customer-b")


def test_a_repeat_changes_nothing() -> None:
    history = asked(0)
    assert ask(fold(history), "verification-0", "customer-a", meta(1, "ask-0")) == []
    history += told(history, 1, right=True, cause="tell")
    assert told(history, 2, right=True, cause="tell") == []


@given(st.lists(st.integers(0, 600), max_size=40).map(sorted))
def test_nobody_is_sent_more_codes_within_an_hour_than_may_be(minutes: list[int]) -> None:
    history: list[Event] = []
    for number, minute in enumerate(minutes):
        try:
            history += ask(fold(history), f"verification-{number}", "customer-a", meta(minute, f"ask-{number}"))
        except RefusedError:
            continue
    sent = [one.at for one in history if isinstance(one, VerificationAsked)]
    assert all(later - sooner >= timedelta(hours=1) for sooner, later in zip(sent, sent[PER_HOUR:], strict=False))
    assert len(sent) >= min(len(minutes), PER_HOUR)


def test_a_code_is_six_digits_of_its_own() -> None:
    codes = {code_of(b"k" * 32, f"verification-{number}") for number in range(200)}
    assert all(len(one) == 6 and one.isdecimal() for one in codes)
    assert len(codes) > 190
    assert code_of(b"k" * 32, "verification-1") != code_of(b"l" * 32, "verification-1")
