"""Decisions are explained and checked from a real store, from any mark of the open work as from the beginning."""

import sqlite3
from collections.abc import AsyncIterator, Iterator
from itertools import groupby, pairwise
from pathlib import Path

import pytest

from hub.application.explaining.decisions import Decisions, Mark
from hub.domain.customer.events import ContactReceived
from hub.domain.errors import NotFoundError
from hub.domain.interaction.events import InteractionOffered, InteractionQueued, OfferDeclined
from hub.journal.journal import EventJournal
from hub.journal.store import Store, open_store
from hub.ports import Append, Committed, ContactRow, Recorded, Unit
from hub.projections import open_work_marks
from hub.projections.open_work import Keep, projection
from hub.projections.open_work_marks import mark_before
from hub.projections.runner import Runner
from hub.settings import Settings
from tests.router.days import OPEN, Day, busy_day, full_centre

FEW = 12
"""Interactions looked at from every side."""


@pytest.fixture(scope="module")
def day() -> Day:
    policies = full_centre()
    return busy_day(
        policies[0][0], seed=7, hours=1.5, contacts_per_hour=400, agents=14, policies=policies[1:], start=OPEN
    )


@pytest.fixture(scope="module")
def store(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = open_store(Settings(data_dir=tmp_path_factory.mktemp("store"), installation_key="1" * 64))
    outcomes = store.append([_unit(list(events)) for _, events in groupby(day.log, lambda one: one.event.causation)])
    assert all(isinstance(one, Committed) for one in outcomes)
    yield store
    store.close()


def _unit(events: list[Recorded]) -> Unit:
    contacts = [
        ContactRow(one.event.contact_id, one.stream, b"1") for one in events if isinstance(one.event, ContactReceived)
    ]
    return Unit([Append(one.stream, one.version - 1, [one.event]) for one in events], contacts)


@pytest.fixture(scope="module")
def views(store: Store, day: Day) -> Iterator[sqlite3.Connection]:
    """Open work with a mark every few hundred events."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    policy = day.policy
    keep = Keep(
        reopen={name: channel.reopen_within_days * 86_400 for name, channel in policy.channels.items()},
        reentry={name: queue.reentry_seconds for name, queue in policy.queues.items()},
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_work_marks, "LEAST_EVENTS", 300)
        patch.setattr(open_work_marks, "EVENTS_A_ROW", 0)
        Runner(connection, [projection(keep)], store.read_stored, store.codec.decode, 50).run()
    yield connection
    connection.close()


@pytest.fixture(scope="module")
def marks(views: sqlite3.Connection) -> list[int]:
    return [position for (position,) in views.execute("SELECT position FROM open_work_marks ORDER BY position")]


class _Shared:
    """A store that outlives its journal."""

    def __init__(self, store: Store) -> None:
        self._store = store

    def __getattr__(self, name: str) -> object:
        return getattr(self._store, name) if name != "close" else lambda: None


@pytest.fixture
async def journal(store: Store) -> AsyncIterator[EventJournal]:
    journal = EventJournal(_Shared(store))  # type: ignore[arg-type]
    yield journal
    await journal.close()


async def test_a_stored_day_comes_out_the_same(journal: EventJournal, day: Day) -> None:
    found = await Decisions(journal, day.policy).verify()
    assert (found.different, found.missing, found.findings) == (0, 0, [])
    assert found.events == len(day.log)
    assert found.by_kind["InteractionOffered"] > 600


async def test_from_any_mark_it_comes_out_the_same(
    journal: EventJournal, day: Day, views: sqlite3.Connection, marks: list[int]
) -> None:
    decisions = Decisions(journal, day.policy, lambda position: mark_before(views, position))
    assert len(marks) > 8
    marks = [position for position in marks if position < len(day.log)]
    for after, upto in pairwise([*marks, len(day.log)]):
        found = await decisions.verify(after, upto)
        assert (found.different, found.missing, found.findings) == (0, 0, [])
        assert found.events == upto - after
        assert found.decisions > (upto - after) / 10


async def test_a_part_in_the_middle_is_the_part_of_the_whole(
    journal: EventJournal, day: Day, views: sqlite3.Connection
) -> None:
    whole = await Decisions(journal, day.policy).verify(2_000, 3_000)
    part = await Decisions(journal, day.policy, lambda position: mark_before(views, position)).verify(2_000, 3_000)
    assert (whole.events, whole.missing, whole.different) == (1_000, 0, 0)
    assert part.as_json() == whole.as_json()


async def test_an_explanation_from_a_mark_is_the_one_from_the_beginning(
    journal: EventJournal, day: Day, views: sqlite3.Connection, marks: list[int]
) -> None:
    used: list[Mark] = []

    def marked(position: int) -> Mark | None:
        mark = mark_before(views, position)
        if mark is not None:
            used.append(mark)
        return mark

    late = [one for one in day.log if isinstance(one.event, InteractionQueued | OfferDeclined)]
    late = [one for one in late if one.position > marks[2]]
    for stream in {one.stream: None for one in late[:: len(late) // FEW]}:
        whole = await Decisions(journal, day.policy).of(stream, shown=None)
        assert await Decisions(journal, day.policy, marked).of(stream, shown=None) == whole
        assert [one for one in whole["decisions"] if one["same"] is False] == []
    assert len({mark[0] for mark in used}) > 4


def _declined_then_offered(day: Day) -> tuple[Recorded, Recorded]:
    """A refusal, and the next offer of the same work."""
    for declined in (one for one in day.log if isinstance(one.event, OfferDeclined)):
        for one in day.log[declined.position :]:
            if one.stream == declined.stream and isinstance(one.event, InteractionOffered):
                return declined, one
    raise AssertionError("nobody declined what was offered again")


async def test_who_declined_before_is_told(journal: EventJournal, day: Day) -> None:
    declined, offered = _declined_then_offered(day)
    told = await Decisions(journal, day.policy).of(declined.stream, shown=None)
    assert told["interaction_id"] == declined.stream
    [decision] = [one for one in told["decisions"] if one["position"] == offered.position]
    rules = {one["agent_id"]: (one["rule"], one["rank"]) for one in decision["agents"]}
    assert rules[declined.event.agent_id][0] in ("declined_before", "resting", "not_ready", "not_signed_on")  # type: ignore[attr-defined]
    assert rules[offered.event.agent_id] == ("fits", 1)  # type: ignore[attr-defined]


@pytest.mark.parametrize("unknown", ["interaction-nobody", "customer-1", "pool-main", ""])
async def test_what_is_no_interaction_is_refused(journal: EventJournal, day: Day, unknown: str) -> None:
    with pytest.raises(NotFoundError, match="there is no interaction"):
        await Decisions(journal, day.policy).of(unknown)


async def test_few_candidates_are_told_unless_all_are_asked_for(journal: EventJournal, day: Day) -> None:
    stream = next(one.stream for one in reversed(day.log) if isinstance(one.event, InteractionOffered))
    few = await Decisions(journal, day.policy).of(stream, shown=2)
    every = await Decisions(journal, day.policy).of(stream, shown=None)
    for one, whole in zip(few["decisions"], every["decisions"], strict=True):
        if one["type"] == "InteractionOffered":
            assert one["agents"] == whole["agents"][:2]
            assert sum(one["agents_by_rule"].values()) == len(whole["agents"]) > 2


def test_the_data_directory_is_not_touched(tmp_path: Path) -> None:
    from hub.operations.explaining import check_decisions  # noqa: PLC0415

    with pytest.raises(NotFoundError, match="no event store"):
        check_decisions(Settings(data_dir=tmp_path / "var"))
    assert not (tmp_path / "var").exists()
