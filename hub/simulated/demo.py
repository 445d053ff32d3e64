"""`hub demo`: a hub with simulated customers and agents around it, watched on a live board."""

import asyncio
import logging
import random
import signal
import time
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack, suppress

import orjson
import uvloop
from rich.console import Console

from hub.clock import WallClock
from hub.domain.interaction.state import Phase
from hub.journal.errors import StoreInUseError
from hub.journal.lock import holder
from hub.logs import configure
from hub.router.policy.parsing import load_policy
from hub.settings import LOOPBACK, Settings
from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import AgentProfile, Human, codes_of
from hub.simulated.board import Board
from hub.simulated.branch_place import CLERKS, BranchPlace, branch_policy
from hub.simulated.casework import Casework
from hub.simulated.clerks import Clerks
from hub.simulated.client import HubClient
from hub.simulated.consenting import ConsentWire
from hub.simulated.customers import SimulatedCustomers, Totals
from hub.simulated.demo_paths import put_in_force
from hub.simulated.demo_totals import DemoTotals, demo_totals
from hub.simulated.errands import first_of
from hub.simulated.furnishing import furnish
from hub.simulated.pbx import Pbx, why_not
from hub.simulated.population import SERVICES, Population, person
from hub.simulated.process import HubProcess, create_key, free_ports, keep, keep_private
from hub.simulated.proposals import Proposals
from hub.simulated.real_paths import ADAPTERS, RealPaths, real_paths
from hub.simulated.regular import Regular, regular
from hub.simulated.shop import shop_url
from hub.simulated.wire import connect_wire

log = logging.getLogger(__name__)

AGENTS = 40
"""Those at the desks of the branch among them."""
_NEW_PER_RUN = 20_000
_FIRST_AGENT = 1_000_000
_HURRY_SECONDS = 1.0
_FINISH_SECONDS = 60.0
_SETTLE_SECONDS = 5.0
_POLL_SECONDS = 0.2
_OPEN = (Phase.WAITING, Phase.OFFERED, Phase.ACTIVE, Phase.WRAP_UP)


def run_demo(settings: Settings, *, seconds: float | None, as_json: bool) -> int:
    """Until Ctrl-C, or for so many seconds and until all that is open has ended. The exit code is 0 unless something
    was lost or done twice."""
    if used_by := holder(settings):
        raise StoreInUseError(f"{settings.data_dir} is in use by {used_by}: stop that first, or set HUB_DATA_DIR")
    console = Console(quiet=as_json)
    demo = Demo(settings, seconds, console, with_board=not as_json)
    demo.hub.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (demo.hub.data_dir / "demo.log").open("a") as log:
        configure(settings, log)
        uvloop.run(demo.run())
    totals = demo.totals()
    if as_json:
        print(orjson.dumps(totals.as_json()).decode())
    else:
        console.print(totals.farewell(str(demo.hub.data_dir)), highlight=False)
    return 0 if totals.ok else 1


