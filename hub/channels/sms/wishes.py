"""Who wants no advertising by text messages any more, or wants it again: told to the hub, and answered where it changed
anything."""

import logging
from collections.abc import Awaitable, Callable
from datetime import datetime

from hub.channels.link import Link
from hub.channels.sms.message import Incoming
from hub.channels.sms.names import Names
from hub.channels.sms.settings import SmsSettings, Withdrawal
from hub.channels.sms.wording import answer
from hub.channels.sms.words import Heard, Wish, heard
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal, GivenConsent, Identifier
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)

Owe = Callable[[str, str, str, str], Awaitable[None]]
"""Has a text sent once: by this line, under this name, to this number."""


class Wishes:
    """`owe` answers customers."""

    def __init__(self, settings: SmsSettings, names: Names, link: Link, owe: Owe) -> None:
        self._settings = settings
        self._names = names
        self._link = link
        self._owe = owe

    async def take(self, line: str, contact_id: str, told: Incoming, at: datetime) -> bool:
        """Whether that was all it says: then it is nobody's work."""
        rules = self._settings.lines[line].withdrawal
        found = heard(told.text, rules.stops)
        if found is None or (found.wish is Wish.JOIN and not rules.text_version):
            return False
        confirmed = await self._link.conversation(self._signal(line, contact_id, told, at, found, rules))
        if confirmed.set_aside:
            log.warning("the hub has set a wish aside (hub rejected): %s %s", confirmed.field, confirmed.reason)
            return not found.says_more
        if confirmed.status != "accepted":
            raise InvalidError(f"the hub does not take it: {confirmed.reason}"[:500], confirmed.field)
        text = self._text(found, rules)
        if text and not confirmed.said_before:
            await self._owe(line, f"answer-{contact_id}", told.source, text)
        return not found.says_more

    def _text(self, found: Heard, rules: Withdrawal) -> str:
        said = rules.left if found.wish is Wish.LEAVE else rules.joined
        return answer(found, rules.language, can_come_back=bool(rules.text_version)) if said is None else said

    def _signal(
        self, line: str, contact_id: str, told: Incoming, at: datetime, found: Heard, rules: Withdrawal
    ) -> ConversationEvent:
        about = {"channel": Channel.SMS, "thread": self._names.thread(line, told.source), "occurred_at": at}
        reason = f"{found.as_said} to line {line}"
        if found.wish is Wish.LEAVE:
            return ConversationEvent(
                id=f"{contact_id}.left", signal=ConversationSignal.UNSUBSCRIBED, address=told.source, reason=reason,
                **about,
            )  # fmt: skip
        return ConversationEvent(
            id=f"{contact_id}.joined", signal=ConversationSignal.CONSENT_GIVEN, reason=reason,
            identifier=Identifier(kind="phone", value=told.source),
            consent=GivenConsent(channel=Channel.SMS, purpose=Purpose.PROMOTIONAL, text_version=rules.text_version),
            **about,
        )  # fmt: skip
