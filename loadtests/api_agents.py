"""The agents of a load test as a process of their own that works through the HTTP API; started by `loadtests.peak`."""

import asyncio
import json
import os
import signal
import sys
import time
from pathlib import Path
from typing import Any

import uvloop

from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import AgentProfile, Reaction, Step, Work, WrapUp
from hub.simulated.client import Answer, HubClient
from loadtests import centre
from loadtests.hub_with_agents import OBSERVED, READY
from loadtests.observed import Observed
from loadtests.plan import Load


class StampingClient(HubClient):
    """Notes when an agent says that an interaction is wrapped up."""

    def __init__(self, base: str, token: str, observed: Observed) -> None:
        super().__init__(lambda: base, token)
        self._observed = observed

    async def command(self, method: str, path: str, body: Any = None, params: dict[str, Any] | None = None) -> Answer:
        if path.endswith("/wrap-up"):
            self._observed.finished.setdefault(path.split("/")[-2], time.monotonic_ns())
        return await super().command(method, path, body, params)


class Handling:
    """Accepts at once, and takes as long for each contact as the plan says."""

    def __init__(self, plan: Load) -> None:
        self._plan = plan

    def reaction(self, work: Work) -> Reaction:  # noqa: ARG002
        return Reaction("accept")

    def talk(self, work: Work) -> float:
        return self._plan.handle(work.contact_id)[0]

    def answer(self, work: Work) -> str:  # noqa: ARG002
        return ""

    def wrap_up(self, work: Work) -> WrapUp:
        return WrapUp(self._plan.handle(work.contact_id)[1])

    def rest(self, work: Work) -> float:  # noqa: ARG002
        return 0.0

    def back_after(self, agent_id: str) -> float:  # noqa: ARG002
        return 0.0


async def run(base: str, token: str, plan: Load, expected: int, notes: Path) -> None:
    """Until SIGTERM; leaves the same word as agents inside the hub do."""
    observed, stopping = Observed(), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopping.set)
    over = 0

    def saw(work: Work) -> None:
        nonlocal over
        if work.step is Step.OFFERED:
            observed.received[work.offer_id] = time.monotonic_ns()
        over += work.step is Step.DONE
        if over == expected:
            observed.write(notes / OBSERVED)

    team = [
        AgentProfile(name, f"Agent {name}", skills, ("en",)) for name, skills in centre.agents(plan.agents, plan.skills)
    ]
    async with StampingClient(base, token, observed) as client:
        agents = SimulatedAgents(client, team, Handling(plan), on_change=saw)
        working = asyncio.create_task(agents.run())
        ended = asyncio.create_task(stopping.wait())
        try:
            await agents.ready()
            await agents.sign_on_all()
            (notes / READY).touch()
            await asyncio.wait((working, ended), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (working, ended):
                task.cancel()
            await asyncio.gather(working, ended, return_exceptions=True)
    if not (notes / OBSERVED).exists():
        observed.write(notes / OBSERVED)


if __name__ == "__main__":
    uvloop.run(
        run(sys.argv[1], os.environ["LOAD_TOKEN"], Load(**json.loads(sys.argv[2])), int(sys.argv[3]), Path(sys.argv[4]))
    )
