"""A contact that brings two verified identifiers makes their streams one customer, in its own transaction."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.customer_cache import CustomerCache, Known
from hub.application.linking.by_contacts import LinkRound, links_of, whole_customers
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Identifier, Path
from hub.domain.customer.decide import RecordContact, record_contact
from hub.domain.customer.events import Customer, CustomerRegistered, IdentifierObserved, evolve
from hub.domain.customer.identity import Home, home_of
from hub.domain.customer.links.component import canonical, whole
from hub.domain.customer.links.decide import Asked, unlink
from hub.domain.customer.links.events import CustomersLinked, IdentifierShared, LinkBlocked, LinksChanged, Side
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.ports import Append, Committed, ContactRow, Outcome, Unit
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
CODES = {"N1": "0013542419", "N2": "0499370899", "N3": "1111111111"}


def verified(name: str) -> Identifier:
    """`N1` a national id, `C1` a customer number, `P1` a phone, `E1` a mail address."""
    kind = {"N": "national_id", "C": "customer_number", "P": "phone", "E": "email"}[name[0]]
    value = {"N": CODES.get(name, ""), "P": f"+9891234567{name[1:]:0>2}", "E": f"e{name[1:]}@shop.example"}
    return Identifier(kind=kind, value=value.get(name[0], name), verified=True)


def stream(name: str) -> str:
    one = verified(name)
    return customer_id(KEY, one.kind, one.value)


class Desk:
    """Takes contacts in as the intake does, with links."""

    def __init__(self, journal: MemoryJournal) -> None:
        self.journal = journal
        self.cache = CustomerCache(journal)
        self.clock = WallClock()
        self.contacts = 0

    def contact(self, *names: str, claimed: str = "") -> Contact:
        self.contacts += 1
        path = Path(channel=Channel.PHONE, address=verified(claimed).value if claimed else "")
        brought = tuple(verified(name) for name in names)
        return Contact(id=f"{id(self)}-{self.contacts}", path=path, occurred_at=NOON, identifiers=brought)

    async def take(self, *contacts: Contact) -> list[Outcome]:
        homes = [home_of(KEY, one) for one in contacts]
        links = LinkRound(self.cache, KEY, contacts, homes)
        while any(self.cache.get(home.stream) is None for home in homes) or await links.read():
            await self.cache.fill([home.stream for home in homes])
        units = [self.decide(home.stream, one, links) for home, one in zip(homes, contacts, strict=True)]
        outcomes = await self.journal.commit(units)
        for unit, outcome in zip(units, outcomes, strict=True):
            if not isinstance(outcome, Committed):
                for append in unit.appends:
                    self.cache.forget(append.stream)
        return outcomes

    def decide(self, home: str, contact: Contact, links: LinkRound) -> Unit:
        before = self.cache.get(home)
        assert before is not None
        now = self.clock.now()
        events = record_contact(before.customer, RecordContact(contact, now, "adapter:phone"))
        more, others = links.decide(contact, after(before, events), now, "adapter:phone")
        events += more
        self.cache.put(home, after(before, events))
        return Unit([Append(home, before.version, events), *others], [ContactRow(contact.id, home, b"")])

    async def bring(self, *names: str) -> Outcome:
        [outcome] = await self.take(self.contact(*names))
        return outcome


def after(known: Known, events: Sequence[Event]) -> Known:
    customer = known.customer
    for event in events:
        customer = evolve(customer, event)
    return Known(known.version + len(events), customer)


def told(journal: MemoryJournal, name: str) -> list[Event]:
    return [one.event for one in journal.log if one.stream == stream(name)]


async def together(journal: MemoryJournal, name: str) -> set[str]:
    known = links_of(await whole_customers(journal, [stream(name)]))
    return set(whole(known, Side(id=stream(name), since=NOON)))


async def test_a_contact_links_what_it_attests_in_its_own_transaction() -> None:
    journal = MemoryJournal()
    assert isinstance(await Desk(journal).bring("C1", "P1"), Committed)

    assert journal.commits == 1
    registered, observed, linked = told(journal, "P1")
    assert isinstance(registered, CustomerRegistered)
    assert isinstance(observed, IdentifierObserved)
    assert (observed.value, observed.verified) == (verified("P1").value, True)
    assert isinstance(linked, CustomersLinked)
    assert linked in told(journal, "C1")
    assert linked.causation == observed.causation
    assert {linked.left.kind, linked.right.kind} == {"customer_number", "phone"}
    assert await together(journal, "P1") == {stream("C1"), stream("P1")}


async def test_one_verified_identifier_reads_and_writes_nothing_more() -> None:
    journal = MemoryJournal()
    desk = Desk(journal)
    await desk.take(desk.contact("C1", claimed="P1"), desk.contact(claimed="P2"), desk.contact())
    assert {one.stream for one in journal.log if stream("P1") == one.stream} == set()
    assert journal.loaded == 3, "their own streams"


async def test_the_same_again_reads_and_writes_nothing_more() -> None:
    journal = MemoryJournal()
    desk = Desk(journal)
    await desk.bring("C1", "P1")
    length, loaded = len(journal.log), journal.loaded
    await desk.bring("P1", "C1")
    assert len(journal.log) == length + 1
    assert journal.loaded == loaded


async def test_three_identifiers_make_one_customer_however_many_knew_them() -> None:
    journal = MemoryJournal()
    desk = Desk(journal)
    await desk.take(desk.contact("P1"), desk.contact("E1"), desk.contact("C1", "P1", "E1"), desk.contact("N1", "C1"))
    assert await together(journal, "E1") == {stream(name) for name in ("P1", "E1", "C1", "N1")}


async def test_a_conflict_blocks_and_is_told_once() -> None:
    journal = MemoryJournal()
    desk = Desk(journal)
    for names in (("C1", "P1"), ("C2", "P1"), ("C2", "P1")):
        assert isinstance(await desk.bring(*names), Committed)
    assert [type(one) for one in told(journal, "C2") if isinstance(one, LinkBlocked)] == [LinkBlocked]
    await desk.bring("C3", "P1")
    assert isinstance(told(journal, "P1")[-1], IdentifierShared)
    assert await together(journal, "P1") == {stream("P1")}


@pytest.mark.parametrize("code", ["N3"])
async def test_what_is_not_sound_links_nobody(code: str) -> None:
    journal = MemoryJournal()
    await Desk(journal).bring("C1", code)
    assert not [one for one in journal.log if isinstance(one.event, CustomersLinked)]


async def test_what_another_process_unlinked_stays_so() -> None:
    journal = MemoryJournal()
    desk, other = Desk(journal), Desk(journal)
    await desk.bring("C1", "P1")
    await desk.bring("P1", "E1")
    known = await whole_customers(journal, [stream("C1")])
    [link] = known[stream("C1")].customer.links.live
    told = unlink(links_of(known), link.left, link.link_id, Asked(NOON + timedelta(1), "operator:x", "c"))
    version = {one: known[one].version for one in known}
    await journal.commit([Unit([Append(one, version[one], [event]) for one, event in told])])

    assert isinstance(await other.bring("E1", "C1"), Committed)
    [outcome] = await desk.take(desk.contact("C1", "P1"))
    assert not isinstance(outcome, Committed), "what it had at hand is old"
    await desk.bring("C1", "P1")
    assert await together(journal, "C1") == {stream("C1")}
    assert isinstance(next(one.event for one in journal.log if isinstance(one.event, LinkBlocked)), LinkBlocked), (
        "the mail address would have joined them all the same"
    )


async def test_changes_of_one_customer_at_far_ends_collide() -> None:
    journal = MemoryJournal()
    start = Desk(journal)
    for names in (("P1", "E1"), ("E1", "E2"), ("E2", "P2")):
        await start.bring(*names)

    class Slow(MemoryJournal):
        def __init__(self) -> None:
            self.__dict__ = journal.__dict__

        async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
            await Desk(journal).bring("N2", "P2")
            return await journal.commit(units)

    [outcome] = await Desk(Slow()).take(start.contact("N1", "P1"))
    assert not isinstance(outcome, Committed)
    await start.bring("N1", "P1")
    assert await together(journal, "N1") == {stream("N1")}
    assert await together(journal, "P1") == {stream(name) for name in ("P1", "E1", "E2", "P2", "N2")}
    assert [one for one in journal.log if isinstance(one.event, LinksChanged)]


async def test_who_was_forgotten_is_not_linked_but_who_took_their_place() -> None:
    def renewed(homes: Sequence[Home]) -> list[Home]:
        return [one._replace(stream="customer-new") if one.stream == stream("P1") else one for one in homes]

    journal = MemoryJournal()
    cache = CustomerCache(journal)
    contact = Desk(journal).contact("C1", "P1")
    [home] = renewed([home_of(KEY, contact)])
    links = LinkRound(cache, KEY, [contact], [home], renewed=renewed)
    while cache.get(home.stream) is None or await links.read():
        await cache.fill([home.stream])
    _, others = links.decide(contact, Known(3, Customer(registered=True, registered_at=NOON)), NOON, "adapter:phone")
    assert [one.stream for one in others] == ["customer-new"]


NAMES = st.sampled_from(["N1", "N2", "C1", "C2", "C3", "P1", "P2", "E1", "E2"])


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.lists(NAMES, min_size=1, max_size=3, unique=True), max_size=4), max_size=6))
async def test_two_processes_never_join_two_people(batches: list[list[list[str]]]) -> None:
    journal = MemoryJournal()
    desks = [Desk(journal), Desk(journal)]
    for turn, batch in enumerate(batches):
        desk = desks[turn % 2]
        waiting = [desk.contact(*names) for names in batch]
        for _ in range(20):
            outcomes = await desk.take(*waiting)
            waiting = [one for one, got in zip(waiting, outcomes, strict=True) if not isinstance(got, Committed)]
            if not waiting:
                break
        assert not waiting
    streams = {one.stream for one in journal.log}
    known = await whole_customers(journal, streams)
    links = links_of(known)
    for one in streams:
        members = whole(links, Side(id=one, since=known[one].customer.registered_at or NOON))
        assert len({stream("N1"), stream("N2")} & members.keys()) < 2
        assert known[one].customer.registered
        assert canonical(members.values()) in members
    for one in links.values():
        for link in one.live:
            assert all(link in links[side].live for side in link.pair)
    assert sum(isinstance(one.event, CustomerRegistered) for one in journal.log) == len(streams)
