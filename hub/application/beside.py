"""Long work, done by a child process beside the hub: offers go first."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from hub.children import die_with_parent

_NICE = 15


class ChildFailedError(Exception):
    """A child ended with a code, and said why on stderr."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(f"ended with code {code}: {said}")


async def told_by(command: Sequence[str], environment: Mapping[str, str], seconds: float, asked: bytes = b"") -> bytes:
    """What the command prints that may read `asked`; it runs after everybody else, and ends with the hub. Raises
    TimeoutError where it takes longer than that, ChildFailedError where it fails."""
    child = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE if asked else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        env=environment,
        preexec_fn=_last_of_all(die_with_parent()),
    )
    try:
        async with asyncio.timeout(seconds):
            out, said = await child.communicate(asked or None)
    finally:
        with suppress(ProcessLookupError):
            child.kill()
        await child.wait()
    if child.returncode:
        raise ChildFailedError(child.returncode, said.decode(errors="replace")[-2000:])
    return out


def _last_of_all(prepare: Callable[[], None]) -> Callable[[], None]:
    def in_child() -> None:
        prepare()
        os.nice(_NICE)

    return in_child
