"""What of a timeline is asked for: which kinds, channels, times, work, and which words."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hub.application.dossier.entries import Kind, texts_of, what_of
from hub.domain.cases.state import Cases
from hub.domain.contact import Direction
from hub.domain.customer.folding import fold
from hub.domain.customer.identity import Spell
from hub.domain.customer.outbound.events import ContactPlanned
from hub.domain.customer.spelling.phones import core
from hub.domain.event import Event
from hub.projections.customers import Only

_BETWEEN_DIGITS = re.compile(r"(?<=[0-9])[ ().\-\u2010-\u2015\u2212]+(?=[0-9])")
"""What people put between the digits of a phone number."""


@dataclass(frozen=True, slots=True)
class Question:
    """Empty: whatever it is. From `start` until just before `end`, by when it happened. `words` must all be there,
    whatever their case, script and spelling."""

    kinds: frozenset[Kind] = frozenset()
    channel: str = ""
    direction: str = ""
    queue: str = ""
    interaction: str = ""
    case: str = ""
    start: datetime | None = None
    end: datetime | None = None
    words: tuple[str, ...] = field(default=())
    numbers: tuple[str, ...] = field(default=())
    """Phone numbers that must be there too, by the digits that every way to write them has."""

    @property
    def asks_for_contacts(self) -> bool:
        """Whether any contact may be meant."""
        if not self.kinds or Kind.CONTACT in self.kinds:
            return True
        return Kind.OUTBOUND in self.kinds and self.direction != Direction.INBOUND

    @property
    def asks_for_facts(self) -> bool:
        """Whether anything else may be."""
        return self.kinds != {Kind.CONTACT}

    def only(self, cases: Cases) -> Only:
        """Which contacts; those of a case are those of the interactions that are about it."""
        interactions: Collection[str] | None = None
        if self.case:
            known = cases.get(self.case)
            interactions = known.interactions if known else ()
        if self.interaction:
            interactions = [self.interaction] if interactions is None or self.interaction in interactions else ()
        ours = bool(self.kinds) and Kind.CONTACT not in self.kinds
        direction = Direction.OUTBOUND.value if ours else self.direction
        return Only(self.channel, direction, self.queue, interactions, self.start, self.end)

    def wants(self, event: Event) -> bool:
        """Whether a fact that is no contact is meant."""
        what = what_of(event)
        return (
            what is not None
            and (not self.kinds or what.kind in self.kinds)
            and (not self.channel or self.channel in _channels(event))
            and (not self.direction or (what.kind is Kind.OUTBOUND and self.direction == Direction.OUTBOUND))
            and (not self.queue or (isinstance(event, ContactPlanned) and event.queue == self.queue))
            and (self.start is None or event.at >= self.start)
            and (self.end is None or event.at < self.end)
            and (not self.interaction or self.interaction in _about(event))
            and (not self.case or self.case in _about(event))
            and self.has_words(texts_of(event))
        )

    @property
    def is_search(self) -> bool:
        """Whether texts have to be read."""
        return bool(self.words or self.numbers)

    def has_words(self, texts: Iterable[str]) -> bool:
        """Whether all words and numbers are in these texts."""
        if not self.is_search:
            return True
        folded = fold("\n".join(texts))
        if not all(word in folded for word in self.words):
            return False
        if not self.numbers:
            return True
        digits = _BETWEEN_DIGITS.sub("", folded)
        return all(number in digits for number in self.numbers)


EVERYTHING = Question()


def sought(text: str, spell: Spell) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What is searched for, in the spelling that is compared: words, and phone numbers."""
    words, numbers = list[str](), list[str]()
    for part in [text] if spell("phone", text).is_valid else text.split():
        found = spell("phone", part)
        if found.is_valid:
            numbers.append(core(found.value))
        else:
            words += fold(part).split()
    return tuple(words), tuple(numbers)


def _channels(event: Event) -> Collection[str]:
    """On which it happened, or may."""
    if isinstance(event, ContactPlanned):
        return event.channels if event.came_in_on is None else (*event.channels, event.came_in_on)
    return (getattr(event, "channel", ""),)


def _about(event: Event) -> set[str]:
    """The interactions and cases that a fact is about."""
    return {getattr(event, name, "") for name in ("case_id", "interaction_id", "about", "correlation")} - {""}
