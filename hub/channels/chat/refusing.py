"""What no chat says: kept where it is seen and tried again, and not more of it than anybody could read."""

import asyncio
import logging
from hashlib import sha256

import orjson

from hub.application.intake.envelope import Confirmation
from hub.channels.chat import signals
from hub.channels.chat.conversation import Visitor
from hub.channels.chat.settings import ChatSettings
from hub.channels.chat.wire import Say, parse
from hub.channels.link import Link
from hub.channels.rates import Rates
from hub.channels.registry import Place
from hub.domain.contact import Channel
from hub.domain.errors import InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

KEPT_PER_MINUTE = 30


class Refusing:
    """Of all visitors together so many a minute; the rest is refused, and nothing more."""

    def __init__(self, link: Link, place: Place, settings: ChatSettings) -> None:
        self._link = link
        self._place = place
        self._settings = settings
        self._rates = Rates(KEPT_PER_MINUTE)
        self._running = set[asyncio.Task[None]]()

    async def refuse(self, visitor: str, text: str, error: InvalidError) -> None:
        """Returns when it is kept; the hub hears of it when it can."""
        if self._rates.wait("", asyncio.get_running_loop().time()):
            log.warning("what no chat says is not kept: there is too much of it")
            return
        data = orjson.dumps({"visitor": visitor, "said": text})
        refused = RefusedInput(
            id=f"refused-chat-{sha256(data).hexdigest()[:32]}", channel=Channel.WEB, reason=str(error)[:500],
            field=error.field[:200], raw=await self._place.attachments.put(data, "application/json", "said.json"),
            received_at=self._place.clock.now(),
        )  # fmt: skip
        task = asyncio.create_task(self._link.refused(refused))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """As if it came now. Raises InvalidError."""
        try:
            kept = orjson.loads(await self._place.attachments.get(refused.raw.uri))
            visitor, text = str(kept["visitor"]), str(kept["said"])
        except (orjson.JSONDecodeError, KeyError, TypeError):
            raise InvalidError("these bytes are none that a chat refused", "raw") from None
        said = parse(text)
        if not isinstance(said, Say):
            raise InvalidError("it is understood by now, and of no use any more", "do")
        contact = signals.message(visitor, Visitor(), said.id, said.text, (), refused.received_at, self._settings)
        return await self._link.contact(contact)

    def close(self) -> None:
        """Leave off."""
        for task in self._running:
            task.cancel()
