"""What becomes of a message may be told before the answer that names it is written down: it is looked for again."""

import asyncio
from collections.abc import Callable

from hub.channels.ledger import Made
from hub.domain.errors import HubError

_LOOKS_AGAIN = (0.05, 0.2, 0.5, 1.0, 2.0)
"""Seconds."""


class NotKnownYetError(HubError):
    """What is told is to come again."""


async def looked_for(
    look: Callable[[], Made | None], is_in_hand: Callable[[], bool], *, told_again: bool
) -> Made | None:
    """What it is about. None: it did not leave here. `is_in_hand`: it may be just being handed over. Raises
    NotKnownYetError where that lasts, if what is told now will be `told_again`."""
    for pause in _LOOKS_AGAIN:
        made = look()
        if made is not None or not is_in_hand():
            return made
        await asyncio.sleep(pause)
    if told_again:
        raise NotKnownYetError("the message that this is about is just being handed over")
    return look()