class Demo:
    """One run of the demo in a data directory; the next run there goes on where this one ended."""

    def __init__(self, settings: Settings, seconds: float | None, console: Console, *, with_board: bool) -> None:
        data_dir = settings.data_dir.resolve()
        self._simulated_calls = why_not()
        self._pbx = None if self._simulated_calls else Pbx(data_dir / "asterisk")
        self._has_branch = settings.policy is None
        inside = (*ADAPTERS, *(("phone",) if self._pbx else ()), *(("branch",) if self._has_branch else ()))
        [self._shop_port] = free_ports("127.0.0.1", 1)
        set_up: dict[str, object] = {
            "channels": data_dir / "channels.toml",
            "channels_inside": inside,
            "demo_sign_in": settings.api_host in LOOPBACK,
            "demo_chat": shop_url(self._shop_port),
            "demo_customer": regular().phone,
        }
        if self._has_branch:
            set_up["policy"] = data_dir / "policy.toml"
        self.hub = HubProcess(settings.model_copy(update=set_up))
        self._seconds = seconds
        self._console = console
        self._with_board = with_board
        self._note = self.hub.data_dir / "demo.json"
        self._shown_note = settings.data_dir / "demo.json"
        self._began = time.monotonic()
        self._sent = Totals()
        self._confirmed: list[str] = []
        self._arriving = True
        self._finished = False

    def totals(self) -> DemoTotals:
        """What is in the store, after the run."""
        return demo_totals(
            self.hub.settings,
            self._sent,
            self._confirmed,
            self._pbx.calls() if self._pbx else frozenset(),
            restarts=self.hub.restarts,
            seconds=time.monotonic() - self._began,
            finished=self._finished,
        )

    async def run(self) -> None:
        """Start, play, and stop everything in order, whatever happens."""
        stopping = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stopping.set)
        self._console.print("starting the hub ...")
        try:
            await first_of(self._play(), stopping.wait())
        finally:
            await self.hub.stop()
            if self._pbx is not None:
                await self._pbx.stop()

    async def _play(self) -> None:
        async with AsyncExitStack() as parts:
            paths = await parts.enter_async_context(
                real_paths(self.hub.data_dir, WallClock().now, shop_port=self._shop_port, has_branch=self._has_branch)
            )
            token, number = await self._enter(paths)
            name = f"demo-{number}"
            client = await parts.enter_async_context(HubClient(self.hub.api_url, token))
            nats_url = self.hub.address.nats_url
            others = await parts.enter_async_context(connect_wire(nats_url, "demo"))
            wire = await parts.enter_async_context(paths.wire(others))
            customers = self._customers(ConsentWire(wire, client), number, name)
            parts.push_async_callback(_leave, customers)
            codes = codes_of(load_policy(self.hub.settings.policy))
            behaviour = Human(random.Random(number), codes=codes, talks_on=lambda: self._arriving)
            proposals = Proposals(client, random.Random(f"proposals {number}"), WallClock().now)
            clerks = _clerks(paths.branch, behaviour, customers, proposals)
            others_than_clerks = team(AGENTS - CLERKS if clerks else AGENTS)
            casework = Casework(client, random.Random(f"cases {number}"), WallClock().now)
            agents = SimulatedAgents(
                client, others_than_clerks, behaviour, on_change=customers.saw, proposals=proposals, casework=casework
            )
            signed_on = asyncio.Event()
            await first_of(
                self.hub.watch(),
                agents.run(),
                _once(signed_on, customers.run),
                self._course(agents, clerks, customers, client, signed_on),
                _once(signed_on, Regular(customers, client, paths.stop).run),
                _once(signed_on, lambda: furnish(client, nats_url, customers.tell, WallClock().now(), run_name=name)),
                self._board(client, paths.branch.invitation() if paths.branch else ""),
                *([clerks.run()] if clerks else []),
            )

    def _customers(self, wire: ConsentWire, number: int, name: str) -> SimulatedCustomers:
        """Those of this run, the same whenever a run has this number; what they sent is told from now on."""
        customers = SimulatedCustomers(
            wire,
            Population(random.Random(number), first_new=number * _NEW_PER_RUN),
            random.Random(number),
            WallClock().now,
            run_name=name,
            real_calls=self._pbx,
        )
        self._sent, self._confirmed = customers.totals, customers.confirmed_ids
        return customers

    async def _enter(self, paths: RealPaths) -> tuple[str, int]:
        """Start the hub with a key that it takes; the key and the number of this run in the directory."""
        await self._set_up(paths)
        kept = orjson.loads(self._note.read_bytes()) if self._note.exists() else {}
        token, number = (
            kept.get("token") or await create_key(self.hub.settings, "supervisor", "demo"),
            kept.get("runs", 0),
        )
        await self.hub.start()
        async with HubClient(self.hub.api_url, token) as client:
            if (await client.once("GET", "/v1/agents")).status in (401, 403):
                token = await create_key(self.hub.settings, "supervisor", "demo")
        keep(self._note, {"token": token, "runs": number + 1})
        return token, number + 1

    async def _set_up(self, paths: RealPaths) -> None:
        """What the hub finds when it starts; and say what of it is real."""
        tables = paths.tables()
        if self._pbx is not None:
            await self._pbx.start()
            tables += self._pbx.table()
        (self.hub.data_dir / "channels.toml").write_text(tables, "utf-8")
        visits = "simulated: this policy has no queue for them"
        if paths.branch is not None:
            keep_private(self.hub.data_dir / "policy.toml", branch_policy().encode())
            visits = "real, by its kiosk and its desks"
            self._console.print(f"the branch is at {paths.branch.invitation()}", highlight=False, soft_wrap=True)
        log.info("mails by SMTP, text messages by SMPP and chats by WebSocket are real")
        log.info("visits to a branch are %s", visits)
        calls = f"simulated: {self._simulated_calls}" if self._simulated_calls else "real, some of them"
        log.info("calls are %s", calls)

    async def _course(
        self, agents: SimulatedAgents, clerks: Clerks | None, customers: SimulatedCustomers, client: HubClient,
        signed_on: asyncio.Event,
    ) -> None:  # fmt: skip
        await agents.ready()
        if not await put_in_force(client):
            log.info("what is proposed is by the path policy that was published here")
        await agents.sign_on_all()
        signed_on.set()
        if self._seconds is None:
            await asyncio.Event().wait()
        await asyncio.sleep(self._seconds or 0)
        customers.stop_arrivals()
        self._arriving = False
        self._finished = True
        if clerks is not None:
            clerks.hurry()
        with suppress(TimeoutError):
            async with asyncio.timeout(_FINISH_SECONDS):
                await customers.settle()
                while (self._pbx is not None and self._pbx.busy) or await self._is_open(client):
                    agents.hurry(_HURRY_SECONDS)
                    await asyncio.sleep(_POLL_SECONDS)

    async def _is_open(self, client: HubClient) -> bool:
        for phase in _OPEN:
            if (await client.get("/v1/interactions", phase=phase.value, limit=1))["interactions"]:
                return True
        return False

    async def _board(self, client: HubClient, branch: str) -> None:
        if self._with_board:
            board = Board(
                client,
                self.hub.api_url(),
                self._console,
                lambda: self.hub.restarts,
                WallClock().now,
                str(self._shown_note),
                branch,
            )
            await board.run()
        await asyncio.Event().wait()


