"""Whether the provider asks, and nobody else."""

import hmac
from base64 import b64encode
from collections.abc import Mapping

from hub.channels.messaging_webhooks.mapping import Handshake, Signature


def signature(how: Signature, secret: str, body: bytes) -> str:
    """What its header holds for this body."""
    if how.kind == "token":
        return secret
    digest = hmac.digest(secret.encode(), body, how.algorithm)
    return how.prefix + (digest.hex() if how.encoding == "hex" else b64encode(digest).decode())


def is_signed(how: Signature, given: str, secret: str, body: bytes) -> bool:
    """In constant time. Nothing is signed without a secret."""
    made = signature(how, secret, body)
    if how.kind == "hmac" and how.encoding == "hex":
        given, made = given.lower(), made.lower()
    return bool(secret) and _same(given, made)


def challenged(how: Handshake, query: Mapping[str, str], token: str) -> str | None:
    """What the handshake is answered with; None: it is not the provider who asks."""
    if how.mode and query.get(how.mode) != how.mode_is:
        return None
    return query.get(how.challenge, "")[:1000] if token and _same(query.get(how.token, ""), token) else None


def _same(given: str, right: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), right.encode())
