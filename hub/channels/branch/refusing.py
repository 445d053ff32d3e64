"""Wishes for tickets that no branch understands: kept where they are seen, and not more than anybody could read."""

import asyncio
import logging
from hashlib import sha256

import orjson

from hub.application.intake.envelope import Confirmation
from hub.channels.branch.asking import parsed
from hub.channels.branch.decide import take_ticket
from hub.channels.branch.hall import Hall
from hub.channels.branch.pages_api import NewTicket
from hub.channels.link import Link
from hub.channels.rates import Rates
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.domain.errors import HubError, InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

KEPT_PER_MINUTE = 30


class Refusing:
    """Of all branches together so many a minute."""

    def __init__(self, link: Link, place: Place, halls: dict[str, Hall]) -> None:
        self._link = link
        self._place = place
        self._halls = halls
        self._rates = Rates(KEPT_PER_MINUTE)
        self._running = set[asyncio.Task[None]]()

    async def refuse(self, branch: str, data: bytes, error: InvalidError) -> None:
        """Returns when it is kept; the hub hears of it when it can."""
        if self._rates.wait("", asyncio.get_running_loop().time()):
            log.warning("a wish that nobody understands is not kept: there are too many")
            return
        raw = orjson.dumps({"branch": branch, "wish": data.decode("utf-8", "replace")})
        try:
            kept = await self._place.attachments.put(raw, "application/json", "wish.json")
        except HubError as failed:
            log.warning("a wish that nobody understands is not kept: %s", failed)
            return
        refused = RefusedInput(
            id=f"refused-branch-{sha256(raw).hexdigest()[:32]}", channel=Channel.IN_PERSON, reason=str(error)[:500],
            field=error.field[:200], raw=kept, received_at=self._place.clock.now(),
        )  # fmt: skip
        task = asyncio.create_task(self._link.refused(refused))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """As if it came now. Raises InvalidError."""
        try:
            kept = orjson.loads(await self._place.attachments.get(refused.raw.uri))
            hall, data = self._halls[str(kept["branch"])], str(kept["wish"]).encode()
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise InvalidError("these bytes are no wish for a ticket in a branch of ours", "raw") from None
        wish = parsed(data, NewTicket)
        await hall.decide(take_ticket(hall.name, hall.branch, wish, hall.now()))
        return Confirmation(id=refused.id, status="accepted")

    def close(self) -> None:
        """Leave off."""
        for task in self._running:
            task.cancel()
