"""A branch that is stopped while a desk waits for the next visitor: it is answered before the server's patience ends,
which would put the request it cancels into the log as an error."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import BaseRoute

from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.branch import adapter, server
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.simulated.contract.branch_driver import table
from tests.channels.branch.test_branch_hall import PlayedHub, until


class QuietHub(PlayedHub):
    """Has nothing to say."""

    async def _never(self, _: Any) -> None:
        await asyncio.Event().wait()

    retries = announcements = carry_out = _never


class Served:
    """The branch's addresses without a socket. It ends as the server does: when who asked has been answered."""

    def __init__(self) -> None:
        self.app = asyncio.Future[Starlette]()
        self.waiting: asyncio.Task[dict[str, Any]] | None = None

    @asynccontextmanager
    async def serving(self, routes: Sequence[BaseRoute], *_: object) -> AsyncIterator[int]:
        self.app.set_result(Starlette(routes=list(routes)))
        try:
            yield 1
        finally:
            assert self.waiting is not None
            await asyncio.wait({self.waiting}, timeout=server._GRACE_SECONDS)

    async def ask(self, path: str, token: str = "", **body: Any) -> dict[str, Any]:
        told, sent = asyncio.Queue[dict[str, Any]](), bytearray()
        told.put_nowait({"type": "http.request", "body": json.dumps(body).encode()})

        async def send(part: Any) -> None:
            sent.extend(part.get("body", b""))

        scope = {
            "type": "http", "method": "POST", "path": f"/b/centre/{path}", "query_string": b"",
            "headers": [(b"authorization", f"Bearer {token}".encode())],
        }  # fmt: skip
        await (await self.app)(scope, told.get, send)
        found: dict[str, Any] = json.loads(sent)
        return found


async def test_a_desk_that_waits_for_somebody_is_answered_when_the_branch_is_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pins = tmp_path / "pins.toml"
    pins.write_text('[agents]\nann = "1111"\n')
    given = table(0, pins_file=str(pins), answer_within_seconds=60)
    given["branches"]["centre"]["agents"] = {"ann": {}}
    ledger, files = Ledger(tmp_path / "ledger.sqlite"), Attachments(FolderBlobs(tmp_path / "files"), b"k" * 32)
    served, hub = Served(), QuietHub()
    monkeypatch.setattr(adapter, "serving", served.serving)
    branch = adapter.make(given, Place(tmp_path, ledger, files, WallClock(), "IR"))
    running = asyncio.create_task(branch.run(hub))  # type: ignore[arg-type]
    token = (await served.ask("desk/sign-in", desk="1", agent="ann", pin="1111"))["token"]
    await served.ask("tickets", service="accounts")
    served.waiting = asyncio.create_task(served.ask("desk/next", token))
    await until(lambda: "next_wanted" in hub.told)
    assert not served.waiting.done(), "somebody waits, and the hub has not said whom to call"
    running.cancel()
    await asyncio.wait({running})
    assert served.waiting.done()
    assert (served.waiting.result()["wants_next"], served.waiting.result()["visit"]) == (True, None)
