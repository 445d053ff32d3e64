"""What a pool's owner did since it started, for metrics."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(slots=True)
class PoolFigures:
    """Counted by the owner as it goes."""

    commands: int = 0
    refused: int = 0
    commits: int = 0
    events: int = 0
    recoveries: int = 0
    unrouted: int = 0
    """Contacts whose taking up broke: a fault of the hub. The log names them; the others go on."""
    on_batch: list[Callable[[int, float], None]] = field(default_factory=list)
    """Called with (commands, seconds of deciding) of each batch."""
