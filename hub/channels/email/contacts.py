"""Makes a contact of a mail."""

from collections.abc import Iterable, Sequence
from datetime import datetime

import orjson

from hub.channels.email.mail import Address, Mail
from hub.channels.email.settings import EmailSettings, Entry
from hub.channels.email.threads import untagged
from hub.domain.contact import Attachment, Channel, Contact, Path

LARGEST = 850_000
"""Bytes of text and HTML as they are written on the bus: a message there has room for them and all else."""


def written_to(mail: Mail, envelope_to: Iterable[str], settings: EmailSettings) -> str:
    """The address of ours that it was written to, without a tag; empty: none of those we know."""
    addresses = [*envelope_to, *(one.address for one in (*mail.recipients, *mail.cc))]
    return next((one for one in map(untagged, addresses) if one in settings.own), "")


def answered_at(mail: Mail, envelope_from: str, own: frozenset[str]) -> str:
    """Where the customer reads an answer; empty: nowhere."""
    candidates = [mail.reply_to, mail.sender.address if mail.sender else "", envelope_from.lower()]
    return next((one for one in candidates if one and untagged(one) not in own), "")


def contact_of(
    mail: Mail, names: tuple[str, str], at: datetime, address: str, to: str, files: Sequence[Attachment],
    settings: EmailSettings,
) -> Contact:  # fmt: skip
    """`names`: of contact and thread. `at`: when it was sent. `address`: the customer's. `to`: the address of ours it
    was written to. `files` hold the original last. The same mail gives the same contact."""
    entry = settings.addresses.get(to, Entry())
    html = mail.html if _written(mail.text) + _written(mail.html) <= LARGEST else ""
    return Contact(
        id=names[0],
        thread=names[1],
        path=Path(channel=Channel.EMAIL, address=address, sender=entry.sender),
        occurred_at=at,
        service=entry.service,
        subject=mail.subject,
        text=mail.text,
        html=html,
        cc=tuple(one.address for one in _others(mail, address, settings))[:100],
        attachments=tuple(files),
        auto=mail.is_auto,
    )


def _written(text: str) -> int:
    """Bytes; one that is no letter may take six."""
    return len(orjson.dumps(text))


def _others(mail: Mail, address: str, settings: EmailSettings) -> list[Address]:
    """Whom else it was written to."""
    known = {address, *settings.own}
    return [
        one for one in (*mail.recipients, *mail.cc) if one.address not in known and untagged(one.address) not in known
    ]
