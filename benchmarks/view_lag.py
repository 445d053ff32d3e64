"""How long after the commit of a contact the views show its customer, under load on a whole hub, encryption on.

`python -m benchmarks.view_lag [--rate N] [--agents N] [--seconds N]` runs the load of `loadtests.peak` with a hub that
notes, for each contact, when it told of the commit and when its views had come so far; prints milliseconds."""

import argparse
import json
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

import uvloop

from hub.app import Hub
from hub.domain.customer.events import ContactReceived
from hub.logs import configure
from hub.ports import Recorded
from hub.settings import Settings, load
from loadtests import centre
from loadtests.hub_with_agents import notes_of, run
from loadtests.peak import Drive
from loadtests.plan import Load, load_of

LAGS = "view_lags.json"
NEVER_SHOWN = 600.0


class Lags:
    """Seconds from commit to view, of each contact."""

    def __init__(self) -> None:
        self.seconds: list[float] = []
        self._waiting: deque[tuple[int, float]] = deque()

    def watch(self, hub: Hub) -> None:
        hub.journal.hand_over(self.committed)
        hub.projector.on_position(self.shown)

    def committed(self, recorded: Sequence[Recorded]) -> None:
        now = time.monotonic()
        self._waiting += [(one.position, now) for one in recorded if type(one.event) is ContactReceived]

    def shown(self, position: int) -> None:
        now, waiting = time.monotonic(), self._waiting
        while waiting and waiting[0][0] <= position:
            self.seconds.append(now - waiting.popleft()[1])

    def told(self) -> list[float]:
        """With those that were never shown."""
        return [*self.seconds, *[NEVER_SHOWN] * len(self._waiting)]


def hub_process(plan: str, expected: str) -> None:
    """The hub's process."""
    settings, lags = load(), Lags()
    configure(settings)
    uvloop.run(run(settings, Load(**json.loads(plan)), int(expected), lags.watch))
    (notes_of(settings) / LAGS).write_text(json.dumps(lags.told()), "utf-8")


def main() -> None:
    """Print one JSON object."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.view_lag", description=__doc__)
    arguments.add_argument("--rate", type=float, default=300.0)
    arguments.add_argument("--agents", type=int, default=1_200)
    arguments.add_argument("--seconds", type=float, default=20.0)
    given = arguments.parse_args()
    plan = load_of(given.rate, given.agents, given.seconds)
    with tempfile.TemporaryDirectory(prefix="hub-lag-") as directory:
        place = Path(directory)
        settings = Settings(data_dir=place, policy=centre.policy(plan, place), nats_url="", api_port=0)
        drive = Drive(settings, plan, "core", "benchmarks.view_lag")
        uvloop.run(drive.run())
        ranked = sorted(1000 * one for one in json.loads((drive.notes / LAGS).read_text("utf-8")))
    found = {f"p{one}": round(ranked[len(ranked) * one // 100], 1) for one in (50, 95, 99)}
    print(json.dumps({"rate": given.rate, "contacts": len(ranked), "ms": {**found, "max": round(ranked[-1], 1)}}))


if __name__ == "__main__":
    hub_process(*sys.argv[1:]) if len(sys.argv) == 3 and sys.argv[1].startswith("{") else main()
