"""Laws of links: taken away they leave no trace, their order does not matter, and no fact ever moves."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from hub.domain.customer.events import Customer, CustomerRegistered, ProfileChanged, SegmentChanged
from hub.domain.customer.events import evolve as evolve_customer
from hub.domain.customer.links.component import canonical, whole
from hub.domain.customer.links.decide import (
    lift_cannot_link,
    link_by_hand,
    link_declared,
    mark_shared,
    state_cannot_link,
    unlink,
    unmark_shared,
)
from hub.domain.customer.links.events import LINK_EVENTS, CustomersLinked
from hub.domain.customer.links.rules import conflicts
from hub.domain.customer.links.state import NO_LINKS, pair_of
from hub.domain.errors import RefusedError
from hub.domain.event import Event
from tests.domain.links.streams import NOON, Streams, side

NAMES = ("N1", "N2", "L1", "C1", "C2", "P1", "P2", "E1", "E2", "K1")
REACHED = ("P1", "P2", "P3", "E1", "E2", "E3", "E4")
PAIRS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES)).filter(lambda pair: pair[0] != pair[1]),
    unique_by=frozenset,
    max_size=14,
)
MINUTES = st.lists(st.integers(0, 3), min_size=len(NAMES), max_size=len(NAMES))


def streams_of(minutes: list[int]) -> Streams:
    return Streams(sides=[side(name, minute) for name, minute in zip(NAMES, minutes, strict=True)])


def fact(streams: Streams, name: str, number: int) -> Event:
    """Something that happens to whoever this identifier names, whoever they are linked with."""
    meta: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": f"fact-{number}", "actor": "test"}
    event = (
        ProfileChanged(**meta, name=f"name {number}"),
        SegmentChanged(**meta, segment="B2B", value_tier=f"tier{number}", reason="test"),
    )[number % 2]
    streams.add([(streams[name].id, event)])
    return event


def hand(streams: Streams, one: str, other: str) -> None:
    streams.do(link_by_hand, streams[one], streams[other], despite_conflict=True)


def parted(names: tuple[str, ...], links: list[tuple[str, str]]) -> set[frozenset[str]]:
    """What these links join, reckoned as plainly as can be."""
    groups = [{name} for name in names]
    for one, other in links:
        mine = next(group for group in groups if one in group)
        others = next(group for group in groups if other in group)
        if mine is not others:
            groups.remove(others)
            mine |= others
    return {frozenset(f"customer-{name}" for name in group) for group in groups}


@given(MINUTES, PAIRS, st.data())
def test_links_that_were_taken_away_were_never_there(
    minutes: list[int], pairs: list[tuple[str, str]], data: st.DataObject
) -> None:
    streams, never = streams_of(minutes), streams_of(minutes)
    doomed = [pair for pair in pairs if data.draw(st.booleans(), label=f"{pair} is taken away")]
    waiting = list(doomed)
    for number, (one, other) in enumerate(pairs):
        hand(streams, one, other)
        written = fact(streams, one, number)
        never.add([(never[one].id, written)])
        if (one, other) not in doomed:
            hand(never, one, other)
        if waiting and waiting[0] in pairs[: number + 1] and data.draw(st.booleans(), label="now"):
            gone = waiting.pop(0)
            streams.do(unlink, streams[gone[0]], streams.link(*gone))
            streams.do(lift_cannot_link, streams[gone[0]], streams[gone[1]])
    for gone in data.draw(st.permutations(waiting)):
        streams.do(unlink, streams[gone[1]], streams.link(*gone))

    assert streams.partition() == never.partition()
    assert all(streams.canonical(name) == never.canonical(name) for name in NAMES)
    assert {stream: facts(events) for stream, events in streams.events.items()} == {
        stream: facts(events) for stream, events in never.events.items()
    }


@given(MINUTES, PAIRS, st.randoms(use_true_random=False))
def test_the_order_of_links_does_not_matter(minutes: list[int], pairs: list[tuple[str, str]], chance: Any) -> None:
    first, second = streams_of(minutes), streams_of(minutes)
    for pair in pairs:
        hand(first, *pair)
    chance.shuffle(pairs)
    for one, other in pairs:
        hand(second, other, one)

    assert first.partition() == second.partition() == parted(NAMES, pairs)
    assert all(first.canonical(name) == second.canonical(name) for name in NAMES)


@given(st.permutations([(one, other) for one in REACHED[:3] for other in REACHED[3:]]), st.integers(0, 12))
def test_rules_join_the_same_in_any_order(pairs: list[tuple[str, str]], few: int) -> None:
    first, second = Streams(*REACHED), Streams(*REACHED)
    for one, other in pairs[:few]:
        first.contact(one, other)
    for one, other in reversed(pairs[:few]):
        second.contact(other, one)
    assert first.partition() == second.partition() == parted(REACHED, pairs[:few])


@given(PAIRS, st.lists(st.sampled_from(NAMES), max_size=10))
def test_what_is_known_of_one_identifier_is_neither_won_nor_lost_by_links(
    pairs: list[tuple[str, str]], told: list[str]
) -> None:
    linked, alone = Streams(*NAMES), Streams(*NAMES)
    for number, name in enumerate(told):
        if number < len(pairs):
            hand(linked, *pairs[number])
        event = fact(alone, name, number)
        linked.add([(linked[name].id, event)])
    for stream in linked.events:
        assert facts(linked.events[stream]) == alone.events[stream]
        assert replace(folded(linked.events[stream]), links=NO_LINKS) == folded(alone.events[stream])


def facts(events: list[Event]) -> list[Event]:
    return [event for event in events if not isinstance(event, LINK_EVENTS)]


def folded(events: list[Event]) -> Customer:
    customer = Customer()
    for event in events:
        customer = evolve_customer(customer, event)
    return customer


def test_a_customer_knows_since_when_and_with_whom() -> None:
    streams = Streams("C1", "P1")
    [linked] = streams.contact("C1", "P1")
    registered = CustomerRegistered(at=NOON, recorded_at=NOON + timedelta(seconds=1), causation="c", actor="a")
    customer = folded([registered, linked])
    assert customer.registered_at == NOON + timedelta(seconds=1)
    assert customer.links == streams.links[streams["C1"].id]


class AnythingIsSaid(RuleBasedStateMachine):
    """Contacts, systems and people link, part and mark streams as they like."""

    name = st.sampled_from(NAMES)

    @initialize(minutes=MINUTES)
    def start(self, minutes: list[int]) -> None:
        self.streams = streams_of(minutes)
        self.live: dict[str, tuple[str, str]] = {}

    @rule(one=name, other=name, declared=st.booleans())
    def by_rule(self, one: str, other: str, declared: bool) -> None:
        streams = self.streams
        before = self.joined()
        events = streams.do(link_declared, streams[one], streams[other]) if declared else streams.contact(one, other)
        self.note(events)
        for mine, others in self.joined() - before:
            assert pair_of(mine, others) not in self.apart(), "a rule joined whom a person keeps apart"
            if not any(isinstance(event, CustomersLinked) for event in events):
                raise AssertionError("streams were joined without a link")
            by = ("", "") if declared else (streams[one].kind, streams[other].kind)
            found = conflicts([streams.sides[mine]], [streams.sides[others]], by)
            assert not found, "a rule joined two identities"

    @rule(one=name, other=name, despite=st.booleans())
    def by_hand(self, one: str, other: str, despite: bool) -> None:
        before = self.joined()
        if one == other:
            return
        try:
            about = self.streams[one], self.streams[other]
            self.note(self.streams.do(link_by_hand, *about, despite_conflict=despite))
        except RefusedError:
            return
        assert all(pair_of(*pair) not in self.apart() for pair in self.joined() - before)

    @rule(data=st.data())
    def take_away(self, data: st.DataObject) -> None:
        if self.live:
            link = data.draw(st.sampled_from(sorted(self.live)))
            one, _ = self.live.pop(link)
            self.streams.do(unlink, self.streams.sides[one], link)

    @rule(one=name, other=name, lift=st.booleans())
    def keep_apart(self, one: str, other: str, lift: bool) -> None:
        if one == other:
            return
        try:
            decide = lift_cannot_link if lift else state_cannot_link
            self.streams.do(decide, self.streams[one], self.streams[other])
        except RefusedError:
            assert (self.streams[one].id, self.streams[other].id) in self.joined()

    @rule(one=name, shared=st.booleans())
    def share(self, one: str, shared: bool) -> None:
        self.streams.do(mark_shared if shared else unmark_shared, self.streams[one])
        if shared:
            self.live = {link: pair for link, pair in self.live.items() if self.streams[one].id not in pair}

    def note(self, events: list[Event]) -> None:
        for event in events:
            if isinstance(event, CustomersLinked):
                self.live[event.link_id] = (event.left.id, event.right.id)
        known = {link.link_id for links in self.streams.links.values() for link in links.live}
        self.live = {link: pair for link, pair in self.live.items() if link in known}

    def joined(self) -> set[tuple[str, str]]:
        return {(one, other) for group in self.streams.partition() for one in group for other in group if one != other}

    def apart(self) -> set[tuple[str, str]]:
        return {tuple(pair) for links in self.streams.links.values() for pair in links.apart}  # type: ignore[misc]

    @invariant()
    def the_customers_are_what_the_links_that_stand_make_of_them(self) -> None:
        streams = self.streams
        plain = [(one.removeprefix("customer-"), other.removeprefix("customer-")) for one, other in self.live.values()]
        assert streams.partition() == parted(NAMES, plain)

    @invariant()
    def both_streams_of_a_link_know_it(self) -> None:
        for stream, links in self.streams.links.items():
            assert all(stream in link.pair for link in links.live)
            for link in links.live:
                assert all(link in self.streams.links[one].live for one in link.pair)
            assert not (links.shared and links.live)

    @invariant()
    def everybody_has_one_canonical_stream_and_it_is_one_of_theirs(self) -> None:
        for one in self.streams.sides.values():
            members = whole(self.streams.links, one)
            assert {canonical(whole(self.streams.links, member).values()) for member in members.values()} == {
                canonical(members.values())
            }
            assert canonical(members.values()) in members


TestAnythingIsSaid = AnythingIsSaid.TestCase
TestAnythingIsSaid.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
