"""The script that pages load, as it is put together of its parts."""

from pathlib import Path

import pytest

from hub.channels.chat import widget as script


def test_only_comments_and_indentation_are_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in script.PARTS:
        (tmp_path / f"{name}.js").write_text("", "utf-8")
    above, code = "/* Of\n   two lines. */\n", 'const url = "https://example.org"; // stays'
    (tmp_path / "words.js").write_text(f"{above}{code}\n// A line of its own.\n  go(url);\n// Last.\n", "utf-8")
    monkeypatch.setattr(script, "_BESIDE", tmp_path)
    told = script.widget().decode().splitlines()
    assert told[1:-1] == [code, "go(url);"]
