"""A child that is kept: heard line by line, started again however it ends, and gone when it is told to stop."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from hub import kept_child
from hub.kept_child import KeptChild

ECHO = """
import os
while data := os.read(0, 1000):
    for byte in data:
        os.write(1, bytes([byte]))
"""


class Ends:
    """Both ends of a child's life."""

    def __init__(self, *command: str) -> None:
        self.lines: list[bytes] = []
        self.begins = 0
        self.child = KeptChild("a child", command, None, self.lines.append, self._begun)

    def _begun(self) -> None:
        self.begins += 1


@pytest.fixture(autouse=True)
def short_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_child, "_FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(kept_child, "_LONGEST_PAUSE_S", 0.02)


@pytest.fixture
async def echo() -> AsyncIterator[Ends]:
    ends = Ends(sys.executable, "-c", ECHO)
    ends.child.keep()
    yield ends
    await ends.child.stop()


async def until(holds: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not holds():
            await asyncio.sleep(0.01)


async def test_whole_lines_are_heard_however_they_come(echo: Ends) -> None:
    await until(lambda: echo.begins == 1)
    for line in (b"one\ntw", b"o\n", b"\nthree\n", b"rest"):
        echo.child.tell(line)
    await until(lambda: len(echo.lines) == 4)
    assert echo.lines == [b"one", b"two", b"", b"three"]


async def test_it_is_started_again_and_what_began_in_the_last_one_is_not_heard(echo: Ends) -> None:
    await until(lambda: echo.begins == 1)
    echo.child.tell(b"whole\nhalf")
    await until(lambda: echo.lines == [b"whole"])
    pid = echo.child.pid
    os.kill(pid, signal.SIGKILL)
    await until(lambda: echo.begins == 2)
    assert echo.child.pid not in (0, pid)
    echo.child.tell(b"again\n")
    await until(lambda: len(echo.lines) == 2)
    assert echo.lines == [b"whole", b"again"]


async def test_what_is_told_to_nobody_is_lost(echo: Ends) -> None:
    echo.child.tell(b"too early\n")
    await until(lambda: echo.begins == 1)
    echo.child.tell(b"now\n")
    await until(lambda: bool(echo.lines))
    assert echo.lines == [b"now"]


async def test_it_is_tried_again_where_it_can_not_be_started(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    program = tmp_path / "program"
    ends = Ends(str(program))
    assert not ends.child.is_kept
    ends.child.keep()
    await until(lambda: "can't be started" in caplog.text)
    assert (ends.child.pid, ends.begins, ends.child.is_kept) == (0, 0, True)
    program.write_text(f"#!{sys.executable}\n{ECHO}")
    program.chmod(0o700)
    await until(lambda: ends.begins == 1)
    await ends.child.stop()


async def test_stopped_it_ends_by_itself_and_is_not_started_again() -> None:
    ends = Ends(sys.executable, "-c", ECHO)
    ends.child.keep()
    ends.child.keep()
    await until(lambda: ends.begins == 1)
    pid = ends.child.pid
    await ends.child.stop()
    assert (ends.child.pid, ends.begins) == (0, 1)
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


async def test_one_that_never_began_can_be_stopped() -> None:
    ends = Ends(sys.executable, "-c", ECHO)
    await ends.child.stop()
    assert not ends.child.is_kept


async def test_one_that_does_not_end_is_killed(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(kept_child, "_PATIENCE_S", 0.1)
    ends = Ends(sys.executable, "-c", ECHO)
    ends.child.keep()
    await until(lambda: ends.begins == 1)
    os.kill(ends.child.pid, signal.SIGSTOP)
    await ends.child.stop()
    assert ends.child.pid == 0
    assert "does not end" in caplog.text
