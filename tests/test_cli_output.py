"""What a person reads of a result."""

import pytest

from hub.cli.output import page_table, show, show_page


def test_yes_and_no_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    show({"valid": True, "keys": [{"name": "a", "revoked": False, "agent": None}]}, as_json=False)
    told = capsys.readouterr().out
    assert "yes" in told
    assert "no" in told.split()
    assert "True" not in told
    assert "False" not in told


def test_a_page_for_a_file_is_not_folded(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    table = page_table(("id", "[b]"))
    table.add_row("x" * 300, "y" * 300)
    table.add_row("z", "")
    show_page(table)
    assert [len(line) for line in capsys.readouterr().out.splitlines()] == [305, 602, 1]


def test_nothing_on_a_page_is_cut(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "20")
    table = page_table(("id",))
    table.add_row("customer-0123456789abcdef")
    show_page(table)
    assert "".join(capsys.readouterr().out.split()) == "idcustomer-0123456789abcdef"
