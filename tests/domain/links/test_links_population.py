"""A made-up population whose truth is known: families share phones, companies have switchboards, numbers get new
owners. No rule joins two people, most of what is one person's comes together, and links taken away leave no trace."""

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import timedelta

import pytest

from hub.domain.customer.links.decide import link_by_hand, unlink
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.errors import RefusedError
from tests.domain.links.streams import NOON, Streams

PEOPLE, COMPANIES, BY_HAND = 2_000, 40, 1_000


@dataclass
class Person:
    """Whose identifiers are whose: `own` name this one alone, `others` are shared, or were somebody else's before."""

    own: list[str]
    others: list[str] = field(default_factory=list)


class Population:
    """Everybody's contacts, each bringing two or three verified identifiers."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.streams = Streams()
        self.people = [self.person(number) for number in range(PEOPLE)]
        for first, second in zip(self.people[0::8], self.people[1::8], strict=True):
            home = self.new("phone", f"home-{first.own[0]}")
            first.others.append(home)
            second.others.append(home)
        for old, new in zip(self.people[2::40], self.people[3::40], strict=True):
            new.others.append(next(one for one in old.own if "phone" in one))
        for number in range(COMPANIES):
            switchboard = self.new("phone", f"switchboard-{number}")
            for one in self.chance.sample(self.people, 12):
                one.others.append(switchboard)

    def new(self, kind: str, name: str) -> str:
        since = NOON + timedelta(seconds=self.chance.randrange(100_000))
        self.streams.include(Side(id=f"customer-{kind}-{name}", kind=kind, since=since))
        return f"{kind}-{name}"

    def person(self, number: int) -> Person:
        kinds = ["customer_number", "phone", "email"] + ["national_id"] * (self.chance.random() < 0.6)
        own = [self.new(kind, f"{number}") for kind in kinds]
        if "national_id" in kinds and self.chance.random() < 0.2:
            own.append(self.new("customer_number", f"{number}b"))
        return Person(own + [self.new("email", f"{number}b")] * (self.chance.random() < 0.3))

    def live(self, contacts: int) -> None:
        """Contacts, also of the old owners of numbers before those of the new ones."""
        for _ in range(contacts):
            one = self.chance.choice(self.people)
            known_by = [name for name in one.own if name.startswith(("national_id", "customer_number"))]
            leading = self.chance.choice(known_by)
            others = self.chance.sample(one.own + one.others, 2)
            for other in others:
                if other != leading:
                    self.streams.contact(leading, other)


@pytest.fixture(scope="module")
def population() -> Population:
    made = Population(7)
    made.live(PEOPLE * 8)
    return made


def owners(population: Population) -> dict[str, int]:
    return {f"customer-{name}": number for number, one in enumerate(population.people) for name in one.own}


def test_no_rule_joins_two_people(population: Population) -> None:
    truth = owners(population)
    for customer in population.streams.partition():
        people = {truth[stream] for stream in customer if "phone" not in stream and stream in truth}
        assert len(people) <= 1


def test_most_of_what_is_one_persons_comes_together(population: Population) -> None:
    customer_of = {stream: customer for customer in population.streams.partition() for stream in customer}
    pairs = Counter[bool]()
    for one in population.people:
        streams = [f"customer-{name}" for name in one.own]
        for number, stream in enumerate(streams):
            pairs.update(customer_of[stream] is customer_of[other] for other in streams[:number])
    assert pairs[True] / pairs.total() > 0.9


def test_switchboards_are_found_out(population: Population) -> None:
    links = population.streams.links
    shared = {stream for stream, one in links.items() if one.shared}
    assert sum("switchboard" in stream for stream in shared) > COMPANIES * 0.9
    mistaken = [stream for stream in shared if "switchboard" not in stream]
    assert len(mistaken) < PEOPLE * 0.005, "two people with several customer numbers each look like three"


def test_a_thousand_links_by_hand_that_are_taken_away_again_leave_what_was(population: Population) -> None:
    streams, chance = population.streams, population.chance
    before, canonical = streams.partition(), {one: streams.canonical(one[9:]) for one in streams.sides}
    facts = {stream: len(events) for stream, events in streams.events.items()}
    sides = sorted(streams.sides)
    made: list[tuple[str, str]] = []
    while len(made) < BY_HAND:
        one, other = chance.sample(sides, 2)
        try:
            events = streams.do(link_by_hand, streams.sides[one], streams.sides[other], despite_conflict=True)
        except RefusedError:
            continue
        made += [(one, event.link_id) for event in events if isinstance(event, CustomersLinked)]
    assert streams.partition() != before
    chance.shuffle(made)
    for one, link in made:
        streams.do(unlink, streams.sides[one], link)
    assert streams.partition() == before
    assert {one: streams.canonical(one[9:]) for one in streams.sides} == canonical
    assert all(len(streams.events[stream]) >= count for stream, count in facts.items())
