import json
from pathlib import Path

import pytest

from tests.simulated.processes import left_behind, run

pytestmark = pytest.mark.acceptance

MAPPING = str(Path(__file__).parents[2] / "examples" / "mappings" / "bank_calls.toml")
KEYS = [
    *("rows", "skipped", "rejected", "contacts", "customers", "interactions", "answered", "abandoned", "lost"),
    *("duplicates", "double_assigned", "events", "seconds", "events_per_s", "reconciled", "recorded", "replayed"),
]
FIGURES = ["answered", "abandoned", "asa_s", "aht_s", "service_level_20s", "occupancy"]


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("calls")
    code, out, err = run("calls", "generate", "--out", str(folder / "calls.tsv"), data_dir=folder / "var")
    assert code == 0, (out, err)
    return folder / "calls.tsv"


def test_a_replay_reconciles_and_comes_near_the_record(calls: Path, tmp_path: Path) -> None:
    hour = ("--date", "1999-02-01", "--from", "10:00", "--to", "10:30", "--speed", "200")
    code, out, err = run("replay", str(calls), "--mapping", MAPPING, *hour, "--json", data_dir=tmp_path / "var")

    totals = json.loads(out)
    assert code == 0, (out, err)
    assert list(totals) == KEYS
    assert list(totals["recorded"]) == list(totals["replayed"]) == FIGURES
    assert totals["reconciled"] is True
    assert (totals["lost"], totals["duplicates"], totals["double_assigned"]) == (0, 0, 0)
    assert totals["rows"] == totals["skipped"] + totals["rejected"] + totals["contacts"]
    recorded, replayed = totals["recorded"], totals["replayed"]
    assert totals["contacts"] == recorded["answered"] + recorded["abandoned"] > 20
    assert totals["contacts"] == totals["interactions"] == replayed["answered"] + replayed["abandoned"]
    assert replayed["answered"] >= recorded["answered"], "who was served never hangs up"
    assert replayed["aht_s"] == pytest.approx(recorded["aht_s"], rel=0.2)
    assert 0 < replayed["occupancy"] <= 1
    assert not (tmp_path / "var").exists(), "the replay's hub is its own"
    assert not left_behind(tmp_path)


def test_another_number_of_agents_may_play_it(calls: Path, tmp_path: Path) -> None:
    part = ("--from", "11:00", "--to", "11:10", "--speed", "200", "--agents", "3")
    code, out, err = run("replay", str(calls), "--mapping", MAPPING, *part, data_dir=tmp_path)
    assert code == 0, (out, err)
    assert "recorded against replayed" in out
    assert "reconciled True" in out.replace("\n", " ")


def test_wrong_usage_and_an_empty_choice_are_told_apart(calls: Path, tmp_path: Path) -> None:
    code, out, _ = run("replay", str(calls), "--mapping", MAPPING, "--speed", "0", data_dir=tmp_path)
    assert (code, out) == (2, "")
    code, out, err = run("replay", str(calls), "--mapping", MAPPING, "--date", "2001-01-01", data_dir=tmp_path)
    assert (code, out) == (1, "")
    assert "none of its" in err
