"""Names conversations and messages, so that no name tells whose they are; and seals what is kept of them."""

import hmac
import os
import re
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.channels.ledger import LedgerError
from hub.channels.sms.settings import LINE

_THREAD = re.compile(rf"sms-(?P<line>{LINE})-[0-9a-f]{{32}}")


class Names:
    """Under one adapter's `key` (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(hmac.digest(key, b"sealed", "sha256"))

    def thread(self, line: str, number: str) -> str:
        """One for each customer number on each line."""
        return f"sms-{line}-{self.who(line, number)}"

    def who(self, line: str, number: str) -> str:
        """Somebody on a line."""
        return self.digest("who", line, number)

    def contact_id(self, content: str, at: datetime) -> str:
        """Of what came first at this moment."""
        return f"sms-{self.digest('contact', content, at.isoformat())}"

    def digest(self, *parts: str | bytes) -> str:
        """Nobody without the key can find out what it is of."""
        said = b"".join(
            len(one).to_bytes(4, "big") + one
            for one in (part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part for part in parts)
        )
        return hmac.digest(self._key, said, "sha256").hex()[:32]

    def seal(self, data: bytes) -> bytes:
        """So that only this adapter reads it."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, data, None)

    def unseal(self, sealed: bytes) -> bytes:
        """Raises LedgerError where it is damaged."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag as error:
            raise LedgerError("a part of a message can't be read: the adapter's key is another one") from error


def line_of(thread: str) -> str:
    """The line that a conversation is on; empty: it began elsewhere."""
    found = _THREAD.fullmatch(thread)
    return found["line"] if found else ""
