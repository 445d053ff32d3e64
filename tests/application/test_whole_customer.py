"""What the views hold of a customer's streams is told as one, under the canonical id."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.application.identity import Resolution
from hub.application.whole_customer import united
from hub.projections.links import Member

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def row(number: int, **more: Any) -> dict[str, Any]:
    at = NOON + timedelta(minutes=number)
    return {
        "customer_id": f"customer-{number}",
        "name": "",
        "segment": "B2C",
        "value_tier": "standard",
        "lifecycle_stage": "acquisition",
        "registered_at": at,
        "identifiers": [{"kind": "phone", "value": "+98912", "verified": number == 2}],
        "contacts": 1,
        "counts": [{"channel": "phone", "direction": "inbound", "contacts": 1}],
        "first_contact_at": at,
        "last_contact_at": at + timedelta(hours=1),
        "open_interactions": [{"interaction_id": f"interaction-{number}"}],
        **more,
    }


def resolution(*numbers: int) -> Resolution:
    members = tuple(Member(f"customer-{number}", "phone") for number in numbers)
    return Resolution(members[0].customer_id, members[-1].customer_id, members, (), (), ())


def test_one_stream_is_told_as_it_is() -> None:
    told = united(resolution(1), [row(1)])
    assert {name: told[name] for name in row(1)} == row(1)
    assert (told["canonical_id"], told["asked_for"]) == ("customer-1", "customer-1")


def test_all_streams_are_told_as_one() -> None:
    mail = {"channel": "email", "direction": "outbound", "contacts": 2}
    silent = {"first_contact_at": None, "last_contact_at": None, "counts": [], "contacts": 0}
    rows = [
        row(1, **silent),
        row(2, name="Mina", segment="B2B", value_tier="gold"),
        row(3, name="M. Rad", counts=[*row(3)["counts"], mail]),
    ]
    told = united(resolution(1, 2, 3), rows)
    assert (told["customer_id"], told["asked_for"]) == ("customer-1", "customer-3")
    assert (told["name"], told["segment"], told["value_tier"]) == ("Mina", "B2B", "gold")
    assert told["lifecycle_stage"] == "acquisition"
    assert told["registered_at"] == NOON + timedelta(minutes=1)
    assert told["identifiers"] == [{"kind": "phone", "value": "+98912", "verified": True}]
    assert told["counts"] == [mail, {"channel": "phone", "direction": "inbound", "contacts": 2}]
    assert told["contacts"] == sum(count["contacts"] for count in told["counts"]) == 4
    assert told["first_contact_at"] == NOON + timedelta(minutes=2)
    assert told["last_contact_at"] == NOON + timedelta(minutes=63)
    assert [one["interaction_id"] for one in told["open_interactions"]] == [f"interaction-{n}" for n in (1, 2, 3)]


def test_nobody_ever_said_who_they_are() -> None:
    told = united(resolution(1, 2), [row(1), row(2)])
    assert (told["name"], told["segment"]) == ("", "B2C")
