"""The document at `/openapi.json`, made by a child when it is asked for first: it takes seconds of a processor, and all
conversations would stand still if the hub's own process made it."""

import asyncio
import os
import sys
from collections.abc import Sequence

import orjson
from starlette.requests import Request
from starlette.responses import Response

from hub import __version__
from hub.application.beside import told_by

COMMAND = (sys.executable, "-m", "hub", "openapi")
"""The command that prints it."""
SECONDS = 120.0
"""Most that it may take."""


class UpgradedError(Exception):
    """What is installed is not what runs."""


class Described:
    """What was made once is kept; after a failure it is made anew for who asks next."""

    def __init__(self, command: Sequence[str] = COMMAND) -> None:
        self._command = command
        self._making: asyncio.Task[bytes] | None = None

    async def answer(self, _: Request) -> Response:
        """Who asks while it is made waits for the same. Raises ChildFailedError, TimeoutError, UpgradedError."""
        if self._making is None or (self._making.done() and _has_failed(self._making)):
            self._making = asyncio.create_task(self._make(), name="the API's document")
        return Response(await asyncio.shield(self._making), media_type="application/json")

    async def _make(self) -> bytes:
        made = await told_by(self._command, dict(os.environ), SECONDS)
        version = orjson.loads(made)["info"]["version"]
        if version != __version__:
            raise UpgradedError(f"{version} is installed, {__version__} runs: start the hub again")
        return made


def _has_failed(made: "asyncio.Task[bytes]") -> bool:
    return made.cancelled() or made.exception() is not None
