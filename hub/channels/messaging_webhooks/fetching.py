"""Fetches the files that messages name from their provider, and keeps them in the hub's store."""

import fnmatch
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
import orjson

from hub.channels.attachments import Attachments, TooLargeError, known_type
from hub.channels.messaging_webhooks.addresses import PublicResolver, is_below, refuse_private
from hub.channels.messaging_webhooks.finding import Node, text
from hub.channels.messaging_webhooks.mapping import Files
from hub.channels.messaging_webhooks.message import FileNamed
from hub.channels.messaging_webhooks.render import Request, request
from hub.channels.messaging_webhooks.settings import Account
from hub.domain.contact import Attachment
from hub.domain.errors import HubError, InvalidError

_SECONDS = 60.0
_LARGEST_ANSWER = 1024 * 1024
_PIECE = 64 * 1024


class NotFetchedError(HubError):
    """A file that can't be had now, and perhaps later."""


class Fetching:
    """Of one account. `asks` asks the provider, `session` whatever host it names: that one finds no private address."""

    def __init__(
        self, account: Account, store: Attachments, asks: aiohttp.ClientSession, session: aiohttp.ClientSession
    ) -> None:
        self._account = account
        self._store = store
        self._asks = asks
        self._session = session

    async def fetch(self, named: FileNamed) -> Attachment:
        """Kept. Raises InvalidError where it never will be, NotFetchedError where it can't be had now."""
        files = self._account.mapping.files
        if files is None:
            raise InvalidError("its mapping does not say how files are fetched", "files")
        if named.size > files.largest:
            raise InvalidError(f"it has {named.size:,} bytes, at most {files.largest:,}", "size")
        words = {**self._account.variables, "secret": self._account.token, "file": named.file}
        if files.look_up is not None:
            words["found"] = await self._looked_up(files, request(files.look_up, files.headers, None, words))
        asked = request(files.url, files.headers, None, words)
        is_named_by_others = files.url.startswith(("{found}", "{file}"))
        self._allow(files, asked.url, is_named_by_others)
        session = self._session if is_named_by_others and not files.private_addresses else self._asks
        said, data = await self._had(session, asked, files.largest)
        media_type = known_type(named.media_type or said, named.name)
        if not any(fnmatch.fnmatch(media_type, one) for one in files.media_types):
            raise InvalidError(f"files of type {media_type} are not taken: files.media_types", "media_type")
        return await self._store.put(data, media_type, named.name)

    async def _looked_up(self, files: Files, asked: Request) -> str:
        _, data = await self._had(self._asks, asked, _LARGEST_ANSWER)
        try:
            found = text(Node(orjson.loads(data)), files.found)
        except orjson.JSONDecodeError:
            raise NotFetchedError("where the file lies is not answered in JSON") from None
        if not found:
            raise InvalidError("the provider does not say where the file lies: files.found", "found")
        return found

    def _allow(self, files: Files, url: str, is_named_by_others: bool) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            raise InvalidError("the file has no http address", "url")
        if not is_below(parts.hostname, files.hosts):
            raise InvalidError(f"the file lies on {parts.hostname}, which is none of files.hosts", "url")
        if is_named_by_others and not files.private_addresses:
            refuse_private(parts.hostname)

    async def _had(self, session: aiohttp.ClientSession, asked: Request, largest: int) -> tuple[str, bytes]:
        """Content type and bytes. What says that it lies elsewhere is not followed."""
        try:
            async with session.get(asked.url, headers=asked.headers, allow_redirects=False) as answer:
                if answer.status in (408, 425, 429) or answer.status >= 500:
                    raise NotFetchedError(f"the file is answered with {answer.status}")
                if answer.status != 200:
                    raise InvalidError(f"the file is answered with {answer.status}", "url")
                data = bytearray()
                async for piece in answer.content.iter_chunked(_PIECE):
                    data += piece
                    if len(data) > largest:
                        raise TooLargeError(f"the file has more than {largest:,} bytes", "size")
                return answer.content_type, bytes(data)
        except (aiohttp.InvalidURL, ValueError) as error:
            raise InvalidError(f"the file has no address that can be asked: {type(error).__name__}", "url") from None
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise NotFetchedError(f"the file can't be fetched: {type(error).__name__}") from None


@asynccontextmanager
async def sessions() -> AsyncIterator[tuple[aiohttp.ClientSession, aiohttp.ClientSession]]:
    """One for the provider itself, and one that reaches no private address. No proxy of the environment is asked. No
    connection is used twice: of one that is closed as we ask, nobody knows whether the message left."""
    timeout = aiohttp.ClientTimeout(total=_SECONDS)
    connector = aiohttp.TCPConnector(resolver=PublicResolver(), use_dns_cache=False, force_close=True)
    async with (
        aiohttp.ClientSession(timeout=timeout, connector=aiohttp.TCPConnector(force_close=True)) as asks,
        aiohttp.ClientSession(timeout=timeout, connector=connector) as session,
    ):
        yield asks, session
