"""A message from an adapter, as JetStream hands it over."""

from dataclasses import dataclass
from typing import Literal

from nats.aio.msg import Msg

from hub.bus.connection import INBOX
from hub.bus.subjects import CONFIRM_TO, CONTACTS_IN
from hub.bus.users import inboxes


@dataclass(slots=True)
class InboundMessage:
    """What an adapter sent. `confirm_to`: where it waits for the answer, empty if nowhere. `delivered`: how often this
    message was handed over, from 1."""

    subject: str
    body: bytes
    confirm_to: str
    kind: Literal["contact", "conversation"]
    delivered: int
    ack_to: str


def inbound(message: Msg) -> InboundMessage:
    """What a message of the intake's stream holds."""
    wanted = message.headers.get(CONFIRM_TO, "") if message.headers else ""
    return InboundMessage(
        subject=message.subject,
        body=message.data,
        confirm_to=wanted if is_inbox(wanted, channel_of(message.subject)) else "",
        kind="contact" if message.subject.startswith(CONTACTS_IN) else "conversation",
        delivered=_delivered(message.reply),
        ack_to=message.reply,
    )


def is_inbox(subject: str, channel: str) -> bool:
    """Only inboxes are answered, of another channel's adapter none: else a sender could make the hub publish wherever
    the hub itself may."""
    first, _, name = subject.partition(".")
    own = first in (INBOX, *inboxes(channel))
    return own and name != "" and not any(letter in subject for letter in "*> \t\r\n") and ".." not in subject


def channel_of(subject: str) -> str:
    """The third part, as in `contacts.in.<channel>.<hash>`."""
    return subject.partition(".")[2].partition(".")[2].partition(".")[0]


def _delivered(ack_to: str) -> int:
    """`$JS.ACK.[DOMAIN.ACCOUNT.]STREAM.CONSUMER.DELIVERED.…`: with the domain there are eleven parts or more."""
    parts = ack_to.split(".")
    return int(parts[4] if len(parts) < 11 else parts[6])
