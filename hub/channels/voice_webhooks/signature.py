"""Whether the provider asks, and nobody else: it signs the address it asks at and the form it sends."""

import hmac
from base64 import b64encode
from collections.abc import Iterable

Fields = tuple[tuple[str, str], ...]
"""Of a form, in order; a name may come twice."""


def signature(token: str, url: str, fields: Iterable[tuple[str, str]]) -> str:
    """Base64 of HMAC-SHA1 over the address and all fields, sorted by name, then by value."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    return b64encode(hmac.digest(token.encode(), signed.encode("utf-8", "surrogatepass"), "sha1")).decode()


def is_signed(given: str, token: str, url: str, fields: Iterable[tuple[str, str]]) -> bool:
    """In constant time."""
    made = signature(token, url, fields).encode()
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), made)
