"""Sends what the hub has decided to send, by the right line: each message leaves once, and its fate is reported."""

import logging
from collections.abc import Mapping
from datetime import timedelta

from hub.channels.command import Command
from hub.channels.ledger import State
from hub.channels.link import Link
from hub.channels.registry import Place
from hub.channels.sms.book import Book
from hub.channels.sms.line import DeclinedError, NotTakenError, UnclearError, Way
from hub.channels.sms.names import Names, line_of
from hub.channels.sms.reports import Reports
from hub.channels.sms.settings import SmsSettings
from hub.channels.sms.submitting import Submitting
from hub.channels.sms.surveys import question, remember
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError

log = logging.getLogger(__name__)


class Sender:
    """What was begun and is not known to have left is not sent again: nobody knows."""

    def __init__(
        self, settings: SmsSettings, names: Names, book: Book, place: Place, link: Link, ways: Mapping[str, Way]
    ) -> None:
        self._settings = settings
        self._names = names
        self._book = book
        self._place = place
        self._ways = ways
        self._reports = Reports(link, place.clock)
        self.submitting = Submitting(names, book, place)

    async def carry_out(self, command: Command) -> None:
        """Over when this returns; raises where it is to be told again."""
        if command.command == "survey":
            asked = question(command, self._settings.surveys.language, self._place.clock.now())
            if asked is not None:
                await self._made(asked)
        elif command.command == "send":
            await self._made(command)

    async def _made(self, command: Command) -> None:
        made = self._place.ledger.of(command.contact_id)
        if made is not None and made.state is State.LEFT:
            await self._reports.sent(command.contact_id, made.thread)
        elif made is not None and made.state is State.FAILED:
            await self._reports.failed(command.contact_id, made.thread, "it could not be sent")
        else:
            await self._send(command)

    async def _send(self, command: Command) -> None:
        until = command.report_by or command.at + timedelta(hours=self._settings.give_up_hours)
        thread = command.thread
        try:
            line, to = self._by_line(command), self._number(command)
            thread = self._names.thread(line, to)
            if command.command == "survey":
                remember(self._book, thread, command)
            await self.submitting.submit(self._ways[line], line, command.contact_id, to, command.text)
        except (InvalidError, DeclinedError) as error:
            await self._fail(command.contact_id, thread, str(error))
        except NotTakenError as error:
            if self._place.clock.now() < until:
                raise
            await self._fail(command.contact_id, thread, str(error))
        except UnclearError as error:
            log.error("whether message %s left is not known, it is not sent again: %s", command.contact_id, error)
        else:
            await self._reports.sent(command.contact_id, thread)

    async def _fail(self, contact_id: str, thread: str, reason: str) -> None:
        ledger, now = self._place.ledger, self._place.clock.now()
        if ledger.of(contact_id) is None:
            ledger.begin(contact_id, "", thread, now)
        ledger.failed(contact_id, now)
        await self._reports.failed(contact_id, thread, reason)

    def _by_line(self, command: Command) -> str:
        line = self._settings.line_for(command.purpose, line_of(command.thread))
        if not line:
            raise InvalidError(
                f"no line is for {command.purpose or 'contacts without a'} purpose: name it in [sms.lines.…] purposes"
            )
        return line

    def _number(self, command: Command) -> str:
        if command.attachments:
            raise InvalidError("a text message carries no files", "attachments")
        number = normalise("phone", command.address, self._place.phone_region).value
        if not number.removeprefix("+").isdigit():
            raise InvalidError("it has no number that a message can be sent to", "address")
        return number
