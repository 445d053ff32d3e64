"""One timeline of all that happened with a customer, the newest first: contacts on all channels and every other fact,
with the work for one page bounded."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from hub.application.dossier.entries import TimelineFact, entries, place_of, shown_fact, texts_of
from hub.application.dossier.facts import CustomerFacts
from hub.application.dossier.outbounds import Outbounds
from hub.application.dossier.question import Question
from hub.application.dossier.told_once import ContactsBefore, told_once, with_plan, with_state, with_words
from hub.application.views.customer_view import ShownContact, shown_contact
from hub.domain.cases.state import Cases, evolve
from hub.domain.event import Event
from hub.ports import Recorded
from hub.projections.customers import Only, Place, TimelineContact

CONTACTS_READ = 2_000
"""Contacts that are read at most to find words for one page."""
SIGNS_READ = 4_000_000
"""Of their texts, if those are long."""
AT_ONCE = 200
Said = Callable[[Sequence[int]], Awaitable[Mapping[int, Event]]]
"""The events at these positions of the log."""


class TimelinePage(NamedTuple):
    """Part of a timeline. `before`: the log position from which the next page goes on, None: this was the last. There
    may be a next page though this one is not full, or empty: so much was read to find words."""

    lines: list[ShownContact | TimelineFact]
    before: int | None


class _Found(NamedTuple):
    contacts: list[TimelineContact]
    said: Mapping[int, Event]
    reached: Place | None
    """Beyond this place nobody looked; None: these are all."""

    def looked_at(self, place: Place, before: Place | None) -> bool:
        """Whether a contact would have been found there."""
        return (before is None or place < before) and (self.reached is None or place >= self.reached)


async def timeline_page(
    facts: CustomerFacts,
    question: Question,
    before: Place | None,
    limit: int,
    contacts_before: ContactsBefore,
    said: Said,
    outbounds: Outbounds,
) -> TimelinePage:
    """A page of what happened before a place."""
    cases, found = _cases(facts), _Found([], {}, None)
    only = question.only(cases) if question.asks_for_contacts else None
    if only is not None:
        found = await _contacts(question, only, before, limit, contacts_before, said, outbounds)
        outbounds.left({one.contact_id: one.at for one in found.contacts if outbounds.of_contact(one.contact_id)})

    async def shown(contacts: Sequence[TimelineContact]) -> set[str]:
        in_sight = [one for one in contacts if only is not None and only.takes(one)]
        if not question.is_search:
            return {one.contact_id for one in in_sight}
        known = {one.contact_id for one in in_sight if one.position in found.said}
        rest = [one for one in in_sight if not found.looked_at(one.place, before)]
        return known | await _with_words(rest, question, said, outbounds)

    told = list[Recorded]()
    if question.asks_for_facts:
        told = [one for one in entries(facts) if found.looked_at(place_of(one), before) and question.wants(one.event)]
        told = await told_once(told, question, outbounds, contacts_before, shown)
    lines = [_Line(one.place, one) for one in found.contacts] + [_Line(place_of(one), one) for one in told]
    lines.sort(key=lambda one: one.place, reverse=True)
    about = {work: case.case_id for case in cases.values() for work in case.interactions}
    rows = [one.shown(found.said, facts.asked_for, about, outbounds) for one in lines[:limit]]
    if len(lines) > limit:
        return TimelinePage(rows, lines[limit - 1].place.position)
    return TimelinePage(rows, None if found.reached is None else found.reached.position)


class _Line(NamedTuple):
    place: Place
    what: TimelineContact | Recorded

    def shown(
        self, said: Mapping[int, Event], customer: str, cases: Mapping[str, str], outbounds: Outbounds
    ) -> ShownContact | TimelineFact:
        if isinstance(self.what, Recorded):
            return with_plan(shown_fact(self.what), self.what.event, outbounds)
        contact = with_state(shown_contact(self.what, said, customer), outbounds)
        case = cases.get(contact.interaction_id, "")
        return replace(contact, case_id=case) if case else contact


async def _contacts(
    question: Question,
    only: Only,
    before: Place | None,
    limit: int,
    contacts_before: ContactsBefore,
    said: Said,
    outbounds: Outbounds,
) -> _Found:
    """One more than a page holds, if there are so many: read little by little where words are looked for."""
    contacts: list[TimelineContact] = []
    known: dict[int, Event] = {}
    place, left, signs = before, CONTACTS_READ, SIGNS_READ
    while left > 0 and signs > 0:
        size = min(AT_ONCE, left) if question.is_search else limit + 1
        found = await contacts_before(place, only, size)
        events = await said([one.position for one in found])
        if question.is_search:
            signs -= _signs(events)
            events = await asyncio.to_thread(with_words, events, question, outbounds)
        for one in found:
            place = one.place
            if one.position in events:
                contacts.append(one)
                known[one.position] = events[one.position]
                if len(contacts) > limit:
                    return _Found(contacts, known, place)
        if len(found) < size:
            return _Found(contacts, known, None)
        left -= size
    return _Found(contacts, known, place)


async def _with_words(
    contacts: Sequence[TimelineContact], question: Question, said: Said, outbounds: Outbounds
) -> set[str]:
    """Those with the words that are searched for, as far as they are read beside a page."""
    positions = {one.position: one.contact_id for one in contacts[:CONTACTS_READ]}
    found, signs = set[str](), SIGNS_READ
    for start in range(0, len(positions), AT_ONCE):
        if signs <= 0:
            break
        events = await said(list(positions)[start : start + AT_ONCE])
        signs -= _signs(events)
        found |= {positions[one] for one in await asyncio.to_thread(with_words, events, question, outbounds)}
    return found


def _signs(events: Mapping[int, Event]) -> int:
    return sum(len(text) for event in events.values() for text in texts_of(event))


def _cases(facts: CustomerFacts) -> Cases:
    cases: Cases = {}
    for event in facts.events:
        cases = evolve(cases, event)
    return cases
