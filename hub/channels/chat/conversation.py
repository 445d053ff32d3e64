"""Where a visitor's conversation stands, by what the hub told of it: pure."""

from dataclasses import asdict, dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

import orjson

from hub.channels.command import Command
from hub.domain.contact import Identifier


class Phase(StrEnum):
    """Of a conversation."""

    NEW = "new"
    """Nothing was said yet."""
    ASKED = "asked"
    """The customer wrote; the hub has not said yet what follows."""
    WAITING = "waiting"
    TALKING = "talking"
    PARKED = "parked"
    """Laid aside: the agent comes back to it."""
    CLOSED = "closed"
    """Nobody is there to talk to."""
    OVER = "over"


GONE = "gone"
"""Why it is over: the visitor did not come back."""
OPEN = (Phase.ASKED, Phase.WAITING, Phase.TALKING, Phase.PARKED)
"""Somebody is at it, or will be."""


@dataclass(frozen=True, slots=True)
class Conversation:
    """Of one visitor. `at`: of the last command that changed it."""

    phase: Phase = Phase.NEW
    interaction_id: str = ""
    agent_id: str = ""
    place: int | None = None
    wait_seconds: float | None = None
    reason: str = ""
    opens_at: str = ""
    at: str = ""

    @property
    def is_open(self) -> bool:
        """Whether it would be known that the visitor left."""
        return self.phase in OPEN


@dataclass(frozen=True, slots=True)
class Visitor:
    """All that is known of one: their conversation, and who they say they are."""

    conversation: Conversation = Conversation()
    name: str = ""
    identifiers: tuple[Identifier, ...] = ()
    language: str = ""
    has_filled: bool = False
    """The form that comes before a chat."""
    asked: str = ""
    """The address that a code was sent to, and its kind before a colon."""
    numbers: int = 0
    """Codes that were asked for so far."""

    def knows(self, identifier: Identifier) -> "Visitor":
        """With this, in place of what was claimed of the same."""
        same = (identifier.kind, identifier.value)
        known = [one for one in self.identifiers if (one.kind, one.value) == same]
        if any(one.verified or not identifier.verified for one in known):
            return self
        others = tuple(one for one in self.identifiers if (one.kind, one.value) != same)
        return replace(self, identifiers=(*others, identifier)[-10:])

    @property
    def proven_mail(self) -> str:
        """A mail address that is theirs for sure."""
        return next((one.value for one in self.identifiers if one.kind == "email" and one.verified), "")

    @property
    def mail(self) -> str:
        """The mail address that they named last, a proven one before others; empty: none."""
        named = (one.value for one in reversed(self.identifiers) if one.kind == "email")
        return self.proven_mail or next(named, "")


def wrote(conversation: Conversation) -> Conversation:
    """The customer wrote, and the hub has it: what follows it says itself."""
    if conversation.is_open:
        return conversation
    return Conversation(Phase.ASKED, at=conversation.at)


def told(conversation: Conversation, command: Command) -> Conversation:
    """After what the hub said. What is older than what is known already changes nothing: after a crash it is said
    again."""
    at = command.at.isoformat()
    if conversation.at and command.at < datetime.fromisoformat(conversation.at):
        return conversation
    about = Conversation(interaction_id=command.interaction_id or conversation.interaction_id, at=at)
    match command.command:
        case "waiting":
            return replace(about, phase=Phase.WAITING, place=command.place, wait_seconds=command.estimated_wait_s)
        case "moved" | "pulled_back" | "unparked" | "reopened":
            return replace(about, phase=Phase.WAITING)
        case "answered":
            return replace(about, phase=Phase.TALKING, agent_id=command.agent_id)
        case "transferred" if command.warm:
            return replace(about, phase=Phase.TALKING, agent_id=command.to_agent)
        case "transferred":
            return replace(about, phase=Phase.WAITING)
        case "parked":
            return replace(about, phase=Phase.PARKED, agent_id=conversation.agent_id)
        case "refused":
            opens = command.opens_at.isoformat() if command.opens_at else ""
            return replace(about, phase=Phase.CLOSED, reason=command.reason, opens_at=opens)
        case "ended" | "expired":
            gone = conversation.reason if conversation.phase is Phase.OVER else ""
            return replace(about, phase=Phase.OVER, reason=gone)
        case _:
            return conversation


def announced(conversation: Conversation, command: Command) -> Conversation:
    """A place in line that is said again."""
    if conversation.phase is not Phase.WAITING or command.interaction_id != conversation.interaction_id:
        return conversation
    return replace(conversation, place=command.place, wait_seconds=command.estimated_wait_s)


def kept(visitor: Visitor) -> bytes:
    """For the disk."""
    return orjson.dumps(
        {
            "conversation": asdict(visitor.conversation), "name": visitor.name, "language": visitor.language,
            "identifiers": [one.model_dump() for one in visitor.identifiers], "has_filled": visitor.has_filled,
            "asked": visitor.asked, "numbers": visitor.numbers,
        }
    )  # fmt: skip


def restored(data: bytes) -> Visitor:
    """Back from there."""
    known: dict[str, Any] = orjson.loads(data)
    conversation = {**known.pop("conversation")}
    conversation["phase"] = Phase(conversation["phase"])
    identifiers = tuple(Identifier(**one) for one in known.pop("identifiers"))
    return Visitor(Conversation(**conversation), identifiers=identifiers, **known)
