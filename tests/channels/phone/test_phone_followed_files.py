"""Given a file that is appended to and rotated, when it is read again, then each of its lines is read once."""

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.phone.followed import Position, unread

LONG = b"a call\n" * 10


def then(file: Path, known: Position) -> tuple[bytes, Position]:
    """As after a restart: what is known went through the ledger."""
    lines, position = unread(file, Position.noted(str(known)))
    return lines, position


def test_a_file_that_was_rotated_and_is_longer_already_is_read_from_its_beginning(tmp_path: Path) -> None:
    file = tmp_path / "hub.csv"
    file.write_bytes(b"old\n")
    _, known = then(file, Position())
    file.rename(tmp_path / "hub.csv.1")
    file.write_bytes(LONG)
    lines, known = then(file, known)
    assert (lines, then(file, known)[0]) == (LONG, b"")


@pytest.mark.parametrize("copies", [False, True])
@pytest.mark.parametrize("is_seen_between", [False, True])
def test_what_came_just_before_is_read_from_the_old_file(tmp_path: Path, copies: bool, is_seen_between: bool) -> None:
    file, old = tmp_path / "hub.csv", tmp_path / "hub.csv-20260105"
    (tmp_path / "hub.csv.0.gz").write_bytes(b"\x1f\x8b" * 9000)
    file.write_bytes(b"1\n2\n")
    _, known = then(file, Position())
    old.write_bytes(b"1\n2\n3\n")
    file.write_bytes(b"") if copies else file.unlink()
    heard = b""
    if is_seen_between:
        heard, known = then(file, known)
        assert (heard, then(file, known)[0]) == (b"3\n", b"")
    file.write_bytes(b"4\n5\n6\n7\n")
    lines, known = then(file, known)
    assert (heard + lines, then(file, known)[0]) == (b"3\n4\n5\n6\n7\n", b"")


def test_a_file_of_which_only_the_length_was_noted_goes_on(tmp_path: Path) -> None:
    file = tmp_path / "hub.csv"
    file.write_bytes(b"1\n2\n")
    assert unread(file, Position.noted("2")).lines == b"2\n"


def test_a_file_that_is_not_there_says_nothing(tmp_path: Path) -> None:
    assert unread(tmp_path / "hub.csv", Position()) == (b"", Position())


@given(st.lists(st.sampled_from(["line", "line", "read", "move", "copy"]), max_size=40))
def test_rotated_once_between_two_readings_each_line_is_read_once(steps: list[str]) -> None:
    with TemporaryDirectory() as folder:
        file, known, written, heard = Path(folder) / "hub.csv", Position(), b"", b""
        was_seen = False
        for number, step in enumerate([*steps, "line", "read"]):
            if step == "line":
                written += b"%d\n" % number
                with file.open("ab") as out:
                    out.write(b"%d\n" % number)
            elif step == "read":
                lines, known = then(file, known)
                heard += lines
                was_seen = file.exists() and file.stat().st_size > 0
            elif was_seen:
                rotate(file, number, copies=step == "copy")
                was_seen = False
        assert heard == written


def rotate(file: Path, number: int, *, copies: bool) -> None:
    old = file.with_name(f"hub.csv.{number}")
    if copies:
        old.write_bytes(file.read_bytes())
        file.write_bytes(b"")
    else:
        file.rename(old)
