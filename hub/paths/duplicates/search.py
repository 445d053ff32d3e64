"""The search for duplicates: takes records one by one, then tells what is linked, proposed, contradictory or shared."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import combinations

from hub.paths.duplicates.blocking import MOST_RECORDS, KeyIndex, fingerprint
from hub.paths.duplicates.findings import Conflict, Findings, Proposal, Shared
from hub.paths.duplicates.linking import Edge, Member, join, judge
from hub.paths.duplicates.packing import Packed
from hub.paths.duplicates.proposing import contested, propose
from hub.paths.duplicates.record import Record, folded

LARGEST_BLOCK = 40
"""Records that share a key of likeness are compared with each other, if they are not more than this."""


class DuplicateSearch:
    """`take` every record, then ask for `findings`, then for `proposals`. Of each record its texts are kept and little
    more, of each key eight bytes; nothing is compared that has no key in common."""

    def __init__(self, apart: Iterable[tuple[str, str]] = ()) -> None:
        """`apart`: pairs of streams that a person said are two customers; they are neither linked nor proposed."""
        self._apart = frozenset(frozenset(pair) for pair in apart)
        self._packed = Packed()
        self._identifiers = KeyIndex()
        self._likeness = KeyIndex()
        self._together: list[tuple[int, ...]] = []
        self._component: dict[int, int] = {}
        self.skipped_blocks = 0
        """Keys of likeness that too many records share: they were not compared for that key."""

    def __len__(self) -> int:
        return len(self._packed)

    def take(self, record: Record) -> None:
        """One more record; a stream comes once."""
        ordinal = len(self._packed)
        if ordinal == MOST_RECORDS:
            raise OverflowError(f"a search holds {MOST_RECORDS} records: search parts of them")
        record = folded(record)
        self._packed.add(record)
        for kind, value, _ in record.identifiers:
            self._identifiers.add(f"{kind}\x1f{value}", ordinal)
        for key in likeness_keys(record):
            self._likeness.add(key, ordinal)

    def findings(self) -> Findings:
        """What is certain: clusters, conflicts and shared identifiers."""
        edges: list[Edge] = []
        conflicts: list[Conflict] = []
        shared: list[Shared] = []
        self._together = []
        for mark, ordinals in self._identifiers.blocks():
            for kind, value, members in self._holders(mark, ordinals):
                judged = judge(kind, value, members)
                if judged.shared:
                    shared.append(judged.shared)
                    continue
                if judged.conflict:
                    conflicts.append(judged.conflict)
                edges += judged.links
                if not any(len(link.ordinals) == len(members) for link in judged.links):
                    self._together.append(tuple(one.ordinal for one in members))
        joined = join(edges, self._record, self._apart)
        self._component = {one: component[0] for component in joined.components for one in component}
        return Findings(joined.clusters, (*conflicts, *joined.conflicts), tuple(shared))

    def proposals(self) -> Iterator[Proposal]:
        """What is likely, each pair once: among records that `findings` did not link."""
        told: set[int] = set()
        self.skipped_blocks = 0
        for identifier, ordinals in self._candidates():
            if len(ordinals) > LARGEST_BLOCK:
                self.skipped_blocks += 1
                continue
            records = [(one, self._packed.texts(one)) for one in ordinals]
            for (one, first), (other, second) in combinations(records, 2):
                if self._settled(one, other, first, second):
                    continue
                found = propose(first, second, identifier=identifier)
                if found is None or one * MOST_RECORDS + other in told:
                    continue
                found = contested(found, self._record(one), self._record(other))
                if found:
                    told.add(one * MOST_RECORDS + other)
                    yield found

    def _candidates(self) -> Iterator[tuple[bool, list[int]]]:
        for ordinals in self._together:
            yield True, list(ordinals)
        for _, found in self._likeness.blocks():
            yield False, found

    def _settled(self, one: int, other: int, first: Record, second: Record) -> bool:
        if one in self._component and self._component[one] == self._component.get(other):
            return True
        return bool(self._apart) and frozenset((first.stream, second.stream)) in self._apart

    def _holders(self, mark: int, ordinals: list[int]) -> Iterator[tuple[str, str, list[Member]]]:
        """The identifiers behind a fingerprint, each with the records that hold it."""
        held: defaultdict[tuple[str, str], dict[int, Member]] = defaultdict(dict)
        for ordinal in ordinals:
            record = self._record(ordinal)
            for kind, value, verified in record.identifiers:
                if fingerprint(f"{kind}\x1f{value}") == mark:
                    held[kind, value][ordinal] = Member(ordinal, record, verified)
        for (kind, value), holders in held.items():
            yield kind, value, sorted(holders.values(), key=lambda one: one.record.stream)

    def _record(self, ordinal: int) -> Record:
        return self._packed.record(ordinal)


def likeness_keys(record: Record) -> Iterator[str]:
    """What records that may be one person have in common, whichever one or two of their fields are wrong. Names may
    have been entered the wrong way round."""
    given, family, birth = record.given_name, record.family_name, record.birth_date
    if birth:
        yield from {f"born\x1f{birth}\x1f{name[0]}" for name in (given, family) if name}
    if given and family:
        whole = "\x1f".join(sorted((given, family)))
        for where in (birth[:4], birth[4:], record.postcode, record.place):
            if where:
                yield f"named\x1f{whole}\x1f{where}"
    if record.house and (record.postcode or record.place):
        yield f"lives\x1f{record.postcode or record.place}\x1f{record.house}\x1f{record.street[:4]}"
