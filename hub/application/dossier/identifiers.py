"""What names a customer, and how that is known."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.application.dossier.facts import CustomerFacts
from hub.application.dossier.sources import Source, source_of
from hub.domain.customer.events import ContactReceived, IdentifierObserved
from hub.domain.customer.identity import ADDRESS_KIND, Spell
from hub.domain.customer.spelling.spelling import Problem
from hub.ports import Recorded

Name = tuple[str, str]
"""Kind and value, in one spelling."""


@dataclass(frozen=True, slots=True)
class Sighting(Source):
    """A contact or a record brought it; `verified`: a trusted system attested it then."""

    verified: bool


@dataclass(frozen=True, slots=True)
class ShownIdentifier:
    """Something that names a customer; `verified` once a trusted system attested it, else it is only claimed. `since`:
    when it was first seen, `verified_since`: first attested, `last_seen_at`: the last time that is known of, by the
    facts and the newest contacts. `evidence`: what brought it, the oldest first. `problem`: why it has no proper
    spelling, such as `check_digit`, whoever attested it; it joins nobody then."""

    kind: str
    value: str
    verified: bool
    problem: Problem
    since: datetime
    verified_since: datetime | None
    last_seen_at: datetime
    evidence: tuple[Sighting, ...]


def identifiers(facts: CustomerFacts, contacts: Iterable[Recorded], spell: Spell) -> list[ShownIdentifier]:
    """Of all streams that were not forgotten, each once, in the order they came up; `contacts`: the newest ones."""
    found: dict[Name, list[Recorded]] = {}
    for recorded in facts.history:
        event = recorded.event
        if isinstance(event, IdentifierObserved) and recorded.stream not in facts.forgotten:
            found.setdefault((event.kind, event.value), []).append(recorded)
    seen = _seen(contacts, spell)
    return [_shown(name, recorded, seen.get(name), spell(*name).problem) for name, recorded in found.items()]


def _shown(name: Name, recorded: list[Recorded], seen: datetime | None, problem: Problem) -> ShownIdentifier:
    evidence = [_sighting(one, one.event) for one in recorded if isinstance(one.event, IdentifierObserved)]
    attested = [one.at for one in evidence if one.verified]
    moments = [one.at for one in evidence]
    return ShownIdentifier(
        kind=name[0],
        value=name[1],
        verified=bool(attested),
        problem=problem,
        since=min(moments),
        verified_since=min(attested, default=None),
        last_seen_at=max(moments if seen is None else [*moments, seen]),
        evidence=tuple(evidence),
    )


def _sighting(recorded: Recorded, event: IdentifierObserved) -> Sighting:
    source = source_of(recorded)
    return Sighting(source.at, source.actor, source.causation, source.customer_id, event.verified)


def _seen(contacts: Iterable[Recorded], spell: Spell) -> dict[Name, datetime]:
    """When each identifier came last in these contacts of the customer's own."""
    brought: dict[Name, datetime] = {}
    for recorded in contacts:
        event = recorded.event
        if isinstance(event, ContactReceived):
            names = [(one.kind, one.value) for one in event.identifiers]
            names += [(ADDRESS_KIND[event.channel], event.address)] if event.address else []
            for name in names:
                brought[name] = max(event.at, brought.get(name, event.at))
    seen: dict[Name, datetime] = {}
    for (kind, value), at in brought.items():
        name = kind, spell(kind, value).value
        seen[name] = max(at, seen.get(name, at))
    return seen
