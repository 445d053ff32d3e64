"""Files that are on disk, whole and under their names, when the call returns: many at once, as a disk takes hardly
longer for many than for one."""

import os
import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

SIDE_BY_SIDE = 8
"""Threads that wait for the disk."""
T = TypeVar("T")


@dataclass(slots=True)
class _Draft:
    file: str
    handle: int = -1
    written: str = ""
    problem: OSError | None = None


class DurableFiles:
    """Below `folder`, in folders that are made as they are needed. Of one thread at a time."""

    def __init__(self, folder: Path) -> None:
        self._folder = os.path.abspath(folder)
        self._durable: set[str] = set()
        """Folders whose own names are on disk."""
        self._side_by_side: ThreadPoolExecutor | None = None

    def write(self, files: Sequence[tuple[str, bytes]]) -> list[OSError | None]:
        """What became of each; None: it is on disk. What is there already is the same, and counts as brought now."""
        drafts = [_Draft(os.path.join(self._folder, name)) for name, _ in files]
        for draft, (_, data) in zip(drafts, files, strict=True):
            with _noted([draft]):
                self._draft(draft, data)
        self._together(_settle, [draft for draft in drafts if draft.handle >= 0])
        for draft in drafts:
            if draft.written and draft.problem is None:
                with _noted([draft]):
                    os.replace(draft.written, draft.file)
        self._sync_folders([draft for draft in drafts if draft.problem is None])
        for draft in drafts:
            if draft.written and draft.problem is not None:
                with suppress(OSError):
                    os.unlink(draft.written)
        return [draft.problem for draft in drafts]

    def _draft(self, draft: _Draft, data: bytes) -> None:
        with suppress(FileNotFoundError):
            os.utime(draft.file)  # so that nobody sweeps it
            return
        folder, name = os.path.split(draft.file)
        written = os.path.join(folder, f".{name}.{secrets.token_hex(4)}")
        flags = os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC
        try:
            draft.handle = os.open(written, flags, 0o600)
        except FileNotFoundError:
            self._durable.difference_update(one for one in _up_to(folder, self._folder) if not os.path.isdir(one))
            os.makedirs(folder, mode=0o700, exist_ok=True)
            draft.handle = os.open(written, flags, 0o600)
        draft.written = written
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(draft.handle, rest) :]

    def _together(self, work: Callable[[T], None], items: Sequence[T]) -> None:
        """Who asks a disk side by side waits for one of its rounds, not for as many as there are items."""
        if len(items) < 2:
            for one in items:
                work(one)
            return
        if self._side_by_side is None:
            self._side_by_side = ThreadPoolExecutor(SIDE_BY_SIDE, thread_name_prefix="disk")
        list(self._side_by_side.map(work, items))

    def _sync_folders(self, drafts: Sequence[_Draft]) -> None:
        """Their names are on disk, and those of the folders they are in."""
        inside: dict[str, list[_Draft]] = {}
        for draft in drafts:
            for folder in self._not_durable(os.path.dirname(draft.file)):
                inside.setdefault(folder, []).append(draft)
        self._together(_sync, list(inside.items()))
        for draft in drafts:
            if draft.problem is None:
                self._durable.update(_up_to(os.path.dirname(draft.file), self._folder))

    def _not_durable(self, folder: str) -> Iterator[str]:
        """Those that hold something that may not be on disk: this one, and those above of which nobody knows."""
        yield folder
        for one in _up_to(folder, self._folder):
            if one not in self._durable:
                yield os.path.dirname(one)


def _up_to(folder: str, top: str) -> Iterator[str]:
    while len(folder) >= len(top):
        yield folder
        folder = os.path.dirname(folder)


@contextmanager
def _noted(drafts: Iterable[_Draft]) -> Iterator[None]:
    """What the disk says inside concerns all of these."""
    try:
        yield
    except OSError as error:
        for draft in drafts:
            draft.problem = error


def _settle(draft: _Draft) -> None:
    """Its bytes are on disk."""
    with _noted([draft]):
        try:
            if draft.problem is None:
                os.fsync(draft.handle)
        finally:
            os.close(draft.handle)


def _sync(inside: tuple[str, Sequence[_Draft]]) -> None:
    """The names in a folder are on disk."""
    folder, drafts = inside
    with _noted(drafts):
        handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
