"""Where each stream's name comes from, so that any process finds a stream without an index."""

import hashlib
from functools import lru_cache

_BLOCK = 64
"""Bytes that SHA-256 takes at once."""


def keyed_hash(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), in two fifths of the time: what depends on the key alone is worked out once."""
    inner, outer = (one.copy() for one in _begun(key))
    inner.update(message)
    outer.update(inner.digest())
    return outer.digest()


@lru_cache(8)
def _begun(key: bytes) -> tuple["hashlib._Hash", "hashlib._Hash"]:
    """The inner and the outer hash of a key."""
    short = hashlib.sha256(key).digest() if len(key) > _BLOCK else key
    padded = short.ljust(_BLOCK, b"\0")
    return hashlib.sha256(bytes(one ^ 0x36 for one in padded)), hashlib.sha256(bytes(one ^ 0x5C for one in padded))


def derive(key: bytes, *parts: str) -> str:
    """32 hex digits of HMAC-SHA256 over the parts: equal parts give equal ids, and nobody can find a
    phone number by trying all numbers without the installation's key."""
    return keyed_hash(key, "\x1f".join(parts).encode()).hex()[:32]


def customer_id(key: bytes, kind: str, value: str, generation: int = 0) -> str:
    """The customer stream of an identifier; `value` is normalised, `generation` counts forgettings."""
    return "customer-" + derive(key, kind, value, str(generation))


def next_generation(key: bytes, stream: str) -> str:
    """The customer stream that takes the place of a forgotten one: it begins afresh, and only who holds the key can
    tell whose place it takes."""
    return "customer-" + derive(key, "generation", stream)


def anonymous_customer_id(key: bytes, contact_id: str) -> str:
    """The customer stream of a contact that brought no identifier at all."""
    return "customer-" + derive(key, "contact", contact_id)


def interaction_id(key: bytes, contact_id: str) -> str:
    """The interaction that a contact opens: derived, so that opening it twice collides in the store."""
    return "interaction-" + derive(key, "interaction", contact_id)


def consult_id(interaction: str, request: str) -> str:
    """The interaction that a request for advice opens: the same request of the same interaction is the same one."""
    digest = hashlib.sha256(f"{interaction}\x1f{request}".encode()).hexdigest()
    return f"interaction-{digest[:32]}"


def offer_id(interaction: str, number: int) -> str:
    """The `number`-th offer of an interaction, counted from 1."""
    return f"offer-{interaction.removeprefix('interaction-')}-{number}"


def interaction_of_offer(offer: str) -> str:
    """The interaction an offer id belongs to; empty if the text is no offer id."""
    head, _, number = offer.removeprefix("offer-").rpartition("-")
    return f"interaction-{head}" if offer.startswith("offer-") and head and number.isdigit() else ""


def agent_stream(agent: str) -> str:
    """The stream of an agent's events."""
    return f"agent-{agent}"


def pool_stream(pool: str) -> str:
    """The stream that fences a routing pool's owner."""
    return f"pool-{pool}"


def routing_stream(pool: str) -> str:
    """The stream of what concerns a whole pool: its policy, closed queues, days."""
    return f"routing-{pool}"
