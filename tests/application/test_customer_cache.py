"""Customers at hand: what others write is read again, but for what changes nothing of what is known."""

from hub.application.customer_cache import CustomerCache
from hub.domain.customer.events import CustomerRegistered, LifecycleStageChanged
from hub.domain.decision.events import ActionsNotPresented
from hub.domain.event import Event
from hub.ports import Append, Unit
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


async def test_a_gap_is_read() -> None:
    cache, journal = await _at_hand(LEFT)
    cache.follow([journal.log[-1]._replace(version=4)])
    assert cache.get(ANN) is None
