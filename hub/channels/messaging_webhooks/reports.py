"""Tells the hub what became of messages that it decided to send."""

from datetime import datetime

from hub.channels.link import Link
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.ports import Clock


class Reports:
    """Each as often as it takes: the hub keeps it once."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def sent(self, name: str, thread: str) -> None:
        """It left; answers come in on this thread."""
        await self._tell(name, thread, ConversationSignal.SENT, self._clock.now())

    async def failed(self, name: str, thread: str, reason: str) -> None:
        """It surely did not leave, or did not arrive."""
        await self._tell(name, thread, ConversationSignal.FAILED, self._clock.now(), reason)

    async def delivered(self, name: str, thread: str, at: datetime) -> None:
        """It arrived."""
        await self._tell(name, thread, ConversationSignal.DELIVERED, at)

    async def _tell(self, name: str, thread: str, signal: ConversationSignal, at: datetime, reason: str = "") -> None:
        await self._link.conversation(
            ConversationEvent(
                id=f"{name}.{signal.value}", channel=Channel.WEB, thread=thread, occurred_at=at, signal=signal,
                contact_id=name, reason=reason[:200],
            )
        )  # fmt: skip
