"""What many units write in one transaction, and which of them may: the same for every store."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from hub.domain.errors import ConflictError
from hub.journal.codec import Codec, EncodedEvent
from hub.ports import Committed, ContactRow, KnownContactError, Outcome, Recorded, Snapshot, Unit


@dataclass(frozen=True, slots=True)
class Batch:
    """Rows of the tables, in the order they are to be inserted."""

    events: list[EncodedEvent] = field(default_factory=list)
    contacts: list[ContactRow] = field(default_factory=list)
    expected: list[tuple[str, int]] = field(default_factory=list)
    """Stream and version that must be there already: what the units were decided on."""
    untouched: list[tuple[str, int]] = field(default_factory=list)
    """Stream and version that must not be there yet: what was looked at, and is not written to."""


def prepare(codec: Codec, units: Iterable[Unit]) -> Batch | None:
    """The rows of these units; None where one of them leaves a gap behind another one's events."""
    units = list(units)
    codec.make_keys(append for unit in units for append in unit.appends)
    batch = Batch()
    events, expected, rows = batch.events, batch.expected, codec.rows
    ends: dict[str, int] = {}
    for unit in units:
        for stream, version, added in unit.appends:
            end = ends.get(stream)
            if end is None:
                if version:
                    expected.append((stream, version))
                if not added:
                    batch.untouched.append((stream, version + 1))
            elif end != version:
                return None
            events += rows(stream, version, added)
            ends[stream] = version + len(added)
        batch.contacts.extend(unit.contacts)
    return batch


def outcomes_of(units: Sequence[Unit], problems: Sequence[Exception | None], first: int) -> list[Outcome]:
    """One outcome a unit, where the events of those without a problem stand in the log from position `first` on."""
    outcomes: list[Outcome] = []
    for unit, problem in zip(units, problems, strict=True):
        if problem is not None:
            outcomes.append(problem)
            continue
        end = first
        for append in unit.appends:
            end += len(append.events)
        outcomes.append(Committed(first, end - 1))
        first = end
    return outcomes


def judge(
    units: Sequence[Unit], versions: Mapping[str, int], known: Mapping[str, ContactRow]
) -> list[Exception | None]:
    """Why each unit can't be written, given the newest version of every stream and the receipts of every contact
    they name, as they stand under the store's write lock. None: it can."""
    versions, known = dict(versions), dict(known)
    failed: set[str] = set()
    problems: list[Exception | None] = []
    for unit in units:
        problem = _repeated(unit, known) or _conflict(unit, versions, failed)
        problems.append(problem)
        if problem is not None:
            failed.update(written_by(unit))
            continue
        for append in unit.appends:
            versions[append.stream] = append.after + len(append.events)
        for row in unit.contacts:
            known[row.contact_id] = row
    return problems


def written_by(unit: Unit) -> list[str]:
    """The streams it adds to. Nobody can have built on those it only looked at."""
    return [append.stream for append in unit.appends if append.events]


def streams_of(units: Iterable[Unit]) -> list[str]:
    """Every stream these units name, once."""
    return list(dict.fromkeys(append.stream for unit in units for append in unit.appends))


def contact_ids_of(units: Iterable[Unit]) -> list[str]:
    """Every contact id these units bring, once."""
    return list(dict.fromkeys(row.contact_id for unit in units for row in unit.contacts))


def recorded_of(units: Sequence[Unit], outcomes: Sequence[Outcome]) -> list[Recorded]:
    """The events of the committed units as they now stand in the log."""
    recorded: list[Recorded] = []
    for unit, outcome in zip(units, outcomes, strict=True):
        if not isinstance(outcome, Committed):
            continue
        position = outcome.first
        for stream, version, events in unit.appends:
            for offset, event in enumerate(events):
                recorded.append(Recorded(position, stream, version + offset + 1, event))
                position += 1
    return recorded


def snapshots_of(codec: Codec, rows: Iterable[tuple[str, int, str, bytes]]) -> dict[str, Snapshot]:
    """The snapshots in these rows (stream, version, topic, state); none of somebody who was forgotten."""
    found: dict[str, Snapshot] = {}
    for stream, version, topic, stored in rows:
        state = codec.unseal(stream, topic, stored)
        if state is not None:
            found[stream] = Snapshot(version, topic, state)
    return found


def _repeated(unit: Unit, known: Mapping[str, ContactRow]) -> KnownContactError | None:
    own: dict[str, ContactRow] = {}
    for row in unit.contacts:
        before = known.get(row.contact_id) or own.get(row.contact_id)
        if before is not None:
            return KnownContactError(before)
        own[row.contact_id] = row
    return None


def _conflict(unit: Unit, versions: Mapping[str, int], failed: set[str]) -> ConflictError | None:
    own: dict[str, int] = {}
    for append in unit.appends:
        stream = append.stream
        if stream in failed or append.after != own.get(stream, versions.get(stream, 0)):
            return ConflictError(stream)
        own[stream] = append.after + len(append.events)
    return None
