import json
import os
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from loadtests.peak import LoadError, parse, settings_for
from loadtests.plan import load_of

ROOT = Path(__file__).parents[2]
FIELDS = {
    "rate", "completed", "events_per_s", "contact_to_offer_ms", "agent_free_to_offer_ms",
    "lost", "duplicates", "double_assigned", "over_capacity", "cpu_s", "rss_mb",
}  # fmt: skip


def peak(data_dir: Path, *arguments: str) -> dict[str, Any]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    done = subprocess.run(
        [sys.executable, "-m", "loadtests.peak", *arguments, "--json"],
        cwd=ROOT,
        env={**environment, "HUB_DATA_DIR": str(data_dir), "HUB_CONFIG": os.devnull, "HUB_API_PORT": "0"},
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)  # type: ignore[no-any-return]


@pytest.mark.acceptance
@pytest.mark.parametrize(
    "how",
    [
        ("--via", "core"),
        ("--via", "api"),
        ("--store", "postgres"),
        ("--cycle", "0.3"),
        ("--skills", "9", "--queues", "12"),
    ],
    ids=["agents in the hub", "agents over HTTP", "PostgreSQL", "times that vary", "many skills and queues"],
)
def test_a_short_run_measures_both_phases_and_loses_nothing(tmp_path: Path, how: tuple[str, ...]) -> None:
    found = peak(tmp_path / "var", "--rate", "40", "--agents", "16", "--seconds", "1", "--warmup", "1", *how)
    assert set(found) == FIELDS
    assert [found[name] for name in ("lost", "duplicates", "double_assigned", "over_capacity")] == [0, 0, 0, 0]
    assert found["completed"] > 2 * 40
    for phase in ("contact_to_offer_ms", "agent_free_to_offer_ms"):
        assert 0 < found[phase]["p50"] <= found[phase]["p95"] <= found[phase]["p99"] <= found[phase]["max"]
    assert found["events_per_s"] > 100
    assert found["cpu_s"] > 0
    assert found["rss_mb"] > 20


def test_a_directory_that_holds_a_store_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    (tmp_path / "store").mkdir()
    (tmp_path / "store" / "events.sqlite").touch()
    with ExitStack() as places, pytest.raises(LoadError, match="holds a store"):
        settings_for(load_of(10, 5, 1), "sqlite", places)


@pytest.mark.parametrize(
    "wrong",
    [
        ["--rate", "0", "--agents", "1", "--seconds", "1"],
        ["--rate", "5"],
        ["--rate", "5", "--agents", "-1", "--seconds", "1"],
        ["--rate", "5", "--agents", "9", "--seconds", "1", "--talk", "3", "--cycle", "5"],
        ["--rate", "5", "--agents", "9", "--seconds", "1", "--skills", "5"],
    ],
)
def test_wrong_usage_ends_with_code_two(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        parse(wrong)
    assert ended.value.code == 2
    assert "usage" in capsys.readouterr().err
