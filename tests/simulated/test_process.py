import socket
from pathlib import Path

import orjson
import pytest

from hub.settings import Settings
from hub.simulated.process import HubProcess, HubStartError, free_port, free_ports, keep


def test_a_port_that_is_taken_is_not_given_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert free_port("127.0.0.1", port) not in (0, port)
    assert free_port("127.0.0.1", port) == port


def test_several_ports_are_different_ones() -> None:
    assert len(set(free_ports("127.0.0.1", 500))) == 500


def test_a_host_that_is_not_here_is_named() -> None:
    with pytest.raises(HubStartError, match=r"192\.0\.2\.1"):
        free_port("192.0.2.1", 0)


def test_what_is_kept_is_for_its_owner_alone(tmp_path: Path) -> None:
    keep(tmp_path / "demo.json", {"token": "secret"})
    assert orjson.loads((tmp_path / "demo.json").read_bytes()) == {"token": "secret"}
    assert (tmp_path / "demo.json").stat().st_mode & 0o777 == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["demo.json"]


async def test_a_hub_that_can_not_start_says_why(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    policy.write_text("this is no policy")
    hub = HubProcess(Settings(data_dir=tmp_path / "var", policy=policy, api_port=0))
    with pytest.raises(HubStartError, match=r"policy\.toml"):
        await hub.start()
    assert hub.pid == 0
    await hub.stop()
