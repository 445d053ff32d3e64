"""When time alone makes something happen, and whether what a timer was set for is still so."""

from datetime import datetime

from hub.domain.interaction.state import Phase
from hub.router.pool.state import OpenInteraction, PoolState
from hub.router.pool.timers import Due, Timer


def next_deadline(state: PoolState) -> float | None:
    """When (epoch seconds) something becomes due that only a Tick brings about; None: nothing will."""
    timers = state.timers
    while (first := timers.first) is not None and not counts(state, first):
        timers.pop()
    change = state.matcher.next_change()
    days = state.day_ends if state.counts_days else None
    return min((at for at in (change, days, first.at if first else None) if at is not None), default=None)


def pop_due(state: PoolState, now: float) -> Timer | None:
    """The next timer that is up by now and still counts."""
    timers = state.timers
    while (first := timers.first) is not None and first.at <= now:
        timers.pop()
        if counts(state, first):
            return first
    return None


def counts(state: PoolState, timer: Timer) -> bool:
    """Whether what it was set for is still so."""
    interaction = state.interactions.get(timer.stream)
    if interaction is None:
        return False
    one = interaction.state
    match timer.due:
        case Due.OFFER:
            return any(offer == timer.mark for offer, _ in one.open_offers)
        case Due.ENTRY | Due.KNOWN_AGENT | Due.STEP | Due.OVERFLOW | Due.LEAVE:
            waits = interaction.placed == timer.mark and one.phase is Phase.WAITING
            return waits and _is_ahead(interaction, timer)
        case Due.WRAP_UP:
            return one.phase is Phase.WRAP_UP and interaction.placed == timer.mark
        case Due.RETURN:
            return one.phase is Phase.PARKED and interaction.placed == timer.mark
        case Due.SILENCE:
            is_open = one.phase in (Phase.PARKED, Phase.ACTIVE) and not one.callback
            return is_open and interaction.quiet_since == timer.mark


def _is_ahead(interaction: OpenInteraction, timer: Timer) -> bool:
    """Whether what the timer brings has not come in another way."""
    match timer.due:
        case Due.ENTRY:
            return not interaction.work.waiting
        case Due.KNOWN_AGENT:
            return interaction.work.bound is not None
        case Due.STEP if interaction.step >= 0:
            return timer.at > interaction.since + interaction.placement.steps[interaction.step].after_seconds
        case _:
            return True


def reset_deadlines(state: PoolState, at: datetime) -> None:
    """Give every open offer its full time again, from `at` on: the hub's downtime must cost no agent their offer."""
    now = at.timestamp()
    state.timers.drop(Due.OFFER)
    for interaction in state.interactions.values():
        timeout = state.rules_of(interaction.placement).offer_timeout_seconds
        for offer, _ in interaction.state.open_offers:
            state.timers.set(now + timeout, Due.OFFER, interaction.stream, offer)
