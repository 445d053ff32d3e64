"""The cluster's configuration, run for real: three nodes of it on the loopback."""

import asyncio
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from devservers.ports import free_ports
from hub.bus.connection import BusError, Connection, connect
from hub.bus.rejected import RejectedContacts
from hub.bus.subjects import INBOUND, REJECTED, ensure_streams
from hub.children import die_with_parent
from hub.doctor import parts
from hub.operations.rejected import list_rejected
from hub.settings import Settings
from hub.simulated.process import HubProcess

CONFIG = Path(__file__).parents[2] / "deploy/nats/nats.conf"
NODES = ("nats-1", "nats-2", "nats-3")


def _secrets(directory: Path) -> dict[str, str]:
    """As the operator makes them."""
    shutil.copy(CONFIG.parents[1] / "make-secrets", directory)
    subprocess.run([directory / "make-secrets"], check=True, capture_output=True)
    lines = (directory / "secrets" / "nats.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines)


class Cluster:
    def __init__(self, directory: Path, stack: ExitStack) -> None:
        secrets = _secrets(directory)
        ports = free_ports(6)
        clients, routes = ports[:3], ports[3:]
        self.url = ",".join(f"nats://hub:{secrets['NATS_PASSWORD']}@127.0.0.1:{port}" for port in clients)
        self.nodes: dict[str, subprocess.Popen[bytes]] = {}
        for name, port in zip(NODES, routes, strict=True):
            secrets["NATS_ROUTES"] = secrets["NATS_ROUTES"].replace(f"{name}:6222", f"127.0.0.1:{port}")
        for number, name in enumerate(NODES):
            file = directory / f"{name}.conf"
            file.write_text(self._on_loopback(directory / name, clients[number], routes[number]))
            binary = Path(sys.executable).parent / "nats-server"
            log = stack.enter_context((directory / f"{name}.log").open("wb"))
            self.nodes[name] = subprocess.Popen(
                [binary, "-c", file],
                env={**os.environ, **secrets, "HOSTNAME": name},
                stdout=log,
                stderr=log,
                preexec_fn=die_with_parent(),  # noqa: PLW1509
            )
            stack.callback(self.stop, name)

    def stop(self, name: str) -> None:
        self.nodes[name].kill()
        self.nodes[name].wait()

    @staticmethod
    def _on_loopback(data: Path, client: int, route: int) -> str:
        text = CONFIG.read_text()
        for before, after in (
            ("port: 4222", f"listen: 127.0.0.1:{client}"),
            ("http: 0.0.0.0:8222", ""),
            ("store_dir: /data", f'store_dir: "{data}"'),
            ("port: 6222", f"listen: 127.0.0.1:{route}"),
        ):
            assert before in text
            text = text.replace(before, after)
        return text


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    with ExitStack() as stack:
        yield Cluster(tmp_path, stack)


async def streams_of_three(connection: Connection) -> None:
    """The nodes need a moment to find each other."""
    async with asyncio.timeout(30):
        while True:
            try:
                await ensure_streams(connection.jetstream(), replicas=3)
            except BusError:
                await asyncio.sleep(0.2)
            else:
                return


# nats-py forgets to close the socket of an attempt that fails half-way, which the collector then reports.
@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_three_nodes_form_a_cluster_that_keeps_streams_when_one_is_lost(cluster: Cluster) -> None:
    connection = await connect(cluster.url, "test", patience=20)
    try:
        await streams_of_three(connection)
        cluster.stop("nats-1")
        async with asyncio.timeout(30):
            while True:
                try:
                    assert await RejectedContacts(connection, replicas=3).count() == 0
                except BusError:
                    await asyncio.sleep(0.2)
                else:
                    break
    finally:
        await connection.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_hub_keeps_its_streams_on_as_many_nodes_as_it_is_told(cluster: Cluster, tmp_path: Path) -> None:
    connection = await connect(cluster.url, "test", patience=20)
    hub = HubProcess(Settings(data_dir=tmp_path / "var", api_port=0, nats_url=cluster.url, nats_replicas=3))
    try:
        js = connection.jetstream()
        await streams_of_three(connection)
        for name in (INBOUND, REJECTED):
            await js.delete_stream(name)
        await hub.start()
        assert [(await js.stream_info(name)).config.num_replicas for name in (INBOUND, REJECTED)] == [3, 3]
        listed = await asyncio.to_thread(list_rejected, hub.settings, 10)
        other = hub.settings.model_copy(update={"nats_url": "", "nats_replicas": 1})
        assert await asyncio.to_thread(list_rejected, other, 10) == listed == []
        assert [(await js.stream_info(name)).config.num_replicas for name in (INBOUND, REJECTED)] == [3, 3]
    finally:
        await hub.stop()
        await connection.close()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
async def test_a_wrong_password_is_refused(cluster: Cluster) -> None:
    with pytest.raises(BusError):
        await connect(re.sub("hub:[0-9a-f]+@", "hub:guess@", cluster.url), "test", patience=20)
    without = re.sub("hub:[0-9a-f]+@", "", cluster.url)
    assert [check.ok for check in await parts.reachable(without, in_use=False)] == [False]
