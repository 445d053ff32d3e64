"""Given how often a policy lets somebody be contacted, then what can not be is refused, what does nothing is told."""

import tomllib
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from hub.paths.consent.purposes import PURPOSES
from hub.paths.frequency.section import DEFAULT_CAPS, Cap, frequency_remarks
from hub.policies.findings import Severity

CAPS: Any = TypeAdapter(tuple[Cap, ...])


def caps(text: str) -> tuple[Cap, ...]:
    return tuple(CAPS.validate_python(tuple(tomllib.loads(text)["frequency"])))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("most = 0\ndays = 1", "greater than or equal to 1"),
        ("most = 1", r"Value error, say how long the window is: days, or hours, not both \["),
        ("most = 1\ndays = 1\nhours = 1", "days, or hours, not both"),
        ('most = 1\ndays = 1\npurposes = ["gossip"]', "'reply', 'transactional'"),
        ("most = 1\ndays = 1\nchannels = []", "at least 1 item"),
        ('most = 1\ndays = 1\nof = "family"', "'customer' or 'account'"),
    ],
)
def test_what_can_not_be_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        caps(f"[[frequency]]\n{text}\n")


def test_the_checker_tells_of_caps_that_do_nothing() -> None:
    text = (
        "[[frequency]]\nmost = 2\ndays = 7\n"
        '[[frequency]]\nmost = 2\ndays = 1\nchannels = ["sms"]\n'
        '[[frequency]]\nmost = 1\ndays = 1\npurposes = ["reply"]\n'
        "[[frequency]]\nmost = 2\ndays = 7\n"
        '[[frequency]]\nmost = 2\ndays = 7\nof = "account"\n'
    )
    less = "does nothing: frequency rule {} allows no more, and in a longer time"
    gate = "does nothing: none of these purposes has the gate frequency"
    counted = "reply contacts are not counted: say is_counted = true under [purposes.reply]"
    assert list(frequency_remarks(caps(text), PURPOSES)) == [
        (Severity.WARNING, ("frequency", 1), less.format(1)),
        (Severity.WARNING, ("frequency", 2, "purposes"), gate),
        (Severity.WARNING, ("frequency", 2, "purposes"), counted),
        (Severity.WARNING, ("frequency", 3), less.format(1)),
    ]
    assert not list(frequency_remarks(DEFAULT_CAPS, PURPOSES))


@pytest.mark.parametrize(
    ("one", "other", "is_told"),
    [
        ('channels = ["sms", "email"]', 'channels = ["sms"]', True),
        ('channels = ["sms"]', 'channels = ["sms"]', True),
        ('channels = ["sms"]', 'channels = ["sms", "email"]', False),
        ('channels = ["sms"]', "", False),
        ('purposes = ["survey", "promotional"]', 'purposes = ["survey"]', True),
        ('purposes = ["survey"]', 'purposes = ["survey"]', True),
        ('purposes = ["survey"]', 'purposes = ["survey", "promotional"]', False),
        ('purposes = ["survey"]', "", False),
    ],
)
def test_a_cap_does_nothing_beside_one_that_counts_all_it_counts(one: str, other: str, is_told: bool) -> None:
    """Whichever of the two comes first in the file."""
    strict, mild = f"[[frequency]]\nmost = 1\ndays = 7\n{one}\n", f"[[frequency]]\nmost = 2\ndays = 1\n{other}\n"
    for text, place in ((strict + mild, 1), (mild + strict, 0)):
        told = [where for _, where, _ in frequency_remarks(caps(text), PURPOSES)]
        assert told == ([("frequency", place)] if is_told else [])
