"""Many customers at once, each of whom tries again until accepted: as senders do whom a wire lets wait."""

import asyncio
from collections.abc import Awaitable, Callable

_PAUSE = 0.1


async def flooded(contact: Callable[[int, float], Awaitable[str]], count: int, seconds: float, at_once: int) -> int:
    """How many were accepted in time. `contact` makes that of a number and says what the wire was told."""
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    turns = asyncio.Semaphore(at_once)

    async def one(number: int) -> bool:
        while (left := end - loop.time()) > 0:
            async with turns:
                if await contact(number, left) == "accepted":
                    return True
            await asyncio.sleep(_PAUSE)
        return False

    return sum(await asyncio.gather(*(one(number) for number in range(count))))
