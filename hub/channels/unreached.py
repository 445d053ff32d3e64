"""What an adapter can't reach of what it works with, so that screens tell it, and not its log alone."""

from collections.abc import Callable

from hub.bus.carriers import Trouble
from hub.ports import Clock

Reached = Callable[[bool], None]
"""Says whether it is reached now; often, if need be: only changes count."""


class Unreached:
    """What is missing now, and since when; what is reached again is forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._since: dict[str, str] = {}

    def of(self, said: str) -> Reached:
        """`said`: the sentence that stands while it is not reached."""

        def reached(now: bool) -> None:
            if now:
                self._since.pop(said, None)
            elif said not in self._since:
                self._since[said] = self._clock.now().isoformat()

        return reached

    def told(self) -> tuple[Trouble, ...]:
        """The oldest first."""
        return tuple(Trouble(said, since) for said, since in self._since.items())


def carrier_of(number: str) -> str:
    """Of a line of text messages."""
    return f"line {number}: its carrier can't be reached"


def mailbox_of(name: str) -> str:
    """Of a mailbox that is read."""
    return f"mailbox {name} can't be read"


def asterisk() -> str:
    """Of the phone's PBX."""
    return "Asterisk can't be reached"


def kamailio(edge: str) -> str:
    """Of one that calls wait in."""
    return f"Kamailio {edge} does not answer"
