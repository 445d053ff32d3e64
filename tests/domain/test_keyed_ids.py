"""Ids that are derived with the installation's key are those of RFC 2104, for ever."""

import hmac

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.ids import customer_id, derive, keyed_hash


@given(key=st.binary(max_size=200), message=st.binary(max_size=300))
def test_a_keyed_hash_is_hmac_sha256(key: bytes, message: bytes) -> None:
    assert keyed_hash(key, message) == hmac.digest(key, message, "sha256")


def test_ids_are_those_that_stores_hold() -> None:
    key = b"k" * 32
    assert derive(key, "phone", "+989121234567") == hmac.digest(key, b"phone\x1f+989121234567", "sha256").hex()[:32]
    assert customer_id(key, "phone", "+989121234567", 2).endswith(derive(key, "phone", "+989121234567", "2"))
