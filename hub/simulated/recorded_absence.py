"""Why a replay answers sooner than the record: agents who were there, and in no call, while callers waited."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import accumulate
from typing import NamedTuple

from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import Span

_WAITED_SECONDS = 2.0
_MOMENT = timedelta(seconds=1)


class Absence(NamedTuple):
    """Of the callers who `waited`, so many came while somebody who serves them was signed on and in no call."""

    waited: int
    while_somebody_was_free: int

    def __str__(self) -> str:
        share = self.while_somebody_was_free / self.waited if self.waited else 0
        return (
            f"{self.while_somebody_was_free:,} of the {self.waited:,} callers who waited in the record ({share:.0%}) "
            "came while an agent who serves their service was signed on and in no call. The record tells no breaks "
            "and no work after calls; agents of a replay take none, so they answer sooner."
        )


def absence(calls: Sequence[RecordedCall], spans: Sequence[Span]) -> Absence:
    """Counted a moment after each caller queued. A wait of up to two seconds is none: records are in whole seconds."""
    served: dict[str, set[str]] = {}
    talks: dict[str, list[tuple[datetime, datetime]]] = {}
    for call in calls:
        if call.answered_at is not None:
            served.setdefault(call.agent, set()).add(call.service)
            talks.setdefault(call.agent, []).append((call.answered_at, call.ended_at))
    busy = {agent: _Busy(sorted(stretches)) for agent, stretches in talks.items()}
    waited = [call for call in calls if call.wait > _WAITED_SECONDS]

    def somebody_was_free(call: RecordedCall) -> bool:
        at = call.queued_at + _MOMENT
        return any(
            span.start <= at < span.end and call.service in served.get(span.agent, ()) and not busy[span.agent].at(at)
            for span in spans
        )

    return Absence(len(waited), sum(map(somebody_was_free, waited)))


class _Busy:
    """When an agent was in a call, whatever overlaps."""

    def __init__(self, stretches: Sequence[tuple[datetime, datetime]]) -> None:
        self._starts = [start for start, _ in stretches]
        self._latest_ends = list(accumulate((end for _, end in stretches), max))

    def at(self, moment: datetime) -> bool:
        place = bisect_right(self._starts, moment) - 1
        return place >= 0 and self._latest_ends[place] > moment
