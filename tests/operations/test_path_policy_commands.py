"""`hub paths` works on a file alone, and on a store without a hub."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import hub
from hub.domain.errors import RefusedError
from hub.paths.policy.parsing import DEFAULT, load_path_policy, parse_path_policy
from hub.policies.findings import PolicyError

TEXT = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
Run = Callable[..., Result]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    return lambda *arguments: CliRunner().invoke(hub, ["paths", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "paths.toml"
    path.write_text(TEXT)
    return path


def told(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_a_check_tells_each_finding_and_fails_on_errors(run: Run, file: Path, tmp_path: Path) -> None:
    version = parse_path_policy(TEXT).version
    found = told(run("check", file, "--json"))
    assert (found["ok"], found["version"]) == (True, version)
    assert f"version {version}, 0 errors, 3 warnings" in run("check", file).stdout
    assert not (tmp_path / "var").exists()
    file.write_text(TEXT.replace("acquisition", "acquired"))
    plain = run("check", file)
    assert plain.exit_code == 1
    assert f"{file}: error: line 4, stage 1, field name: there is no stage 'acquired'" in plain.stdout
    file.write_text(TEXT + "= 7\n")
    [one] = told(run("check", file, "--json"), 1)["findings"]
    assert (one["line"], one["severity"]) == (5, "error")


def test_what_ships_is_shown_until_another_is_published(run: Run, file: Path) -> None:
    assert run("show").stdout == DEFAULT
    assert told(run("history", "--json")) == {"versions": []}
    version = parse_path_policy(TEXT).version
    assert told(run("publish", file, "--note", "simpler", "--json")) == {"version": version, "published": True}
    assert told(run("publish", file, "--json"))["published"] is False
    assert run("show").stdout == TEXT
    assert told(run("show", load_path_policy().version, "--json"))["text"] == DEFAULT
    [kept] = told(run("history", "--json"))["versions"]
    assert (kept["version"], kept["note"], kept["actor"]) == (version, "simpler", "operator:cli")
    assert "simpler" in run("history").stdout
    file.write_text(DEFAULT)
    refused = run("publish", file, "--expect", load_path_policy().version)
    assert isinstance(refused.exception, RefusedError)
    file.write_text(TEXT.replace("acquisition", "acquired"))
    assert isinstance(run("publish", file).exception, PolicyError)


def test_a_diff_is_told_for_people_and_programs(run: Run, file: Path, tmp_path: Path) -> None:
    plain = run("diff", file)
    assert f"path policy {load_path_policy().version} -> {parse_path_policy(TEXT).version}" in plain.stdout
    assert "-> acquisition" in plain.stdout
    same = tmp_path / "same.toml"
    same.write_text(TEXT + "# nothing\n")
    assert "They do the same." in run("diff", same, file).stdout
    assert told(run("diff", same, file, "--json"))["standing"] == []
