"""`hub paths why`, `what-if`, `voice` and `uplift` tell of decisions beside a hub that need not run; pages as they are
shown stand in path_pages/."""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from hub.app import PATH_ANSWERS
from hub.application.explaining.explainer import ExplanationError
from hub.application.paths.answering_beside import PathAnswersBeside
from hub.cli.main import hub
from hub.domain.contact import Channel
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.reading.events import PersonalDataRead
from hub.journal.journal import EventJournal
from hub.journal.store import open_store
from hub.settings import Settings
from tests.application.lived_paths import ANN, BEN, LivedHub
from tests.domain.consents import KEY
from tests.paths.decisions import PHONE, POLICY, consent, inbound, outbound
from tests.paths.decisions import at as moment

PAGES = Path(__file__).parent / "path_pages"
Run = Callable[..., Result]
TERMS = 'kind = "product"\nterms = { monthly = { value = 49, better = "lower" } }\n'


async def _lived(settings: Settings) -> list[str]:
    """A campaign contacts Ann, once more than it may; then she calls, and so does Ben."""
    journal = EventJournal(open_store(settings))
    try:
        lived = LivedHub(
            journal, POLICY.replace('kind = "product"\n', TERMS, 1).replace("share = 30.0", "share = 76.0")
        )
        journal.hand_over(lived.follow)
        await lived.begin()
        await lived.write((ANN, consent(moment(-1), PHONE, Channel.SMS, said=True)))
        first = await lived.ask(outbound(), "first")
        lived.clock.hours = 1
        second = await lived.ask(outbound(), "second")
        third = await lived.ask(inbound(), "third", grants=True)
        await lived.ask(inbound(), "fourth", BEN)
        return [one.event.decision_id for one in (first, second, third)]
    finally:
        await journal.close()


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("HUB_CONFIG", os.devnull)
    monkeypatch.setenv("HUB_DATA_DIR", str(tmp_path / "var"))
    monkeypatch.setenv("HUB_INSTALLATION_KEY", KEY.hex())
    monkeypatch.setenv("COLUMNS", "180")
    return Settings(data_dir=tmp_path / "var", installation_key=KEY.hex())


@pytest.fixture
def decided(settings: Settings) -> list[str]:
    return asyncio.run(_lived(settings))


@pytest.fixture
def run(settings: Settings) -> Run:
    return lambda *arguments: CliRunner().invoke(hub, ["paths", *map(str, arguments)])


def told(result: Result, code: int = 0) -> dict[str, Any]:
    assert result.exit_code == code, result.output
    found = json.loads(result.stdout)
    assert isinstance(found, dict)
    return found


def is_page(result: Result, name: str, code: int = 0) -> None:
    """Just as it is kept; where it is meant to change, look at it and keep it anew."""
    assert result.exit_code == code, result.output
    shown = "\n".join(line.rstrip() for line in result.stdout.splitlines()) + "\n"
    assert shown == (PAGES / f"{name}.txt").read_text()


def readings(settings: Settings) -> list[str]:
    store = open_store(settings)
    try:
        return [one.event.what for one in store.read(0, 1_000) if isinstance(one.event, PersonalDataRead)]
    finally:
        store.close()


def test_why_is_laid_out_for_people(run: Run, decided: list[str], settings: Settings) -> None:
    is_page(run("why", decided[0]), "why")
    is_page(run("why", decided[1]), "why_not")
    assert set(readings(settings)) == {"paths why"}
    assert told(run("why", decided[2], "--json"))["same"] is True


def test_what_if_shows_what_would_change(run: Run, decided: list[str], tmp_path: Path) -> None:
    file = tmp_path / "other.toml"
    file.write_text(POLICY.replace('kind = "product"', 'kind = "product"\nsenders = ["hub"]'))
    is_page(run("what-if", decided[0], "--policy", file), "what_if")
    same = told(run("why", decided[0], "--json"))
    assert told(run("what-if", decided[0], "--version", same["policy"], "--json"))["changed"] == []
    assert run("what-if", decided[0]).exit_code == 2
    assert run("what-if", decided[0], "--version", "x", "--policy", file).exit_code == 2
    assert isinstance(run("what-if", decided[0], "--version", "x").exception, NotFoundError)


