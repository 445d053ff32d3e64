"""Who of many is decided on while nobody else is whose decision would have to be taken again for it."""

import asyncio
from collections.abc import Iterable

from hub.domain.errors import HubError


class Turn:
    """One decision's; `over` once it is written, or is not taken after all."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.writes: tuple[str, ...] = ()
        self.looks: tuple[str, ...] = ()


class NotTheirTurnError(HubError):
    """Somebody else is being decided on who shares a stream with them: ask again once that `turn` is over."""

    def __init__(self, turn: Turn) -> None:
        super().__init__("somebody is being decided on who shares a stream with them")
        self.turn = turn


class Turns:
    """Of one process: of others the streams' versions keep them apart."""

    def __init__(self) -> None:
        self._writing: dict[str, Turn] = {}
        self._looking: dict[str, set[Turn]] = {}

    def take(self, turn: Turn, writes: Iterable[str], looks: Iterable[str]) -> None:
        """From now on nobody else decides on what is written, nor writes what is looked at. Raises NotTheirTurnError
        where somebody does already."""
        self._give_back(turn)
        writes, looks = tuple(writes), tuple(looks)
        for stream in (*writes, *looks):
            if stream in self._writing:
                raise NotTheirTurnError(self._writing[stream])
        for stream in writes:
            for other in self._looking.get(stream, ()):
                raise NotTheirTurnError(other)
        turn.writes, turn.looks = writes, looks
        for stream in writes:
            self._writing[stream] = turn
        for stream in looks:
            self._looking.setdefault(stream, set()).add(turn)

    def end(self, turn: Turn) -> None:
        """Whoever waited for it may go on."""
        self._give_back(turn)
        turn.over.set()

    def _give_back(self, turn: Turn) -> None:
        for stream in turn.writes:
            del self._writing[stream]
        for stream in turn.looks:
            self._looking[stream].discard(turn)
            if not self._looking[stream]:
                del self._looking[stream]
        turn.writes = turn.looks = ()
