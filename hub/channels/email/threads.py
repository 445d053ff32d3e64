"""Names the conversation a mail belongs to, and the mails that we send, so that no name tells who it is about."""

import base64
import hmac
import re
from collections.abc import Callable, Iterable

from hub.channels.email.mail import Address, Mail

Known = Callable[[str], str | None]
"""The conversation of a mail that left, or came in, by its Message-ID; None: there was no such mail."""
_TOKEN = re.compile(r"[a-z2-7]{26}")
_TAG = re.compile(r"(?P<name>[^@+]+)\+(?P<tag>[^@]+)@(?P<domain>[^@]+)")


class Names:
    """Under one adapter's `key`: nobody else can find out a name, or make one up. `domain`: that of our Message-IDs."""

    def __init__(self, key: bytes, domain: str) -> None:
        self._key = key
        self.domain = domain.lower()

    def contact_id(self, mail: Mail) -> str:
        """The same for the same mail, however often it comes."""
        return f"mail-{self._digest('contact', mail.id)}"

    def thread_of(self, mail: Mail, ours: Known, theirs: Known, written_to: Iterable[str] = ()) -> str:
        """By our Message-IDs, then by the token in the address that was written to, then by those of mails that
        customers wrote to us, whoever answers them; else that of the mail it began with: one for each who writes, as a
        first mail that we never had may have gone to many."""
        mentioned = [*mail.in_reply_to, *reversed(mail.references)]
        for known, names in ((ours, [*mentioned, *self.tokens(written_to, mail)]), (theirs, mentioned)):
            for message_id in dict.fromkeys(names):
                thread = known(message_id)
                if thread is not None:
                    return thread
        root = next(iter((*mail.references, *mail.in_reply_to, mail.message_id)), "") or mail.id
        return f"mail-{self._digest('thread', root, mail.sender.address if mail.sender else '')}"

    def fax_thread(self, number: str) -> str:
        """All faxes of a number are one conversation: they name none that they answer."""
        return f"mail-{self._digest('fax', number)}"

    def tokens(self, written_to: Iterable[str], mail: Mail) -> list[str]:
        """Message-IDs of ours that the addresses name which the mail was written to."""
        addresses = [*written_to, *(one.address for one in (*mail.recipients, *mail.cc))]
        found = (_TAG.fullmatch(address.lower()) for address in addresses)
        return [f"{one['tag']}@{self.domain}" for one in found if one and _TOKEN.fullmatch(one["tag"])]

    def message_id(self, contact_id: str) -> str:
        """Of the mail that is this contact: the same however often it is asked for, and not to be guessed."""
        digest = hmac.digest(self._key, f"message\x1f{contact_id}".encode(), "sha256")[:16]
        return f"{base64.b32encode(digest).decode().rstrip('=').lower()}@{self.domain}"

    def _digest(self, *parts: str) -> str:
        return hmac.digest(self._key, "\x1f".join(parts).encode("utf-8", "surrogateescape"), "sha256").hex()[:32]


def tagged(address: Address, tag: str) -> Address:
    """`support@example.org` with a tag is `support+tag@example.org`; answers to it come to the same mailbox."""
    name, _, domain = address.address.rpartition("@")
    return Address(address.name, f"{name}+{tag}@{domain}")


def untagged(address: str) -> str:
    """Without a tag."""
    found = _TAG.fullmatch(address.lower())
    return f"{found['name']}@{found['domain']}" if found else address.lower()
