"""One touch between a customer and the company, as a channel adapter reports it."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

SEGMENTS = ("B2C", "B2B", "B2G")
LIFECYCLE_STAGES = ("acquisition", "enhancement", "retention", "lapsed")
VALUE_TIER = r"[a-z][a-z0-9_-]{0,31}"
"""What the name of a value tier looks like: a lower-case word."""
FILE_IN_STORE = "hub-file:"
"""What the uri of a file in the hub's own store begins with."""


class Channel(StrEnum):
    """The kinds of wire a contact comes by."""

    PHONE = "phone"
    WEB = "web"
    EMAIL = "email"
    SMS = "sms"
    IN_PERSON = "in_person"


class Direction(StrEnum):
    """Who spoke first on the wire: the customer (inbound) or the company (outbound)."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class _Value(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)


class Path(_Value):
    """Channel, address and sender. `address` is the customer's on that channel (phone number, mail address,
    chat cookie), empty if it is withheld; `sender` is who of the company speaks there."""

    channel: Channel
    address: str = Field(default="", max_length=320)
    sender: str = Field(default="contact-centre", max_length=100)


class Identifier(_Value):
    """Something that names a customer. Verified: a trusted system attests it; else the customer only claims it."""

    kind: str = Field(pattern=r"^[a-z][a-z0-9_]{0,31}$")
    value: str = Field(min_length=1, max_length=320)
    verified: bool = False


class Attachment(_Value):
    """A file that came along, by reference: the bytes stay where the adapter put them."""

    uri: str = Field(min_length=1, max_length=2000)
    media_type: str = Field(default="application/octet-stream", max_length=200)
    name: str = Field(default="", max_length=255)
    size: int | None = Field(default=None, ge=0, lt=2**63)

    @property
    def is_in_store(self) -> bool:
        """Whether its bytes lie in the hub's store: then the uri holds the key to them."""
        return self.uri.startswith(FILE_IN_STORE)


class Declared(_Value):
    """What a trusted adapter says of the customer's standing; empty means it says nothing."""

    segment: str = Field(default="", pattern=f"^({'|'.join(SEGMENTS)})?$")
    value_tier: str = Field(default="", pattern=f"^({VALUE_TIER})?$")
    lifecycle_stage: str = Field(default="", pattern=f"^({'|'.join(LIFECYCLE_STAGES)})?$")
    name: str = Field(default="", max_length=200)
    agent: str = Field(default="", max_length=64)
    """The agent the customer asks for: an extension that was dialled, a mail answered to a person."""
    account_owner: str = Field(default="", max_length=64)
    """The agent who looks after the customer's account."""
    case_agent: str = Field(default="", max_length=64)
    """The agent of the customer's open case."""


MailAddress = Annotated[str, Field(min_length=1, max_length=320)]
Copies = Annotated[tuple[MailAddress, ...], Field(max_length=100)]
"""Whom else a contact goes to."""
Html = Annotated[str, Field(max_length=200_000)]


class Contact(_Value):
    """A contact as it enters the hub. `id` is the adapter's own, for ever: the same id with the same body is the
    same contact, however often it is sent. `thread` is the adapter's key of the conversation; empty: its own."""

    id: str = Field(min_length=1, max_length=200)
    path: Path
    direction: Direction = Direction.INBOUND
    occurred_at: AwareDatetime
    identifiers: tuple[Identifier, ...] = Field(default=(), max_length=20)
    thread: str = Field(default="", max_length=200)
    purpose: str = Field(default="service", max_length=32)
    service: str = Field(default="", max_length=64)
    language: str = Field(default="", max_length=16)
    subject: str = Field(default="", max_length=998)
    text: str = Field(default="", max_length=100_000)
    html: Html = ""
    """The same as `text`, as it was laid out: nothing in it may act or be loaded from elsewhere."""
    cc: Copies = ()
    attachments: tuple[Attachment, ...] = Field(default=(), max_length=50)
    auto: bool = False
    """A machine wrote it: it opens no work, and nothing is sent in answer to it."""
    ticket: str = Field(default="", max_length=32)
    """The number under which a visitor is called."""
    declared: Declared = Declared()


