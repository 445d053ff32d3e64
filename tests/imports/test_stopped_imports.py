import os
import signal
import subprocess
import sys
import textwrap
from collections import Counter

import pytest

from hub.application.imports.ahead import Ahead
from hub.application.imports.kinds import source_of
from hub.application.imports.records import take_records
from hub.domain.errors import ConflictError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import open_store
from hub.ports import Append, Unit
from hub.settings import Settings
from tests.imports.records import KEY, MAPPINGS, ROOT, Centre, FixedClock, told
from tests.support.stores import event, unit

HEADER = "number;national code;mobile;mail;name;class;value;status;changed"
IMPORTER = """
    import asyncio, sys
    from pathlib import Path
    from hub.application.imports import records
    from hub.application.imports.kinds import source_of
    from hub.clock import WallClock
    from hub.journal.store import generations, open_store
    from hub.settings import Settings

    settings = Settings(data_dir=Path(sys.argv[1]))
    asyncio.run(records.take_records(
        open_store(settings), source_of("customers", Path(sys.argv[2])), Path(sys.argv[3]), b"k" * 32,
        clock=WallClock(), rejects=Path(sys.argv[3] + ".rejects"), forgotten=generations(settings),
        on_bytes=lambda _: print(".", flush=True), batch_rows=20,
    ))
"""


def row(number: int) -> str:
    return f"C{number};;;c{number}@example.com;Customer {number};person;A;;2026-03-01 10:00"


@pytest.mark.acceptance
def test_killed_half_way_it_goes_on(tmp_path):
    centre = Centre(tmp_path)
    rows = [row(number) for number in range(3_000)]
    file = tmp_path / "killed.csv"
    file.write_text("\n".join([HEADER, *rows]) + "\n", encoding="utf-8")
    command = [sys.executable, "-c", textwrap.dedent(IMPORTER), str(centre.settings.data_dir),
               str(MAPPINGS / "crm_customers.toml"), str(file)]  # fmt: skip
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=ROOT) as importer:
        assert importer.stdout is not None
        for _ in range(5):
            assert importer.stdout.readline()
        os.kill(importer.pid, signal.SIGKILL)
    half = Counter(centre.names())["CustomerRegistered"]
    assert 0 < half < 3_000
    counts = centre.take("customers", "crm_customers.toml", HEADER, *rows)
    assert told(counts) == {"rows": 3_000, "taken": 3_000 - half, "duplicates": half}
    assert Counter(centre.names())["CustomerRegistered"] == 3_000


class NobodyForgotten:
    def renewed(self, homes):
        return homes

    def lineage(self, stream):
        return (stream,)


async def test_another_writer_of_the_same_customer_is_waited_out(tmp_path):
    """Somebody else writes to the customer after it was read, before it is written."""
    settings = Settings(data_dir=tmp_path)
    installation_key(settings)
    store = open_store(settings)
    append, intruded = store.append, list[str]()

    def intrude(units):
        if not intruded:
            stream = units[0].appends[0].stream
            intruded.append(stream)
            append([Unit([Append(stream, 0, [event()])])])
        return append(units)

    store.append = intrude
    file = tmp_path / "customers.csv"
    file.write_text("\n".join([HEADER, row(1), row(2), row(1)]) + "\n", encoding="utf-8")
    counts = await take_records(
        store, source_of("customers", MAPPINGS / "crm_customers.toml"), file, KEY,
        clock=FixedClock(), rejects=tmp_path / "rejects", forgotten=NobodyForgotten(),
    )  # fmt: skip
    assert told(counts) == {"rows": 3, "taken": 2, "duplicates": 1}


async def test_what_is_decided_ahead_is_built_on_and_can_be_dropped(tmp_path):
    journal = EventJournal(open_store(Settings(data_dir=tmp_path)))
    await journal.commit([unit("a")])
    ahead = Ahead(journal)
    assert [one.version for one in (await ahead.load(["a"]))["a"]] == [1]
    await ahead.commit([Unit([Append("a", 1, [event()])]), Unit([Append("a", 2, [event()])])])
    [taken] = ahead.take()
    assert (taken.stream, taken.after, len(taken.events)) == ("a", 1, 2)
    await ahead.commit([Unit([Append("a", 3, [event()])])])
    ahead.drop()
    assert [one.version for one in (await ahead.load(["a"], {"a": 1}))["a"]] == [2, 3]
    assert ahead.take() == []
    [outcome] = await journal.commit([Unit([Append("a", 2, [event()])])])
    assert isinstance(outcome, ConflictError)
    await journal.close()
