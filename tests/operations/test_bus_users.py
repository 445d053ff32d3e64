"""A NATS of one's own is told the adapters' users by a command, and takes what it prints."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from devservers.ports import free_ports
from hub.bus.connection import BusError, connect
from hub.bus.users import ADAPTERS
from hub.channels.running import bus_seeds
from hub.children import die_with_parent
from hub.operations.bus_users import bus_users
from hub.settings import Settings


async def test_what_is_printed_lets_the_hub_and_its_adapters_in(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "var")
    printed = bus_users(settings)
    assert bus_users(settings) == printed
    [port] = free_ports(1)
    (tmp_path / "nats.conf").write_text(f'listen: "127.0.0.1:{port}"\n{printed}')
    server = subprocess.Popen(  # noqa: ASYNC220
        [Path(sys.executable).parent / "nats-server", "-c", tmp_path / "nats.conf"],
        env={**os.environ, "NATS_PASSWORD": "a-password"},
        stderr=subprocess.DEVNULL,
        preexec_fn=die_with_parent(),  # noqa: PLW1509
    )
    try:
        url = f"nats://hub:a-password@127.0.0.1:{port}"
        await (await connect(url, "hub")).close()
        for user in ADAPTERS:
            seed = bus_seeds(settings).kept(user.name)
            await (await connect(url, user.name, credentials=user.credentials(seed))).close()
        with pytest.raises(BusError, match="refuses the credentials"):
            await connect(url.replace("a-password", "another"), "stranger")
    finally:
        server.kill()
        server.wait()
