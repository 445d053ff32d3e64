"""Every name on the bus in one place: streams, subjects, headers, and how the streams are kept."""

import hashlib
from typing import Final

from nats.errors import Error as NatsError
from nats.js import JetStreamContext
from nats.js.api import DiscardPolicy, RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import APIError

from hub.bus.connection import BusError
from hub.domain.contact import Contact, ConversationEvent

INBOUND: Final = "INBOUND"
REJECTED: Final = "REJECTED"
OUTBOUND: Final = "OUTBOUND"
INTAKE: Final = "intake"
"""The durable consumer of INBOUND."""

CONTACTS_IN: Final = "contacts.in"
CONVERSATIONS_IN: Final = "conversations.in"
REFUSED_IN: Final = "refused.in"
"""What an adapter could not take in: `refused.in.<channel>`."""
CONTACTS_REJECTED: Final = "contacts.rejected"
CONVERSATIONS_OUT: Final = "conversations.out"
"""What adapters are to carry out, kept for a day."""
OUTBOUND_POSITION: Final = "conversations.position"
"""How far the hub has told them, in the same stream."""
ANNOUNCEMENTS_OUT: Final = "announcements.out"
"""What is said again and again while somebody waits, not kept."""
RETRIES_OUT: Final = "retries.out"
"""What an adapter is to try to take in once more: `retries.out.<channel>`, request and reply, not kept."""
CARRIERS: Final = "CARRIERS"
CARRIES: Final = "carriers.name"
"""Who carries out what an adapter is told: `carriers.name.<name>`."""
CARRIES_NEW: Final = "carriers.outbound"
"""Who of a channel begins what the hub begins: `carriers.outbound.<channel>`."""
LEASE_SECONDS: Final = 20.0
"""How long it is known who carried something out, after they said so last."""
SIGNS_IN: Final = "signs.in"
"""That a customer is typing, or has read: `signs.in.<channel>.<hash>`, not kept."""
PATHS_ASK: Final = "paths.ask"
"""What may be said to a customer is asked on `paths.ask.<channel>`: request and reply, not kept."""

KAMAILIO: Final = "KAMAILIO"
KAMAILIO_TOLD: Final = "kamailio.told"
"""How calls stand in the Kamailio of this name: `kamailio.told.<edge>`."""
KAMAILIO_ORDERS: Final = "kamailio-orders"
"""What Kamailio is to do, not kept. Its module of NATS takes no dots."""

CONFIRM_TO: Final = "Hub-Confirm-To"
REASON: Final = "Hub-Reason"
FIELD: Final = "Hub-Field"
SUBJECT: Final = "Hub-Subject"
REJECTED_AT: Final = "Hub-Rejected-At"
POSITION: Final = "Hub-Position"
"""The place in the log of what a message tells."""

MAX_MESSAGE: Final = 1_000_000
"""Bytes of an inbound message with its headers: room is left below NATS' own 1,048,576 for the headers under which
it may have to be set aside."""

_DAY: Final = 86_400.0
_MIB: Final = 1024 * 1024
_NAME_IN_USE: Final = 10058


def contact_subject(contact: Contact) -> str:
    """`contacts.in.<channel>.<hash>`: one subject a customer's address, a thread where it is withheld."""
    key = contact.path.address or contact.thread or contact.id
    return f"{CONTACTS_IN}.{contact.path.channel}.{subject_hash(key)}"


def conversation_subject(event: ConversationEvent) -> str:
    """`conversations.in.<channel>.<hash>`: one subject a thread."""
    return f"{CONVERSATIONS_IN}.{event.channel}.{subject_hash(event.thread)}"


def refused_subject(channel: str) -> str:
    """`refused.in.<channel>`."""
    return f"{REFUSED_IN}.{channel}"


def retries_subject(channel: str) -> str:
    """`retries.out.<channel>`."""
    return f"{RETRIES_OUT}.{channel}"


def command_subject(channel: str, thread: str) -> str:
    """`conversations.out.<channel>.<hash>`: one subject a thread, by the same hash as what comes in of it."""
    return f"{CONVERSATIONS_OUT}.{channel}.{subject_hash(thread)}"


def announcement_subject(channel: str, thread: str) -> str:
    """`announcements.out.<channel>.<hash>`: the same, not kept."""
    return f"{ANNOUNCEMENTS_OUT}.{channel}.{subject_hash(thread)}"


