"""Real commands of the hub in processes of their own, and what they leave behind."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any


@contextmanager
def running(*arguments: str, data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """`hub …` in a session of its own, so that no signal of ours reaches its children; killed in the end."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HUB_")}
    environment |= {"HUB_DATA_DIR": str(data_dir), "HUB_API_PORT": "0", "HUB_CONFIG": os.devnull}
    process = subprocess.Popen(
        [sys.executable, "-m", "hub", *arguments],
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with process:
        try:
            yield process
        finally:
            process.kill()


def finish(process: subprocess.Popen[str], seconds: float) -> tuple[int, str, str]:
    """Exit code, stdout and stderr; a process that takes longer is killed, and the test fails."""
    try:
        out, err = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"still running after {seconds} s:\n{out}\n{err}") from None
    return process.returncode, out, err


def run(*arguments: str, data_dir: Path, seconds: float = 120) -> tuple[int, str, str]:
    """`hub …` to its end."""
    with running(*arguments, data_dir=data_dir) as process:
        return finish(process, seconds)


def hub_of(data_dir: Path) -> dict[str, Any]:
    """What the running hub says of itself; empty if there is none, or its process is gone."""
    try:
        told: dict[str, Any] = json.loads((data_dir / "hub.json").read_text())
    except (OSError, ValueError):
        return {}
    return told if Path(f"/proc/{told['pid']}").exists() else {}


def wait_for(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """The condition's value as soon as it is true."""
    end = time.monotonic() + seconds
    while not (value := condition()):
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.05)
    return value


def left_behind(data_dir: Path) -> list[str]:
    """Command lines of the processes that work in this directory."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            words = (process / "cmdline").read_bytes() + (process / "environ").read_bytes()
        except OSError:
            continue
        if str(data_dir).encode() in words and int(process.name) != os.getpid():
            found.append(f"{process.name} {(process / 'cmdline').read_bytes().replace(bytes(1), b' ').decode()}")
    return found
