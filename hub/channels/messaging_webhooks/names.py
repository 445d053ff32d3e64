"""Names conversations and messages, so that no name tells whose they are; and seals what is kept of them."""

import hmac
import os
import re

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.channels.ledger import LedgerError
from hub.channels.messaging_webhooks.settings import PROVIDER

THREAD = "messaging-"
"""What the threads of all conversations begin with; the provider's name follows."""
_THREAD = re.compile(rf"{THREAD}(?P<provider>{PROVIDER})-[0-9a-f]{{32}}")
_REFUSED = re.compile(rf"refused-{THREAD}(?P<provider>{PROVIDER})-[0-9a-f]{{32}}")


class Names:
    """Under one adapter's `key` (32 bytes)."""

    def __init__(self, key: bytes) -> None:
        self._key = key
        self._cipher = AESGCM(hmac.digest(key, b"sealed", "sha256"))

    def thread(self, provider: str, to: str) -> str:
        """One for each place where answers go."""
        return f"{THREAD}{provider}-{self._digest('thread', provider, to)}"

    def contact_id(self, provider: str, message: str) -> str:
        """Of what the provider calls so."""
        return f"{THREAD}{provider}-{self._digest('message', provider, message)}"

    def wire_id(self, provider: str, to: str, message: str) -> str:
        """What a message of ours is called in the ledger. `to`: empty where the provider's names never repeat."""
        return f"{provider}:{self._digest('sent', provider, to, message)}"

    def refused_id(self, provider: str, body: bytes) -> str:
        """Of a request that can't be taken."""
        return f"refused-{THREAD}{provider}-{self._digest('refused', provider, body)}"

    def seal(self, data: bytes) -> bytes:
        """So that only this adapter reads it."""
        nonce = os.urandom(12)
        return nonce + self._cipher.encrypt(nonce, data, None)

    def unseal(self, sealed: bytes) -> bytes:
        """Raises LedgerError where it is damaged."""
        try:
            return self._cipher.decrypt(sealed[:12], sealed[12:], None)
        except InvalidTag as error:
            raise LedgerError("a message can't be read: the adapter's key is another one") from error

    def _digest(self, *parts: str | bytes) -> str:
        said = b"".join(
            len(one).to_bytes(4, "big") + one
            for one in (part.encode() if isinstance(part, str) else part for part in parts)
        )
        return hmac.digest(self._key, said, "sha256").hex()[:32]


def address(provider: str, to: str) -> str:
    """A customer's, on the channel."""
    return f"{provider}:{to}"


def provider_of(thread: str, to: str) -> str:
    """Whose a conversation may be; empty: none of a messenger's. `to`: the customer's address, where one is known."""
    found = _THREAD.fullmatch(thread)
    return found["provider"] if found else to.partition(":")[0] if ":" in to else ""


def provider_of_refused(name: str) -> str:
    """Who brought what was refused under this name."""
    found = _REFUSED.fullmatch(name)
    return found["provider"] if found else ""
