"""A hub with the agents of a load test inside its process, which notes how long after each offer what its agent may say
was on record; started by `benchmarks.next_best_actions`."""

import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import uvloop

from hub.app import Hub
from hub.domain.decision.events import PathDecided
from hub.domain.interaction.events import InteractionOffered
from hub.logs import configure
from hub.ports import Recorded
from hub.settings import load
from loadtests.hub_with_agents import notes_of, run
from loadtests.plan import Load
from loadtests.processes import own_cpu_seconds

NOTED = "actions.json"
_NS = 1_000_000_000


class Noting:
    """Follows what the hub commits, as the live feed does."""

    def __init__(self) -> None:
        self._hub: Hub | None = None
        self._offered: dict[str, int] = {}
        self._took: list[int] = []
        self._beside_cpu_s = 0.0
        self._looked_at = 0

    def watch(self, hub: Hub) -> None:
        """Before anything happens."""
        self._hub = hub
        hub.journal.hand_over(self.committed)

    def committed(self, batch: Sequence[Recorded]) -> None:
        """The log went on."""
        now = time.monotonic_ns()
        for one in batch:
            if type(one.event) is InteractionOffered:
                self._offered.setdefault(one.stream, now)
            elif type(one.event) is PathDecided:
                self._took.append(now - self._offered[one.event.asked.interaction_id])
        if now - self._looked_at > _NS and self._hub is not None and self._hub.actions_beside.pid:
            self._looked_at = now
            self._beside_cpu_s = own_cpu_seconds(self._hub.actions_beside.pid)

    def write(self, file: Path) -> None:
        """At the end."""
        noted = {"took_ns": self._took, "beside_cpu_s": self._beside_cpu_s, "own_cpu_s": time.process_time()}
        file.write_text(json.dumps(noted))


def main(plan: str, expected: str) -> None:
    """As loadtests.hub_with_agents."""
    settings, noting = load(), Noting()
    configure(settings)
    uvloop.run(run(settings, Load(**json.loads(plan)), int(expected), noting.watch))
    noting.write(notes_of(settings) / NOTED)


if __name__ == "__main__":
    main(*sys.argv[1:])
