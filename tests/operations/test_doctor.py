import asyncio
import json
import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub import doctor
from hub.bus.connection import connect
from hub.bus.rejected import RejectedContacts
from hub.bus.server import EmbeddedNats
from hub.clock import WallClock
from hub.doctor import machine, parts, store
from hub.doctor.check import Check, good, problem, warning
from hub.journal.keys import installation_key, key_file
from hub.journal.lock import RunningHub, hold_store, holder
from hub.journal.store import migrate
from hub.settings import Settings

MOUNTS = "/dev/sda1 / ext4 rw 0 0\nfiler:/home /mnt/home\\040dir nfs4 rw 0 0\ntmpfs /tmp tmpfs rw 0 0\n"
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", api_port=0)


def store_of(settings: Settings) -> Path:
    settings.data_dir.mkdir(mode=0o700)
    migrate(settings)
    return settings.sqlite_path


def with_an_event(file: Path, position: int = 1) -> None:
    with closing(sqlite3.connect(file)) as connection, connection:
        columns = "(rowid, originator_id, originator_version, topic, state)"
        connection.execute(f"INSERT INTO stored_events {columns} VALUES ({position}, 'customer-1', 1, 't', '')")


def by_name(checks: list[Check]) -> dict[str, Check]:
    return {check.name: check for check in checks}


def test_a_fresh_machine_is_green_and_stays_untouched(settings: Settings) -> None:
    checks = doctor.run_checks(settings)
    assert [check for check in checks if check.sign != "ok"] == []
    assert not settings.data_dir.exists()


def test_an_installation_at_rest_is_green(settings: Settings) -> None:
    store_of(settings)
    installation_key(settings)
    checks = by_name(doctor.run_checks(settings))
    assert [check for check in checks.values() if check.sign != "ok"] == []
    assert "0 events, format 2, whole" in checks["event store"].what
    assert "flushed at each commit" in checks["durability"].what


def test_an_unknown_setting_is_the_one_thing_reported(tmp_path: Path) -> None:
    checks = doctor.diagnose({"HUB_CONFIG": os.devnull, "HUB_API_PROT": "80"})
    assert [check.name for check in checks] == ["settings"]
    assert not checks[0].ok
    assert "HUB_API_PROT" in checks[0].what


def test_settings_in_force_are_named_and_secrets_not_shown(tmp_path: Path) -> None:
    environ = {"HUB_CONFIG": os.devnull, "HUB_INSTALLATION_KEY": "ab" * 32, "HUB_DATA_DIR": str(tmp_path)}
    found = doctor.diagnose(environ)[0]
    assert "data_dir (HUB_DATA_DIR)" in found.what
    assert "abab" not in found.what


@pytest.mark.parametrize(
    ("path", "kind"), [("/mnt/home dir/var", "nfs4"), ("/tmp/x", "tmpfs"), ("/srv", "ext4"), ("/tmpx", "ext4")]
)
def test_a_paths_file_system_is_that_of_the_nearest_mount(path: str, kind: str) -> None:
    assert machine.file_system(Path(path), MOUNTS) == kind


def test_a_network_disk_is_refused(settings: Settings) -> None:
    found = machine.data_directory(settings, mounts=lambda: "filer:/ / nfs4 rw 0 0\n")
    assert not found.ok
    assert "HUB_DATA_DIR" in found.advice


def test_a_directory_that_can_not_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a directory")
    found = machine.data_directory(Settings(data_dir=tmp_path / "file"))
    assert not found.ok


@pytest.mark.parametrize(("free", "sign"), [(50 * 2**20, "problem"), (900 * 2**20, "warning"), (2 * 2**30, "ok")])
def test_little_space_is_told_in_time(settings: Settings, free: int, sign: str) -> None:
    assert machine.disk_space(settings, usage=lambda _: free).sign == sign


def moments(*steps: float) -> Iterator[datetime]:
    at = NOON
    while True:
        for step in steps:
            yield at
            at += timedelta(seconds=step)


def test_a_clock_that_goes_back_or_was_never_set_is_refused() -> None:
    forward, back = moments(0.001), moments(0.5, 0.5, -0.7)
    assert machine.clock(lambda: next(forward)).ok
    assert "went back" in machine.clock(lambda: next(back)).what
    assert not machine.clock(lambda: datetime(1970, 1, 1, tzinfo=UTC)).ok


