"""Messages on their way to the hub are told again as they were told first, after any end of the process."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.chat.begun import Begun
from hub.domain.contact import Channel, Contact
from hub.domain.contact import Path as ContactPath

START = datetime(2026, 1, 1, tzinfo=UTC)


def message(name: str, text: str = "hello", seconds: int = 0) -> Contact:
    path = ContactPath(channel=Channel.WEB, address="visitor-1")
    return Contact(id=name, path=path, occurred_at=START + timedelta(seconds=seconds), text=text)


def killed(one: Begun) -> None:
    """Its process is gone: nothing is written any more."""
    one.close()


def test_what_is_said_again_is_what_was_said_first(tmp_path: Path) -> None:
    first = Begun(tmp_path / "begun")
    told = first.begin("mina", "m-1", message("c-1"))
    assert first.begin("mina", "m-1", message("c-1", seconds=9)) == told
    killed(first)
    assert Begun(tmp_path / "begun").begin("mina", "m-1", message("c-1", seconds=99)) == told


def test_what_is_over_is_said_anew(tmp_path: Path) -> None:
    first = Begun(tmp_path / "begun")
    first.begin("mina", "m-1", message("c-1"))
    first.done("mina", "m-1")
    killed(first)
    later = message("c-1", seconds=9)
    assert Begun(tmp_path / "begun").begin("mina", "m-1", later) == later


@given(cut=st.integers(0, 400))
def test_a_line_that_was_cut_off_takes_no_other_with_it(cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    file = tmp_path_factory.mktemp("chat") / "begun"
    first = Begun(file)
    told = first.begin("mina", "m-1", message("c-1"))
    whole = file.stat().st_size
    first.begin("mina", "m-2", message("c-2"))
    killed(first)
    file.write_bytes(file.read_bytes()[: whole + cut])
    after = Begun(file)
    again = message("c-3")
    assert after.begin("mina", "m-3", again) == again
    killed(after)
    after = Begun(file)
    assert after.begin("mina", "m-1", message("c-1", seconds=9)) == told
    assert after.begin("mina", "m-3", message("c-3", seconds=9)) == again
    killed(after)


def test_words_of_what_is_over_or_old_are_not_kept(tmp_path: Path) -> None:
    file = tmp_path / "begun"
    one = Begun(file)
    one.begin("mina", "m-1", message("c-1", "an old secret"))
    one.begin("mina", "m-2", message("c-2", "a told secret", seconds=60))
    one.begin("mina", "m-3", message("c-3", "on its way", seconds=60))
    one.done("mina", "m-2")
    one.forget_old(START + timedelta(seconds=30))
    kept = file.read_text()
    assert "on its way" in kept
    assert "secret" not in kept


def test_the_file_stays_small_however_much_is_said(tmp_path: Path) -> None:
    one = Begun(tmp_path / "begun")
    for number in range(600):
        one.begin("mina", f"m-{number}", message(f"c-{number}", "x" * 4_000))
        one.done("mina", f"m-{number}")
    assert (tmp_path / "begun").stat().st_size < 1.1 * 2**20


def test_no_more_are_remembered_than_there_may_be(tmp_path: Path) -> None:
    one = Begun(tmp_path / "begun", most=2)
    for number in range(3):
        one.begin("mina", f"m-{number}", message(f"c-{number}"))
    later = message("c-0", seconds=9)
    assert one.begin("mina", "m-0", later) == later
    assert one.begin("mina", "m-2", message("c-2", seconds=9)) == message("c-2")