def test_voice_shows_each_channel(run: Run, decided: list[str]) -> None:
    is_page(run("voice", ANN, "--at", moment(2).isoformat()), "voice")
    assert run("voice", ANN).exit_code == 2
    assert "no zone" in run("voice", ANN, "--at", "2026-03-02T08:30").output
    claimed = told(run("voice", ANN, "--at", moment(2).isoformat(), "--claimed", "--json"))
    assert all(row["says"] == [] for row in claimed["channels"])
    silent = run("voice", ANN, "--at", moment(2).isoformat(), "--claimed").stdout
    assert "nothing would have been said on any channel" in silent
    assert "identity claimed" in silent
    assert "one voice" not in silent


def test_uplift_shows_both_groups(run: Run, decided: list[str]) -> None:
    is_page(run("uplift"), "uplift")
    assert told(run("uplift", "--campaign", "spring", "--days", "3", "--json"))["campaigns"][0]["days"] == 3
    assert isinstance(run("uplift", "--campaign", "autumn").exception, NotFoundError)


def test_every_decision_of_the_log_is_taken_again(run: Run, decided: list[str]) -> None:
    is_page(run("why", "--check"), "check")
    found = told(run("why", "--check", "--json"))
    assert (found["decisions"], found["same"]) == (4, 4)
    assert told(run("why", "--check", "--to", "3", "--json"))["decisions"] == 0
    assert isinstance(run("why", "--check", "--from", "3", "--to", "2").exception, InvalidError)
    for wrong in ((), ("--from", "1"), (decided[0], "--check"), (decided[0], "--to", "1")):
        assert run("why", *wrong).exit_code == 2


def test_a_decision_that_differs_is_shown_and_ends_with_1(run: Run, decided: list[str], settings: Settings) -> None:
    asyncio.run(_forge(settings))
    result = run("why", "--check")
    assert result.exit_code == 1
    assert "4 the same, 1 different" in result.stdout
    assert "at position" in result.stdout
    assert "computed again" in result.stdout


async def _forge(settings: Settings) -> None:
    """Somebody writes a decision that nobody took."""
    journal = EventJournal(open_store(settings))
    try:
        [*_, last] = (await journal.load_only([ANN], (PathDecided,)))[ANN]
        assert isinstance(last.event, PathDecided)
        forged = last.event.model_copy(update={"decision_id": f"decision-{ANN}-0", "inputs": "0" * 32})
        await LivedHub(journal).write((ANN, forged))
    finally:
        await journal.close()


def test_without_a_store_there_is_nothing_to_ask(run: Run, settings: Settings) -> None:
    assert isinstance(run("why", "decision-customer-1-1").exception, NotFoundError)
    assert not settings.data_dir.exists()


def test_a_hub_asks_its_child_and_keeps_on_record_itself_who_reads(decided: list[str], settings: Settings) -> None:
    asyncio.run(_asked_beside(decided, settings))
    assert readings(settings) == []


async def _asked_beside(decided: list[str], settings: Settings) -> None:
    beside = PathAnswersBeside(PATH_ANSWERS, settings.environment())
    answers = await asyncio.gather(
        beside.ask("why", decision=decided[0]),
        beside.ask("voice", customer=ANN, at=moment(2).isoformat()),
        beside.ask("uplift", campaign="spring", days=30, confidence=0.9),
    )
    assert (answers[0]["same"], answers[1]["one_voice"]) == (True, True)
    with pytest.raises(NotFoundError, match="no decision"):
        await beside.ask("why", decision=f"decision-{ANN}-0")
    with pytest.raises(InvalidError, match="one of the two") as refused:
        await beside.ask("what_if", decision=decided[0])
    assert refused.value.field == "version"
    with pytest.raises(InvalidError) as refused:
        await beside.ask("what_if", decision=decided[0], text="[[stages]]")
    assert refused.value.field == "text"


async def test_what_goes_wrong_in_a_child_is_told_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    failing = PathAnswersBeside([sys.executable, "-c", "import sys; sys.exit('the store is gone')"], {})
    with pytest.raises(ExplanationError, match="log says why"):
        await failing.ask("why", decision="d")
    assert "the store is gone" in caplog.text
    slow = PathAnswersBeside([sys.executable, "-c", "import time; time.sleep(60)"], {}, seconds=0.2)
    with pytest.raises(ExplanationError, match="on the machine itself"):
        await slow.ask("why", decision="d")
