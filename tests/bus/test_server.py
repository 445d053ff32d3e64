"""The embedded server lives and dies with the hub, keeps its address, and never meets another's."""

import asyncio
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE
from pathlib import Path

import pytest

from hub.bus.connection import BusError, connect
from hub.bus.server import HOST, EmbeddedNats, bus_server
from tests.support.nats import eventually

CHILD = """
import asyncio, sys
from asyncio.subprocess import PIPE
from pathlib import Path
import uvloop
from hub.bus.server import EmbeddedNats

async def main():
    server = EmbeddedNats(Path(sys.argv[1]))
    print(await server.start(), server.pid, flush=True)
    await asyncio.sleep(600)

uvloop.run(main())
"""


def listening() -> list[str]:
    """Local addresses, in hex, that somebody on this machine listens on."""
    tables = Path("/proc/net/tcp").read_text() + Path("/proc/net/tcp6").read_text()
    return [row.split()[1] for row in tables.splitlines() if " 0A " in row]


def alive(pid: int | str) -> bool:
    return Path(f"/proc/{pid}/exe").exists()


def port_of(url: str) -> int:
    return int(url.rpartition(":")[2])


async def test_keeps_its_address_and_content_over_a_restart(tmp_path: Path) -> None:
    first = EmbeddedNats(tmp_path)
    url = await first.start()
    connection = await connect(url, "first")
    await connection.jetstream().add_stream(name="KEPT", subjects=["kept"])
    await connection.jetstream().publish("kept", b"still here")
    await connection.close()
    await first.stop()

    second = EmbeddedNats(tmp_path)
    assert await second.start() == url
    connection = await connect(url, "second")
    assert (await connection.jetstream().get_msg("KEPT", seq=1)).data == b"still here"
    await connection.close()
    await second.stop()


async def test_secrets_are_for_the_owner_only(nats_server: EmbeddedNats, tmp_path: Path) -> None:
    for name in ("token", "nats-server.conf"):
        assert (tmp_path / "nats" / name).stat().st_mode & 0o077 == 0


async def test_listens_on_loopback_only(nats_server: EmbeddedNats) -> None:
    port = f"{port_of(nats_server.url):04X}"
    assert [address for address in listening() if address.endswith(f":{port}")] == [f"0100007F:{port}"]


async def test_takes_another_port_if_its_own_is_taken_meanwhile(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    first = await server.start()
    await server.stop()
    with socket.socket() as squatter:
        squatter.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        squatter.bind((HOST, port_of(first)))
        squatter.listen()
        second = await server.start()
        assert port_of(second) != port_of(first)
        await (await connect(second, "test")).close()
        await server.stop()


async def test_two_directories_never_meet(tmp_path: Path) -> None:
    one, other = EmbeddedNats(tmp_path / "one"), EmbeddedNats(tmp_path / "other")
    urls = [await one.start(), await other.start()]
    connections = [await connect(url, "test") for url in urls]
    await connections[0].jetstream().add_stream(name="MINE", subjects=["mine"])
    assert [(await connection.jetstream().account_info()).streams for connection in connections] == [1, 0]
    with pytest.raises(BusError, match="refuses the credentials"):
        await connect(urls[0].replace(str(port_of(urls[0])), str(port_of(urls[1]))), "intruder")
    for connection in connections:
        await connection.close()
    await one.stop()
    await other.stop()


async def test_a_second_one_in_the_same_directory_is_refused(nats_server: EmbeddedNats, tmp_path: Path) -> None:
    with pytest.raises(BusError, match=r"is in use by another nats-server: stop the hub"):
        await EmbeddedNats(tmp_path / "nats", patience=0.1).start()


async def test_a_killed_server_comes_back_at_the_same_address(tmp_path: Path) -> None:
    restarts: list[int] = []
    server = EmbeddedNats(tmp_path, on_restart=restarts.append)
    url = await server.start()
    connection = await connect(url, "test")
    for times in (1, 2):
        os.kill(server.pid, signal.SIGKILL)
        await eventually(lambda times=times: len(restarts) == times and connection.connected)
        await connection.client.flush()
    assert restarts == [1, 2]
    assert server.url == url
    await connection.close()
    await server.stop()


async def test_it_dies_with_a_killed_parent_and_does_not_hinder_the_next(tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", CHILD, str(tmp_path), stdout=PIPE)
    assert parent.stdout is not None
    url, pid = (await parent.stdout.readline()).decode().split()
    await (await connect(url, "test")).close()
    parent.kill()
    await parent.wait()
    successor = EmbeddedNats(tmp_path)
    assert await successor.start() == url
    await eventually(lambda: not alive(pid))
    await (await connect(url, "test")).close()
    await successor.stop()


async def test_says_why_it_can_not_start(tmp_path: Path) -> None:
    (tmp_path / "jetstream").write_text("a file where JetStream's directory belongs")
    with pytest.raises(
        BusError, match=r"(?s)nats-server ended at once. It said:.*storage directory is not a directory"
    ):
        await EmbeddedNats(tmp_path).start()


async def test_stops_before_it_was_started_and_twice(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path)
    await server.stop()
    await server.start()
    pid = server.pid
    await server.stop()
    await server.stop()
    assert server.pid == 0
    assert not alive(pid)


async def test_a_given_server_is_used_as_it_is(nats_server: EmbeddedNats, tmp_path: Path) -> None:
    async with bus_server(nats_server.url, tmp_path / "unused") as url:
        assert url == nats_server.url
    assert not (tmp_path / "unused").exists()
    async with bus_server("", tmp_path / "own", sync_always=True) as url:
        await (await connect(url, "test")).close()
        assert "sync_interval: always" in (tmp_path / "own" / "nats-server.conf").read_text()
    with pytest.raises(BusError):
        await connect(url, "test", patience=0.2)


def files_in(directory: Path) -> list[Path]:
    return [file for file in directory.rglob("*") if file.is_file()]


async def test_what_it_keeps_can_be_read_in_no_file(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "nats")
    connection = await connect(await server.start(), "test")
    await connection.jetstream().add_stream(name="KEPT", subjects=["kept"])
    for _ in range(20):
        await connection.jetstream().publish("kept", b"call me at +989121234567")
    assert (await connection.jetstream().get_msg("KEPT", seq=1)).data == b"call me at +989121234567"
    await connection.close()
    await server.stop()
    files = files_in(tmp_path)
    assert any(file.suffix == ".blk" for file in files)
    assert not [file for file in files if b"989121234567" in file.read_bytes()]
    key = tmp_path / "keys" / "jetstream.key"
    assert key.stat().st_mode & 0o777 == 0o600
    secret = key.read_bytes().strip()
    assert not [file for file in files_in(tmp_path / "nats") if secret in file.read_bytes()]


async def test_what_was_written_with_another_key_is_left_alone(tmp_path: Path) -> None:
    server = EmbeddedNats(tmp_path / "nats")
    await server.start()
    await server.stop()
    (tmp_path / "keys" / "jetstream.key").write_text("0" * 64)
    with pytest.raises(BusError, match=r"was written with another key than .*jetstream.key: restore that from the"):
        await EmbeddedNats(tmp_path / "nats").start()


async def test_a_key_of_digits_alone_is_a_key(tmp_path: Path) -> None:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "jetstream.key").write_text("1" * 64)
    server = EmbeddedNats(tmp_path / "nats")
    await server.start()
    await server.stop()
