"""What calls in Kamailio report to the hub, until the hub has it."""

import logging

from pydantic import ValidationError

from hub.channels.link import Link
from hub.channels.phone.actions import Signal
from hub.channels.phone.call import Call
from hub.channels.phone.happenings import Confirmed
from hub.channels.phone.refusals import Refusals, known
from hub.domain.contact import Channel, Contact, ConversationEvent
from hub.ports import Clock

log = logging.getLogger(__name__)


class Reports:
    """Each returns only when the hub knows."""

    def __init__(self, link: Link, refusals: Refusals, clock: Clock) -> None:
        self._link = link
        self._refusals = refusals
        self._clock = clock

    async def contact(self, contact: Contact, call: Call) -> Confirmed:
        """A call."""
        answer = await self._link.contact(contact)
        accepted = answer.status == "accepted"
        if not accepted:
            await self._refusals.refuse(known(call, self._clock.now()), f"the hub: {answer.reason}", answer.field)
        return Confirmed(self._clock.now(), "", accepted)

    async def signal(self, signal: Signal) -> Confirmed:
        """Something that happened in one."""
        accepted = False
        event = _event(signal)
        if event is not None:
            answer = await self._link.conversation(event)
            accepted = answer.status == "accepted"
            if not accepted:
                log.info("%s of call %s: %s", signal.signal, signal.thread, answer.reason)
        return Confirmed(self._clock.now(), signal.signal, accepted, str(signal.details.get("agent_id", "")))


def _event(signal: Signal) -> ConversationEvent | None:
    told = {
        "id": signal.id, "channel": Channel.PHONE, "thread": signal.thread, "signal": signal.signal,
        "occurred_at": signal.at, **signal.details,
    }  # fmt: skip
    try:
        return ConversationEvent.model_validate(told)
    except ValidationError as error:
        log.error("%s of call %s can't be told: %s", signal.signal, signal.thread, error)
        return None
