"""How long who guesses passwords has to wait: a rule on when attempts failed lately."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Patience:
    """`free` attempts fail within the `window` without any wait; from then on each doubles it, up to `longest`."""

    free: int
    window: timedelta = timedelta(minutes=15)
    shortest: timedelta = timedelta(seconds=1)
    longest: timedelta = timedelta(minutes=1)


OF_LOGIN = Patience(5)
OF_ADDRESS = Patience(100)
"""A whole centre may stand behind one address."""


def wait(failed: Sequence[datetime], patience: Patience, now: datetime) -> timedelta:
    """From now until the next attempt is taken; zero: it is taken at once."""
    recent = [at for at in failed if now - at < patience.window]
    excess = len(recent) - patience.free
    if excess < 0 or not recent:
        return timedelta(0)
    pause = min(patience.longest, patience.shortest * (1 << min(excess, 16)))
    return max(timedelta(0), recent[-1] + pause - now)
