"""`hub policy try` reads a store, beside a running hub too, and changes nothing."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import hub
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.policy.events import ROUTING, PolicyPublished
from hub.journal.lock import hold_store
from hub.journal.store import open_store
from hub.ports import Append, Unit
from hub.router.policy.parsing import PolicyError, parse_policy
from hub.settings import Settings
from tests.router.pools import START, PoolInHand

TWO = """
[queues.care]
[queues.sales]
[[rules]]
queue = "care"
[[rules]]
service = "sales"
queue = "sales"
"""
OTHER = TWO.replace('service = "sales"', 'service = "loans"')
Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def run(settings: Settings) -> Run:
    return lambda *arguments: CliRunner().invoke(hub, ["policy", "try", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "other.toml"
    path.write_text(OTHER)
    return path


@pytest.fixture
def log(settings: Settings) -> PoolInHand:
    """A call for sales and one for care, an hour later; the policy was published first."""
    pool = PoolInHand(parse_policy(TWO))
    pool.adopts(pool.first_policy)
    pool.signs_on("ann", sales=3)
    pool.arrives("1", service="sales")
    pool.passes(3)
    pool.works_through("ann", "offer-1-1")
    pool.passes(3600)
    pool.arrives("2", customer="customer-2")
    pool.works_through("ann", "offer-2-1")
    given = {"at": START, "recorded_at": START, "causation": "test", "actor": "operator:test", "kind": "routing"}
    published = PolicyPublished(**given, version=pool.first_policy.version, text=TWO)
    with closing(open_store(settings)) as store:
        store.append([Unit([Append(ROUTING, 0, [published])])])
        outcomes = store.append([Unit([Append(stream, number - 1, [event])]) for stream, number, event in pool.log])
        assert not any(isinstance(one, Exception) for one in outcomes)
    return pool


def told(result: Result) -> dict[str, Any]:
    assert result.exit_code == 0, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_the_report_names_versions_figures_and_what_would_go_elsewhere(run: Run, file: Path, log: PoolInHand) -> None:
    found = told(run(file, "--json"))
    assert found["tried"] == parse_policy(OTHER).version
    assert found["in_force"][-1] == log.first_policy.version
    counts = [found["all"][key]["answered"] for key in ("recorded", "same", "tried")]
    assert counts == [2, 2, 2]
    assert found["in_another_queue"] == 1
    page = run(file)
    assert page.exit_code == 0
    for words in ("all queues", "queue sales", "error of model", "rule 2: service sales", "Kaplan-Meier", "Not to be"):
        assert words in page.stdout


def test_only_who_came_in_the_span_is_counted(run: Run, file: Path, log: PoolInHand) -> None:
    half = (START + timedelta(minutes=30)).isoformat()
    assert told(run(file, "--to", half, "--json"))["all"]["recorded"]["offered"] == 1
    later = told(run(file, "--from", half, "--json"))
    assert (later["all"]["recorded"]["offered"], later["in_another_queue"]) == (1, 0)
    without_zone = (START + timedelta(minutes=30)).replace(tzinfo=None).isoformat()
    assert told(run(file, "--from", without_zone, "--json")) == later
    nothing = run(file, "--from", "2031-01-01T00:00")
    assert "nothing was recorded" in nothing.stdout
    assert isinstance(run(file, "--from", half, "--to", half).exception, InvalidError)
    assert "write it as" in run(file, "--from", "yesterday").output


def test_nothing_is_written_and_a_hub_may_run(run: Run, file: Path, log: PoolInHand, settings: Settings) -> None:
    def head() -> int:
        with closing(open_store(settings)) as store:
            return store.head()

    before = head()
    with hold_store(settings, "hub serve", alone=False):
        told(run(file, "--json"))
    assert head() == before
    assert told(CliRunner().invoke(hub, ["policy", "show", "--json"]))["text"] == TWO


def test_a_file_with_mistakes_is_refused_as_by_the_checker(run: Run, file: Path, log: PoolInHand) -> None:
    file.write_text(OTHER.replace('queue = "sales"', 'queue = "nowhere"'))
    refused = run(file)
    assert isinstance(refused.exception, PolicyError)
    assert f"{file}: line 8, rule 2, field queue" in str(refused.exception)


def test_without_a_store_there_is_nothing_to_try(run: Run, file: Path, settings: Settings) -> None:
    assert isinstance(run(file).exception, NotFoundError)
    assert not settings.data_dir.exists()
