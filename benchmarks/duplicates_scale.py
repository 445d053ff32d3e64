"""What a search for duplicates costs, and whether it is right: `python -m benchmarks.duplicates_scale [RECORDS]`.

A generated population with a known truth: families that share an address and often a phone, names as uneven as real
ones, people who are in the books two or three times with slips of the pen, marriages, numbers handed on to strangers,
wrong national codes, companies whose staff call from one switchboard. Drawn from a fixed seed.
"""

import random
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from itertools import accumulate, combinations
from time import process_time
from typing import NamedTuple

from hub.paths.duplicates.record import Known, Record
from hub.paths.duplicates.search import DuplicateSearch

_SYLLABLES = "ah ba da far gha ha ja ka la ma na pa ra sa ta va za ami ari esh ini ooz shi yan zad mo reza san nia pour"
_ADDRESSES = ("hafez", "saadi", "ferdowsi", "enqelab", "azadi", "keshavarz", "mirdamad", "shariati", "beheshti", "imam")


class Person(NamedTuple):
    """The truth about somebody."""

    number: int
    given: str
    family: str
    born: str
    national_id: str
    phone: str
    mail: str
    customer_number: str
    home: int


class Population:
    """People, each in the books once or more often; `truth` says of every stream whose it is."""

    def __init__(self, records: int) -> None:
        self._random = random.Random(7)
        self._records = records
        self._given = self._names(1_200, 3)
        self._family = self._names(20_000, 4)
        self._weights = {size: list(accumulate(1 / (rank + 8) for rank in range(size))) for size in (1_200, 20_000)}
        self.truth: dict[str, int] = {}
        self.twice = 0

    def __iter__(self) -> Iterator[Record]:
        draw = self._random
        taken = number = 0
        while taken < self._records:
            home = number
            family = self._pick(self._family)
            for _ in range(draw.choice((1, 2, 2, 3, 4))):
                number += 1
                person = self._person(number, family if draw.random() < 0.7 else self._pick(self._family), home)
                times = draw.choices((1, 2, 3), (85, 13, 2))[0]
                self.twice += times * (times - 1) // 2
                for time in range(times):
                    stream = f"customer-{draw.getrandbits(128):032x}"
                    self.truth[stream] = number
                    taken += 1
                    yield self._record(stream, person, again=time > 0)

    def _person(self, number: int, family: str, home: int) -> Person:
        draw = self._random
        given = self._pick(self._given)
        born = f"{draw.randrange(1320, 1390)}{draw.randrange(1, 13):02d}{draw.randrange(1, 30):02d}"
        return Person(
            number, given, family, born, _national_code(1_000_000 + number), f"+98912{number:07d}",
            f"{given}.{family}{number}@example.org", f"C{number:08d}", home,
        )  # fmt: skip

    def _record(self, stream: str, person: Person, *, again: bool) -> Record:
        draw = self._random
        if again and draw.random() < 0.03:
            person = person._replace(family=self._pick(self._family), home=draw.randrange(10**7))
        given, family, born = person.given, person.family, person.born
        if again and draw.random() < 0.25:
            given, family = self._slip(given), self._slip(family) if draw.random() < 0.4 else family
        if again and draw.random() < 0.05:
            born = self._slip(born)
        place = (person.home + 1) * 0x9E3779B97F4A7C15 % 2**64
        where = (
            f"{_ADDRESSES[place % 10]} {_ADDRESSES[place // 10 % 10]} {place // 100 % 60 + 1}",
            str(place // 6_000 % 200 + 1),
            f"city{place // 1_200_000 % 400}",
            f"{place // 480_000_000 % (9 * 10**9) + 10**9}",
        )
        named, dated, located = (draw.random() < share for share in (0.95, 0.6, 0.6))
        return Record(
            stream,
            tuple(self._identifiers(person)),
            given if named else "",
            family if named else "",
            born if dated else "",
            *(where if located else ("", "", "", "")),
        )

    def _identifiers(self, person: Person) -> Iterator[Known]:
        draw = self._random
        if draw.random() < 0.4:
            code = person.national_id if draw.random() > 0.002 else _national_code(draw.randrange(2**20, 2**29))
            yield Known("national_id", code, True)
        if draw.random() < 0.6:
            yield Known("customer_number", person.customer_number, draw.random() < 0.5)
        if draw.random() < 0.8:
            shared = draw.random()
            owner = person.home if shared < 0.1 else draw.randrange(10**6) if shared < 0.11 else person.number
            office = draw.random() < 0.02
            number = f"+9821{draw.randrange(2_000):08d}" if office else f"+98912{owner:07d}"
            yield Known("phone", number, draw.random() < 0.5)
        if draw.random() < 0.4:
            yield Known("email", person.mail, draw.random() < 0.5)

    def _slip(self, text: str) -> str:
        at = self._random.randrange(len(text))
        kind = self._random.randrange(3)
        if kind == 0:
            return text[:at] + text[at + 1 :]
        if kind == 1:
            return text[:at] + text[at : at + 2][::-1] + text[at + 2 :]
        return text[:at] + self._random.choice(text) + text[at + 1 :]

    def _names(self, count: int, syllables: int) -> list[str]:
        parts = _SYLLABLES.split()
        found: dict[str, None] = {}
        while len(found) < count:
            found["".join(self._random.choices(parts, k=self._random.randrange(2, syllables + 1)))] = None
        return list(found)

    def _pick(self, names: list[str]) -> str:
        return self._random.choices(names, cum_weights=self._weights[len(names)])[0]


def _national_code(serial: int) -> str:
    digits = f"{serial:09d}"
    rest = sum((10 - place) * int(digit) for place, digit in enumerate(digits)) % 11
    return f"{digits}{rest if rest < 2 else 11 - rest}"


def main(records: int) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    population = Population(records)
    search = DuplicateSearch()
    taking = 0.0
    started = process_time()
    for record in population:
        begun = process_time()
        search.take(record)
        taking += process_time() - begun
    print(f"{len(search):,} records, {population.twice:,} pairs of one person; CPU seconds: "
          f"generate {process_time() - started - taking:.1f}, take {taking:.1f}", end="", flush=True)  # fmt: skip
    started = process_time()
    findings = search.findings()
    print(f", link {process_time() - started:.1f}", end="", flush=True)
    started = process_time()
    proposals = list(search.proposals())
    print(f", propose {process_time() - started:.1f}")
    most = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    print(f"memory {most:,.0f} MiB, the generator's truth included")
    truth = population.truth
    linked = Counter(truth[a] == truth[b] for cluster in findings.clusters for a, b in combinations(cluster.streams, 2))
    proposed = Counter(truth[found.one] == truth[found.other] for found in proposals)
    print(f"links: {linked[True]:,} right, {linked[False]:,} wrong; conflicts {len(findings.conflicts):,}, "
          f"shared identifiers {len(findings.shared):,}")  # fmt: skip
    print(f"proposals: {proposed[True]:,} right, {proposed[False]:,} wrong; keys too common to compare "
          f"{search.skipped_blocks:,}")  # fmt: skip
    print(f"recall: links {linked[True] / population.twice:.3f}, "
          f"with proposals {(linked[True] + proposed[True]) / population.twice:.3f}")  # fmt: skip
    for reason, number in Counter(found.reason for found in findings.conflicts).most_common():
        print(f"  conflict, {reason}: {number:,}")
    for rule in sorted({found.rule for found in proposals}):
        right = Counter(truth[found.one] == truth[found.other] for found in proposals if found.rule == rule)
        print(f"  {rule}: {right[True]:,} right, {right[False]:,} wrong")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000)
