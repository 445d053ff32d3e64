"""Docs that name files, settings, tests, commands and metrics name such that exist."""

import re
from pathlib import Path

import click
import pytest

from hub.cli.main import hub
from hub.settings import Settings
from tests.operations.test_deploy import exported

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
OPERATING = (ROOT / "docs/operating.md").read_text()
ARCHITECTURE = (ROOT / "docs/architecture.md").read_text()
DECISIONS = sorted((ROOT / "docs/decisions").glob("*.md"))


def rows(heading: str) -> dict[str, list[str]]:
    """The table under a heading of operating.md: its rows by their first cell."""
    section = OPERATING.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in section.splitlines() if "| `" in line]
    return {row[0].strip("`"): row[1:] for row in cells if row[0].startswith("`")}


def test_every_setting_is_in_the_table_with_its_default() -> None:
    table = rows("Settings")
    assert list(table) == [f"HUB_{name.upper()}" for name in Settings.model_fields]
    defaults = Settings().model_dump(mode="json")
    for name, default in defaults.items():
        if isinstance(default, list) and default:
            assert table[f"HUB_{name.upper()}"][0].strip(), "a long list is told in words"
            continue
        shown = "" if default in (None, "", []) else str(default).lower() if isinstance(default, bool) else str(default)
        assert table[f"HUB_{name.upper()}"][0].strip("`") == shown, name


def test_every_metric_in_the_table_is_exported_and_none_is_missing() -> None:
    told = {re.sub(r"\{.*", "", name) for name in rows("Health")}
    counted = {re.sub(r"_(bucket|sum|count|created)$", "", name) for name in exported()}
    plain = {name.removesuffix("_total") for name in counted}
    assert {name.removesuffix("_total") for name in told} == plain
    assert told <= counted


def test_every_file_the_architecture_names_exists() -> None:
    folder, missing = ROOT, []
    for name in re.findall(r"`((?:hub|deploy)?[\w/]*\w(?:\.py)?)`", ARCHITECTURE):
        if name.startswith(("hub/", "deploy")):
            folder = (ROOT / name).parent
            missing += [] if (ROOT / name).exists() else [name]
        elif name.endswith(".py"):
            missing += [] if (folder / name).exists() else [f"{folder.relative_to(ROOT)}/{name}"]
    assert missing == []


@pytest.mark.parametrize("decision", DECISIONS, ids=lambda file: file.stem)
def test_every_decision_names_the_tests_that_enforce_it(decision: Path) -> None:
    text = decision.read_text()
    headings = re.findall(r"^## (.+)$", text, re.M)
    assert headings[:3] == ["Context", "Decision", "Consequences"]
    last = text.split(f"## {headings[3]}")[1]
    files = {ROOT / file for file in re.findall(r"`(tests/[\w/]+\.py)(?:::\w+)?`", last)}
    assert files
    sources = "".join(file.read_text() for file in files)
    for test in re.findall(r"`(?:tests/[\w/]+\.py::)?(\w+)`", last):
        assert re.search(rf"\b{test}\b", sources), test


@pytest.mark.parametrize("page", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)(?:#[\w-]*)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


@pytest.mark.parametrize("page", PAGES, ids=lambda file: str(file.relative_to(ROOT)))
def test_commands_that_are_shown_exist(page: Path) -> None:
    for line in re.findall(r"^(?:\.venv/bin/|docker compose exec hub )?hub ([a-z].*)$", page.read_text(), re.M):
        command: click.Command = hub
        for word in line.partition("#")[0].split():
            if not isinstance(command, click.Group) or (word.startswith("--") and command.invoke_without_command):
                break
            assert word in command.commands, f"hub {line}"
            command = command.commands[word]
        known = {option for parameter in command.params for option in parameter.opts}
        shown = line.partition("#")[0]
        assert set(re.findall(r"(?<!\S)--[a-z-]+", shown)) <= known, f"hub {line}"
