"""The example adapter keeps the whole contract; one that breaks a rule is told which, and what was seen."""

import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner

from hub.cli.main import hub
from hub.simulated.contract.driver import Driver, command_driver
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import EVERY_RULE, keeps

EXAMPLES = Path(__file__).parents[2] / "examples" / "adapters"
DRIVE = f"{sys.executable} {EXAMPLES / 'drive_lines.py'}"

pytestmark = pytest.mark.acceptance


@asynccontextmanager
async def lines(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    async with command_driver(DRIVE, environment) as driver:
        yield driver


@EVERY_RULE
async def test_the_example_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "web", tmp_path, lines)


CHANGES = [
    ("only after", 'return f"LATER {name}"', 'return f"OK {name}"', "while the hub had confirmed nothing"),
    ("repeats", "short(name)[:32]", "short(name + now())[:32]", "came under several ids"),
    ("repeats", "seen = self.ledger.state(contact) or now()", "seen = now()", "with another content"),
    ("threads", '"thread": thread, "text"', '"thread": "all", "text"', "contacts of two threads came in one"),
    ("sends once", "if not state:", "if True:", "customers saw"),
    ("unknown", "return\n        state", "raise ValueError\n        state", "no 'After the unknown' within"),
]


@pytest.mark.parametrize(("name", "right", "wrong", "seen"), CHANGES)
def test_an_adapter_that_breaks_a_rule_is_told_so(
    name: str, right: str, wrong: str, seen: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hub.simulated.contract.rules.PATIENCE", 6.0)
    for file in EXAMPLES.iterdir():
        text = file.read_text() if file.suffix == ".py" else ""
        assert file.name != "lines.py" or right in text
        (tmp_path / file.name).write_text(text.replace(right, wrong) if file.name == "lines.py" else text)
    drive = f"{sys.executable} {tmp_path / 'drive_lines.py'}"
    done = CliRunner().invoke(hub, ["channel", "check", "--channel", "web", "--drive", drive, "--rule", name])
    assert done.exit_code == 1, done.output
    assert f"BROKEN {name}: " in done.output
    assert seen in done.output


def test_a_driver_that_says_nothing_is_named() -> None:
    command = ["channel", "check", "--channel", "web", "--rule", "confirmed", "--drive", f"{sys.executable} -c pass"]
    done = CliRunner().invoke(hub, command)
    assert done.exit_code == 1
    assert "BROKEN confirmed" in done.output
    assert "the driver" in done.output


def test_every_rule_has_a_name_of_its_own() -> None:
    assert len({rule.name for rule in RULES}) == len(RULES)
