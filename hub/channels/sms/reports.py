"""Tells the hub what became of messages that it decided to send."""

from hub.channels.link import Link
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.domain.satisfaction.decide import SCORES, customer_of_survey
from hub.ports import Clock

ANSWER = "answer-"
"""What the names of messages begin with that the hub did not ask for."""


class Reports:
    """Each as often as it takes: the hub keeps it once. Of what the hub did not ask for, nothing."""

    def __init__(self, link: Link, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    async def sent(self, name: str, thread: str) -> None:
        """It left; answers come in on this thread."""
        await self._tell(name, thread, ConversationSignal.SENT)

    async def failed(self, name: str, thread: str, reason: str) -> None:
        """It surely did not leave, or did not arrive."""
        await self._tell(name, thread, ConversationSignal.FAILED, reason)

    async def delivered(self, name: str, thread: str) -> None:
        """It arrived."""
        await self._tell(name, thread, ConversationSignal.DELIVERED)

    async def _tell(self, name: str, thread: str, signal: ConversationSignal, reason: str = "") -> None:
        if name.startswith(ANSWER) or _is_survey(name):
            return
        await self._link.conversation(
            ConversationEvent(
                id=f"{name}.{signal.value}", channel=Channel.SMS, thread=thread, occurred_at=self._clock.now(),
                signal=signal, contact_id=name, reason=reason[:200],
            )
        )  # fmt: skip


def _is_survey(name: str) -> bool:
    survey, _, kind = name.rpartition(".")
    return kind in SCORES and bool(customer_of_survey(survey))
