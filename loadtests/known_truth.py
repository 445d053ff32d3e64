"""Runs a made-up population through the real import and intake, and holds what became of it against the truth."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations, islice
from pathlib import Path

from hub.application.imports.kinds import source_of
from hub.application.imports.records import take_records
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.book import LINK_TOPICS, LinkBook
from hub.domain.contact import Contact
from hub.domain.ids import customer_id
from hub.journal.journal import EventJournal
from hub.journal.store import Store, generations, open_store
from hub.settings import Settings
from loadtests.lives import MAPPING, START, Lives
from loadtests.population import Population

KEY = b"k" * 32
AT_ONCE = 500
READ_EVENTS = 5_000


class MovedClock:
    """Time as the population's contacts tell it."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody sleeps {seconds} s here")


@dataclass(frozen=True, slots=True)
class Truth:
    """What the links came to. A customer is wrong if no one party ever had all its identifiers; pairs are of proven
    identifiers that are one party's alone."""

    customers: int
    wrong: int
    pairs: int
    linked: int
    attested: int
    """Pairs that contacts or records brought together, one with the other or by way of others of the same party."""
    attested_linked: int
    conflicts: Counter[str]
    shared: int

    @property
    def recall(self) -> float:
        return self.linked / self.pairs

    @property
    def recall_of_attested(self) -> float:
        return self.attested_linked / self.attested


class Trial:
    """A population, and the store it went to."""

    def __init__(self, directory: Path, people: int, companies: int, *, seed: int = 7, nameless: float = 0.0) -> None:
        self.settings = Settings(data_dir=directory / "data")
        self.directory = directory
        self.population = Population(people, companies, seed)
        self.lives = Lives(self.population, nameless=nameless)
        self.clock = MovedClock()
        self.stream_of = {one: customer_id(KEY, *one) for one in self.population.holders}
        self.identifier_of = {stream: one for one, stream in self.stream_of.items()}

    async def live(self) -> str:
        """Everything that happens; what was taken in."""
        file, mapping = self.directory / "customers.csv", self.directory / "mapping.toml"
        with file.open("w", encoding="utf-8") as out:
            out.writelines(self.lives.rows())
        mapping.write_text(MAPPING, encoding="utf-8")
        with closing(generations(self.settings)) as forgotten:
            counts = await take_records(
                open_store(self.settings), source_of("customers", mapping), file, KEY,
                clock=self.clock, rejects=self.directory / "rejects.jsonl", forgotten=forgotten,
            )  # fmt: skip
        journal = EventJournal(open_store(self.settings))
        try:
            taken = await self.take(journal, self.lives.contacts())
        finally:
            await journal.close()
        return f"{counts.rows:,} records, {counts.rejected:,} of them refused; {taken:,} contacts"

    async def take(self, journal: EventJournal, contacts: Iterable[Contact]) -> int:
        """Contacts as they come in; how many."""
        recorder = ContactRecorder(journal, self.clock, KEY)
        waiting, taken = iter(contacts), 0
        while batch := list(islice(waiting, AT_ONCE)):
            self.clock.moment = max(self.clock.moment, batch[-1].occurred_at)
            for told in await recorder.record([(one, "adapter:made-up") for one in batch]):
                if not isinstance(told, Receipt):
                    raise told
            taken += len(batch)
        return taken

    def truth(self) -> Truth:
        """What the links came to."""
        with closing(open_store(self.settings)) as store, closing(self.book(store)) as book:
            customer: dict[str, int] = {}
            wrong = customers = 0
            for number, whole in enumerate(book.wholes()):
                customers += 1
                together = [
                    self.identifier_of[one.customer_id]
                    for one in whole.members
                    if one.customer_id in self.identifier_of
                ]
                wrong += not self.population.is_right(together)
                customer |= {one.customer_id: number for one in whole.members}
            conflicts = Counter(one.because for one in book.conflicts())
            pairs, attested = Counter[bool](), Counter[bool]()
            for groups in self._own():
                for each in groups:
                    attested.update(_pairs(each, customer))
                pairs.update(_pairs([one for each in groups for one in each], customer))
            return Truth(
                customers, wrong, pairs.total(), pairs[True], attested.total(), attested[True], conflicts,
                len(book.shared()),
            )  # fmt: skip

    def book(self, store: Store) -> LinkBook:
        """The links of the whole log."""
        book, position = LinkBook(), 0
        while rows := store.read_stored(position, READ_EVENTS):
            position = rows[-1].position
            links = [row for row in rows if row.topic.partition("/")[0] in LINK_TOPICS]
            book.enter([(row, store.codec.decode_veiled(row.stream, row.topic, row.state)) for row in links])
        return book

    def _own(self) -> Iterator[list[set[str]]]:
        """For each party the proven identifiers that are theirs alone, as streams, in groups of those that were brought
        together, one by one or by way of others."""
        groups: defaultdict[int, list[set[str]]] = defaultdict(list)
        for party, together in self.lives.attested:
            streams = {self.stream_of[one] for one in together}
            mine = [group for group in groups[party] if group & streams]
            groups[party] = [group for group in groups[party] if group not in mine] + [streams.union(*mine)]
        alone = {self.stream_of[one] for one, holders in self.population.holders.items() if len(holders) == 1}
        for found in groups.values():
            yield [group & alone for group in found]


def _pairs(streams: Iterable[str], customer: dict[str, int]) -> Iterator[bool]:
    """For each two of them whether they are one customer."""
    for one, other in combinations(streams, 2):
        yield one in customer and customer[one] == customer.get(other)