def sign_subject(channel: str, thread: str) -> str:
    """`signs.in.<channel>.<hash>`: one subject a thread."""
    return f"{SIGNS_IN}.{channel}.{subject_hash(thread)}"


def subject_hash(text: str) -> str:
    """8 hex digits that hide the address and partition the traffic."""
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def is_inbound(subject: str) -> bool:
    """Whether INBOUND captures it."""
    return subject.startswith((f"{CONTACTS_IN}.", f"{CONVERSATIONS_IN}.", f"{REFUSED_IN}."))


def inbound_stream(replicas: int = 1) -> StreamConfig:
    """A work queue: a message is gone when the hub has acked it, after its commit, so the stream holds only what
    still waits. (Measured: 38,000 messages/s pulled and acked one by one, against 69,000 where one ack stands for a
    batch in a stream that keeps everything; either is far above the store.) When full it refuses new messages instead
    of dropping old ones: their senders hear nothing and repeat. A week is long enough for a hub that is down over a
    weekend, and short enough that personal data does not stay."""
    return StreamConfig(
        name=INBOUND,
        subjects=[f"{CONTACTS_IN}.>", f"{CONVERSATIONS_IN}.>", f"{REFUSED_IN}.>"],
        retention=RetentionPolicy.WORK_QUEUE,
        storage=StorageType.FILE,
        discard=DiscardPolicy.NEW,
        max_age=7 * _DAY,
        max_bytes=512 * _MIB,
        max_msg_size=MAX_MESSAGE,
        num_replicas=replicas,
    )


def rejected_stream(replicas: int = 1) -> StreamConfig:
    """What was set aside, until somebody puts it back; its sender was told. The oldest go after 90 days, or when there
    is more of it than 256 MiB: a flood of rubbish must not stop the intake."""
    return StreamConfig(
        name=REJECTED,
        subjects=[CONTACTS_REJECTED],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=90 * _DAY,
        max_bytes=256 * _MIB,
        allow_direct=True,
        num_replicas=replicas,
    )


def outbound_stream(replicas: int = 1) -> StreamConfig:
    """What channel adapters are to carry out. Each adapter reads it at its own pace; the hub sends again from the log
    what was lost. After a day nobody needs to be told any more that they are on hold."""
    return StreamConfig(
        name=OUTBOUND,
        subjects=[f"{CONVERSATIONS_OUT}.>", OUTBOUND_POSITION],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=_DAY,
        max_bytes=512 * _MIB,
        duplicate_window=120.0,
        allow_direct=True,
        num_replicas=replicas,
    )


def carriers_stream(replicas: int = 1) -> StreamConfig:
    """Who carries out what adapters are told: the last word on each, as long as it counts."""
    return StreamConfig(
        name=CARRIERS,
        subjects=[f"{CARRIES}.*", f"{CARRIES_NEW}.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_msgs_per_subject=1,
        max_age=LEASE_SECONDS,
        duplicate_window=LEASE_SECONDS,
        max_msg_size=10_000,
        allow_direct=True,
        num_replicas=replicas,
    )


def kamailio_stream(replicas: int = 1) -> StreamConfig:
    """What Kamailio tells, for the time that its adapter may be away: after that, all is asked for anyway."""
    return StreamConfig(
        name=KAMAILIO,
        subjects=[f"{KAMAILIO_TOLD}.*"],
        retention=RetentionPolicy.LIMITS,
        storage=StorageType.FILE,
        discard=DiscardPolicy.OLD,
        max_age=_DAY / 24,
        max_bytes=64 * _MIB,
        max_msg_size=10_000,
        num_replicas=replicas,
    )


async def ensure_streams(js: JetStreamContext, replicas: int = 1) -> None:
    """Make all streams, or bring them to this shape. Raises BusError."""
    made = (inbound_stream, rejected_stream, outbound_stream, carriers_stream, kamailio_stream)
    for config in [make(replicas) for make in made]:
        try:
            await _ensure(js, config)
        except (NatsError, APIError, TimeoutError) as error:
            raise BusError(f"JetStream stream {config.name} can't be made: {described(error)}") from error


async def _ensure(js: JetStreamContext, config: StreamConfig) -> None:
    try:
        await js.add_stream(config)
    except APIError as error:
        if error.err_code != _NAME_IN_USE:
            raise
        await js.update_stream(config)


def described(error: Exception) -> str:
    """A NATS error in words."""
    text = error.description if isinstance(error, APIError) else ""
    return text or str(error) or type(error).__name__