def test_a_key_that_others_can_read_is_refused(settings: Settings) -> None:
    installation_key(settings)
    assert store.installation_key(settings).sign == "ok"
    key_file(settings).chmod(0o644)
    found = store.installation_key(settings)
    assert not found.ok
    assert found.advice == f"chmod 600 {key_file(settings)}"


def test_a_store_without_its_key_is_refused(settings: Settings) -> None:
    file = store_of(settings)
    assert store.installation_key(settings).sign == "ok"
    with_an_event(file)
    key_file(settings).unlink()
    found = store.installation_key(settings)
    assert not found.ok
    assert "backup" in found.advice


def test_a_broken_key_is_refused(settings: Settings) -> None:
    key_file(settings).parent.mkdir(parents=True)
    key_file(settings).write_text("short\n")
    assert not store.installation_key(settings).ok


def test_a_directory_that_others_can_enter_is_told(settings: Settings) -> None:
    file = store_of(settings)
    assert machine.privacy(settings).sign == "ok"
    settings.data_dir.chmod(0o755)
    file.chmod(0o644)
    found = machine.privacy(settings)
    assert found.sign == "warning"
    assert f"{file} has mode 644" in found.what
    assert found.advice == f"chmod 700 {settings.data_dir}"


def test_a_large_store_is_not_read_from_end_to_end(settings: Settings) -> None:
    file = store_of(settings)
    size = file.stat().st_size
    whole = next(store.event_store(settings, None, largest=size))
    large = next(store.event_store(settings, None, largest=size - 1))
    assert "whole" in whole.what
    assert large.ok
    assert "whole" not in large.what
    assert "too large to be read from end to end" in large.what


def test_a_store_of_a_newer_version_is_refused(settings: Settings) -> None:
    with closing(sqlite3.connect(store_of(settings))) as connection, connection:
        connection.execute("UPDATE store_format SET version = 99")
    [found] = store.event_store(settings, None)
    assert not found.ok
    assert "format 99" in found.what


def test_a_damaged_store_is_refused(settings: Settings) -> None:
    file = store_of(settings)
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (size - 4096))
    [found] = store.event_store(settings, None)
    assert not found.ok
    assert "backup" in found.advice


def test_a_store_that_a_hub_holds_is_fine_and_left_alone(settings: Settings) -> None:
    with closing(sqlite3.connect(store_of(settings))) as connection:
        connection.execute("BEGIN IMMEDIATE")
        checks = by_name(list(store.event_store(settings, RunningHub(7, "http://x", "nats://x"))))
    assert "the hub (pid 7) writes" in checks["durability"].what


def test_a_postgres_store_is_looked_at(settings: Settings, postgres_url: str) -> None:
    shared = settings.model_copy(update={"store_url": postgres_url})
    settings.data_dir.mkdir(mode=0o700)
    with closing(sqlite3.connect(settings.views_path)) as connection, connection:
        connection.execute("CREATE TABLE projections (name TEXT, position INTEGER)")
    assert store.read_models(shared, running=False).ok
    before = by_name(list(store.event_store(shared, None)))
    assert before["event store"].sign == "warning"
    assert "hub migrate" in before["event store"].advice
    migrate(shared)
    after = by_name([*store.event_store(shared, None), *store.store_clock(shared, WallClock().now)])
    assert {check.sign for check in after.values()} == {"ok"}
    assert set(after) == {"event store", "durability", "clock of the store"}
    [skewed] = store.store_clock(shared, lambda: NOON)
    assert skewed.sign == "warning"


def test_a_postgres_that_is_not_there_is_a_problem_not_a_crash(settings: Settings) -> None:
    shared = settings.model_copy(update={"store_url": "postgresql://hub:secret@127.0.0.1:1/hub"})
    [found] = store.event_store(shared, None)
    assert not found.ok
    assert "secret" not in found.what
    assert list(store.store_clock(shared, lambda: NOON)) == []


