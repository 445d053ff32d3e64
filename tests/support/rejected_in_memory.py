"""Contacts that were set aside, in memory, as the bus keeps them."""

from collections.abc import Sequence

from hub.bus.rejected import Rejected
from hub.domain.errors import NotFoundError


class RejectedInMemory:
    """Notes what is put back, and where."""

    def __init__(self) -> None:
        self.held: dict[int, Rejected] = {}
        self.put: list[tuple[str, bytes]] = []

    def hold(self, one: Rejected) -> None:
        self.held[one.sequence] = one

    async def list(self, limit: int = 100, after: int = 0) -> Sequence[Rejected]:
        return [one for number, one in sorted(self.held.items()) if number > after][:limit]

    async def get(self, sequence: int) -> Rejected:
        if sequence not in self.held:
            raise NotFoundError(f"there is no rejected message {sequence}")
        return self.held[sequence]

    async def count(self) -> int:
        return len(self.held)

    async def put_back(self, sequence: int) -> None:
        one = self.held.pop(sequence)
        self.put.append((one.subject, one.body))

    async def put_back_mended(self, rejected: Rejected, subject: str, body: bytes) -> None:
        del self.held[rejected.sequence]
        self.put.append((subject, body))

    async def dismiss(self, sequence: int) -> None:
        del self.held[sequence]
