"""A provider of telephone lines: it signs what it asks, notes what it is asked, and can fail."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import aiohttp
from aiohttp import web

from hub.channels.voice_webhooks.signature import signature

TOKEN = "a-token"
PUBLIC = "https://voice.example.org"
ACCOUNT = "AC1"


def sid(name: str) -> str:
    """What the provider calls the call of this name."""
    return "CA" + re.sub("[^A-Za-z0-9]", "", name)


@dataclass
class PlayedProvider:
    """`statuses` of calls by their names; `answers`: with which the next requests fail, 0: with none."""

    adapter_port: int = 0
    port: int = 0
    picks_up: bool = True
    statuses: dict[str, str] = field(default_factory=dict)
    answers: list[int] = field(default_factory=list)
    placed: list[dict[str, str]] = field(default_factory=list)
    redirected: list[tuple[str, str]] = field(default_factory=list)
    recordings: dict[str, bytes] = field(default_factory=dict)
    told: list[asyncio.Task[Any]] = field(default_factory=list)

    async def tell(self, url: str, seconds: float = 20, token: str = TOKEN, **form: str) -> tuple[int, str]:
        """One signed request; `url` as the adapter gave it out, or what follows `/voice/`."""
        url = url if url.startswith("http") else f"{PUBLIC}/voice/{url}"
        parts = urlsplit(url)
        asked = f"http://127.0.0.1:{self.adapter_port}{parts.path}" + (f"?{parts.query}" if parts.query else "")
        headers = {
            "X-Twilio-Signature": signature(token, url, form.items()),
            "Content-Type": "application/x-www-form-urlencoded",
        }
        timeout = aiohttp.ClientTimeout(total=seconds)
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(asked, data=urlencode(form), headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def call(self, name: str, seconds: float = 20, **form: str) -> tuple[int, str]:
        """Somebody calls."""
        self.statuses.setdefault(sid(name), "in-progress")
        told = {"CallSid": sid(name), "From": "+989121234567", "To": "+982188001", "CallStatus": "ringing", **form}
        return await self.tell("incoming", seconds, **told)

    def said(self) -> list[str]:
        """In the calls that were made, in order."""
        return [ElementTree.fromstring(one["Twiml"]).findtext("Say") or "" for one in self.placed]

    async def handle(self, request: web.Request) -> web.Response:
        """What the adapter asks by REST."""
        path = request.path.removeprefix(f"/Accounts/{ACCOUNT}")
        if not request.headers.get("Authorization", "").startswith("Basic "):
            return web.json_response({"message": "who are you?"}, status=401)
        if self.answers and (status := self.answers.pop(0)):
            return web.json_response({"message": "not now"}, status=status)
        if request.method == "POST" and path == "/Calls.json":
            return self._place({name: str(one) for name, one in (await request.post()).items()})
        name = path.rpartition("/")[2].partition(".")[0]
        if path.startswith("/Recordings/"):
            return self._recording(request.method, name)
        if name not in self.statuses:
            return web.json_response({"message": "not found"}, status=404)
        if request.method == "GET":
            told = {"status": self.statuses[name], "from": "+989121234567", "to": "+982188001"}
            return web.json_response(told)
        if self.statuses[name] != "in-progress":
            return web.json_response({"message": "Call is not in-progress. Cannot redirect."}, status=400)
        self.redirected.append((name, str((await request.post())["Twiml"])))
        return web.json_response({"sid": name})

    def _place(self, form: dict[str, str]) -> web.Response:
        name = sid(f"out{len(self.placed)}")
        self.placed.append(form)
        self.statuses[name] = "ringing"
        if self.picks_up:
            self.told.append(asyncio.create_task(self._conversation(name, form["StatusCallback"])))
        return web.json_response({"sid": name}, status=201)

    async def _conversation(self, name: str, url: str) -> None:
        for status in ("in-progress", "completed"):
            self.statuses[name] = status
            await self.tell(url, CallSid=name, CallStatus=status)

    def _recording(self, method: str, name: str) -> web.Response:
        if name not in self.recordings:
            return web.Response(status=404)
        if method == "DELETE":
            del self.recordings[name]
            return web.Response(status=204)
        return web.Response(body=self.recordings[name], content_type="audio/wav")

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["PlayedProvider"]:
        """It answers while this is open."""
        app = web.Application()
        app.router.add_route("*", "/{path:.*}", self.handle)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            for task in self.told:
                task.cancel()
            await runner.cleanup()

    def table(self, port: int, **more: Any) -> dict[str, Any]:
        """`[voice_webhooks]`."""
        self.adapter_port = port
        return {
            "public_url": PUBLIC, "port": port, "rest_url": f"http://127.0.0.1:{self.port}", "account": ACCOUNT,
            "auth_token": TOKEN, "caller_id": "+982188000", "answer_within_seconds": 1.0, **more,
        }  # fmt: skip
