"""What agents and callers of a replay do: as recorded, as far as what happens here lets them."""

import math
from collections.abc import Callable, Mapping
from datetime import datetime

from hub.simulated.behaviour import Codes, Reaction, Step, Work, WrapUp
from hub.simulated.schedule import ScheduledCall

_GRACE_SECONDS = 2.0
"""Of the wall's time: so long an offer of a call that is hanging up is left alone, for the hub to take it back."""


class RecordedBehaviour:
    """Agents of a replay: no reaction time, talks as long as recorded, no wrap-up.

    A caller hangs up at the end of the recorded patience if nobody has answered by then; an agent who takes an offer
    before that has answered, even if the hub's own answer is still on its way."""

    def __init__(
        self, calls: Mapping[str, ScheduledCall], now: Callable[[], datetime], speed: float, codes: Codes | None = None
    ) -> None:
        self.leaving: set[str] = set()
        """Agents on their way home."""
        self._calls = calls
        self._now = now
        self._speed = speed
        self._codes = codes or {}
        self._taken: set[str] = set()

    def hangs_up(self, contact_id: str) -> bool:
        """Whether the caller leaves at the end of the recorded patience."""
        return contact_id not in self._taken

    def saw(self, work: Work) -> None:
        """An offer that came to nothing leaves the caller waiting."""
        if work.step is Step.LOST:
            self._taken.discard(work.contact_id)

    def is_gone(self, contact_id: str) -> bool:
        """Whether the recorded patience is over."""
        leaves_at = self._calls[contact_id].leaves_at
        return leaves_at is not None and leaves_at <= self._now()

    def reaction(self, work: Work) -> Reaction:
        if work.contact_id in self._calls and self.is_gone(work.contact_id):
            return Reaction("accept", _GRACE_SECONDS * self._speed)
        self._taken.add(work.contact_id)
        return Reaction("accept")

    def talk(self, work: Work) -> float:
        self._taken.add(work.contact_id)
        call = self._calls.get(work.contact_id)
        return call.talk if call else 0.0

    def answer(self, work: Work) -> str:  # noqa: ARG002
        return ""

    def wrap_up(self, work: Work) -> WrapUp:
        return WrapUp(0.0, self._codes.get(work.queue, ("resolved",))[0])

    def rest(self, work: Work) -> float:  # noqa: ARG002
        return 0.0

    def back_after(self, agent_id: str) -> float:
        return math.inf if agent_id in self.leaving else 0.0
