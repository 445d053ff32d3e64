"""A profile field holds what was said last, and who said it; corrections and clearings are facts of their own."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer.profile.decide import change
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.profile.state import Profile, fold
from hub.domain.errors import InvalidError

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
META: dict[str, Any] = {"at": NOON, "now": NOON, "actor": "agent:a1", "causation": "c1"}


def test_who_said_what_when_and_where_is_kept_with_the_value() -> None:
    profile = fold(change(Profile(), "city", "شیراز", "phone", **META))
    said = profile.fields["city"]
    assert (said.value, said.at, said.actor, said.path) == ("شیراز", NOON, "agent:a1", "phone")
    assert change(profile, "city", "شیراز", "web", **META) == []


def test_a_correction_and_a_clearing_are_facts() -> None:
    first = change(Profile(), "city", "Shiraz", "phone", **META)
    second = change(fold(first), "city", "Tabriz", "phone", **META)
    assert fold(first + second).values() == {"city": "Tabriz"}
    cleared = change(fold(first + second), "city", "", "phone", **META)
    profile = fold(first + second + cleared)
    assert profile.values() == {}
    assert profile.fields["city"].is_cleared
    assert change(profile, "city", "", "phone", **META) == []
    assert change(Profile(), "city", "", "phone", **META) == []


def test_of_somebody_who_was_forgotten_nothing_is_known_and_nothing_was_cleared() -> None:
    [event] = change(Profile(), "city", "Shiraz", "phone", **META)
    profile = fold([event.model_copy(update={"value": ""})])
    assert profile.values() == {}
    assert not profile.fields["city"].is_cleared


@pytest.mark.parametrize(
    ("bad", "field"),
    [({"at": NOON + timedelta(seconds=1)}, "at"), ({"value": "x" * 2001}, "fields.city"), ({"path": "x" * 65}, "path")],
)
def test_what_cannot_be_taken_is_refused_by_field(bad: dict[str, Any], field: str) -> None:
    told: dict[str, Any] = {"field": "city", "value": "x", "path": "", **META, **bad}
    with pytest.raises(InvalidError) as refused:
        change(Profile(), **told)
    assert refused.value.field == field


@given(st.permutations(range(6)))
def test_what_was_said_last_counts_in_whatever_order_it_was_heard(order: list[int]) -> None:
    facts = [
        ProfileFieldChanged(
            at=NOON + timedelta(hours=n // 2), recorded_at=NOON + timedelta(days=1, hours=n), causation="", actor="a",
            field="city", value=str(n),
        )
        for n in range(6)
    ]  # fmt: skip
    assert fold(facts[n] for n in order).values() == {"city": "5"}
