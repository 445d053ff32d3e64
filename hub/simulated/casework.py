"""Cases that simulated agents open after a conversation, and settle: there are always a few, each of a customer."""

import random
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.simulated.behaviour import Work
from hub.simulated.client import HubClient

_CHANCE = 0.15
_MOST_OPEN = 12
_DUE_HOURS = (4, 72)


class _About(NamedTuple):
    kind: str
    severity: int
    subject: str
    text: str


_AFTER: Mapping[str, tuple[_About, ...]] = {
    "follow_up": (
        _About("request", 2, "Send the bill of last month again", "Asked for it on paper."),
        _About("request", 1, "نشانی تازه در قرارداد ثبت شود", "جابه‌جا شده است و نشانی تازه را پیامک می‌کند."),
        _About("return", 2, "Router goes back", "Box and cable are complete."),
    ),
    "escalated": (
        _About("complaint", 3, "Charged twice for the same month", "Wants the money back before the first."),
        _About("problem", 4, "No connection for three days", "Works from home; was promised a technician."),
        _About("complaint", 3, "سه بار تماس گرفته و پاسخی نگرفته است", "خواهش کرد سرپرست با او تماس بگیرد."),
    ),
}


class Casework:
    """`source`: whether there is a case, and about what, is drawn from it."""

    def __init__(self, client: HubClient, source: random.Random, now: Callable[[], datetime]) -> None:
        self._client = client
        self._random = source
        self._now = now
        self._open: deque[tuple[str, str]] = deque()

    async def wrapped_up(self, work: Work, code: str) -> None:
        """What the agent could not end in the conversation becomes a case of theirs; the oldest is settled in turn."""
        if code not in _AFTER or self._random.random() >= _CHANCE:
            return
        interaction = await self._client.get(f"/v1/interactions/{work.interaction}")
        about = self._random.choice(_AFTER[code])
        body = {
            "agent_id": work.agent_id, "kind": about.kind, "severity": about.severity, "subject": about.subject,
            "text": about.text, "owner": work.agent_id, "interaction_id": work.interaction,
            "due_at": (self._now() + timedelta(hours=self._random.randint(*_DUE_HOURS))).isoformat(),
            "request_id": f"case-{work.interaction}",
        }  # fmt: skip
        told = await self._client.command("POST", f"/v1/customers/{interaction['customer_id']}/cases", body)
        if told.status != 200 or not told.body["events"]:
            return
        self._open.append((told.body["events"][0]["event"]["case_id"], work.agent_id))
        if len(self._open) > _MOST_OPEN:
            case, agent = self._open.popleft()
            done = {"agent_id": agent, "resolution": "settled", "text": "Done, and the customer knows."}
            await self._client.command("POST", f"/v1/cases/{case}/resolve", done)
