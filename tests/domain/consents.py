"""Facts of consent for tests, on a clock of days."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint, contact_point

KEY = b"k" * 32
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
PHONE: ContactPoint = contact_point(KEY, "phone", "+989121234567")
MAIL: ContactPoint = contact_point(KEY, "email", "zohar@example.org")


def day(number: float) -> datetime:
    return START + timedelta(days=number)


def fact(at: datetime, point: ContactPoint = PHONE, **more: Any) -> dict[str, Any]:
    """The fields of a fact of a contact point."""
    told = {"at": at, "recorded_at": more.pop("recorded_at", at), "causation": "c", "actor": "operator:x"}
    return told | {"point": point.point, "kind": point.kind, "value": point.value, "source": "web form"} | more


def consent(at: datetime, point: ContactPoint = PHONE, **more: Any) -> dict[str, Any]:
    """The fields of a consent to promotional messages."""
    return fact(at, point, **{"channel": Channel.SMS, "purpose": Purpose.PROMOTIONAL, **more})
