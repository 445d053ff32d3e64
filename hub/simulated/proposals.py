"""What simulated agents propose to customers, and what those say: read and answered for as at a real desk."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Literal

from hub.simulated.client import HubClient

_Said = Literal["accepted", "declined", "deferred", "not_presented"]
_CHANCES: Mapping[_Said, float] = {"not_presented": 0.40, "declined": 0.28, "accepted": 0.18, "deferred": 0.14}
_LATER_DAYS = (2, 21)


class Proposals:
    """`source`: what customers say is drawn from it."""

    def __init__(self, client: HubClient, source: random.Random, now: Callable[[], datetime]) -> None:
        self._client = client
        self._random = source
        self._now = now

    async def made(self, interaction: str, agent_id: str) -> None:
        """The agent went through all that the hub proposes in this conversation; what came of each is on record."""
        path = f"/v1/interactions/{interaction}"
        told = await self._client.command("GET", f"{path}/next-best-actions")
        if told.status != 200:
            return  # nobody speaks with a customer in it
        left = frozenset(told.body["unanswered"])
        for action in (*told.body["grants"], *told.body["actions"]):
            if action["proposition"] in left:
                await self._respond(f"{path}/responses", agent_id, action)

    async def made_at_desk(self, visit: str, agent_id: str) -> None:
        """The same with a visitor at the agent's desk, by the name that the hub has for the visit."""
        at_hand = await self._client.get("/v1/interactions", agent_id=agent_id, phase="active")
        for one in at_hand["interactions"]:
            if one["contact_id"] == visit:
                await self.made(one["interaction_id"], agent_id)

    async def _respond(self, path: str, agent_id: str, action: Mapping[str, Any]) -> None:
        [said] = self._random.choices(list(_CHANCES), list(_CHANCES.values()))
        by = {"agent_id": agent_id, "proposition": action["proposition"]}
        unsaid = {**by, "response": "not_presented"}
        if said == "not_presented":
            await self._client.command("POST", path, unsaid)
            return
        body = {**by, "response": said, "terms_hash": action["terms_hash"]}
        if said == "deferred":
            body["deferred_until"] = (self._now() + timedelta(days=self._random.randint(*_LATER_DAYS))).isoformat()
        answer = await self._client.command("POST", path, body)
        if answer.status in (409, 422):  # granted or changed on another path meanwhile: so it was not presented
            await self._client.command("POST", path, unsaid)
