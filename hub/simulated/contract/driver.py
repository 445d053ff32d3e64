"""The wire's side: a program of the adapter's author that starts the adapter and plays its customers."""

import asyncio
import os
import shlex
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol, runtime_checkable

import orjson

from hub.children import die_with_parent
from hub.domain.contact import Contact
from hub.domain.errors import HubError

_MARGIN = 60.0


class DriverError(HubError):
    """The program that drives the wire ended, or said something that is no answer."""


class Seen(NamedTuple):
    """What a customer got."""

    thread: str
    text: str


class Driver(Protocol):
    """Plays the customers of an adapter, one wish after the other. Threads and ids are the wire's."""

    async def start(self) -> int:
        """Start the adapter and wait until its wire is open; its process id, 0 where that is not known."""
        ...

    async def kill(self) -> None:
        """As `kill -9` does."""
        ...

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """Make one on the wire; the same name again is the same contact, repeated by the wire. What the wire was told
        within so many seconds: `accepted`, `later`, `refused`, or `none`."""
        ...

    async def saw(self) -> list[Seen]:
        """What customers got since this was asked last."""
        ...

    async def bad(self, seconds: float) -> str:
        """Send what no adapter can take; what the wire was told. Empty: there is no such thing on this wire."""
        ...

    async def flood(self, count: int, seconds: float) -> int:
        """Make so many contacts, always the same, as fast as the wire lets them; how many were accepted. Below 0: this
        driver can't."""
        ...


@runtime_checkable
class KnowsWords(Protocol):
    """A driver of a wire that carries no words."""

    def words(self, contact: Contact) -> str:
        """What the customer wanted whose contact this is."""
        ...


class CommandDriver:
    """A program that reads wishes as JSON lines on its standard input and answers each with one on its output."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def start(self) -> int:
        """As a driver's."""
        return int((await self._ask(30, {"do": "start"})).get("pid", 0))

    async def kill(self) -> None:
        """As a driver's."""
        await self._ask(30, {"do": "kill"})

    async def contact(self, name: str, thread: str, text: str, seconds: float) -> str:
        """As a driver's."""
        wish = {"do": "contact", "id": name, "thread": thread, "text": text, "seconds": seconds}
        return str((await self._ask(seconds, wish)).get("answer", "none"))

    async def saw(self) -> list[Seen]:
        """As a driver's."""
        return [
            Seen(str(one["thread"]), str(one["text"])) for one in (await self._ask(10, {"do": "saw"})).get("saw", [])
        ]

    async def bad(self, seconds: float) -> str:
        """As a driver's."""
        return str((await self._ask(seconds, {"do": "bad", "seconds": seconds})).get("answer", ""))

    async def flood(self, count: int, seconds: float) -> int:
        """As a driver's."""
        return int((await self._ask(seconds, {"do": "flood", "count": count, "seconds": seconds})).get("accepted", -1))

    async def _ask(self, seconds: float, wish: Mapping[str, object]) -> dict[str, Any]:
        """What it does not know it answers with `{}`."""
        stdin, stdout = self._process.stdin, self._process.stdout
        if stdin is None or stdout is None:
            raise DriverError("the driver has no standard input and output")
        try:
            stdin.write(orjson.dumps(wish) + b"\n")
            await stdin.drain()
            async with asyncio.timeout(seconds + _MARGIN):
                line = await stdout.readline()
        except (ConnectionError, TimeoutError) as error:
            raise DriverError(f"the driver did not answer {wish}: {type(error).__name__}") from None
        try:
            said = orjson.loads(line)
        except orjson.JSONDecodeError:
            said = None
        if not isinstance(said, dict):
            raise DriverError(f"the driver answered {wish} with {line.decode(errors='replace')!r}: not a JSON object")
        return said


@asynccontextmanager
async def command_driver(command: str, environment: Mapping[str, str]) -> AsyncIterator[CommandDriver]:
    """The program, running; its adapter ends with it. Raises DriverError."""
    try:
        process = await asyncio.create_subprocess_exec(
            *shlex.split(command),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            env={**os.environ, **environment},
            preexec_fn=die_with_parent(),
            limit=16 * 1024 * 1024,
        )
    except OSError as error:
        raise DriverError(f"the driver can't be started: {error}") from None
    try:
        yield CommandDriver(process)
    finally:
        if process.stdin is not None:
            process.stdin.close()
        try:
            async with asyncio.timeout(10):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()