def team(count: int) -> list[AgentProfile]:
    """The demo's agents who sit in no branch: everybody knows two services, some of them all."""
    services = list(SERVICES)
    profiles = []
    for number in range(count):
        known = services if number % 5 == 0 else [services[number % 4], services[(number + 1 + number // 4 % 3) % 4]]
        skills = {service: 2 + (number + place) % 4 for place, service in enumerate(known)}
        name = person(_FIRST_AGENT + number, 0).name
        profiles.append(AgentProfile(f"demo-{number + 1:02d}", name, skills, ("en",)))
    return profiles


def _clerks(
    place: BranchPlace | None, behaviour: Human, customers: SimulatedCustomers, proposals: Proposals
) -> Clerks | None:
    return None if place is None else Clerks(place, behaviour, on_change=customers.saw, proposals=proposals)


async def _once(signed_on: asyncio.Event, run: Callable[[], Awaitable[None]]) -> None:
    """The doors open when the agents are there, and stay open."""
    await signed_on.wait()
    await run()
    await asyncio.Event().wait()


async def _leave(customers: SimulatedCustomers) -> None:
    customers.stop_arrivals()
    with suppress(TimeoutError):
        async with asyncio.timeout(_SETTLE_SECONDS):
            await customers.settle()
    await customers.close()
