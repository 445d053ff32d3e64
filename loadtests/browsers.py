"""Chromium for load tests of screens: what a page fetched, how its frames came, and what it holds in memory."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

_FRAMES = """
([seconds, list, step]) => new Promise((done) => {
  const box = list && document.querySelector(list);
  const deltas = [], long = [];
  const watching = new PerformanceObserver((list) => long.push(...list.getEntries().map((one) => one.duration)));
  watching.observe({ type: "longtask" });
  const until = performance.now() + 1000 * seconds;
  let before = 0;
  const frame = (now) => {
    if (before) deltas.push(now - before);
    before = now;
    if (box) {
      const was = box.scrollTop;
      box.scrollTop = was + step;
      if (box.scrollTop === was) step = -step;
    }
    if (now < until) requestAnimationFrame(frame);
    else { watching.disconnect(); done({ deltas, long }); }
  };
  requestAnimationFrame(frame);
})
"""
_KEPT = ("Nodes", "JSEventListeners", "Documents")
_MAIN_THREAD = "CrRendererMain"
_TRACED = ("toplevel", "devtools.timeline", "disabled-by-default-devtools.timeline")


@dataclass(frozen=True, slots=True)
class Frames:
    """How frames came while events flowed. `busy_ms`: processor time of the page's main thread in a second."""

    seconds: float
    frames: int
    p50_ms: float
    p99_ms: float
    longest_ms: float
    above_32_ms: int
    tasks_above_50_ms: int
    busy_ms: float


@dataclass(frozen=True, slots=True)
class Held:
    """What a page holds after everything that can be collected was."""

    heap_mb: float
    nodes: int
    listeners: int
    documents: int


@dataclass(slots=True)
class Tasks:
    """What the main thread did without a pause, by its own processor time: hardly hangs on the machine's load."""

    longest_tasks_ms: list[float] = field(default_factory=list)
    tasks_above_16_ms: int = 0

    def read(self, trace: Path) -> None:
        """From what Chromium wrote down."""
        events = json.loads(trace.read_bytes())["traceEvents"]
        main = {(one["pid"], one["tid"]) for one in events if one.get("args", {}).get("name") == _MAIN_THREAD}
        tasks = [one for one in events if one["name"].endswith("RunTask") and (one["pid"], one["tid"]) in main]
        took = sorted(one.get("tdur", 0) / 1000 for one in tasks)
        self.longest_tasks_ms = [round(one, 1) for one in took[:-6:-1]]
        self.tasks_above_16_ms = sum(one > 16 for one in took)


@asynccontextmanager
async def traced(browser: Any, page: Any, file: Path) -> AsyncIterator[Tasks]:
    """The page's tasks until this is left."""
    tasks = Tasks()
    await browser.start_tracing(page=page, path=file, categories=list(_TRACED))
    try:
        yield tasks
    finally:
        await browser.stop_tracing()
    tasks.read(file)


class Tab:
    """A page and the browser's own instruments for it."""

    def __init__(self, page: Any, tools: Any) -> None:
        self.page = page
        self.tools = tools

    @classmethod
    async def of(cls, page: Any) -> "Tab":
        """With the instruments ready; times are those of the thread, not of the wall."""
        tools = await page.context.new_cdp_session(page)
        await tools.send("Performance.enable", {"timeDomain": "threadTicks"})
        await tools.send("HeapProfiler.enable")
        return cls(page, tools)

    async def frames(self, seconds: float, scrolled: str = "", step: int = 0) -> Frames:
        """Look at each frame for so long; meanwhile what is `scrolled` moves by `step` pixels a frame, to and fro."""
        before = (await self._metrics())["TaskDuration"]
        told = await self.page.evaluate(_FRAMES, [seconds, scrolled, step])
        busy = (await self._metrics())["TaskDuration"] - before
        deltas = sorted(told["deltas"])
        return Frames(
            seconds, len(deltas), _at(deltas, 0.5), _at(deltas, 0.99), _at(deltas, 1), sum(one > 32 for one in deltas),
            len(told["long"]), round(1000 * busy / seconds, 1),
        )  # fmt: skip

    async def held(self) -> Held:
        """What is left after garbage was collected, more than once: what one round frees may free more."""
        for _ in range(3):
            await self.tools.send("HeapProfiler.collectGarbage")
            await asyncio.sleep(0.1)
        heap = (await self.tools.send("Runtime.getHeapUsage"))["usedSize"]
        metrics = await self._metrics()
        return Held(round(heap / 1e6, 2), *(int(metrics[name]) for name in _KEPT))

    async def busy_seconds(self) -> float:
        """Processor time of the main thread since the instruments were ready."""
        return (await self._metrics())["TaskDuration"]

    async def _metrics(self) -> dict[str, float]:
        told = await self.tools.send("Performance.getMetrics")
        return {one["name"]: one["value"] for one in told["metrics"]}


def _at(deltas: list[float], share: float) -> float:
    return round(deltas[min(len(deltas) - 1, int(share * len(deltas)))], 1)


def rows(told: Any) -> dict[str, Any]:
    """A measurement as JSON has it."""
    return asdict(told)
