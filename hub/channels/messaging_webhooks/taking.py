"""Takes in what providers bring: done when the hub has it, so that they may forget it."""

import asyncio
import logging
from collections.abc import Mapping
from datetime import datetime, timedelta

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import TooLargeError
from hub.channels.link import Link
from hub.channels.messaging_webhooks.book import Book
from hub.channels.messaging_webhooks.contacts import contact_of
from hub.channels.messaging_webhooks.fetching import Fetching, NotFetchedError
from hub.channels.messaging_webhooks.message import Message, Status, Unreadable
from hub.channels.messaging_webhooks.names import Names, provider_of_refused
from hub.channels.messaging_webhooks.parse import parse
from hub.channels.messaging_webhooks.settings import Account
from hub.channels.messaging_webhooks.settling import Settling
from hub.channels.registry import Place
from hub.domain.contact import Attachment, Channel, Contact
from hub.domain.errors import HubError, InvalidError
from hub.domain.refused_input import RefusedInput

log = logging.getLogger(__name__)

_LONGEST = 100_000


class BusyError(HubError):
    """As many messages as may be are on their way to the hub."""


class Taking:
    """All accounts'. What was begun is gone on with when its provider waits no longer: the repeat finds it done."""

    def __init__(
        self, accounts: Mapping[str, Account], fetching: Mapping[str, Fetching], names: Names, book: Book, place: Place,
        link: Link, settling: Settling, at_once: int,
    ) -> None:  # fmt: skip
        self._accounts = accounts
        self._fetching = fetching
        self._names = names
        self._book = book
        self._place = place
        self._link = link
        self._settling = settling
        self._at_once = at_once
        self._running: dict[str, asyncio.Task[None]] = {}

    async def take(self, provider: str, body: bytes) -> Unreadable | None:
        """All in it, one after the other, each once. What is returned could not be taken, while all else was. Raises
        InvalidError where there was nothing else, any other HubError where it is to come again."""
        unread: Unreadable | None = None
        taken = 0
        found = parse(body, self._accounts[provider].mapping, provider, self._place.clock.now())
        if not found:
            log.info("a request of %s says nothing that its mapping speaks of", provider)
        for one in found:
            match one:
                case Message():
                    await self._in_its_time(provider, one)
                    taken += 1
                case Status():
                    await self._settling(provider, one)
                    taken += 1
                case Unreadable():
                    unread = unread or one
        if unread is not None and not taken:
            raise InvalidError(unread.reason, unread.field)
        return unread

    async def refuse(self, provider: str, body: bytes, reason: str, field: str) -> None:
        """Have it kept where it is seen and tried again."""
        try:
            kept = await self._place.attachments.put(body or b"\0", "application/json", "request.json")
        except TooLargeError:
            return
        await self._link.refused(
            RefusedInput(
                id=self._names.refused_id(provider, body), channel=Channel.WEB, raw=kept, reason=reason[:500],
                field=field[:200], received_at=self._place.clock.now(),
            )
        )  # fmt: skip

    async def once_more(self, refused: RefusedInput) -> Confirmation:
        """What was refused before, as if it came now. Raises InvalidError where it is refused again."""
        provider = provider_of_refused(refused.id)
        if provider not in self._accounts:
            raise InvalidError(f"there is no provider {provider!r} any more", "provider")
        unread = await self.take(provider, await self._place.attachments.get(refused.raw.uri))
        if unread is not None:
            raise InvalidError(unread.reason, unread.field)
        return Confirmation(id=refused.id, status="accepted")

    def close(self) -> None:
        """Leave off."""
        for task in self._running.values():
            task.cancel()

    async def _in_its_time(self, provider: str, message: Message) -> None:
        name = self._names.contact_id(provider, message.id)
        task = self._running.get(name)
        if task is None:
            if len(self._running) >= self._at_once:
                raise BusyError("too many messages are on their way to the hub")
            task = self._running[name] = asyncio.create_task(self._once(provider, name, message))
            task.add_done_callback(lambda done: self._over(name, done))
        await asyncio.shield(task)

    def _over(self, name: str, done: "asyncio.Task[None]") -> None:
        del self._running[name]
        if not done.cancelled() and (error := done.exception()) is not None:
            log.warning("a message can't be taken now: %s", error)

    async def _once(self, provider: str, name: str, message: Message) -> None:
        came = self._book.came(name, self._place.clock.now())
        if came.is_taken:
            return
        if came.draft is not None:
            contact = Contact.model_validate_json(self._names.unseal(came.draft))
        else:
            contact = await self._made(provider, name, message, came.at)
            self._book.keep(name, self._names.seal(contact.model_dump_json().encode()))
        confirmed = await self._link.contact(contact)
        if confirmed.status == "rejected":
            log.warning("the hub has set a message aside (hub rejected): %s %s", confirmed.field, confirmed.reason)
        self._book.take(name)

    async def _made(self, provider: str, name: str, message: Message, first_came: datetime) -> Contact:
        files = await self._files(provider, message, first_came)
        thread = self._settling.thread_of(provider, message.to, message.answers)
        account = self._accounts[provider]
        return contact_of(
            message, (name, thread or self._names.thread(provider, message.to)), first_came, account, files
        )

    async def _files(self, provider: str, message: Message, first_came: datetime) -> list[Attachment]:
        """Where not all of it can be carried, the message as it came is among them."""
        kept = list[Attachment]()
        for named in message.files:
            try:
                kept.append(await self._fetching[provider].fetch(named))
            except InvalidError as error:
                log.warning("a file that came with a message is left out: %s", error)
            except NotFetchedError as error:
                if not self._has_waited(provider, first_came):
                    raise
                log.warning("a file that came with a message is left out, after many tries: %s", error)
        if len(kept) < len(message.files) or not (message.text or kept) or len(message.text) > _LONGEST:
            kept.append(await self._place.attachments.put(message.raw, "application/json", "message.json"))
        return kept

    def _has_waited(self, provider: str, first_came: datetime) -> bool:
        files = self._accounts[provider].mapping.files
        return files is None or self._place.clock.now() - first_came >= timedelta(minutes=files.give_up_minutes)
