"""Two messengers in one: they bring what customers write by signed webhooks, note what they are sent, and can fail."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import aiohttp
import orjson
from aiohttp import web

from hub.channels.messaging_webhooks.mapping import read_mapping
from hub.channels.messaging_webhooks.signature import signature

TOKEN = "a-token"
SIGNING = "a-secret"
HANDSHAKE = "a-handshake"
OURS = "1055"


class Failure(NamedTuple):
    """How a request is answered; status 0: not at all, -1: not, though what it asks is done."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = {}


class Sent(NamedTuple):
    """A message that a customer got."""

    to: str
    text: str


@dataclass
class PlayedMessenger:
    """`failures`: how the next requests end. `files`: by name, type and bytes."""

    adapter_port: int = 0
    port: int = 0
    failures: list[Failure] = field(default_factory=list)
    sent: list[Sent] = field(default_factory=list)
    files: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    file_url: str = ""
    """Where files are said to lie; empty: here."""

    async def tell(self, provider: str, told: Any, seconds: float = 30, secret: str = SIGNING) -> tuple[int, str]:
        """One signed request."""
        body = told if isinstance(told, bytes) else orjson.dumps(told)
        how = read_mapping(provider).signature
        headers = {"Content-Type": "application/json", how.header: signature(how, secret, body)}
        timeout = aiohttp.ClientTimeout(total=seconds)
        url = f"http://127.0.0.1:{self.adapter_port}/messaging/{provider}"
        async with (
            aiohttp.ClientSession(timeout=timeout) as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            return answer.status, await answer.text()

    async def handle(self, request: web.Request) -> web.StreamResponse:
        """What the adapter asks."""
        if request.headers.get("Authorization") != f"Bearer {TOKEN}" and f"/bot{TOKEN}/" not in request.path:
            return web.json_response({"error": {"message": "who are you?", "code": 190}}, status=401)
        failure = self.failures.pop(0) if self.failures else None
        if failure is not None and failure.status > 0:
            return web.json_response(failure.body or {}, status=failure.status, headers=failure.headers)
        answer = None if failure is not None and failure.status == 0 else await self._done(request)
        if answer is None or failure is not None:
            if request.transport is not None:
                request.transport.abort()
            return web.Response()
        return answer

    async def _done(self, request: web.Request) -> web.Response:
        if request.method == "GET":
            return self._file(request)
        told = await request.json()
        if request.path.endswith("/sendMessage"):
            self.sent.append(Sent(told["chat_id"], told["text"]))
            return web.json_response({"ok": True, "result": {"message_id": len(self.sent)}})
        self.sent.append(Sent(told["to"], told["text"]["body"]))
        return web.json_response({"messages": [{"id": f"wamid.{len(self.sent)}"}]})

    def _file(self, request: web.Request) -> web.Response:
        name = request.query.get("file_id") or request.path.rpartition("/")[2]
        if name not in self.files:
            return web.json_response({"error": {"message": "not found"}}, status=404)
        if request.path.endswith("/getFile"):
            return web.json_response({"ok": True, "result": {"file_path": f"documents/{name}"}})
        if "/media/" in request.path or "/file/" in request.path:
            media_type, data = self.files[name]
            return web.Response(body=data, content_type=media_type)
        return web.json_response({"url": self.file_url or f"http://127.0.0.1:{self.port}/media/{name}"})

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["PlayedMessenger"]:
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
            await runner.cleanup()

    async def table(self, port: int, folder: Path, **more: Any) -> dict[str, Any]:
        """`[messaging_webhooks]`, its secrets in this folder."""
        self.adapter_port = port
        secrets = {"signing_secret_file": SIGNING, "token_file": TOKEN, "handshake_token_file": HANDSHAKE}
        for name, secret in secrets.items():
            await asyncio.to_thread((folder / name).write_text, secret)
        files = {name: str(folder / name) for name in secrets}
        api = f"http://127.0.0.1:{self.port}"
        return {
            "port": port,
            "providers": {
                "whatsapp": {
                    **files, "mapping": "whatsapp", "service": "cards",
                    "variables": {"api": api, "phone_number_id": OURS},
                },
                "telegram": {**files, "mapping": "telegram", "variables": {"api": api}},
            },
            **more,
        }  # fmt: skip


def whatsapp(*messages: Mapping[str, Any], statuses: list[Any] | None = None) -> dict[str, Any]:
    """A request with these in it, as the documentation of the platform shows one."""
    value: dict[str, Any] = {
        "messaging_product": "whatsapp", "metadata": {"display_phone_number": "982188001", "phone_number_id": OURS},
    }  # fmt: skip
    if messages:
        value |= {"contacts": [{"profile": {"name": "Mina"}, "wa_id": messages[0].get("from")}], "messages": messages}
    if statuses:
        value["statuses"] = statuses
    return {
        "object": "whatsapp_business_account",
        "entry": [{"id": "1", "changes": [{"value": value, "field": "messages"}]}],
    }


def written(name: str, text: str, sender: str = "989121234567", **more: Any) -> dict[str, Any]:
    """A message of words, as it stands in such a request."""
    return {"from": sender, "id": name, "timestamp": "1767614400", "type": "text", "text": {"body": text}, **more}


def telegram(number: int, text: str = "", sender: int = 7, **more: Any) -> dict[str, Any]:
    """A request with one message, as the documentation of the Bot API shows one."""
    who = {"id": sender, "first_name": "Mina", "language_code": "fa"}
    message = {"message_id": number, "from": who, "chat": {"id": sender, "type": "private"}, "date": 1767614400}
    return {"update_id": 1000 + number, "message": {**message, **({"text": text} if text else {}), **more}}
