"""Files that come with contacts: each stored once, under what it holds, and readable only by who has its uri."""

import asyncio
import hashlib
import hmac
import mimetypes
import re
import unicodedata
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Collection
from typing import Protocol

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from hub.application.privacy.stored_files import FileStore
from hub.domain.contact import FILE_IN_STORE, Attachment
from hub.domain.errors import HubError, InvalidError, NotFoundError

LONGEST_NAME = 120
LARGE = 500_000
"""Bytes above which a file is sealed and opened beside the loop."""
_NONCE = bytes(12)
"""Each key encrypts one content and no other, so the nonce need not differ."""
_ACTIVE = frozenset({"text/html", "application/xhtml+xml", "image/svg+xml", "text/xml", "application/xml"})
"""What a browser would run: handed out as bytes to be saved."""
_RESERVED = frozenset({"con", "prn", "aux", "nul", *(f"{one}{n}" for one in ("com", "lpt") for n in range(10))})


class AttachmentError(HubError):
    """The attachment store can't be read or written."""


class TooLargeError(InvalidError):
    """A file above the limit."""


class Blobs(FileStore, Protocol):
    """Where bytes lie: a folder, or an object store."""

    async def put(self, name: str, data: bytes) -> None:
        """Durable when it returns; the same name again is the same bytes. Raises AttachmentError."""
        ...

    async def get(self, name: str) -> bytes:
        """Raises NotFoundError and AttachmentError."""
        ...

    async def delete(self, name: str) -> None:
        """Nothing of it is left. Raises AttachmentError."""
        ...


class Attachments:
    """`key`: the installation's. A file is encrypted under a key made of its content and the installation's key, and
    that key stands in its uri alone. Events hold uris sealed under the customer's key: who was forgotten has no files
    that anybody could read, and the same file of two customers is stored once."""

    def __init__(self, blobs: Blobs, key: bytes, *, largest: int = 25 * 1024 * 1024) -> None:
        self._blobs = blobs
        self._key = key
        self.largest = largest

    async def put(self, data: bytes, media_type: str, name: str = "") -> Attachment:
        """Durable when it returns. Raises TooLargeError, AttachmentError."""
        if len(data) > self.largest:
            raise TooLargeError(
                f"{safe_name(name) or 'the file'} has {len(data):,} bytes, at most {self.largest:,}", "size"
            )
        key, sealed, digest = await asyncio.to_thread(self._seal, data) if len(data) > LARGE else self._seal(data)
        await self._blobs.put(_place(digest), sealed)
        uri = f"{FILE_IN_STORE}{digest}.{urlsafe_b64encode(key).decode().rstrip('=')}"
        return Attachment(uri=uri, media_type=known_type(media_type, name), name=safe_name(name), size=len(data))

    async def get(self, uri: str) -> bytes:
        """The bytes. Raises NotFoundError of what is not stored here, AttachmentError."""
        digest, key = _parts(uri)
        sealed = await self._blobs.get(_place(digest))
        try:
            if len(sealed) > LARGE:
                return await asyncio.to_thread(AESGCM(key).decrypt, _NONCE, sealed, None)
            return AESGCM(key).decrypt(_NONCE, sealed, None)
        except InvalidTag as error:
            raise AttachmentError(f"attachment {digest[:12]} is damaged: restore it from the backup") from error

    async def delete(self, uri: str) -> None:
        """Nobody can read it any more, whoever has its uri: also another contact that brought the same file."""
        await self._blobs.delete(_place(_parts(uri)[0]))

    def _seal(self, data: bytes) -> tuple[bytes, bytes, str]:
        """Its key, its bytes under that key, and their digest."""
        key = hmac.digest(self._key, b"attachment" + hashlib.sha256(data).digest(), "sha256")
        sealed = AESGCM(key).encrypt(_NONCE, data, None)
        return key, sealed, hashlib.sha256(sealed).hexdigest()


def safe_name(name: str) -> str:
    """A name that a file can have anywhere, and that shows its true ending: no folders, control characters or changes
    of the writing direction. Empty stays empty."""
    plain = "".join(
        one for one in unicodedata.normalize("NFC", name) if unicodedata.category(one) not in ("Cc", "Cf", "Co", "Cs")
    )
    last = re.split(r"[/\\]", plain)[-1]
    clean = re.sub(r'[<>:"|?*\s]+', " ", last).strip(" .")
    if clean.partition(".")[0].lower() in _RESERVED:
        clean = f"_{clean}"
    if len(clean) <= LONGEST_NAME:
        return clean
    stem, dot, ending = clean.rpartition(".")
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}" if dot and len(ending) <= 12 else clean[:LONGEST_NAME]


def known_type(media_type: str, name: str) -> str:
    """The media type in lower case, without parameters; guessed by the name's ending where none, or none that means
    anything, was said."""
    said = media_type.partition(";")[0].strip().lower()
    if not re.fullmatch(r"[a-z0-9!#$&^_.+-]{1,80}/[a-z0-9!#$&^_.+-]{1,80}", said) or said == "application/octet-stream":
        said = mimetypes.guess_type(name, strict=False)[0] or "application/octet-stream"
    return said


def shown_as(media_type: str, inline: Collection[str]) -> tuple[str, str]:
    """Content-Type and Content-Disposition under which a file is handed to a browser: `inline` types are shown, all
    others are saved, and what a browser would run is bytes."""
    if media_type in inline and media_type not in _ACTIVE:
        return media_type, "inline"
    return ("application/octet-stream" if media_type in _ACTIVE else media_type), "attachment"


def _place(digest: str) -> str:
    return f"{digest[:2]}/{digest[2:4]}/{digest}"


def _parts(uri: str) -> tuple[str, bytes]:
    digest, _, key = uri.removeprefix(FILE_IN_STORE).partition(".")
    if (
        uri.startswith(FILE_IN_STORE)
        and re.fullmatch(r"[0-9a-f]{64}", digest)
        and re.fullmatch(r"[A-Za-z0-9_-]{43}", key)
    ):
        return digest, urlsafe_b64decode(f"{key}=")
    raise NotFoundError("this uri names no stored attachment")
