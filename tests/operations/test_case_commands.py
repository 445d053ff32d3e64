"""`hub cases` lists what has to be settled from the views, and shows nothing personal."""

import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import hub
from hub.clock import WallClock
from hub.domain.cases.events import CaseKind, CaseOpened, CaseTaskGiven, Severity
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import NotFoundError
from hub.journal.codec import Codec
from hub.operations.read_models import ViewsFileError
from hub.ports import Stored
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing

NOW = WallClock().now()
META: dict[str, Any] = {"at": datetime(2026, 1, 5, tzinfo=UTC), "recorded_at": NOW, "causation": "c", "actor": "a"}
ANN = "customer-ab12"


def opened(number: int, owner: str, days: int) -> CaseOpened:
    told = {"kind": CaseKind.COMPLAINT, "severity": Severity.HIGH, "owner": owner, "subject": "a wrong bill"}
    return CaseOpened(**META, **told, case_id=f"case-ab12-{number}", due_at=NOW + timedelta(days=days))


@pytest.fixture
def views(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path))
    events = [
        CustomerRegistered(**META), opened(1, "ann", 1), opened(2, "bob", -1),
        CaseTaskGiven(**META, case_id="case-ab12-1", task=1, department="billing"),
    ]  # fmt: skip
    codec = Codec()
    log = [Stored(place, ANN, place, *codec.encode(ANN, event)) for place, event in enumerate(events, 1)]
    connection = open_for_writing(tmp_path / "views.sqlite")
    Runner(connection, all_projections(), lambda after, limit: log[after : after + limit], codec.decode).run()
    connection.close()
    return tmp_path / "views.sqlite"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(hub, ["cases", *arguments])


def listed(*arguments: str) -> list[str]:
    result = run("--json", *arguments)
    assert result.exit_code == 0, result.output
    return [one["case_id"] for one in json.loads(result.stdout)["cases"]]


@pytest.mark.usefixtures("views")
def test_open_cases_are_listed_those_that_are_due_first_come_first() -> None:
    assert listed() == ["case-ab12-2", "case-ab12-1"]
    assert listed("--owner", "ann") == listed("--department", "billing") == ["case-ab12-1"]
    assert listed("--overdue") == ["case-ab12-2"]
    assert listed("--owner", "") == []
    assert listed("--limit", "1") == ["case-ab12-2"]


@pytest.mark.usefixtures("views")
def test_people_get_a_table_without_anything_personal() -> None:
    lines = run().stdout.splitlines()
    assert lines[0].split() == ["case", "id", "kind", "severity", "owner", "due", "at", "overdue", "open", "tasks"]
    assert "case-ab12-2  complaint  3" in lines[1]
    assert lines[1].endswith("yes")
    assert lines[2].endswith("billing 1")
    assert "wrong bill" not in run().stdout + run("--json").stdout


def test_views_that_are_not_there_or_too_old_are_told(views: Path) -> None:
    views.write_bytes(b"nothing")
    assert isinstance(run().exception, ViewsFileError)
    views.unlink()
    assert isinstance(run().exception, NotFoundError)
