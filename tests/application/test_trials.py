"""A trial reads what it needs of a store, and comes out the same from a mark as from the beginning of the log."""

import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from hub.application.explaining.trials import run_trial
from hub.domain.errors import InvalidError
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.ports import Append, Recorded, Unit
from hub.projections import open_work_marks
from hub.projections.open_work import Keep, projection
from hub.projections.open_work_marks import Mark, mark_before
from hub.projections.runner import Runner
from hub.router.policy.parsing import parse_policy
from hub.router.trial.report import as_json
from hub.settings import Settings
from tests.router.days import OPEN, Day
from tests.router.trials import steady_day, uninterrupted

SINCE = OPEN + timedelta(hours=1.5)


POLICY = uninterrupted()[0]
NOBODY_KNOWN = parse_policy(re.sub("(?m)^known_agent(_seconds)? = .*$", "", POLICY.text))


@pytest.fixture(scope="module")
def day() -> Day:
    return steady_day(NOBODY_KNOWN, seed=3, hours=2.5)


@pytest.fixture(scope="module")
def settings(day: Day, tmp_path_factory: pytest.TempPathFactory) -> Settings:
    settings = Settings(data_dir=tmp_path_factory.mktemp("store"), installation_key="1" * 64)
    store = open_store(settings)
    store.append([Unit([Append(one.stream, one.version - 1, [one.event])]) for one in day.log])
    store.close()
    return settings


@pytest.fixture(scope="module")
def views(settings: Settings, day: Day) -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    keep = Keep(
        reopen={name: channel.reopen_within_days * 86_400 for name, channel in day.policy.channels.items()},
        reentry={name: queue.reentry_seconds for name, queue in day.policy.queues.items()},
    )
    store = open_store(settings)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(open_work_marks, "LEAST_EVENTS", 200)
        patch.setattr(open_work_marks, "EVENTS_A_ROW", 0)
        Runner(connection, [projection(keep)], store.read_stored, store.codec.decode, 50).run()
    store.close()
    yield connection
    connection.close()


class _Counted(EventJournal):
    """Counts what is read of the log."""

    reads = 0

    async def read(self, after: int, limit: int) -> list[Recorded]:
        found = await super().read(after, limit)
        self.reads += len(found)
        return found


@pytest.fixture
async def journal(settings: Settings) -> AsyncIterator[_Counted]:
    journal = _Counted(open_store(settings))
    yield journal
    await journal.close()


async def test_from_a_mark_it_is_what_it_is_from_the_beginning(
    journal: _Counted, day: Day, views: sqlite3.Connection
) -> None:
    used: list[Mark] = []

    def marked(position: int) -> Mark | None:
        found = mark_before(views, position)
        if found is not None:
            used.append(found)
        return found

    tried = parse_policy(re.sub('order = "growing"', 'order = "age"', day.policy.text))
    span = {"since": SINCE, "until": SINCE + timedelta(hours=0.5)}
    whole = as_json(await run_trial(journal, day.policy, tried, **span))
    read, journal.reads = journal.reads, 0
    part = as_json(await run_trial(journal, day.policy, tried, **span, mark_before=marked))
    assert part == whole
    assert whole["all"]["recorded"] == whole["all"]["same"]
    assert whole["all"]["recorded"]["offered"] > 50
    [mark] = used
    assert mark.position > len(day.log) / 4
    assert day.log[mark.position - 1].event.recorded_at < SINCE
    assert journal.reads < read - mark.position / 2


async def test_where_customers_may_get_their_last_agent_again_all_of_the_log_is_read(
    journal: _Counted, day: Day, views: sqlite3.Connection
) -> None:
    whole = as_json(await run_trial(journal, day.policy, POLICY, since=SINCE))
    read, journal.reads = journal.reads, 0
    marked = await run_trial(
        journal, day.policy, POLICY, since=SINCE, mark_before=lambda position: mark_before(views, position)
    )
    assert as_json(marked) == whole
    assert len(day.log) <= journal.reads <= read + 20


async def test_a_stretch_that_ends_before_it_begins_is_refused(journal: _Counted, day: Day) -> None:
    with pytest.raises(InvalidError, match="can't end"):
        await run_trial(journal, day.policy, day.policy, since=SINCE, until=SINCE)