def test_views_far_behind_are_told(settings: Settings) -> None:
    with_an_event(store_of(settings), position=20_000)
    with closing(sqlite3.connect(settings.views_path)) as connection, connection:
        connection.execute("CREATE TABLE projections (name TEXT, position INTEGER)")
        connection.execute("INSERT INTO projections VALUES ('queues', 19990), ('customers', 100)")
    found = store.read_models(settings, running=True)
    assert found.sign == "warning"
    assert found.what == "customers 19900 events behind"


def test_a_policy_with_a_mistake_is_refused_with_its_line(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "policy.toml").write_text('[[rules]]\nqueu = "x"\n')
    found = parts.policy(settings.model_copy(update={"policy": tmp_path / "policy.toml"}))
    assert not found.ok
    assert "line 2" in found.what


async def test_a_missing_or_old_nats_server_is_refused(tmp_path: Path) -> None:
    assert not (await parts.embedded(lambda: None)).ok
    old = tmp_path / "nats-server"
    old.write_text("#!/bin/sh\necho 'nats-server: v2.9.10'\n")
    old.chmod(0o755)
    found = await parts.embedded(lambda: str(old))
    assert not found.ok
    assert "2.11 or later" in found.advice


async def test_a_nats_that_answers_is_green_and_one_that_does_not_a_problem(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "nats")
    url = await server.start()
    try:
        [found] = await parts.reachable(url, in_use=False)
        connection = await connect(url, "test")
        rejected = RejectedContacts(connection)
        before = await parts.reachable(url, in_use=True)
        await rejected.put("contacts.in.sms.00000000", b"{", "no JSON", "", NOON)
        after = await parts.reachable(url, in_use=True)
        await connection.close()
    finally:
        await server.stop()
    assert found.ok
    assert "with JetStream" in found.what
    assert [check.sign for check in before] == ["ok", "ok"]
    assert [(check.name, check.sign) for check in after] == [("bus", "ok"), ("rejected contacts", "warning")]
    [gone] = await parts.reachable(url, in_use=True)
    assert not gone.ok
    assert "HUB_NATS_URL" in gone.advice


def test_a_hub_that_does_not_answer_is_a_problem(settings: Settings) -> None:
    found = parts.api(settings, RunningHub(7, "http://127.0.0.1:1", "nats://127.0.0.1:1"))
    assert not found.ok
    assert "pid 7" in found.advice


def test_whoever_has_the_directory_is_named(settings: Settings) -> None:
    assert holder(settings) == ""
    with hold_store(settings, "hub import", alone=True):
        found = parts.api(settings, None)
    assert found.sign == "warning"
    assert f"pid {os.getpid()} (hub import)" in found.what
    assert parts.api(settings, None).sign == "ok"


async def test_a_hub_that_answers_is_green_and_one_that_recovers_a_warning(settings: Settings) -> None:
    status = "200 OK"

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: 2\r\nConnection: close\r\n\r\nhi".encode())
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        hub = RunningHub(7, f"http://127.0.0.1:{port}", "")
        assert (await asyncio.to_thread(parts.api, settings, hub)).sign == "ok"
        status = "503 Service Unavailable"
        assert (await asyncio.to_thread(parts.api, settings, hub)).sign == "warning"


async def test_a_port_that_somebody_has_is_a_problem(settings: Settings) -> None:
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        found = parts.api(settings.model_copy(update={"api_port": port}), None)
    assert not found.ok
    assert "HUB_API_PORT" in found.advice


def test_the_report_marks_each_line_and_gives_advice() -> None:
    checks = [good("clock", "set"), warning("disk", "little", "free some"), problem("bus", "gone", "start it")]
    assert list(doctor.lines(checks)) == [
        "     ok  clock: set",
        "warning  disk: little",
        "         -> free some",
        "problem  bus: gone",
        "         -> start it",
    ]


def test_the_exit_code_says_whether_there_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUB_API_PORT", "0")
    assert doctor.report(as_json=True) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["ok"] is True
    assert {"name", "ok", "what", "advice"} == set(told["checks"][0])
    monkeypatch.setenv("HUB_POLICY", str(tmp_path / "none.toml"))
    assert doctor.report(as_json=False) == 1
    assert "problem  policy" in capsys.readouterr().out
