"""What operators do beside a hub: looking changes nothing, and what changes something asks who is there first."""

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.bus.connection import connect
from hub.bus.rejected import RejectedContacts
from hub.bus.server import bus_server
from hub.bus.subjects import ensure_streams
from hub.cli.main import hub
from hub.domain.errors import NotFoundError
from hub.journal.errors import StoreInUseError
from hub.journal.lock import hold_store
from hub.journal.store import open_store
from hub.operations.read_models import projection_positions, rebuild_projection
from hub.operations.rejected import list_rejected
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from hub.settings import Settings
from tests.support.stores import unit

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "var", api_port=0)


@pytest.fixture
def with_views(settings: Settings) -> Settings:
    """A store of three events, shown in every view."""
    with closing(open_store(settings)) as store, closing(open_for_writing(settings.views_path)) as views:
        store.append([unit("pool-main", events=3)])
        Runner(views, all_projections(), store.read_stored, store.codec.decode).run()
    return settings


def test_a_look_at_the_views_of_another_policy_leaves_them_as_they_are(with_views: Settings) -> None:
    shown = projection_positions(with_views)
    assert set(shown) == {"log", *(projection.name for projection in all_projections())}
    assert set(shown.values()) == {3}
    changed = with_views.model_copy(update={"metrics_interval_seconds": 900})
    before = with_views.views_path.read_bytes()
    assert projection_positions(changed) == shown
    assert with_views.views_path.read_bytes() == before


def test_where_there_are_no_views_yet_nothing_is_made(settings: Settings) -> None:
    with pytest.raises(NotFoundError, match=r"no read models in .* yet"):
        projection_positions(settings)
    assert not settings.data_dir.exists()


def test_a_read_model_is_not_made_anew_under_a_running_hub(with_views: Settings) -> None:
    with (
        hold_store(with_views, "hub serve", alone=False),
        pytest.raises(StoreInUseError, match=r"in use by pid \d+ \(hub serve\): stop that first"),
    ):
        rebuild_projection(with_views, "agents")
    told: list[tuple[int, int]] = []
    assert rebuild_projection(with_views, "agents", lambda done, end: told.append((done, end))) == 3
    assert told == [(0, 3), (3, 3)]


def test_rejected_contacts_are_found_after_a_hub_was_killed(settings: Settings) -> None:
    async def put() -> None:
        async with bus_server("", settings.data_dir / "nats") as url:
            bus = await connect(url, "test")
            await ensure_streams(bus.jetstream())
            await RejectedContacts(bus).put("contacts.in.sms.00000000", b"{", "no JSON", "", NOON)
            await bus.close()

    asyncio.run(put())
    told = {"pid": os.getpid(), "api_url": "http://127.0.0.1:1", "nats_url": "nats://127.0.0.1:1"}
    (settings.data_dir / "hub.json").write_text(json.dumps(told))
    assert [one["reason"] for one in list_rejected(settings, 10)] == ["no JSON"]


@pytest.fixture
def fresh_umask() -> Iterator[None]:
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_rejected_alone_lists(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(settings.data_dir))
    for command in (["rejected", "--json"], ["rejected", "--json", "list"], ["rejected", "list", "--json"]):
        done = CliRunner().invoke(hub, command)
        assert (done.exit_code, json.loads(done.stdout)) == (0, {"rejected": []}), command


@pytest.mark.usefixtures("fresh_umask")
def test_whatever_a_command_writes_is_for_its_user_alone(settings: Settings) -> None:
    command = [sys.executable, "-m", "hub", "demo", "--seconds", "1", "--json"]
    subprocess.run(command, env=settings.environment(), check=True, capture_output=True)
    written = [settings.data_dir, *settings.data_dir.rglob("*")]
    assert {"hub.log", "demo.log", "events.sqlite", "views.sqlite"} <= {file.name for file in written}
    assert [file for file in written if not file.is_symlink() and file.stat().st_mode & 0o077] == []
