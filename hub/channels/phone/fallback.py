"""Taking in what the PBX did on its own: its records are followed, each call is told to the hub once."""

import asyncio
import logging
from collections.abc import Callable
from pathlib import Path

from hub.channels.attachments import Attachments, TooLargeError
from hub.channels.ledger import Ledger
from hub.channels.link import Link
from hub.channels.phone.cdr import FallbackCall, contact_of, read_records
from hub.channels.phone.events import thread_of
from hub.channels.phone.followed import Position, unread
from hub.channels.phone.reports import known_to_the_hub
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import Attachment

log = logging.getLogger(__name__)

_EVERY = 5.0
_AGAIN = 0.5
_NOTHING_SAID = 44
"""The bytes of a WAV file's head."""
_READ = "records read"


class FallbackCalls:
    """Follows the file of records, from where it was left."""

    def __init__(
        self,
        link: Link,
        attachments: Attachments,
        ledger: Ledger,
        settings: PhoneSettings,
        stands: Callable[[str], bool],
    ) -> None:
        """`stands`: whether a call with this thread is still being told to the hub."""
        self._link = link
        self._stands = stands
        self._attachments = attachments
        self._ledger = ledger
        self._settings = settings

    async def run(self) -> None:
        """For ever. What is in the file when it is seen for the first time belongs to it."""
        file = self._settings.cdr_file
        while file is not None:
            try:
                await self.take_in(file)
            except OSError as error:
                log.warning("records of calls: %s", error)
            await asyncio.sleep(_EVERY)

    async def take_in(self, file: Path) -> int:
        """The records since the last time; how many calls the hub was told of. Where the hub is away it waits."""
        known = Position.noted(self._ledger.remembered(_READ))
        records, then = unread(file, known)
        calls = read_records(records.decode("utf-8", "replace").splitlines())
        for call in calls:
            message, left = await self._message(call)
            if message is None and not left and call.outcome == "voicemail":
                call = call._replace(outcome="missed")  # noqa: PLW2901
            if await self._known(call):
                continue
            contact = contact_of(call, message, self._settings)
            if left:
                contact = contact.model_copy(update={"subject": f"{contact.subject}; it stays there: {left}"[:300]})
            answer = await self._link.contact(contact)
            if answer.status != "accepted":
                log.error("the hub does not take call %s: %s", call.unique_id, answer.reason)
            elif message is not None and (recording := self._recording(call)) is not None:
                recording.unlink(missing_ok=True)
        if then != known:
            self._ledger.remember(_READ, str(then))
        return len(calls)

    async def _known(self, call: FallbackCall) -> bool:
        """Whether the hub was told of it while it was still here. A message is news all the same."""
        thread = thread_of(call.unique_id)
        while self._stands(thread):  # noqa: ASYNC110
            await asyncio.sleep(_AGAIN)
        return call.outcome != "voicemail" and self._ledger.told_before(known_to_the_hub(thread))

    async def _message(self, call: FallbackCall) -> tuple[Attachment | None, str]:
        """And why one that was left is not here; empty: there is none, or it is."""
        file = self._recording(call) if call.outcome == "voicemail" else None
        data = await asyncio.to_thread(_bytes, file) if file else b""
        if file is None or len(data) <= _NOTHING_SAID:
            return None, ""
        try:
            return await self._attachments.put(data, "audio/wav", file.name), ""
        except TooLargeError as error:
            log.warning("a message of call %s stays in Asterisk: %s", call.unique_id, error)
            return None, str(error)

    def _recording(self, call: FallbackCall) -> Path | None:
        folder = self._settings.fallback_recordings
        return folder / f"{Path(call.unique_id).name}.wav" if folder else None


def _bytes(file: Path) -> bytes:
    return file.read_bytes() if file.exists() else b""
