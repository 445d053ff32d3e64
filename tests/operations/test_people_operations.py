"""People and teams from the command line, on a real store: what says who they are is gone when they are forgotten."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.main import hub
from hub.domain.errors import NotFoundError, RefusedError
from hub.operations.people import anonymise_person, list_people
from hub.settings import Settings


def run(data: Path, *words: str, given: str = "") -> str:
    env = {"HUB_DATA_DIR": str(data), "HUB_CONFIG": "/dev/null"}
    done = CliRunner().invoke(hub, words, input=given, env=env, catch_exceptions=True)
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


def test_people_are_added_listed_and_forgotten(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)
    assert "password" in run(tmp_path, "people", "add", "root", "--first-admin")
    assert (tmp_path / "keys" / "installation.key").exists(), "a hub that starts afterwards finds all it needs"
    with pytest.raises(RefusedError, match="admin already"):
        run(tmp_path, "people", "add", "eve", "--first-admin")
    run(tmp_path, "teams", "set", "cards", "--role", "agent")
    added = run(tmp_path, "people", "add", "ann", "--name", "Ann Tehrani", "--team", "cards", "--agent-id", "a1",
                "--password-stdin", given="my four plain words\n")  # fmt: skip
    assert "password" not in added
    assert [(one["login"], one["role"], one["agent_id"]) for one in list_people(settings)] == [
        ("ann", "agent", "a1"),
        ("root", "admin", ""),
    ]
    assert "password" in run(tmp_path, "people", "password", "ANN")
    with pytest.raises(RefusedError, match="disable them first"):
        anonymise_person(settings, "ann")
    run(tmp_path, "people", "disable", "ann")
    person_id = anonymise_person(settings, "ann")
    assert anonymise_person(settings, person_id) == person_id
    [gone] = [one for one in list_people(settings) if one["person_id"] == person_id]
    assert (gone["login"], gone["name"], gone["disabled"]) == ("", "", True)
    stored = b"".join(file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())
    assert b"Tehrani" not in stored
    assert b"argon2" not in stored
    assert "cards" in run(tmp_path, "teams", "list")
    run(tmp_path, "teams", "remove", "cards")
    with pytest.raises(NotFoundError, match="nobody"):
        run(tmp_path, "people", "enable", "ann")
