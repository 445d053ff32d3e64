"""What a person reads of a result."""

import pytest

from hub.cli.output import show


def test_yes_and_no_are_words(capsys: pytest.CaptureFixture[str]) -> None:
    show({"valid": True, "keys": [{"name": "a", "revoked": False, "agent": None}]}, as_json=False)
    told = capsys.readouterr().out
    assert "yes" in told
    assert "no" in told.split()
    assert "True" not in told
    assert "False" not in told
