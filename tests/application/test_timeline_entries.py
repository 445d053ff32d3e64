"""No fact of a customer is left out of what is told of them: whoever adds a class has to say where it shows."""

from dataclasses import replace

import pytest

from hub.application.dossier.entries import TOLD, Kind, What, texts_of, what_of
from hub.application.dossier.facts import FACTS
from hub.application.dossier.question import Question
from hub.application.dossier.then import CONTACTS
from hub.domain.cases.state import CASE_EVENTS
from hub.domain.customer.events import StandingReviewed
from hub.domain.customer.links.events import LinksChanged
from hub.domain.customer.notes import AgentMentioned, MentionRead
from hub.domain.customer.outbound.events import ContactDispatched, ContactPostponed
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import ActionsNotPresented
from hub.domain.event import Event
from hub.journal.event_classes import EVENT_CLASSES
from tests.paths.decisions import at, meta

OF_CUSTOMERS = ("hub.domain.customer.", "hub.domain.cases.", "hub.domain.satisfaction.")
SILENT = {LinksChanged}
"""Only fences."""
ASIDE = {
    *CONTACTS, StandingReviewed, ContactSlotReserved, ContactSlotReleased, ContactPostponed, ContactDispatched,
    AgentMentioned, MentionRead,
}  # fmt: skip
"""Contacts are read by their place; the others say when to look again, what may still be sent, and which
agents are to read a note."""


@pytest.mark.parametrize("cls", FACTS, ids=lambda cls: cls.__name__)
def test_what_is_read_has_its_line_on_the_timeline(cls: type[Event]) -> None:
    told = what_of(cls.model_construct())
    assert (told is None) == (cls in SILENT)
    assert cls in TOLD or cls in CASE_EVENTS or cls in SILENT


def test_what_agents_left_unsaid_is_told_and_found_by_what_it_was_and_where() -> None:
    left = ActionsNotPresented(
        **meta(at(0)), decision_id="d", interaction_id="interaction-1", propositions=("fibre", "tv")
    )
    assert what_of(left) == What(Kind.GRANT, "left_unsaid")
    assert list(texts_of(left)) == ["fibre", "tv"]
    asked = Question(kinds=frozenset((Kind.GRANT,)), interaction="interaction-1", words=("tv",))
    assert asked.wants(left)
    assert not replace(asked, interaction="interaction-2").wants(left)
    assert not replace(asked, words=("sorry",)).wants(left)


def test_every_class_of_facts_of_a_customer_is_read() -> None:
    known = {cls for cls in EVENT_CLASSES if cls.__module__.startswith(OF_CUSTOMERS)}
    assert known - ASIDE <= set(FACTS)
