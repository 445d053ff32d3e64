"""Which of the agents who can take work gets it."""

from collections.abc import Collection

from hub.router.matching.agents import Seat
from hub.router.matching.bench import Idle
from hub.router.matching.order import AgentChoice
from hub.router.matching.waiting import Work


def choose(work: Work, now: float, besides: Collection[Seat] = ()) -> Seat | None:
    """Of those who can take this work and are not to be passed over, the one its need chooses."""
    seat, need = work.bound, work.need
    if seat is not None:
        able = seat.is_open and seat.has_room(need) and seat not in besides and not seat.passes_over(work, now)
        return seat if able else None
    if need.is_ranked:
        return _best_ranked(work, now, besides)
    by_level = need.choice is AgentChoice.HIGHEST_LEVEL
    best: Idle | None = None
    for bench in need.benches:
        line = bench.idle
        if line and not bench.returned:
            idle = line[0]
            if best is not None and best < idle:
                continue
            seat = idle[2]
            if (
                seat.idle is idle and seat.is_open and seat.free >= need.units
                and not (seat.held or seat.barred or seat.is_limited or besides)
            ):  # fmt: skip
                best = idle
                if by_level:
                    break
                continue
        elif not bench.returned:
            continue
        found = bench.longest_idle(work, now, besides)
        if found is not None and (best is None or found < best):
            best = found
            if by_level:
                break
    return best[2] if best is not None else None


def longest_idle(work: Work, now: float) -> Seat | None:
    """The longest idle of those who can take this work, whatever its need chooses by."""
    need = work.need
    if work.bound is not None or need.choice is AgentChoice.LONGEST_IDLE:
        return choose(work, now)
    seats = (seat for bench in need.benches for seat in bench.everybody())
    return min((seat for seat in seats if not seat.passes_over(work, now)), key=lambda one: one.idle, default=None)


def _best_ranked(work: Work, now: float, besides: Collection[Seat]) -> Seat | None:
    best: tuple[float, Idle] | None = None
    for bench in work.need.benches:
        if bench.ranked and (best is None or bench.ranked[0] < best):
            found = bench.best_ranked(work, now, besides)
            if found is not None and (best is None or found < best):
                best = found
    return best[1][2] if best is not None else None
