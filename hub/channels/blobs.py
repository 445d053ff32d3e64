"""Where the bytes of attachments lie: a folder beside the store, or an object store that speaks S3."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import obstore
from obstore.exceptions import BaseError as ObjectStoreError
from obstore.exceptions import NotFoundError as NoObjectError
from obstore.store import S3Store

from hub.application.privacy.stored_files import StoredFile
from hub.channels.attachments import AttachmentError
from hub.channels.durable_files import DurableFiles
from hub.domain.errors import NotFoundError

_TAKEN = ".taken-"
"""How a file is called while it is looked at once more before it goes."""


AT_ONCE = 64
"""Files that are written together."""


@dataclass(frozen=True, slots=True, eq=False)
class _Waiting:
    name: str
    data: bytes
    done: "asyncio.Future[OSError | None]"


class FolderBlobs:
    """Files below `folder`; each is on disk, under its own name or not at all."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._files = DurableFiles(folder)
        self._waiting: list[_Waiting] = []
        self._writing: asyncio.Task[None] | None = None

    async def put(self, name: str, data: bytes) -> None:
        """As blobs'; together with all others that wait meanwhile."""
        one = _Waiting(name, data, asyncio.get_running_loop().create_future())
        self._waiting.append(one)
        if self._writing is None or self._writing.done():
            self._writing = asyncio.create_task(self._write(), name="attachments to disk")
        problem = await one.done
        if problem is not None:
            raise AttachmentError(f"attachments can't be written to {self._folder}: {problem.strerror}") from problem

    async def get(self, name: str) -> bytes:
        """As blobs'."""
        try:
            return await asyncio.to_thread((self._folder / name).read_bytes)
        except FileNotFoundError:
            raise _missing(name) from None
        except OSError as error:
            raise AttachmentError(f"attachments in {self._folder} can't be read: {error.strerror}") from error

    async def delete(self, name: str) -> None:
        """As blobs'."""
        try:
            await asyncio.to_thread((self._folder / name).unlink, missing_ok=True)
        except OSError as error:
            raise AttachmentError(f"attachment {name} can't be removed: {error.strerror}") from error

    async def put_before(self, before: datetime) -> AsyncIterator[Sequence[StoredFile]]:
        """As a file store's: folder by folder. What a crash left half written is no file, and goes."""
        for number in range(256):
            yield await asyncio.to_thread(self._put_before, f"{number:02x}", before.timestamp())

    async def drop(self, name: str, before: datetime) -> bool:
        """As a file store's. Who brings it meanwhile finds none, and writes it, or had it last: then it is put back."""
        return await asyncio.to_thread(self._drop, self._folder / name, before.timestamp())

    def _put_before(self, first: str, before: float) -> list[StoredFile]:
        found = []
        try:
            for taken in (self._folder / first).glob(f"*/{_TAKEN}*"):
                taken.replace(taken.with_name(taken.name.removeprefix(_TAKEN)))
            for file in sorted((self._folder / first).glob("*/*")):
                state = file.stat()
                if state.st_mtime >= before:
                    continue
                if file.name.startswith("."):
                    file.unlink(missing_ok=True)
                else:
                    name = f"{first}/{file.parent.name}/{file.name}"
                    found.append(StoredFile(name, state.st_size, datetime.fromtimestamp(state.st_mtime, UTC)))
        except OSError as error:
            raise AttachmentError(f"attachments in {self._folder} can't be looked through: {error.strerror}") from error
        return found

    def _drop(self, file: Path, before: float) -> bool:
        taken = file.with_name(f"{_TAKEN}{file.name}")
        try:
            file.replace(taken)
            if taken.stat().st_mtime >= before:
                taken.replace(file)
                return False
            taken.unlink()
        except FileNotFoundError:
            return False
        except OSError as error:
            raise AttachmentError(f"attachment {file.name} can't be removed: {error.strerror}") from error
        return True

    async def _write(self) -> None:
        while self._waiting:
            some, self._waiting = self._waiting[:AT_ONCE], self._waiting[AT_ONCE:]
            try:
                found = await asyncio.to_thread(self._files.write, [(one.name, one.data) for one in some])
            except BaseException:
                for one in some:
                    one.done.cancel()
                raise
            for one, problem in zip(some, found, strict=True):
                if not one.done.done():
                    one.done.set_result(problem)


class S3Blobs:
    """Objects of an S3-compatible store at `s3://bucket/prefix`. Credentials, region and endpoint come from the
    variables that tools for S3 know: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY, AWS_REGION, AWS_ENDPOINT_URL,
    and AWS_ALLOW_HTTP where that is not https."""

    def __init__(self, url: str, *, patience: float = 60.0) -> None:
        """`patience`: seconds until a store that does not answer is given up."""
        self._url = url
        retries: obstore.store.RetryConfig = {"max_retries": 3, "retry_timeout": timedelta(seconds=patience)}
        try:
            self._store = S3Store.from_url(url, retry_config=retries)
        except (ObjectStoreError, ValueError) as error:
            raise AttachmentError(f"attachments_url {url}: {error}") from error

    async def put(self, name: str, data: bytes) -> None:
        """As blobs'."""
        try:
            await obstore.put_async(self._store, name, data)
        except ObjectStoreError as error:
            raise self._failed(error) from error

    async def get(self, name: str) -> bytes:
        """As blobs'."""
        try:
            return bytes(await (await obstore.get_async(self._store, name)).bytes_async())
        except (NoObjectError, FileNotFoundError):
            raise _missing(name) from None
        except ObjectStoreError as error:
            raise self._failed(error) from error

    async def delete(self, name: str) -> None:
        """As blobs'."""
        try:
            await obstore.delete_async(self._store, name)
        except (NoObjectError, FileNotFoundError):
            return
        except ObjectStoreError as error:
            raise self._failed(error) from error

    async def put_before(self, before: datetime) -> AsyncIterator[Sequence[StoredFile]]:
        """As a file store's."""
        try:
            async for page in obstore.list(self._store, chunk_size=1000):
                yield [
                    StoredFile(one["path"], one["size"], one["last_modified"])
                    for one in page
                    if one["last_modified"] < before
                ]
        except ObjectStoreError as error:
            raise self._failed(error) from error

    async def drop(self, name: str, before: datetime) -> bool:
        """As a file store's; looked at once more the moment before."""
        try:
            if (await obstore.head_async(self._store, name))["last_modified"] >= before:
                return False
        except (NoObjectError, FileNotFoundError):
            return False
        except ObjectStoreError as error:
            raise self._failed(error) from error
        await self.delete(name)
        return True

    def _failed(self, error: Exception) -> AttachmentError:
        return AttachmentError(f"the attachment store {self._url} does not answer as it should: {error}")


def _missing(name: str) -> NotFoundError:
    return NotFoundError(f"there is no attachment {name.rpartition('/')[2][:12]}: it was removed, or lies elsewhere")
