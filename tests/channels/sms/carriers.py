"""Carriers of text messages: npm's smpp, which is not ours, in a node process that does as it is told; and our own."""

import asyncio
import itertools
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest

from hub.channels.sms.pdu import Address, Message
from hub.simulated.message_centre import MessageCentre, message_centre

HERE = Path(__file__).parent / "carrier"


FROM, TO = "989121234567", "982000"


def installed(directory: Path) -> Path:
    """The carrier, installed by npm from its lock file; skips where that can't be."""
    if why := problem(directory):
        pytest.skip(f"text messages are not tried against another's carrier: {why}")
    return directory


def problem(directory: Path) -> str:
    """What keeps npm from installing the carrier there; empty: it is."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        return "node and npm are not here"
    for file in HERE.glob("*.*"):
        shutil.copy(file, directory)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(install, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        return "npm did not fetch smpp within 5 minutes"
    return f"npm can't fetch smpp: {done.stderr[-300:]}" if done.returncode else ""


class Carrier(Protocol):
    """What a phone does by either of them."""

    port: int

    async def deliver(self, text: str) -> int | str:
        """How it was answered: 0 where it was taken."""
        ...

    async def texts(self) -> list[str]:
        """That left, in order."""
        ...


class NodeCarrier:
    """Made by `carrier`."""

    def __init__(self, process: asyncio.subprocess.Process, port: int) -> None:
        self.port = port
        self._process = process
        self._numbers = itertools.count()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}

    async def ask(self, what: str, **told: Any) -> dict[str, Any]:
        number = next(self._numbers)
        self._answers[number] = asyncio.get_running_loop().create_future()
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"n": number, "do": what, **told}).encode() + b"\n")
        async with asyncio.timeout(200):
            return await self._answers[number]

    async def deliver(self, text: str, seconds: float = 30, **told: Any) -> int | str:
        """How it was answered: a status, or `none`."""
        about = {"from": FROM, "to": TO, "text": text, "seconds": seconds, **told}
        return (await self.ask("deliver", **about))["answer"]  # type: ignore[no-any-return]

    async def saw(self) -> list[dict[str, Any]]:
        return list((await self.ask("saw"))["submits"])

    async def texts(self) -> list[str]:
        return [one["text"] for one in await self.saw()]

    async def seen(self, count: int) -> list[dict[str, Any]]:
        async with asyncio.timeout(60):
            while len(found := await self.saw()) < count:
                await asyncio.sleep(0.05)
        return found

    async def linked(self, count: int = 1) -> None:
        async with asyncio.timeout(60):
            while (await self.ask("bound"))["bound"] < count:
                await asyncio.sleep(0.05)

    async def links(self, count: int) -> None:
        """So many were made."""
        async with asyncio.timeout(60):
            while (await self.ask("links"))["links"] < count:
                await asyncio.sleep(0.05)

    async def hear(self) -> None:
        assert self._process.stdout is not None
        while line := await self._process.stdout.readline():
            told = json.loads(line)
            waiting = self._answers.get(told["n"])
            if waiting is not None and not waiting.done():
                waiting.set_result(told)


@asynccontextmanager
async def carrier(directory: Path, port: int = 0) -> AsyncIterator[NodeCarrier]:
    process = await asyncio.create_subprocess_exec(
        "node", "carrier.mjs", str(port), cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE, limit=2**24
    )
    assert process.stdout is not None
    try:
        made = NodeCarrier(process, json.loads(await process.stdout.readline())["port"])
        hearing = asyncio.create_task(made.hear())
        yield made
        hearing.cancel()
    finally:
        process.kill()
        await process.wait()


@dataclass
class OwnCarrier:
    """Made by `own_carrier`."""

    port: int
    centre: MessageCentre
    sent: list[Message]

    async def deliver(self, text: str) -> int | str:
        return await self.centre.deliver(Message(Address(FROM, 1, 1), Address(TO), text.encode("ascii")))

    async def texts(self) -> list[str]:
        return [one.data.decode("ascii") for one in self.sent]


@asynccontextmanager
async def own_carrier() -> AsyncIterator[OwnCarrier]:
    sent = list[Message]()
    async with message_centre(sent.append) as centre:
        yield OwnCarrier(centre.port, centre, sent)
