"""Who a visitor is: named by a token of ours that their browser keeps, or by what the operator's site signed."""

import binascii
import hmac
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from hub.domain.errors import InvalidError

THREAD = "chat-"
ADDRESS = "visitor-"
_LONGEST_VALID = timedelta(days=1)


class Signed(BaseModel):
    """What the operator's site knows of who reads its page. It vouches for all of it but the name."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    customer_number: str = Field(min_length=1, max_length=64)
    expires: int = Field(ge=0, lt=2**40)
    """Seconds since 1970; a day ahead at most."""
    name: str = Field(default="", max_length=200)
    email: str = Field(default="", max_length=320)
    phone: str = Field(default="", max_length=32)


class Tokens:
    """`key`: the adapter's own."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def token(self, seed: bytes) -> str:
        """A new visitor's: only who has it reads their conversation. `seed`: 16 random bytes."""
        name = _text(seed)
        return f"{name}.{self._mac('token', name)}"

    def visitor(self, token: str) -> str:
        """Whose token this is, by a name that may be told: it opens nothing. Empty: none of ours."""
        name, _, mac = token.partition(".")
        if not name or not hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac("token", name).encode()):
            return ""
        return self._name("visitor", name)

    def signed(self, signed: Signed) -> str:
        """Of who was signed: on every device the same."""
        return self._name("customer", signed.customer_number)

    def pass_of(self, visitor: str) -> str:
        """What a tab shows when it brings or fetches files."""
        return f"{visitor}.{self._mac('pass', visitor)}"

    def shown(self, pass_: str) -> str:
        """Whose pass this is; empty: nobody's."""
        visitor, _, mac = pass_.partition(".")
        right = hmac.compare_digest(mac.encode("utf-8", "replace"), self._mac("pass", visitor).encode())
        return visitor if visitor and right else ""

    def _name(self, what: str, of: str) -> str:
        return hmac.digest(self._key, f"{what}:{of}".encode(), "sha256").hex()[:32]

    def _mac(self, what: str, of: str) -> str:
        return _text(hmac.digest(self._key, f"{what}:{of}".encode("utf-8", "replace"), "sha256")[:18])


def thread_of(visitor: str) -> str:
    """Of their conversation: always the same, when it is over it begins anew under it."""
    return THREAD + visitor


def address_of(visitor: str) -> str:
    """Theirs on the channel."""
    return ADDRESS + visitor


def visitor_of(thread: str, address: str) -> str:
    """Whom a command is for; empty: none of ours."""
    for text, start in ((thread, THREAD), (address, ADDRESS)):
        if text.startswith(start):
            return text.removeprefix(start)
    return ""


def sign(signed: Signed, secret: bytes) -> str:
    """As the operator's site does: base64url of JSON, a dot, hex of its HMAC-SHA256."""
    body = _text(signed.model_dump_json(exclude_defaults=True).encode())
    return f"{body}.{hmac.digest(secret, body.encode(), 'sha256').hex()}"


def read_signed(text: str, secret: bytes, now: datetime) -> Signed:
    """Raises InvalidError where it is not signed by the operator's site, or holds no longer."""
    body, _, mac = text.partition(".")
    if not secret:
        raise InvalidError("this chat takes no signed identity: set identity_secret_file", "identity")
    right = hmac.digest(secret, body.encode("utf-8", "replace"), "sha256").hex()
    if not hmac.compare_digest(mac.lower().encode("utf-8", "replace"), right.encode()):
        raise InvalidError("the identity is not signed with our secret", "identity")
    try:
        signed = Signed.model_validate_json(urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValidationError, binascii.Error, ValueError):
        raise InvalidError("the identity is signed, and not what was agreed on", "identity") from None
    until = datetime.fromtimestamp(signed.expires, UTC)
    if not now < until <= now + _LONGEST_VALID + timedelta(minutes=5):
        raise InvalidError("the identity holds no longer, or for more than a day", "identity")
    return signed


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).decode().rstrip("=")
