"""How quick the screens are, and what they hold after a day: `python -m loadtests.screens --help`.

A hub, headless Chromium, people signed in. `cold`: what a browser with nothing kept fetches until an agent's desk can
be used, and how long that takes. `frames`: each frame of a desk while contacts arrive in the queues it shows, and of a
wallboard over many agents and queues, its lists scrolled, too; `desk`, `board`: one of them. `soak`: a day of an
agent's work one after the other, the page's clock put on between, and what the page holds as it goes. Everything shares
the machine: say its load beside the figures."""

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import Any

from hub.api.pages import ROOT
from loadtests.browsers import Tab, rows
from loadtests.screens_board import board_frames
from loadtests.screens_soak import soak
from tests.ui.at_desk import at_work, take
from tests.ui.fetched import fetched
from tests.ui.house import House, a_house

_READY = "Alt+1"
"""Stands on the desk of who has not begun to work, once it can be used."""
_APART = (".woff2", "softphone")


@asynccontextmanager
async def _one_house(given: argparse.Namespace) -> AsyncIterator[House]:
    with tempfile.TemporaryDirectory(prefix="screens-") as folder:
        async with a_house(Path(folder), "", given.pages) as house:
            yield house


async def cold(given: argparse.Namespace) -> dict[str, Any]:
    """Each time in a browser that never saw the application."""
    async with _one_house(given) as house:
        ann = await house.somebody("agent", skills={"lane-1": 3})
        took, busy, parts = list[float](), list[float](), dict[str, int]()
        for _ in range(given.times + 1):
            page = await house.page(None, "/icon.svg")
            await _sign_in(house, page, ann)
            tab = await Tab.of(page)
            began = time.monotonic()
            await page.goto(house.url + "/desk", wait_until="commit")
            await page.get_by_text(_READY).first.wait_for()
            took.append(time.monotonic() - began)
            busy.append(await tab.busy_seconds())
            parts = await fetched(page)
            await page.context.close()
    code = {name: size for name, size in parts.items() if not any(part in name for part in _APART)}
    return {
        "kB of code, gzipped": round(sum(code.values()) / 1000, 1),
        "kB of letters": round(sum(size for name, size in parts.items() if name.endswith(".woff2")) / 1000, 1),
        "files": len(parts),
        "ms until the desk can be used (least, median)": _least_and_median(took[1:]),
        "ms of processor in the page (least, median)": _least_and_median(busy[1:]),
    }


async def _sign_in(house: House, page: Any, worker: Any) -> None:
    """Through the page's own context, so that its cookies are kept, and nothing of the application is fetched."""
    other = await house.page(worker, "/icon.svg", context=page.context)
    await other.close()


def _least_and_median(seconds: list[float]) -> list[int]:
    return [round(1000 * min(seconds)), round(1000 * median(seconds))]


async def desk_frames(given: argparse.Namespace) -> dict[str, Any]:
    """An agent in a chat, who sees a queue from which they may take: contacts flow into it."""
    async with _one_house(given) as house:
        lane, pulled = house.lane(), house.lane(pulled=True)
        ann = await house.somebody("agent", skills={lane: 3, pulled: 3})
        page = await at_work(house, ann)
        await house.contact(lane, "web", address=house.fresh("cookie"), text="Is anybody there?")
        await take(page)
        tab = await Tab.of(page)
        still = await tab.frames(min(5.0, given.seconds))
        flowing = asyncio.create_task(_flow(house, pulled, given.rate))
        await asyncio.sleep(2)
        moved = await tab.frames(given.seconds)
        flowing.cancel()
        sent = await asyncio.gather(flowing, return_exceptions=True)
        assert isinstance(sent[0], asyncio.CancelledError), sent
    return {"contacts/s": given.rate, "without events": rows(still), "with events": rows(moved)}


async def _flow(house: House, lane: str, rate: float) -> None:
    """So many contacts a second, from web and phone; who is late does not hurry."""
    async with asyncio.TaskGroup() as tasks:
        number = 0
        while True:
            channel = ("web", "phone")[number % 2]
            about = {"address": house.fresh("cookie"), "text": "Hello?"} if channel == "web" else {}
            tasks.create_task(house.contact(lane, channel, **about))
            number += 1
            await asyncio.sleep(1 / rate)


async def day(given: argparse.Namespace) -> dict[str, Any]:
    """What the page held over a day."""
    async with _one_house(given) as house:
        return await soak(house, given.interactions, given.hours)


async def board(given: argparse.Namespace) -> dict[str, Any]:
    """The wallboard."""
    return await board_frames(given.agents, given.queues, given.contacts, given.seconds, given.pages)


async def frames(given: argparse.Namespace) -> dict[str, Any]:
    """The desk, then the wallboard."""
    return {"desk": await desk_frames(given), "board": await board(given)}


MEASURES: dict[str, Callable[[argparse.Namespace], Coroutine[Any, Any, dict[str, Any]]]] = {
    "cold": cold, "frames": frames, "desk": desk_frames, "board": board, "soak": day,
}  # fmt: skip


def parse() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m loadtests.screens", description=__doc__)
    parser.add_argument("measures", nargs="*", default=["cold", "frames", "soak"], help=f"of {', '.join(MEASURES)}")
    parser.add_argument("--times", type=int, default=7, help="cold starts")
    parser.add_argument("--seconds", type=float, default=20, help="for which frames are looked at")
    parser.add_argument("--rate", type=float, default=10, help="contacts a second in the desk's queue")
    parser.add_argument("--agents", type=int, default=5_000, help="on the wallboard")
    parser.add_argument("--queues", type=int, default=500, help="on the wallboard")
    parser.add_argument("--contacts", type=float, default=100, help="contacts a second below the wallboard")
    parser.add_argument("--interactions", type=int, default=240, help="of the day")
    parser.add_argument("--hours", type=float, default=8, help="of the day")
    parser.add_argument("--pages", type=Path, default=ROOT, help="where the application is built")
    parser.add_argument("--json", action="store_true", help="print exactly one JSON object")
    given = parser.parse_args()
    if unknown := set(given.measures) - set(MEASURES):
        parser.error(f"{', '.join(sorted(unknown))}: there are {', '.join(MEASURES)}")
    return given


def _table(told: Any, depth: int = 0) -> list[str]:
    """Lines of names and values, what belongs together further in."""
    lines = list[str]()
    for name, value in told.items():
        if isinstance(value, dict):
            lines += [f"{'  ' * depth}{name}", *_table(value, depth + 1)]
        elif isinstance(value, list) and value and isinstance(value[0], dict):
            lines += [
                f"{'  ' * depth}{name}",
                *("  " * (depth + 1) + "  ".join(map(str, one.values())) for one in value),
            ]
        else:
            lines.append(f"{'  ' * depth}{name:<48}{value}")
    return lines


def main() -> None:
    """Print what was measured, with the machine's load."""
    given = parse()
    told: dict[str, Any] = {"load of the machine": [round(one, 1) for one in os.getloadavg()]}
    for name in given.measures:
        told[name] = asyncio.run(MEASURES[name](given))
    print(json.dumps(told) if given.json else "\n".join(_table(told)))


if __name__ == "__main__":
    main()
