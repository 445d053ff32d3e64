"""What can happen to a call: on the wire, in the hub, by the clock."""

from dataclasses import dataclass
from datetime import datetime

from hub.channels.command import Command


@dataclass(frozen=True, slots=True)
class Arrived:
    """A customer calls. `caller` is empty where the number is withheld."""

    at: datetime
    channel: str
    caller: str
    dialled: str


@dataclass(frozen=True, slots=True)
class PickedUp:
    """Somebody who was called is on the line."""

    at: datetime
    channel: str


@dataclass(frozen=True, slots=True)
class CameBack:
    """Who lost the line to their call is there on a new one, from this phone (`PJSIP/ann`)."""

    at: datetime
    channel: str
    phone: str


@dataclass(frozen=True, slots=True)
class Listening:
    """The ear of whom a leg is for is there."""

    at: datetime
    channel: str
    leg: str


@dataclass(frozen=True, slots=True)
class Pressed:
    """A key of a phone."""

    at: datetime
    channel: str
    digit: str


@dataclass(frozen=True, slots=True)
class PutOnHold:
    """By the hold key of a phone, or taken off it."""

    at: datetime
    channel: str
    on: bool


@dataclass(frozen=True, slots=True)
class Gone:
    """A line is over; `cause` as in Q.850, 0 where it is not known."""

    at: datetime
    channel: str
    cause: int


@dataclass(frozen=True, slots=True)
class Played:
    """What was said is said."""

    at: datetime
    playback: str


@dataclass(frozen=True, slots=True)
class Recorded:
    """A recording is a file now, or failed."""

    at: datetime
    name: str
    seconds: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class NotSwitched:
    """Asterisk did not pause a recording, or did not go on with it."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Kept:
    """A recording is where it belongs."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Told:
    """The hub says."""

    at: datetime
    command: Command


@dataclass(frozen=True, slots=True)
class Confirmed:
    """The hub's answer to a report: `signal` is empty for the contact."""

    at: datetime
    signal: str
    accepted: bool
    agent_id: str = ""


@dataclass(frozen=True, slots=True)
class TimeUp:
    """A time that was set is over."""

    at: datetime
    name: str


@dataclass(frozen=True, slots=True)
class Resumed:
    """The adapter came back, and the call stands."""

    at: datetime


Happening = (
    Arrived
    | PickedUp
    | CameBack
    | Listening
    | Pressed
    | PutOnHold
    | Gone
    | Played
    | Recorded
    | NotSwitched
    | Kept
    | Told
    | Confirmed
    | TimeUp
    | Resumed
)
