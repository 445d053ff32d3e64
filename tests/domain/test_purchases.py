"""What a customer bought: recorded once, taken back once, whatever comes twice or in another order."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.customer.purchases.decide import RecordPurchase, record, reverse
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.customer.purchases.state import Purchases, evolve, fold
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
META: dict[str, Any] = {"now": NOON, "actor": "adapter:shop", "causation": "c1"}
ONE = RecordPurchase("p1", NOON - timedelta(days=1), 500, "IRR", "fibre", "web")


def given_one() -> Purchases:
    return fold(record(Purchases(), ONE, "IRR", **META))


def test_a_purchase_is_a_fact_at_the_time_it_was_made() -> None:
    [event] = record(Purchases(), ONE, "IRR", **META)
    assert (event.at, event.recorded_at, event.amount, event.currency) == (ONE.at, NOON, 500, "IRR")
    [purchase] = fold([event]).standing()
    assert (purchase.product, purchase.channel, purchase.is_reversed) == ("fibre", "web", False)


def test_the_same_purchase_again_is_nothing_new() -> None:
    assert record(given_one(), ONE, "IRR", **META) == []


@pytest.mark.parametrize(
    ("change", "told"), [({"amount": 501}, "amount 500, not 501"), ({"currency": "EUR"}, "currency IRR, not EUR")]
)
def test_another_purchase_under_a_known_id_is_refused(change: dict[str, Any], told: str) -> None:
    other = RecordPurchase(**{name: getattr(ONE, name) for name in ONE.__slots__} | change)
    with pytest.raises(RefusedError, match=told):
        record(given_one(), other, "IRR", **META)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"amount": 0}, "amount"),
        ({"amount": -5}, "amount"),
        ({"amount": True}, "amount"),
        ({"amount": 2**53}, "amount"),
        ({"currency": "rial"}, "currency"),
        ({"currency": "EUR"}, "currency"),
        ({"purchase_id": ""}, "purchase_id"),
        ({"channel": "pigeon"}, "channel"),
        ({"at": NOON + timedelta(seconds=1)}, "at"),
    ],
)
def test_what_is_no_purchase_is_refused_by_field(change: dict[str, Any], field: str) -> None:
    other = RecordPurchase(**{name: getattr(ONE, name) for name in ONE.__slots__} | change)
    with pytest.raises(InvalidError) as refused:
        record(Purchases(), other, "IRR", **META)
    assert refused.value.field == field


def test_a_purchase_is_reversed_once() -> None:
    [event] = reverse(given_one(), "p1", " returned ", **META)
    after = evolve(given_one(), event)
    assert (event.reason, after.standing()) == ("returned", [])
    assert reverse(after, "p1", "again", **META) == []
    assert record(after, ONE, "IRR", **META) == []
    with pytest.raises(NotFoundError):
        reverse(given_one(), "p2", "returned", **META)
    with pytest.raises(InvalidError):
        reverse(given_one(), "p1", " ", **META)


@given(st.data())
def test_facts_add_up_to_the_same_in_any_order_and_however_often_they_come(data: st.DataObject) -> None:
    meta: dict[str, Any] = {"recorded_at": NOON, "actor": "a", "causation": "c"}
    made: list[Event] = [
        PurchaseRecorded(**meta, at=NOON - timedelta(days=n), purchase_id=str(n), amount=n + 1, currency="IRR")
        for n in range(data.draw(st.integers(1, 5)))
    ]
    back: list[Event] = [
        PurchaseReversed(**meta, at=NOON, purchase_id=str(n), reason="r") for n in data.draw(st.sets(st.integers(0, 4)))
    ]
    facts = made + back
    shuffled = data.draw(st.permutations(facts + facts[:2]))
    assert fold(shuffled).made == fold(facts).made
    taken_back = {event.purchase_id for event in back if isinstance(event, PurchaseReversed)}
    assert len(fold(facts).standing()) == len([n for n in range(len(made)) if str(n) not in taken_back])


def test_what_is_recorded_stays_so_when_the_policy_counts_in_another_currency() -> None:
    assert record(given_one(), ONE, "EUR", **META) == []
