"""The facts of consent: each about one contact point, in the stream of that contact point, whoever it is linked to."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class Purpose(StrEnum):
    """Why the company contacts somebody."""

    REPLY = "reply"
    """The answer to what they asked."""
    TRANSACTIONAL = "transactional"
    """What they need for something they do: a receipt, a code, a delivery."""
    SERVICE = "service"
    """About what they have, unasked: a fault, a due date."""
    RECOVERY = "recovery"
    """Making good what went wrong."""
    SURVEY = "survey"
    """Asking how it was."""
    PROMOTIONAL = "promotional"
    """Proposing something to buy or to do."""


class PreferredHours(BaseModel):
    """Half-open from `start` to `end` (HH:MM, `end` up to 24:00) on ISO weekdays, 1 is Monday. An end that is not after
    its start is of the next day."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[int, ...]
    start: str
    end: str


class _PointFact(Event):
    point: str
    """A keyed hash of kind and value; what a fact is found by when the value was forgotten."""
    kind: str
    value: Annotated[str, PERSONAL]
    source: str
    """Where it was said, or which list says it: `web form`, `call`, `import:old-crm`, `operator blacklist`."""
    evidence: Annotated[str, PERSONAL] = ""
    """What shows it: a contact's id, a document, the words."""


class _ConsentFact(_PointFact):
    channel: Channel
    purpose: Purpose
    text_version: str = ""
    """Which wording was shown or read out."""


class ConsentGranted(_ConsentFact):
    """They said yes; from `expires_at` on it is as if never said, None: until taken back."""

    expires_at: datetime | None = None


class ConsentDenied(_ConsentFact):
    """They were asked and said no."""


class ConsentWithdrawn(_ConsentFact):
    """They took it back, or asked to be left alone without having been asked."""

    SCHEMA: ClassVar[int] = 2

    everywhere: bool = False
    """They meant all paths: it counts where nothing was ever said, too, until they say yes again anywhere."""


class ConsentExpired(_ConsentFact):
    """The consent given at `granted_at` ran out: written down for the history, true without it."""

    granted_at: datetime


class PointBlocked(_PointFact):
    """Somebody else says that this contact point must not get advertising on this channel; `source` is whose list."""

    channel: Channel


class PointUnblocked(_PointFact):
    """The list of `source` holds it no longer."""

    channel: Channel


class PreferenceChanged(_PointFact):
    """How they like to be contacted, in place of what they said before; what is empty they don't mind."""

    preferred_channel: str = ""
    language: str = ""
    hours: tuple[PreferredHours, ...] = ()
    time_zone: str = ""
    """IANA name; of `hours`."""
