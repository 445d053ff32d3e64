"""An adapter knows after any restart what it has done."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.channels.ledger import KEPT, Ledger, LedgerError, Made, State

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def test_what_was_carried_out_is_known_after_a_restart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "own" / "ledger.sqlite")
    ledger.note("interaction-1.7", NOON)
    ledger.begin("decision-1", "<one@hub>", "mail-1", NOON)
    ledger.close()
    again = Ledger(tmp_path / "own" / "ledger.sqlite")
    assert again.told_before("interaction-1.7")
    assert not again.told_before("interaction-1.8")
    assert again.of("decision-1") == Made("decision-1", State.BEGUN, "<one@hub>", "mail-1")
    assert again.of("decision-2") is None


def test_a_contact_is_found_by_what_the_wire_calls_it(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.left("decision-1", "<one@hub>", "mail-1", NOON)
    ledger.begin("decision-2", "", "mail-2", NOON)
    assert ledger.by_wire_id("<one@hub>") == Made("decision-1", State.LEFT, "<one@hub>", "mail-1")
    assert ledger.by_wire_id("") is None
    ledger.failed("decision-1", NOON)
    assert ledger.of("decision-1") == Made("decision-1", State.FAILED, "<one@hub>", "mail-1")


def test_old_things_are_forgotten_and_notes_stay(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    ledger.remember("uid", "17")
    for name, at in (("old", NOON - KEPT - timedelta(days=1)), ("new", NOON)):
        ledger.note(name, at)
        ledger.left(name, name, name, at)
    ledger.forget_old(NOON)
    assert [ledger.told_before(name) for name in ("old", "new")] == [False, True]
    assert [ledger.of(name) is not None for name in ("old", "new")] == [False, True]
    assert ledger.remembered("uid") == "17"
    assert ledger.remembered("other") == ""


def test_what_is_written_together_stands_or_falls_together(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    with ledger.together():
        ledger.begin("one", "", "t", NOON)
        ledger.left("two", "w", "t", NOON)

    def breaks() -> None:
        with ledger.together():
            ledger.begin("three", "", "t", NOON)
            raise LedgerError("broken")

    with pytest.raises(LedgerError):
        breaks()
    assert [ledger.of(name) is not None for name in ("one", "two", "three")] == [True, True, False]


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    file = tmp_path / "ledger.sqlite"
    file.write_bytes(b"nothing of a database" * 100)
    with pytest.raises(LedgerError, match=r"ledger\.sqlite"):
        Ledger(file)


def test_a_full_disk_is_called_so_and_holds_nothing_up_once_there_is_room(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    limit = "PRAGMA max_page_count = {}"
    ledger._connection.execute(limit.format(20))

    def fills() -> None:
        for number in range(40):
            with ledger.together():
                ledger.remember(f"{number}", "x" * 3_000)

    with pytest.raises(LedgerError, match="full"):
        fills()
    ledger._connection.execute(limit.format(2_000))
    with ledger.together():
        ledger.remember("then", "y")
    assert ledger.remembered("then") == "y"
