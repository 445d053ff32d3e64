"""Files in a chat: brought by visitors within limits, and handed out to who is in the conversation alone."""

from datetime import datetime
from hashlib import sha256
from typing import Any

from hub.channels.attachments import Attachments
from hub.channels.chat.book import Book
from hub.channels.chat.settings import Limits
from hub.channels.command import Command
from hub.domain.contact import Attachment
from hub.domain.errors import InvalidError, NotFoundError

_BEGINNINGS = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/gif": (b"GIF87a", b"GIF89a"),
    "image/webp": (b"RIFF",),
    "application/pdf": (b"%PDF-",),
}


def check(data: bytes, media_type: str, limits: Limits) -> str:
    """The media type it is kept under. Raises InvalidError."""
    said = media_type.partition(";")[0].strip().lower()
    if said not in limits.file_types:
        raise InvalidError(f"files of type {said or 'unknown'} are not taken here"[:200], "type")
    if not data:
        raise InvalidError("the file is empty", "size")
    if said in _BEGINNINGS and not data.startswith(_BEGINNINGS[said]):
        raise InvalidError(f"this is no {said}", "type")
    return said


async def brought(
    book: Book, store: Attachments, visitor: str, data: bytes, media_type: str, name: str, at: datetime
) -> dict[str, Any]:
    """A visitor's file, kept; what the widget calls it from now on."""
    file = await store.put(data, media_type, name)
    return await _kept(book, visitor, file, at)


async def offered(book: Book, visitor: str, command: Command, at: datetime) -> list[dict[str, Any]]:
    """The agent's files, as the visitor's tabs are told of them."""
    return [await _kept(book, visitor, one, at) for one in command.attachments if one.is_in_store]


async def opened(book: Book, store: Attachments, visitor: str, name: str) -> tuple[Attachment, bytes]:
    """Raises NotFoundError where it is not theirs, or not kept any more."""
    found = await book.files(visitor, [name])
    if not found:
        raise NotFoundError("there is no such file in this conversation")
    return found[0], await store.get(found[0].uri)


async def _kept(book: Book, visitor: str, file: Attachment, at: datetime) -> dict[str, Any]:
    name = sha256(f"{visitor} {file.uri} {file.name}".encode()).hexdigest()[:32]
    await book.keep_file(name, visitor, file, at)
    return {"id": name, "name": file.name, "type": file.media_type, "size": file.size}
