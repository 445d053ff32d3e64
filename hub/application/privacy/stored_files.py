"""What is asked of the place where files lie, to remove those that nothing names."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol


class StoredFile(NamedTuple):
    """`name` ends with the hash that its uri holds."""

    name: str
    size: int
    put_at: datetime
    """When it was brought last."""


class FileStore(Protocol):
    """Where the bytes lie."""

    def put_before(self, before: datetime) -> AsyncIterator[Sequence[StoredFile]]:
        """Those that nobody brought since, some at a time."""
        ...

    async def drop(self, name: str, before: datetime) -> bool:
        """Remove it, unless it was brought again since; whether it is gone."""
        ...
