"""What work takes of an agent's room: booked as it was when it was given, given back the same."""

from hub.router.matching.agents import Need, Seat
from hub.router.matching.line import Work


def book(work: Work, seat: Seat, units: int | None = None) -> bool:
    """It takes what it needs now of this agent, or the units given; False: they have it already."""
    if work in seat.held:
        return False
    need = work.need
    if seat.units or units is not None:
        need = need.taking(seat.units_for(need) if units is None else units)
    seat.hold(work, need)
    seat.free -= need.units
    if need.interruptible:
        seat.pausable += need.units
    return True


def give_back(work: Work, seat: Seat) -> bool:
    """It takes nothing any more; False: they did not have it."""
    need = seat.let_go(work)
    if need is None:
        return False
    if need.interruptible and work in seat.paused:
        seat.paused -= {work}
        return True
    seat.free += need.units
    if need.interruptible:
        seat.pausable -= need.units
    return True


def to_pause(seat: Seat, need: Need) -> list[Work]:
    """What makes room for this need: the fewest pieces, the newest first."""
    if not need.interrupts:
        return []
    lacking = seat.units_for(need) - seat.free
    pausable = [(-held.units, -at, work) for at, (work, held) in enumerate(seat.held.items()) if held.interruptible]
    chosen: list[Work] = []
    for units, _, work in sorted(pausable):
        if lacking > 0 and work not in seat.paused:
            chosen.append(work)
            lacking += units
    return chosen


def to_resume(seat: Seat) -> list[Work]:
    """What is paused and has room again, the longest held first."""
    free, chosen = seat.free, []
    for work, need in seat.held.items():
        if work in seat.paused and need.units <= free:
            chosen.append(work)
            free -= need.units
    return chosen


def pause(work: Work, seat: Seat) -> None:
    """It takes no room for now, if it can be interrupted and is not paused already."""
    need = seat.held.get(work)
    if need is not None and need.interruptible and work not in seat.paused:
        seat.paused |= {work}
        seat.free += need.units
        seat.pausable -= need.units


def resume(work: Work, seat: Seat) -> None:
    """It takes room again, if it was paused."""
    if work in seat.paused:
        seat.paused -= {work}
        seat.free -= seat.held[work].units
        seat.pausable += seat.held[work].units
