"""One hub a data directory; an import has the store for itself."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from hub.journal.errors import StoreInUseError
from hub.journal.lock import RunningHub, hold_store, running_hub
from hub.settings import Settings

HOLD = """
import sys
from hub.journal.lock import hold_store
from hub.settings import Settings
lock = hold_store(Settings.model_validate_json(sys.argv[1]), "hub serve", alone=False)
print("held", flush=True)
sys.stdin.read()
"""


def test_the_second_one_is_told_who_is_there(store_settings: Settings) -> None:
    with (
        hold_store(store_settings, "hub serve", alone=False),
        pytest.raises(StoreInUseError, match=rf"in use by pid {os.getpid()} \(hub serve\): stop that first"),
    ):
        hold_store(store_settings, "hub import", alone=True)


def test_after_letting_go_the_next_one_gets_it(store_settings: Settings) -> None:
    first = hold_store(store_settings, "hub serve", alone=False)
    first.close()
    first.close()
    with hold_store(store_settings, "hub import", alone=True):
        pass
    assert (store_settings.data_dir / "hub.lock").read_text() == ""


def test_a_killed_process_holds_nothing(store_settings: Settings) -> None:
    command = [sys.executable, "-c", HOLD, store_settings.model_dump_json()]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(StoreInUseError, match=f"pid {holder.pid}"):
            hold_store(store_settings, "hub import", alone=True)
        holder.kill()
        holder.wait()
    hold_store(store_settings, "hub import", alone=True).close()


def test_a_hub_runs_while_the_one_that_announced_itself_holds_the_directory(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    told = {"pid": os.getpid(), "api_url": "http://127.0.0.1:1/", "nats_url": "nats://127.0.0.1:1"}
    (tmp_path / "hub.json").write_text(json.dumps(told))
    assert running_hub(settings) is None, "this process lives, but holds nothing: its pid was a hub's before"
    with hold_store(settings, "hub serve", alone=False):
        assert running_hub(settings) == RunningHub(os.getpid(), "http://127.0.0.1:1", "nats://127.0.0.1:1")
        (tmp_path / "hub.json").write_text(json.dumps({**told, "pid": os.getppid()}))
        assert running_hub(settings) is None, "left by a killed hub, and an import works here now"
    assert running_hub(settings) is None


def test_the_directory_is_made_for_its_user_alone(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    with hold_store(settings, "hub serve", alone=False):
        assert settings.data_dir.stat().st_mode & 0o777 == 0o700
        assert (settings.data_dir / "hub.lock").stat().st_mode & 0o777 == 0o600


def test_two_directories_do_not_meet(tmp_path: Path) -> None:
    with (
        hold_store(Settings(data_dir=tmp_path / "a"), "hub serve", alone=True),
        hold_store(Settings(data_dir=tmp_path / "b"), "hub serve", alone=True),
    ):
        pass


class TestOneDatabaseFromSeveralDirectories:
    @pytest.fixture
    def hubs(self, postgres_url: str, tmp_path: Path) -> list[Settings]:
        return [Settings(data_dir=tmp_path / name, store_url=postgres_url) for name in "ab"]

    def test_hubs_share_it(self, hubs: list[Settings]) -> None:
        with hold_store(hubs[0], "hub serve", alone=False), hold_store(hubs[1], "hub serve", alone=False):
            pass

    def test_an_import_does_not(self, hubs: list[Settings]) -> None:
        with (
            hold_store(hubs[0], "hub serve", alone=False),
            pytest.raises(StoreInUseError, match=rf"pid {os.getpid()} on .* \(hub serve\): stop that first"),
        ):
            hold_store(hubs[1], "hub import", alone=True)
        with (
            hold_store(hubs[0], "hub import", alone=True),
            pytest.raises(StoreInUseError, match="hub import"),
        ):
            hold_store(hubs[1], "hub serve", alone=False)