class ConversationSignal(StrEnum):
    """What an adapter reports of a running conversation."""

    CUSTOMER_LEFT = "customer_left"
    """The customer hung up, closed the chat, went away: abandons what waits, ends what is spoken."""
    CALLBACK_REQUESTED = "callback_requested"
    """The customer would rather be called, when their turn comes or at `due`: they keep their place."""
    CALLBACK_REACHED = "callback_reached"
    """The customer was called and is on the line."""
    CALLBACK_MISSED = "callback_missed"
    """The customer was called, and nobody answered."""
    SURVEY_ANSWERED = "survey_answered"
    """The customer said how it was, as they were asked to."""
    SENT = "sent"
    """A contact that the hub asked for was made; answers come in on this thread."""
    FAILED = "failed"
    """It could not be made, or did not arrive."""
    DELIVERED = "delivered"
    """It arrived where it was sent to."""
    OFFER_ACCEPTED = "offer_accepted"
    """An agent picked up the phone that rang with an offer."""
    OFFER_DECLINED = "offer_declined"
    """They would not, or their line was busy."""
    AGENT_MISSED = "agent_missed"
    """The phone of an agent could not be reached who was offered the conversation, or has it."""
    AGENT_LEFT = "agent_left"
    """An agent's phone hung up: for who has the conversation it is over, for anybody else in it they are out."""
    HELD = "held"
    """An agent put the customer on hold, by their phone."""
    RESUMED = "resumed"
    """And took them off it."""
    UNSUBSCRIBED = "unsubscribed"
    """Whoever is at this address wants no more advertising there."""
    CONSENT_GIVEN = "consent_given"
    """The customer said yes to being contacted somewhere, for a purpose."""
    CODE_ASKED = "code_asked"
    """The customer says that an address is theirs: a code is to be sent there."""
    CODE_TOLD = "code_told"
    """The code that came there, as the customer read it: if it is the one, the address is theirs for sure."""
    TRANSCRIPT_ASKED = "transcript_asked"
    """The customer wants what was said by mail, at an address that is theirs for sure."""
    RECORDED = "recorded"
    """A part of the conversation was recorded, and is kept."""
    RECORDING_SWITCHED = "recording_switched"
    """The recording rests or goes on, as an agent wished: on their desktop or by their phone."""
    DESK_OPENED = "desk_opened"
    """An agent sits down at a desk of a branch."""
    DESK_CLOSED = "desk_closed"
    """And gets up."""
    NEXT_WANTED = "next_wanted"
    """An agent at a desk takes the next visitor there is."""
    NEXT_UNWANTED = "next_unwanted"
    """And none until they say so again."""
    TAKEN = "taken"
    """The visitor is at an agent's desk, whatever the hub had thought of."""
    PARKED = "parked"
    """The visitor has something else to do first; `taken` again when they are called."""
    PASSED_ON = "passed_on"
    """The visitor waits for another service, or another agent."""
    ENDED = "ended"
    """The visit is over, and wrapped up."""
    VISITED = "visited"
    """What the visit was, when it is over: its thread is that of the ticket's contact, and its id."""
    APPOINTMENT = "appointment"
    """A visit was agreed on, moved, called off, or what else became of it."""


class CallbackOutcome(StrEnum):
    """What became of a call that nobody answered."""

    NO_ANSWER = "no_answer"
    BUSY = "busy"
    FAILED = "failed"


class RecordingState(StrEnum):
    """Whether what is said just now is recorded."""

    PAUSED = "paused"
    RUNNING = "running"
    OFF = "off"
    """This conversation is not recorded at all."""


class RecordingKind(StrEnum):
    """What was recorded."""

    RECORDING = "recording"
    VOICEMAIL = "voicemail"


class GivenConsent(_Value):
    """What a customer said yes to, and in which version of the words."""

    channel: Channel
    purpose: str = Field(min_length=1, max_length=32)
    text_version: str = Field(min_length=1, max_length=64)


class Desk(_Value):
    """Where an agent receives visitors, and what they do there."""

    branch: str = Field(min_length=1, max_length=64)
    desk: str = Field(min_length=1, max_length=32)
    name: str = Field(default="", max_length=200)
    """The agent's."""
    skills: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(default={}, max_length=100)
    languages: tuple[Annotated[str, Field(max_length=16)], ...] = Field(default=(), max_length=50)


class Appointment(_Value):
    """A visit at a time, and what its customer is told of it now: `text` to `tell`, if there is any."""

    id: str = Field(min_length=1, max_length=64)
    state: str = Field(pattern="^(made|moved|reminded|arrived|missed|cancelled)$")
    branch: str = Field(min_length=1, max_length=64)
    service: str = Field(default="", max_length=64)
    starts_at: AwareDatetime
    tell: Identifier | None = None
    subject: str = Field(default="", max_length=200)
    text: str = Field(default="", max_length=2_000)


