"""What is asked of the path manager, by an agent's desktop, a web page, a campaign or a dealer's system."""

from collections.abc import Container
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError
from hub.paths.consent.purposes import Confidence
from hub.paths.propositions.model import Sender


class CameIn(NamedTuple):
    """The path of a contact that is answered."""

    channel: Channel
    point: str


@dataclass(frozen=True, slots=True)
class Question:
    """What may be said at `at`, or at any moment until `by`. `purpose` None: whatever fits, each by its own. Who
    `proposes` nothing has something of their own to say, and asks where and when."""

    decision_id: str
    at: datetime
    direction: Direction
    channels: tuple[Channel, ...]
    sender: Sender
    purpose: Purpose | None = None
    proposes: bool = True
    propositions: tuple[str, ...] = ()
    """Only these; empty: all."""
    speaker: str = ""
    """Who exactly, such as one dealer: whose free capacity is looked at; empty: the sender's."""
    by: datetime | None = None
    service: str = ""
    """What their contact was about."""
    interaction_id: str = ""
    came_in: CameIn | None = None
    """What a reply answers; where somebody is who is here."""
    confidence: Confidence = Confidence.CLAIMED
    """How sure it is who is here; of contacts that we make the contact point tells it."""
    slot_id: str = ""
    """Of a contact that was decided on before and has its slot, when it is asked again before it is made."""
    seed: int = 0
    point: str = ""
    """Only at this contact point; empty: at any of theirs."""
    given_for_it: bool = False
    """They gave that contact point to be told just this there: that they claim it is enough for any purpose."""

    @property
    def they_came(self) -> bool:
        """Whether the customer is here of their own accord."""
        return self.direction is Direction.INBOUND


def purpose_named(text: str) -> Purpose:
    """The purpose of that name. Raises InvalidError."""
    try:
        return Purpose(text)
    except ValueError:
        raise InvalidError(f"there is no purpose {text!r}: {', '.join(Purpose)}", "purpose") from None


def check(question: Question, propositions: Container[str]) -> None:
    """Raises InvalidError that names what can't be asked. `propositions`: those there are."""
    if not question.channels:
        raise InvalidError("name at least one channel on which something may be said", "channels")
    if question.by is not None and question.by < question.at:
        raise InvalidError("this moment is over: something can be said from now on", "by")
    if question.by is not None and question.they_came:
        raise InvalidError("who is here now hears it now: leave it out", "by")
    for name in question.propositions:
        if name not in propositions:
            raise InvalidError(f"there is no proposition {name!r} in this policy", "propositions")
    if not question.proposes and question.purpose is None:
        raise InvalidError("say what the contact is for", "purpose")
    if not question.proposes and question.propositions:
        raise InvalidError("a contact that proposes nothing has none: leave them out", "propositions")
    if question.purpose is Purpose.REPLY and question.came_in is None:
        raise InvalidError("a reply leaves by the path the contact came in on: say which", "came_in")
