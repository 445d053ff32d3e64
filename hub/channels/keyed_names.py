"""Names and seals under an adapter's own key: no name tells whose it is, and nobody else reads what is kept."""

import hmac
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.channels.ledger import LedgerError


class KeyedNames:
    """Under one adapter's `key` (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(hmac.digest(key, b"sealed", "sha256"))

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
            raise LedgerError("what was kept of a message can't be read: the adapter's key is another one") from error
