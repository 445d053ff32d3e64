"""Customers at hand: what others write is read again, but for what changes nothing of what is known."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.application.customer_cache import CustomerCache, Known, fold
from hub.domain.contact import Standing
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    Customer,
    CustomerForgotten,
    CustomerRegistered,
    IdentifierObserved,
    LifecycleStageChanged,
    evolve,
)
from hub.domain.decision.events import ActionsNotPresented
from hub.domain.event import Event
from hub.ports import Append, Recorded, Unit
from tests.paths.decisions import ANN, at, meta
from tests.support.memory import MemoryJournal

LEFT = ActionsNotPresented(**meta(at(0)), decision_id="d", interaction_id="i", propositions=("fibre",))
MOVED = LifecycleStageChanged(**meta(at(0)), lifecycle_stage="lapsed", reason="test")


async def _at_hand(*later: Event) -> tuple[CustomerCache, MemoryJournal]:
    journal = MemoryJournal()
    cache = CustomerCache(journal)
    await journal.commit([Unit([Append(ANN, 0, [CustomerRegistered(**meta(at(-1)))])])])
    await cache.fill([ANN])
    journal.followers.append(cache.follow)
    await journal.commit([Unit([Append(ANN, 1, later)])])
    return cache, journal


async def test_what_changes_nothing_leaves_a_customer_at_hand() -> None:
    cache, journal = await _at_hand(LEFT, LEFT)
    known, loaded = cache.get(ANN), journal.loaded
    assert known is not None
    await cache.fill([ANN])
    assert (known.version, known.customer.registered, journal.loaded) == (3, True, loaded)


async def test_what_changes_something_is_read() -> None:
    cache, _ = await _at_hand(LEFT, MOVED, LEFT)
    assert cache.get(ANN) is None
    await cache.fill([ANN])
    known = cache.get(ANN)
    assert known is not None
    assert (known.version, known.customer.standing.lifecycle_stage) == (4, "lapsed")


@given(st.lists(st.sampled_from(range(5)), max_size=12))
def test_contacts_that_are_added_up_at_once_come_to_the_same(kinds: list[int]) -> None:
    who = {"kind": "phone", "value": "+98912", "verified": True}
    contact: dict[str, Any] = {
        "channel": "phone",
        "address": "+98912",
        "sender": "us",
        "thread": "t",
        "purpose": "service",
    }
    contact |= {"service": "", "language": "", "subject": "", "text": "", "standing": Standing()}
    customer, history = Customer(), []
    for number, kind in enumerate(kinds):
        told = meta(at(number % 7))
        events: tuple[Event, ...] = (
            ContactReceived(**told, **contact, contact_id=f"c{number}", pool="main"),
            ContactSent(**told, **contact, contact_id=f"c{number}"),
            CustomerRegistered(**told),
            IdentifierObserved(**told, **who),
            CustomerForgotten(**told, reason="asked"),
        )
        history.append(Recorded(number + 1, ANN, number + 1, events[kind]))
        customer = evolve(customer, events[kind])
    assert fold(None, history) == Known(len(kinds), customer)


async def test_a_gap_is_read() -> None:
    cache, journal = await _at_hand(LEFT)
    cache.follow([journal.log[-1]._replace(version=4)])
    assert cache.get(ANN) is None
