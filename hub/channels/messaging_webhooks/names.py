"""Names conversations and messages, so that no name tells whose they are; and seals what is kept of them."""

import re

from hub.channels.keyed_names import KeyedNames
from hub.channels.messaging_webhooks.settings import PROVIDER

THREAD = "messaging-"
"""What the threads of all conversations begin with; the provider's name follows."""
_THREAD = re.compile(rf"{THREAD}(?P<provider>{PROVIDER})-[0-9a-f]{{32}}")
_REFUSED = re.compile(rf"refused-{THREAD}(?P<provider>{PROVIDER})-[0-9a-f]{{32}}")


class Names(KeyedNames):
    """Of conversations and messages on messengers."""

    def thread(self, provider: str, to: str) -> str:
        """One for each place where answers go."""
        return f"{THREAD}{provider}-{self.digest('thread', provider, to)}"

    def contact_id(self, provider: str, message: str) -> str:
        """Of what the provider calls so."""
        return f"{THREAD}{provider}-{self.digest('message', provider, message)}"

    def wire_id(self, provider: str, to: str, message: str) -> str:
        """What a message of ours is called in the ledger. `to`: empty where the provider's names never repeat."""
        return f"{provider}:{self.digest('sent', provider, to, message)}"

    def refused_id(self, provider: str, body: bytes) -> str:
        """Of a request that can't be taken."""
        return f"refused-{THREAD}{provider}-{self.digest('refused', provider, body)}"


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
