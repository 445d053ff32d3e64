"""`hub policy` works on a file alone, on a store without a hub, and beside a running one."""

import json
import os
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.cli.main import hub
from hub.domain.policy.events import PolicyPublished
from hub.journal.lock import hold_store
from hub.journal.store import open_store
from hub.router.policy.parsing import PolicyError, load_policy, parse_policy
from hub.settings import Settings

ONE = '[queues.care]\n[[rules]]\nqueue = "care"\nskills = { cards = 2 }\n'
Run = Callable[..., Result]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    return Settings(data_dir=tmp_path / "var")


@pytest.fixture
def run(settings: Settings) -> Run:
    return lambda *arguments: CliRunner().invoke(hub, ["policy", *map(str, arguments)])


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "care.toml"
    path.write_text(ONE)
    return path


def told(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def test_a_good_policy_passes_its_check_and_no_store_is_made(run: Run, file: Path, settings: Settings) -> None:
    found = told(run("check", file, "--json"))
    assert (found["ok"], found["version"]) == (True, parse_policy(ONE).version)
    assert "care" in found["order"]
    plain = run("check", file)
    assert plain.exit_code == 0
    assert f"version {parse_policy(ONE).version}, 0 errors" in plain.stdout
    assert found["order"].rstrip() not in plain.stdout
    assert found["order"].rstrip() in run("check", file, "--order").stdout
    assert not settings.data_dir.exists()


def test_mistakes_are_told_by_line_and_fail_the_check(run: Run, file: Path) -> None:
    file.write_text(ONE.replace("cards = 2", "cards = 7") + "colour = 3\n")
    found = told(run("check", file, "--json"), 1)
    assert [(one["line"], one["severity"]) for one in found["findings"]] == [(4, "error"), (5, "error")]
    plain = run("check", file)
    assert plain.exit_code == 1
    assert f"{file}: error: line 4, " in plain.stdout
    assert "can't be used: 2 errors" in plain.stdout


def test_a_file_that_is_no_toml_fails_the_check_at_its_line(run: Run, file: Path) -> None:
    file.write_text(ONE + "= 7\n")
    [one] = told(run("check", file, "--json"), 1)["findings"]
    assert (one["line"], one["severity"]) == (5, "error")


def test_the_staff_of_another_file_is_who_there_is(run: Run, file: Path, tmp_path: Path) -> None:
    staff = tmp_path / "staff.toml"
    staff.write_text("[[staff]]\ncount = 3\nskills = { cards = 1 }\n")
    found = told(run("check", file, "--staff", staff, "--json"), 1)
    assert any("nobody" in one["message"] for one in found["findings"] if one["severity"] == "error")
    staff.write_text("[[staff]]\nskills = { cards = 2 }\n")
    assert told(run("check", file, "--staff", staff, "--json"))["ok"]
    staff.write_text("[[staff]]\nskils = { cards = 2 }\n")
    refused = run("check", file, "--staff", staff)
    assert isinstance(refused.exception, PolicyError)
    assert "line 2, staff 1, field skils" in str(refused.exception)


def test_published_shown_compared_and_in_the_history(run: Run, file: Path, settings: Settings) -> None:
    start = load_policy()
    assert told(run("show", "--json")) == {"version": start.version, "text": start.text}
    assert told(run("history", "--json")) == {"versions": []}
    changed = told(run("diff", file, "--json"))
    assert (changed["before"], changed["after"]) == (start.version, parse_policy(ONE).version)
    done = told(run("publish", file, "--note", "simpler", "--waiting", "--expect", start.version, "--json"))
    assert done == {"version": parse_policy(ONE).version, "published": True}
    assert told(run("publish", file, "--json"))["published"] is False
    assert run("show").stdout == ONE
    assert told(run("show", start.version, "--json"))["text"] == start.text
    [kept] = told(run("history", "--json"))["versions"]
    assert (kept["note"], kept["waiting"], kept["actor"]) == ("simpler", True, "operator:cli")
    assert "They do the same." in run("diff", file).stdout
    with closing(open_store(settings)) as store:
        [event] = [one.event for one in store.read(0, 100)]
    assert isinstance(event, PolicyPublished)
    assert event.text == ONE


def test_checking_and_publishing_tell_mistakes_of_every_kind_at_once(run: Run, file: Path) -> None:
    never = '[hours.night]\n[queues.care]\nlimit = -1\nhours = "day"\n[[rules]]\nqueue = "care"\n'
    file.write_text(never)
    found = told(run("check", file, "--json"), code=1)["findings"]
    assert [one["line"] for one in found] == [1, 3, 4]
    refused = run("publish", file).exception
    assert isinstance(refused, PolicyError)
    assert [one.line for one in refused.findings] == [1, 3, 4]


def test_it_is_published_beside_a_running_hub(run: Run, file: Path, settings: Settings) -> None:
    with hold_store(settings, "hub serve", alone=False):
        assert told(run("publish", file, "--json"))["published"]
        assert told(run("show", "--json"))["text"] == ONE


def test_what_can_not_be_used_is_not_published(run: Run, file: Path) -> None:
    file.write_text(ONE.replace('queue = "care"\n', 'queue = "nowhere"\n'))
    assert isinstance(run("publish", file).exception, PolicyError)
    file.write_text(ONE)
    refused = run("publish", file, "--expect", "0123")
    assert "is in force, not 0123" in str(refused.exception)
    assert told(run("history", "--json")) == {"versions": []}


def test_two_files_are_compared_without_a_store(run: Run, file: Path, tmp_path: Path, settings: Settings) -> None:
    other = tmp_path / "other.toml"
    other.write_text(ONE.replace("care", "sales"))
    found = told(run("diff", other, file, "--json"))
    assert [one["after"]["queue"] for one in found["routing"]] == ["sales"]
    assert "Routed differently" in run("diff", other, file).stdout
    assert not settings.data_dir.exists()
