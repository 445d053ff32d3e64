"""Whether the aggregator asks, and nobody else, and asks now: it signs the time and what it sends."""

import hmac
from datetime import datetime


def signature(secret: str, timestamp: str, body: bytes) -> str:
    """Hexadecimal HMAC-SHA256 over the time as it is sent, a dot, and the body."""
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def is_signed(given: str, secret: str, timestamp: str, body: bytes) -> bool:
    """In constant time. A scheme before the signature (`sha256=…`) is passed over."""
    made = signature(secret, timestamp, body).encode()
    return hmac.compare_digest(given.rpartition("=")[2].strip().lower().encode("utf-8", "surrogateescape"), made)


def is_now(timestamp: str, now: datetime, window_seconds: float) -> bool:
    """Whether it was signed not too long ago, nor ahead: seconds or milliseconds since 1970, or ISO 8601."""
    try:
        if timestamp.isdecimal():
            seconds = float(timestamp)
            at = seconds / 1000 if seconds > 1e11 else seconds
        else:
            at = datetime.fromisoformat(timestamp).timestamp()
    except (ValueError, OverflowError, OSError):
        return False
    return abs(now.timestamp() - at) <= window_seconds
