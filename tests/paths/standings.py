"""Customers and rules of every sort, for tests of where somebody stands."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from hub.domain.customer.events import DeclaredStanding
from hub.domain.customer.purchases.state import Purchase
from hub.paths.standing.facts import Facts, RoleTime

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)

hours_ago = st.integers(0, 24 * 40).map(lambda hours: NOON - timedelta(hours=hours))
purchases = st.lists(
    st.builds(Purchase, at=hours_ago, amount=st.integers(1, 9), currency=st.sampled_from(["IRR", "IRR", "EUR"])),
    max_size=5,
).map(lambda made: tuple(sorted(made)))


@st.composite
def some_facts(draw: st.DrawFn) -> Facts:
    """A customer of the last 40 days."""
    contacts = draw(st.lists(hours_ago, max_size=3))
    return Facts(
        registered_at=draw(st.none() | hours_ago),
        declared=DeclaredStanding(
            draw(st.sampled_from(["", "B2C", "B2B", "B2G"])),
            draw(st.sampled_from(["", "high", "gold"])),
            draw(st.sampled_from(["", "lapsed"])),
        ),
        purchases=draw(purchases),
        roles=tuple(draw(st.lists(st.builds(RoleTime, since=hours_ago, until=st.none() | hours_ago), max_size=2))),
        contacts=len(contacts),
        last_contact_at=max(contacts, default=None),
    )


@st.composite
def ranges(draw: st.DrawFn, highest: int) -> dict[str, int]:
    low, high = draw(st.none() | st.integers(0, highest)), draw(st.none() | st.integers(1, highest + 1))
    if low is None and high is None:
        low = 1
    if low is not None and high is not None and low >= high:
        return {"below": low + 1}
    return {name: value for name, value in (("at_least", low), ("below", high)) if value is not None}


@st.composite
def windows(draw: st.DrawFn, highest: int) -> dict[str, int]:
    days = draw(st.sampled_from([0, 10, 20]))
    return draw(ranges(highest)) | ({"within_days": days} if days else {})


conditions: dict[str, st.SearchStrategy[Any]] = {
    "kind": st.lists(st.sampled_from(["B2C", "B2B"]), min_size=1, unique=True),
    "account": st.booleans(),
    "purchases": windows(4),
    "spent": windows(20),
    "days_since_purchase": ranges(30),
    "days_since_first_purchase": ranges(30),
    "tenure_days": ranges(30),
    "contacts": ranges(3),
    "days_since_contact": ranges(30),
}


@st.composite
def some_when(draw: st.DrawFn) -> dict[str, Any]:
    names = draw(st.lists(st.sampled_from(sorted(conditions)), max_size=3, unique=True))
    return {name: draw(conditions[name]) for name in names}


@st.composite
def some_policy(draw: st.DrawFn, *, default: bool = True) -> dict[str, Any]:
    """The values of a policy; with `default` both tables that need one end with a rule that takes everybody."""

    def rules(names: list[str], last: str) -> list[dict[str, Any]]:
        made = [
            {"name": draw(st.sampled_from(names)), "when": draw(some_when())} for _ in range(draw(st.integers(0, 4)))
        ]
        return [*made, {"name": last}] if default else made

    return {
        "version": "v",
        "kinds": {"known": ["B2C", "B2B"]},
        "declared": {"value_tier": draw(st.booleans()), "lifecycle_stage": draw(st.booleans())},
        "value_tiers": rules(["high", "low"], "standard"),
        "segments": rules(["one", "two"], "three"),
        "stages": rules(["lapsed", "retention", "enhancement"], "acquisition"),
    }
