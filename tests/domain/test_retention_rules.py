"""What may be taken out of the store by now, and which fields that are."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hub.domain.account.events import RoleAssigned, RoleEnded
from hub.domain.cases.events import CaseKind, CaseOpened, CaseReopened, CaseResolved, Severity
from hub.domain.cases.state import CASE_EVENTS
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, StandingReviewed
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.event import Event
from hub.domain.personal import Personal
from hub.domain.retention.kinds import CASE_TEXTS, TEXTS
from hub.domain.retention.rules import is_without_contact, settled

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
DAY = timedelta(days=1)
CASE = {"case_id": "case-1-1"}


def meta(day: int, actor: str = "agent:ann") -> dict[str, Any]:
    at = NOON + day * DAY
    return {"at": at, "recorded_at": at, "causation": "c", "actor": actor}


def opened(day: int) -> CaseOpened:
    return CaseOpened(**meta(day), **CASE, kind=CaseKind.COMPLAINT, severity=Severity.NORMAL, subject="late")


def resolved(day: int) -> CaseResolved:
    return CaseResolved(**meta(day), **CASE, resolution="refunded")


def quiet(*history: Event, before: int) -> bool:
    return is_without_contact(history, NOON + before * DAY, NOON + 100 * DAY)


@pytest.mark.parametrize(
    ("history", "is_settled"),
    [
        ([opened(0)], False),
        ([opened(0), resolved(1)], True),
        ([opened(0), resolved(1), CaseReopened(**meta(2), **CASE, severity=Severity.LOW)], False),
        ([opened(0), resolved(1), CaseReopened(**meta(2), **CASE, severity=Severity.LOW), resolved(3)], True),
    ],
)
def test_a_case_is_settled_when_it_is_not_open(history: list[Event], is_settled: bool) -> None:
    assert settled(history) == ({CASE["case_id"]} if is_settled else set())


def test_who_was_heard_of_since_is_kept() -> None:
    registered = CustomerRegistered(**meta(0))
    assert quiet(registered, before=1)
    assert not quiet(registered, before=0)
    bought = PurchaseRecorded(**meta(5), purchase_id="p", amount=1, currency="IRR")
    assert not quiet(registered, bought, before=5)
    assert quiet(registered, bought, before=6)


def test_what_counts_is_when_it_was_recorded_not_when_it_happened() -> None:
    imported = {**meta(50), "at": NOON - 900 * DAY}
    bought = PurchaseRecorded(**imported, purchase_id="p", amount=1, currency="IRR")
    assert not quiet(CustomerRegistered(**meta(0)), bought, before=50)


def test_what_the_policy_wrote_is_no_sign_of_anybody() -> None:
    review = StandingReviewed(**meta(9, "policy:abc"), policy="abc")
    assert quiet(CustomerRegistered(**meta(0)), review, before=1)
    assert not quiet(review, before=99), "of whom nothing else is known is not to be judged"


def test_who_has_something_going_on_is_kept() -> None:
    registered = CustomerRegistered(**meta(0))
    assert not quiet(registered, opened(0), before=50)
    assert quiet(registered, opened(0), resolved(1), before=50)
    role = {"account_id": "account-1", "number": 1, "customer_id": "customer-1", "role": "buyer"}
    assigned = RoleAssigned(**meta(0), **role, since=NOON)
    assert not quiet(registered, assigned, before=50)
    assert quiet(registered, assigned, RoleEnded(**meta(1), **role, until=NOON + DAY), before=50)
    assert not quiet(registered, CustomerForgotten(**meta(1), reason="asked"), before=50)


@pytest.mark.parametrize("kind", list(TEXTS))
def test_every_field_that_is_emptied_is_personal_and_has_no_alias(kind: str) -> None:
    for cls, names in TEXTS[kind].items():
        marks = personal(cls)
        assert names
        assert all(name in marks and not marks[name].aliased for name in names), cls


def test_every_text_of_a_case_is_one() -> None:
    texts = {cls: tuple(personal(cls)) for cls in CASE_EVENTS if personal(cls)}
    assert dict(TEXTS[CASE_TEXTS]) == texts


def personal(cls: type[Event]) -> dict[str, Personal]:
    return {
        name: mark for name, field in cls.model_fields.items() for mark in field.metadata if isinstance(mark, Personal)
    }
