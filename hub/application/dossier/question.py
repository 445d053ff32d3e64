"""What of a timeline is asked for: which kinds, channels, times, work, and which words."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from hub.application.dossier.entries import Kind, texts_of, what_of
from hub.domain.cases.state import Cases
from hub.domain.customer.folding import fold
from hub.domain.event import Event
from hub.projections.customers import Only


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

    @property
    def asks_for_contacts(self) -> bool:
        """Whether any contact may be meant."""
        return not self.kinds or Kind.CONTACT in self.kinds

    @property
    def asks_for_facts(self) -> bool:
        """Whether anything else may be: only contacts have a direction and a queue."""
        return not (self.direction or self.queue) and self.kinds != {Kind.CONTACT}

    def only(self, cases: Cases) -> Only:
        """Which contacts; those of a case are those of the interactions that are about it."""
        interactions: Collection[str] | None = None
        if self.case:
            known = cases.get(self.case)
            interactions = known.interactions if known else ()
        if self.interaction:
            interactions = [self.interaction] if interactions is None or self.interaction in interactions else ()
        return Only(self.channel, self.direction, self.queue, interactions, self.start, self.end)

    def wants(self, event: Event) -> bool:
        """Whether a fact that is no contact is meant."""
        what = what_of(event)
        return (
            what is not None
            and (not self.kinds or what.kind in self.kinds)
            and (not self.channel or getattr(event, "channel", "") == self.channel)
            and (self.start is None or event.at >= self.start)
            and (self.end is None or event.at < self.end)
            and (not self.interaction or self.interaction in _about(event))
            and (not self.case or self.case in _about(event))
            and self.has_words(texts_of(event))
        )

    def has_words(self, texts: Iterable[str]) -> bool:
        """Whether all words are in these texts."""
        return not self.words or matches(self.words, texts)


EVERYTHING = Question()


def words_of(text: str) -> tuple[str, ...]:
    """What is searched for, in the spelling that is compared."""
    return tuple(fold(text).split())


def matches(words: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether each of these folded words stands in one of the texts."""
    folded = fold("\n".join(texts))
    return all(word in folded for word in words)


def _about(event: Event) -> set[str]:
    """The interactions and cases that a fact is about."""
    return {getattr(event, name, "") for name in ("case_id", "interaction_id", "about", "correlation")} - {""}
