"""A carrier that is not ours: npm's smpp in a node process, which does as it is told."""

import asyncio
import itertools
import json
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).parent / "carrier"


def installed(directory: Path) -> Path:
    """The carrier, installed by npm from its lock file; skips where that can't be."""
    if shutil.which("node") is None or shutil.which("npm") is None:
        pytest.skip("node and npm are not here: text messages are not tried against another's carrier")
    for file in HERE.glob("*.*"):
        shutil.copy(file, directory)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(install, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm did not fetch smpp within 5 minutes: text messages are not tried against another's carrier")
    if done.returncode:
        pytest.skip(f"npm can't fetch smpp: text messages are not tried with it: {done.stderr[-300:]}")
    return directory


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
        about = {"from": "989121234567", "to": "982000", "text": text, "seconds": seconds, **told}
        return (await self.ask("deliver", **about))["answer"]  # type: ignore[no-any-return]

    async def saw(self) -> list[dict[str, Any]]:
        return list((await self.ask("saw"))["submits"])

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