class Visit(_Value):
    """A visit that is over, by the branch's own clock."""

    branch: str = Field(min_length=1, max_length=64)
    service: str = Field(min_length=1, max_length=64)
    ticket: str = Field(min_length=1, max_length=16)
    entry: str = Field(default="kiosk", max_length=16)
    need: str = Field(default="", max_length=32)
    language: str = Field(default="", max_length=16)
    appointment_id: str = Field(default="", max_length=64)
    arrived_at: AwareDatetime
    called_at: AwareDatetime | None = None
    ended_at: AwareDatetime
    calls: int = Field(default=0, ge=0, le=10_000)
    desk: str = Field(default="", max_length=32)
    agent_id: str = Field(default="", max_length=64)
    outcome: str = Field(pattern="^(served|no_show|left)$")
    code: str = Field(default="", max_length=64)


class ConversationEvent(_Value):
    """Something that happened in a running conversation, told by its channel and thread. What a signal does not speak
    of is left out."""

    id: str = Field(min_length=1, max_length=200)
    channel: Channel
    thread: str = Field(min_length=1, max_length=200)
    signal: ConversationSignal
    occurred_at: AwareDatetime
    dropped: bool = False
    """Of customer_left: the line broke, nobody hung up. Who comes back soon may get their place back."""
    due: AwareDatetime | None = None
    """Of callback_requested: not before then; None: when their turn comes."""
    address_of: str = Field(default="", max_length=200)
    """Of callback_requested: the contact whose address is to be called; empty: that of the one that opened it."""
    interaction_id: str = Field(default="", max_length=200)
    """Of what names an agent: as the hub named it in its command."""
    agent_id: str = Field(default="", max_length=64)
    """Of callbacks, offers and agents' phones: whose."""
    offer_id: str = Field(default="", max_length=220)
    """Of offer_accepted and offer_declined: as the hub named it."""
    outcome: CallbackOutcome = CallbackOutcome.NO_ANSWER
    """Of callback_missed and agent_missed; of offer_declined `busy` says that the agent's line was."""
    survey_id: str = Field(default="", max_length=200)
    """Of survey_answered, as are score and comment: as the hub named it when it asked."""
    score: int | None = Field(default=None, ge=0, le=10)
    comment: str = Field(default="", max_length=10_000)
    contact_id: str = Field(default="", max_length=200)
    """Of sent, delivered and failed, and of unsubscribed without an address: as the hub named it when it asked for the
    contact."""
    reason: str = Field(default="", max_length=200)
    """Of failed and offer_declined: why, as whoever could not do it says; of unsubscribed: how it was said."""
    address: str = Field(default="", max_length=320)
    """Of unsubscribed: which; of code_asked and code_told: the customer's own, on the channel they speak by."""
    identifier: Identifier | None = None
    """Of consent_given: where; of code_asked and code_told: what is to be proven; of transcript_asked: the mail
    address."""
    consent: GivenConsent | None = None
    """Of consent_given: what to."""
    code: str = Field(default="", max_length=32)
    """Of code_told."""
    language: str = Field(default="", max_length=16)
    """Of code_asked and transcript_asked: theirs."""
    attachment: Attachment | None = None
    """Of recorded, as are the start, the length and the kind: where the sound is kept."""
    started_at: AwareDatetime | None = None
    seconds: float = Field(default=0.0, ge=0.0, le=1_000_000.0)
    kind: RecordingKind = RecordingKind.RECORDING
    state: RecordingState | None = None
    """Of recording_switched: how it is now."""
    desk: Desk | None = None
    """Of desk_opened."""
    queue: str = Field(default="", max_length=64)
    """Of passed_on: the queue of the other service; empty: as before."""
    to_agent: str = Field(default="", max_length=64)
    """Of passed_on: who alone is meant."""
    appointment: Appointment | None = None
    """Of appointment; `identifier` says whose."""
    visit: Visit | None = None
    """Of visited."""
    wrap_up: str = Field(default="", max_length=64)
    """Of ended: the code, `no_show` where the visitor did not come."""


class Standing(_Value):
    """Where a customer stood when a contact came: what routing is decided on, kept with the fact."""

    segment: str = "B2C"
    value_tier: str = "standard"
    lifecycle_stage: str = "acquisition"


def utc(moment: datetime) -> datetime:
    """The same moment in UTC, as every event keeps it."""
    return moment.astimezone(UTC)
