"""A hub, its adapter of Kamailio and its agents, with a real Kamailio: each can be killed by itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from hub.application.explaining.audit import audit
from hub.application.imports.history import tail
from hub.bus.seeds import Seeds
from hub.bus.users import KAMAILIO_USER
from hub.channels.running import bus_seeds
from hub.domain.event import Event
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.client import HubClient
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.process import HubProcess, create_key
from tests.channels.kamailio.kamailio import Kamailio, kamailio
from tests.support.asterisk import udp_ports

POLICY = """
[queues.care]
wrap_up_rule = "none"
offer_timeout_seconds = 30
[[rules]]
queue = "care"
"""
AGENTS = ("ann", "bob", "cid")


@dataclass(slots=True, eq=False)
class Site:
    """All of it. `phones`: the ports of agents' phones."""

    hub: HubProcess
    adapter: AdapterProcess
    edge: Kamailio
    client: HubClient
    phones: dict[str, int]

    async def sign_on(self, name: str) -> None:
        """From now on they may be offered calls."""
        answer = await self.client.command("POST", f"/v1/agents/{name}/sign-on", {"name": name, "skills": {}})
        assert answer.status == 200, answer

    async def ends(self, event: Event, agent: str = "ann") -> None:
        """The agent ends it at the desktop."""
        answer = await self.client.command("POST", f"/v1/interactions/{event.correlation}/end", {"agent_id": agent})
        assert answer.status == 200, answer

    async def refuses_a_transfer(self, event: Event, agent: str = "ann") -> str:
        """Why the agent can't give it away at the desktop."""
        body = {"agent_id": agent, "queue": "care"}
        answer = await self.client.command("POST", f"/v1/interactions/{event.correlation}/transfer", body)
        assert answer.status == 409, answer
        return str(answer.body["detail"])

    def events(self) -> list[Event]:
        """The log."""
        store = open_store(self.hub.settings)
        try:
            return [one.event for one in tail(store, 0, store.head())]
        finally:
            store.close()

    async def happens(self, name: str, times: int = 1, seconds: float = 30) -> list[Event]:
        """Until it is in the log so often."""
        try:
            async with asyncio.timeout(seconds):
                while len(found := [one for one in self.events() if type(one).__name__ == name]) < times:
                    await asyncio.sleep(0.05)
        except TimeoutError:
            told = [type(one).__name__ for one in self.events()]
            raise AssertionError(
                f"no {name}: {told}\n{self.adapter.log()[-3000:]}\n{self.edge.log()[-1000:]}\n{self.hub_log()}"
            ) from None
        return found

    def hub_log(self) -> str:
        """What the hub said last."""
        return (self.hub.data_dir / "hub.log").read_text()[-3000:]

    def check(self, contacts: int) -> None:
        """Nothing was lost or taken twice."""
        store = open_store(self.hub.settings)
        try:
            found = audit(list(tail(store, 0, store.head())))
        finally:
            store.close()
        assert (found.contacts, found.lost, found.duplicates, found.double_assigned) == (contacts, 0, 0, 0), found


def edge_url(seeds: Seeds, nats_url: str) -> str:
    """Kamailio's address of the bus: with its own password, and no rights but its own."""
    _, _, where = nats_url.rpartition("@")
    return f"nats://{KAMAILIO_USER}:{seeds.password(KAMAILIO_USER)}@{where}"


@asynccontextmanager
async def edge_site(folder: Path, policy: str = POLICY, local: str = "", **more: object) -> AsyncIterator[Site]:
    """Everything runs, nobody is signed on. `local`: more of Kamailio's local.cfg; `more`: of `[kamailio]`."""
    (folder / "policy.toml").write_text(policy)
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0, policy=folder / "policy.toml"))
    token = await create_key(hub.settings, "supervisor", "test")
    await hub.start()
    phones = dict(zip(AGENTS, udp_ports(len(AGENTS)), strict=True))
    table: dict[str, object] = {
        "agent_uris": ["sip:{agent}@127.0.0.1:9"], "ring_seconds": 2, "check_seconds": 1,
        "agents": {name: f"sip:{name}@127.0.0.1:{port}" for name, port in phones.items()}, **more,
    }  # fmt: skip
    adapter = AdapterProcess("kamailio", hub.data_dir, table, 0, hub.settings.environment(), "takes calls of Kamailio")
    try:
        async with kamailio(edge_url(bus_seeds(hub.settings), hub.address.nats_url), local=local) as edge:
            await adapter.start()
            async with HubClient(hub.api_url, token) as client:
                yield Site(hub, adapter, edge, client, phones)
    finally:
        await adapter.kill()
        await hub.stop()
