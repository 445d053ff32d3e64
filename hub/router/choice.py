"""Which of the agents who can take work gets it: found by an index, not by looking at all of them."""

from collections import deque
from collections.abc import Collection, Iterable
from heapq import heapify, heappop, heappush, heapreplace

from hub.router.agents import ROOM, Idle, Need, Seat
from hub.router.order import AgentChoice
from hub.router.waiting import Work


def rank(need: Need, seat: Seat) -> float:
    """What the choice of agents for this need goes by, lowest first; of equals the longest idle."""
    choice = need.choice
    if choice is AgentChoice.HIGHEST_LEVEL:
        return -seat.profile.needs[need]
    if choice is AgentChoice.LEAST_OCCUPIED:
        return seat.capacity - seat.free
    if choice is AgentChoice.FEWEST_TODAY:
        return seat.today
    if choice is AgentChoice.ROUND_ROBIN:
        return seat.turn
    return seat.pace if choice is AgentChoice.FASTEST else 0


def show(seat: Seat) -> None:
    """Let work find this agent. To be called whenever they can take more, or would be chosen before others; when it
    is the other way round, their entries are put right where they are met."""
    if not seat.is_open:
        return
    idle, free, with_paused = seat.idle, seat.free, seat.free + seat.pausable
    for need in seat.profile.needs:
        if need.units > free and not (need.interrupts and need.units <= with_paused):
            continue
        if need.is_ranked:
            heappush(need.ranked, (rank(need, seat), idle))
            if len(need.ranked) > need.limit:
                refill(need, [one[1] for one in need.ranked])
            continue
        line = need.idle
        if not line or line[-1] < idle:
            line.append(idle)
        else:
            heappush(need.returned, idle)
        if len(line) > need.limit or len(need.returned) > need.limit:
            refill(need, (*line, *need.returned))


def refill(need: Need, idle: Iterable[Idle]) -> None:
    """Hold those of these agents who can take it now, each once, and nothing else."""
    current = {one[1]: one for one in idle if one[2].idle is one and one[2].can_take(need)}
    if need.is_ranked:
        need.ranked = [(rank(need, one[2]), one) for one in current.values()]
        heapify(need.ranked)
    else:
        need.idle = deque(sorted(current.values()))
        need.returned = []
    need.limit = 2 * len(current) + ROOM


def choose(work: Work, now: float, besides: Collection[Seat] = ()) -> Seat | None:
    """Of those who can take this work and are not to be passed over, the one its need chooses."""
    seat = work.bound
    if seat is not None:
        return seat if seat not in besides and seat.can_take(work.need) and not seat.passes_over(work, now) else None
    return (_best_ranked if work.need.is_ranked else _longest_idle)(work, now, besides)


def longest_idle(work: Work, now: float) -> Seat | None:
    """The longest idle of those who can take this work, whatever its need chooses by."""
    need = work.need
    if not need.is_ranked or work.bound is not None:
        return choose(work, now)
    able = [
        idle for _, idle in need.ranked
        if idle[2].idle is idle and idle[2].can_take(need) and not idle[2].passes_over(work, now)
    ]  # fmt: skip
    return min(able)[2] if able else None


def _longest_idle(work: Work, now: float, besides: Collection[Seat]) -> Seat | None:
    need = work.need
    line, returned, units = need.idle, need.returned, need.units
    aside: list[Idle] = []
    found: Seat | None = None
    while line or returned:
        is_returned = bool(returned) and (not line or returned[0] < line[0])
        idle = returned[0] if is_returned else line[0]
        seat = idle[2]
        if seat.idle is idle and seat.is_open and ((seat.free >= units and not seat.is_limited) or seat.has_room(need)):
            if not ((seat.barred or seat.held) and seat.passes_over(work, now)) and not (besides and seat in besides):
                found = seat
                break
            aside.append(idle)
        if is_returned:
            heappop(returned)
        else:
            line.popleft()
    for idle in aside:
        heappush(returned, idle)
    return found


def _best_ranked(work: Work, now: float, besides: Collection[Seat]) -> Seat | None:
    need = work.need
    ranked = need.ranked
    aside: list[tuple[float, Idle]] = []
    found: Seat | None = None
    while ranked:
        entry = ranked[0]
        idle = entry[1]
        seat = idle[2]
        if seat.idle is not idle or not seat.can_take(need):
            heappop(ranked)
        elif (current := rank(need, seat)) != entry[0]:
            heapreplace(ranked, (current, idle))
        elif seat.passes_over(work, now) or seat in besides:
            aside.append(heappop(ranked))
        else:
            found = seat
            break
    for entry in aside:
        heappush(ranked, entry)
    return found
