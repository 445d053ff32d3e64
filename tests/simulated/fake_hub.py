"""A small HTTP stand-in for a hub: hands out offers, keeps phases, streams events, and can go away and come back."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

from aiohttp import web


async def eventually(condition: Callable[[], object], seconds: float = 3.0) -> None:
    """Return as soon as it is so; TimeoutError if it does not come about."""
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)


class FakeHub:
    def __init__(self) -> None:
        self.phases: dict[str, str] = {}
        self.holders: dict[str, str] = {}
        self.agents: dict[str, str] = {}
        self.log: list[dict[str, Any]] = []
        self.requests: list[tuple[str, str]] = []
        self.unanswered: list[str] = []
        """Of every interaction: what came of these is to be said before its wrap-up."""
        self.responses: list[dict[str, Any]] = []
        self.taken_elsewhere: set[str] = set()
        """Nobody can be granted these any more."""
        self.resumed_after: list[int] = []
        self.silent = 0
        """So many commands are carried out without an answer: the connection breaks."""
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._changed = asyncio.Condition()

    def url(self) -> str:
        return f"http://127.0.0.1:{self._port}"

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/v1/stream", self._stream)
        app.router.add_get("/v1/offers", self._offers)
        app.router.add_get("/v1/interactions", self._interactions)
        app.router.add_get("/v1/agents", self._agents)
        app.router.add_get("/v1/interactions/{name}/next-best-actions", self._actions)
        app.router.add_route("*", "/v1/{noun}/{name}/{verb}", self._command)
        self._runner = web.AppRunner(app, shutdown_timeout=0.05)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self._port, reuse_address=True)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def offer(self, number: int, agent: str, channel: str = "phone") -> str:
        interaction = f"interaction-{number}"
        self.phases[interaction], self.holders[interaction] = "offered", agent
        brief = {"contact_id": f"contact-{number}", "channel": channel, "service": "sales", "queue": "sales"}
        event = {"offer_id": f"offer-{number}-1", "agent_id": agent}
        await self.tell(interaction, "InteractionOffered", event, offer=brief)
        return interaction

    async def customer_leaves(self, interaction: str) -> None:
        self.phases[interaction] = "wrap_up"
        event = {"agent_id": self.holders[interaction], "ended_by": "customer"}
        await self.tell(interaction, "InteractionEnded", event)

    async def tell(self, stream: str, name: str, event: dict[str, Any], **more: Any) -> None:
        async with self._changed:
            position = len(self.log) + 1
            self.log.append({"position": position, "stream": stream, "type": name, "event": event, **more})
            self._changed.notify_all()

    async def until(self, interaction: str, phase: str) -> None:
        await eventually(lambda: self.phases.get(interaction) == phase)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        last = request.headers.get("Last-Event-ID")
        at = len(self.log) if last is None else int(last)
        if last is not None:
            self.resumed_after.append(at)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(f"id: {at}\n\n: heartbeat\n\n".encode())
        while True:
            async with self._changed:
                while at >= len(self.log):
                    await self._changed.wait()
            told = self.log[at]
            at += 1
            await response.write(f"id: {at}\nevent: {told['type']}\ndata: {json.dumps(told)}\n\n".encode())

    async def _offers(self, _: web.Request) -> web.Response:
        return web.json_response(
            {
                "offers": [
                    {
                        "interaction_id": interaction,
                        "offer_id": f"offer-{interaction.removeprefix('interaction-')}-1",
                        "agent_id": self.holders[interaction],
                        "channel": "phone",
                    }
                    for interaction, phase in self.phases.items()
                    if phase == "offered"
                ]
            }
        )

    async def _interactions(self, request: web.Request) -> web.Response:
        rows = [
            {"interaction_id": name, "agent_id": self.holders[name], "contact_id": "", "channel": "phone"}
            for name, phase in sorted(self.phases.items())
            if phase == request.query["phase"] and name > request.query.get("after", "")
        ]
        page = rows[:2]
        return web.json_response({"interactions": page, "after": page[-1]["interaction_id"] if len(rows) > 2 else None})

    async def _actions(self, _: web.Request) -> web.Response:
        rows = [{"proposition": name, "terms_hash": f"hash-of-{name}"} for name in ("known", *self.unanswered)]
        return web.json_response({"grants": rows[:1], "actions": rows[1:], "unanswered": self.unanswered})

    async def _agents(self, request: web.Request) -> web.Response:
        after = request.query.get("after", "")
        rows = [{"agent_id": n, "state": s} for n, s in sorted(self.agents.items()) if n > after]
        page = rows[:2]
        return web.json_response({"agents": page, "after": page[-1]["agent_id"] if len(rows) > 2 else None})

    async def _command(self, request: web.Request) -> web.StreamResponse:
        name, verb = request.match_info["name"], request.match_info["verb"]
        body = await request.json()
        self.requests.append((verb, name))
        if verb == "responses":
            if body["proposition"] in self.taken_elsewhere and body["response"] != "not_presented":
                return web.json_response({"detail": "they may not have it any more"}, status=409)
            self.responses.append(body)
            self.unanswered.remove(body["proposition"])
            return web.json_response({"events": []})
        if verb == "wrap-up" and self.unanswered:
            missing = [{"field": f"responses.{one}"} for one in self.unanswered]
            return web.json_response({"detail": "say first what came of it", "errors": missing}, status=409)
        status = self._decide(name, verb, body)
        if self.silent > 0:
            self.silent -= 1
            assert request.transport is not None
            request.transport.close()
        return web.json_response({"events": []}, status=status)

    def _decide(self, name: str, verb: str, body: dict[str, Any]) -> int:
        interaction = f"interaction-{name.split('-')[1]}" if name.startswith("offer-") else name
        phase = self.phases.get(interaction)
        before, after = {
            "accept": ("offered", "active"),
            "decline": ("offered", "waiting"),
            "end": ("active", "wrap_up"),
            "wrap-up": ("wrap_up", "completed"),
        }.get(verb, ("", ""))
        if verb == "sign-on":
            self.agents[name] = "ready"
        elif verb == "sign-off":
            self.agents[name] = "signed_off"
        elif verb == "state":
            self.agents[name] = body["state"]
        elif phase == before and self.holders[interaction] == body["agent_id"]:
            self.phases[interaction] = after
        elif phase != after:
            return 409
        return 200
