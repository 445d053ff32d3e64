"""A branch in memory that speaks what the pages ask: every state is the test's to set."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from hub.channels.branch.pages.serving import Pages, asks_for_page

AT = "2026-01-05T08:30:00Z"
SERVICES = (
    ("accounts", "A", "Accounts", "حساب‌ها"),
    ("cards", "B", "Cards and codes", "کارت و رمز"),
    ("loans", "L", "Loans", "تسهیلات"),
    ("exchange", "X", "Foreign currency", "ارز"),
)
CONFIG: dict[str, Any] = {
    "branch": "main", "name": {"fa": "شعبهٔ مرکزی", "en": "Central branch"}, "languages": ["fa", "en"], "open": True,
    "opens_at": None, "link": "up", "zone": "Asia/Tehran",
    "services": [
        {"id": name, "name": {"en": english, "fa": persian}, "letter": letter, "open": name != "exchange",
         "opens_at": "2026-01-05T09:30:00Z" if name == "exchange" else None, "languages": []}
        for name, letter, english, persian in SERVICES
    ],
    "desks": [
        {"id": str(one), "name": {"en": f"Desk {one}", "fa": f"باجهٔ {one}"}, "services": []} for one in range(1, 5)
    ],
    "identities": ["customer_number", "national_code", "phone"], "needs": ["wheelchair", "hearing", "elderly"],
    "wrap_up": ["served", "follow_up"], "appointments": True,
}  # fmt: skip


def ticket(number: str = "A017", **more: Any) -> dict[str, Any]:
    return {
        "ticket": f"t-{number}", "number": number, "branch": "main", "service": "accounts", "language": "en",
        "need": "", "phase": "waiting", "position": 3, "wait_seconds": 420, "wait_by": "hub", "desk": "", "calls": 0,
        "taken_at": AT,
        "called_at": None, "ended_at": None, "known": True, "messages": [], "appointment": None, "link": f"/t/{number}",
        "url": f"https://branch.example/t/{number}", **more,
    }  # fmt: skip


def visit(number: str = "A017", **more: Any) -> dict[str, Any]:
    about = {"identity": None, "note": "", "agent": "ann", "priority": 0, "segment": "", "stage": "",
             "parked_until": None, "notes": []}  # fmt: skip
    shown = {name: value for name, value in ticket(number).items() if name not in {"link", "url", "messages"}}
    return shown | {"phase": "called", "desk": "3", "calls": 1, "called_at": AT} | about | more


def desk(**more: Any) -> dict[str, Any]:
    waiting = [{"service": name, "letter": letter, "count": 2, "since": AT} for name, letter, _, _ in SERVICES]
    return {"desk": "3", "branch": "main", "agent": "ann", "name": "Ann", "services": [], "wants_next": False,
            "link": "up", "visit": None, "parked": [], "waiting": waiting, "notices": [], **more}  # fmt: skip


def display(*calls: tuple[str, str, str], at: str = AT) -> dict[str, Any]:
    called = [
        {"number": number, "letter": number[0], "count": int(number[1:]), "desk": where, "service": "accounts",
         "language": language, "calls": 1, "at": at, "over": False}
        for number, where, language in calls
    ]  # fmt: skip
    wait = {"count": 3, "wait_seconds": 300, "wait_by": "hub"}
    waiting = [{"service": name, "letter": letter, **wait} for name, letter, _, _ in SERVICES]
    return {"branch": "main", "called": called, "waiting": waiting, "at": at}


@dataclass
class FakeBranch:
    """What is told on each WebSocket or GET by its path, what a POST is answered, and what was asked."""

    url: str = ""
    config: dict[str, Any] = field(default_factory=lambda: json.loads(json.dumps(CONFIG)))
    states: dict[str, dict[str, Any]] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusal: tuple[int, str] | tuple[int, str, str, dict[str, str]] | None = None
    """Status, reason; code, and what its words are filled with."""
    deaf: bool = False
    sockets: list[tuple[str, WebSocket]] = field(default_factory=list)

    async def tell(self, path: str, state: dict[str, Any]) -> None:
        self.states[path] = state
        for _, socket in [one for one in self.sockets if one[0] == path]:
            await socket.send_json(state)

    async def cut(self) -> None:
        self.deaf = True
        for _, socket in list(self.sockets):
            await socket.close(1012)

    async def got(self, request: Request) -> Response:
        path = request.url.path
        if path.startswith("/t/") and asks_for_page(request.headers.get("accept", "")):
            return Pages().page("ticket")
        if path.endswith("/config"):
            return JSONResponse(self.config)
        state = self.states.get(path) or self.states.get(f"{path}/live")
        return JSONResponse(state) if state else JSONResponse({"reason": "no such thing"}, 404)

    async def posted(self, request: Request) -> Response:
        body = await request.json()
        self.asked.append((request.url.path, body))
        if self.refusal:
            status, *words = self.refusal
            return JSONResponse(dict(zip(("reason", "code", "about"), words, strict=False)), status)
        answer = self.answers.get(request.url.path, {})
        return JSONResponse(answer(body) if callable(answer) else answer)

    async def heard(self, socket: WebSocket) -> None:
        path = socket.url.path
        if self.deaf:
            await socket.close(1012)
            return
        await socket.accept()
        self.sockets.append((path, socket))
        try:
            if path in self.states:
                await socket.send_json(self.states[path])
            while True:
                await socket.receive_text()
        except (WebSocketDisconnect, RuntimeError):
            self.sockets.remove((path, socket))


@asynccontextmanager
async def fake_branch(port: int) -> AsyncIterator[FakeBranch]:
    branch = FakeBranch(f"http://127.0.0.1:{port}")
    app = Starlette(routes=[
        *Pages("https://branch.example").routes(),
        Route("/{path:path}", branch.got, methods=["GET"]), Route("/{path:path}", branch.posted, methods=["POST"]),
        WebSocketRoute("/{path:path}", branch.heard),
    ])  # fmt: skip
    server = uvicorn.Server(
        uvicorn.Config(app, host="127.0.0.1", port=port, log_level="warning", ws="websockets-sansio", lifespan="off")
    )
    serving = asyncio.create_task(server.serve())
    while not server.started:
        await asyncio.sleep(0.02)
    try:
        yield branch
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving
