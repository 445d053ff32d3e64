"""Files of contacts: kept for who brings them, told of by name and size, handed out of the contact they came with."""

import asyncio
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import quote

from hub.application.dossier.facts import facts_of
from hub.domain.contact import Attachment
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned
from hub.domain.customer.recordings.events import ConversationRecorded
from hub.domain.errors import HubError, InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.refused_files import EXECUTABLE, refused_for
from hub.ports import Journal

AT_ONCE = 8
"""Files that are being brought, each whole in memory; more of them wait, and who brings them."""


class RefusedFileError(HubError):
    """A file of a kind that nobody is given here."""


class FilesAwayError(HubError):
    """The store of files does not answer."""


class Files(Protocol):
    """Where bytes lie."""

    largest: int

    async def put(self, data: bytes, media_type: str, name: str = "") -> Attachment:
        """Durable when it returns."""
        ...

    async def get(self, uri: str) -> bytes:
        """Raises NotFoundError for a uri that is none, or whose bytes are gone."""
        ...


@dataclass(frozen=True, slots=True)
class ShownFile:
    """A file that came with a contact, or goes with one. `href`: where the hub hands its bytes out. `uri`: where they
    are, if that is elsewhere; that of a file in the hub's own store is shown to the adapter that brought it alone, as
    it holds the key."""

    name: str
    media_type: str
    size: int | None
    href: str
    uri: str


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file of a customer's, and the recording that it is, if it is one."""

    attachment: Attachment
    recording: ConversationRecorded | None


def shown_files(files: Sequence[Attachment], customer: str, contact: str) -> tuple[ShownFile, ...]:
    """As people are told of them. `customer`: any stream of theirs."""
    below = f"/v1/customers/{customer}/attachments/{quote(contact, safe='')}"
    return tuple(
        ShownFile(
            name=one.name,
            media_type=one.media_type,
            size=one.size,
            href=f"{below}/{number}" if one.is_in_store else "",
            uri="" if one.is_in_store else one.uri,
        )
        for number, one in enumerate(files, 1)
    )


class ContactFiles:
    """`turns`: to be held while a file is being brought."""

    def __init__(self, journal: Journal, files: Files, refused: Collection[str] = EXECUTABLE) -> None:
        """`refused`: endings of names and media types."""
        self._refused = refused
        self.turns = asyncio.Semaphore(AT_ONCE)
        self._journal = journal
        self._files = files

    @property
    def largest(self) -> int:
        """Bytes that a file has at most."""
        return self._files.largest

    async def keep(self, data: bytes, media_type: str, name: str) -> Attachment:
        """To be named in a contact; of no use to anybody before. Raises RefusedFileError,
        InvalidError, FilesAwayError."""
        if what := refused_for(name, media_type, self._refused):
            raise RefusedFileError(
                f"files of type {what} are not taken, as they may act when they are opened (HUB_REFUSED_FILES): send "
                "a link instead"
            )
        try:
            return await self._files.put(data, media_type, name)
        except InvalidError:
            raise
        except HubError as error:
            raise FilesAwayError(f"the file can't be kept now: {error}") from error

    async def find(self, customer: str, contact: str, number: int) -> FoundFile:
        """The `number`-th file, from 1, of this contact of the customer, by any stream of theirs. Raises
        NotFoundError."""
        streams = sorted((await facts_of(self._journal, customer)).members)
        histories = await self._journal.load_only(streams, (*_CARRY_FILES, ConversationRecorded))
        events = [one.event for history in histories.values() for one in history]
        files = next(
            (
                one.attachments
                for one in events
                if isinstance(one, _CARRY_FILES) and one.attachments and contact in _ids(one)
            ),
            (),
        )
        if not contact or not 1 <= number <= len(files) or not files[number - 1].is_in_store:
            raise NotFoundError(
                f"there is no file {number} of a contact {contact!r} of this customer, or none any more"
            )
        found = files[number - 1]
        recorded = (one for one in events if isinstance(one, ConversationRecorded))
        return FoundFile(found, next((one for one in recorded if _is_of(one, found)), None))

    async def read(self, file: Attachment) -> bytes:
        """Raises NotFoundError of what is gone, FilesAwayError where it can't be read now."""
        try:
            return await self._files.get(file.uri)
        except NotFoundError:
            raise
        except HubError as error:
            raise FilesAwayError(f"the file can't be read now: {error}") from error


_CARRY_FILES = (ContactReceived, ContactSent, ContactDispatched, ContactPlanned)


def _is_of(recorded: ConversationRecorded, file: Attachment) -> bool:
    return recorded.attachment is not None and recorded.attachment.uri == file.uri


def _ids(event: Event) -> tuple[str, ...]:
    """What a contact is called in what is told of it: of one that was not made yet its plan."""
    if isinstance(event, ContactPlanned):
        return (event.outbound_id,)
    return (event.contact_id,) if isinstance(event, ContactReceived | ContactSent | ContactDispatched) else ()
