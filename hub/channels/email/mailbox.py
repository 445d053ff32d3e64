"""Reads a mailbox by IMAP: each mail once, marked as seen when the hub has it, new ones as soon as they are there."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import aioimaplib  # type: ignore[import-untyped]

from hub.cancelling import still_wanted
from hub.channels.email.incoming import Incoming, RefusedMailError, TooLargeMailError
from hub.channels.email.settings import Mailbox, secret
from hub.channels.ledger import Ledger
from hub.channels.unreached import Reached
from hub.domain.errors import HubError

log = logging.getLogger(__name__)

PAUSE_SECONDS = 5.0
LONGEST_PAUSE = 60.0
IDLE_SECONDS = 60.0
"""After them it looks by itself: so a connection that died unnoticed is noticed."""
_SIZE = re.compile(rb"RFC822\.SIZE (\d+)", re.IGNORECASE)
_VALIDITY = re.compile(rb"UIDVALIDITY (\d+)")


class MailboxError(HubError):
    """The mailbox can't be read now."""


class Reader:
    """Of one mailbox. How far it was read is in the ledger, by UID, as long as the server's UIDs are the same; where
    they are not, it begins with what nobody has seen: a repeat is known by the hub. `largest`: bytes of a mail that can
    be kept."""

    def __init__(self, mailbox: Mailbox, incoming: Incoming, ledger: Ledger, largest: int, reached: Reached) -> None:
        self._mailbox = mailbox
        self._incoming = incoming
        self._ledger = ledger
        self._largest = largest
        self._reached = reached
        self._password = secret(mailbox.password_file)

    async def run(self) -> None:
        """For ever, through whatever breaks."""
        pause = PAUSE_SECONDS
        while True:
            still_wanted()
            try:
                async with self._connected() as client:
                    pause = PAUSE_SECONDS
                    self._reached(True)
                    await self._follow(client)
            except (HubError, OSError, TimeoutError, aioimaplib.AioImapException) as error:
                log.warning("mailbox %s: %s; once more in %.0f s", self._mailbox.name, error, pause)
                self._reached(False)
                await asyncio.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)

    async def _follow(self, client: Any) -> None:
        validity = await self._validity(client)
        while True:
            still_wanted()
            while await self._read(client, validity):
                pass  # what came meanwhile was told beside another answer, where nobody hears of it
            idling = await client.idle_start(timeout=IDLE_SECONDS)
            try:
                async with asyncio.timeout(IDLE_SECONDS):
                    await client.wait_server_push()
            except TimeoutError:
                pass
            finally:
                client.idle_done()
            await asyncio.wait_for(idling, 30)

    async def _read(self, client: Any, validity: str) -> bool:
        """All that is new, in the order it came; whether there was anything."""
        name = f"mailbox {self._mailbox.name}"
        kept_validity, _, kept_uid = self._ledger.remembered(name).partition(":")
        last = int(kept_uid) if kept_validity == validity else 0
        found = await self._uids(client, last)
        for uid in found:
            raw = await self._fetch(client, uid) if await self._may_be_fetched(client, uid) else None
            if raw is not None and await self._is_taken(raw, uid):
                _checked(await client.uid("store", str(uid), "+FLAGS", r"(\Seen)"), "mark as seen")
            last = max(last, uid)
            self._ledger.remember(name, f"{validity}:{last}")
        return bool(found)

    async def _is_taken(self, raw: bytes, uid: int) -> bool:
        """What the hub can't have, nor keep, stays unseen: for a person who opens the mailbox."""
        try:
            await self._incoming.take(raw)
        except TooLargeMailError as error:
            log.error("mailbox %s: mail %d stays there, unseen: %s", self._mailbox.name, uid, error)
            return False
        except RefusedMailError as error:
            log.warning("mailbox %s: %s", self._mailbox.name, error)
        return True

    async def _uids(self, client: Any, last: int) -> list[int]:
        asked = ("UID", f"{last + 1}:*") if last else ("UNSEEN",)
        lines = _checked(await client.uid_search(*asked, charset=None), "search")
        found = {int(word) for line in lines for word in bytes(line).split() if word.isdigit()}
        return sorted(uid for uid in found if uid > last)

    async def _may_be_fetched(self, client: Any, uid: int) -> bool:
        """What is too large is not even asked for: it would be in memory whole."""
        lines = _checked(await client.uid("fetch", str(uid), "(RFC822.SIZE)"), "fetch")
        size = next((int(found[1]) for line in lines if (found := _SIZE.search(bytes(line)))), 0)
        if size > self._largest:
            log.error(
                "mailbox %s: mail %d stays there, unseen: it has %d bytes, %d may be kept",
                self._mailbox.name, uid, size, self._largest,
            )  # fmt: skip
        return size <= self._largest

    async def _fetch(self, client: Any, uid: int) -> bytes | None:
        """None: it is gone."""
        lines = _checked(await client.uid("fetch", str(uid), "(BODY.PEEK[])"), "fetch")
        return next((bytes(line) for line in lines if isinstance(line, bytearray)), None)

    async def _validity(self, client: Any) -> str:
        lines = _checked(await client.status(self._mailbox.folder, "(UIDVALIDITY)"), "status")
        found = next((_VALIDITY.search(bytes(line)) for line in lines if _VALIDITY.search(bytes(line))), None)
        if found is None:
            raise MailboxError("the server does not tell UIDVALIDITY")
        return found[1].decode()

    @asynccontextmanager
    async def _connected(self) -> AsyncIterator[Any]:
        mailbox = self._mailbox
        kind = aioimaplib.IMAP4_SSL if mailbox.security == "tls" else aioimaplib.IMAP4
        client = kind(host=mailbox.host, port=mailbox.port, timeout=30)
        try:
            await client.wait_hello_from_server()
            _checked(await client.login(mailbox.user, self._password), "login")
            _checked(await client.select(mailbox.folder), "select")
            yield client
        finally:
            with suppress(Exception):
                async with asyncio.timeout(2):
                    await client.logout()
            if client.protocol.transport is not None:  # the library leaves it open
                client.protocol.transport.close()


def _checked(answer: Any, what: str) -> list[Any]:
    if answer.result != "OK":
        said = b" ".join(bytes(line) for line in answer.lines[-1:]).decode(errors="replace")
        raise MailboxError(f"{what}: {said[:200]}")
    return list(answer.lines)
