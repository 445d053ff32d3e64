"""What is kept of a command says nothing of who the customer is."""

from datetime import UTC, datetime

from hub.router.pool.commands import CustomerLeft, RequestCallback, as_tuple

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_a_thread_may_be_a_number_and_is_not_kept() -> None:
    left = as_tuple(CustomerLeft(NOON, "i", "customer", "sms", "+989121234567", dropped=True))
    called = as_tuple(RequestCallback(NOON, "j", "customer", "phone", "+989121234567"))
    assert left == ("customer_left", NOON.timestamp(), ("sms", "", True))
    assert called == ("request_callback", NOON.timestamp(), ("phone", "", None, ""))
