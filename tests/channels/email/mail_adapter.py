"""The real adapter in a process of its own, beside a real hub."""

import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.simulated.contract.adapter_process import AdapterProcess


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def mail_adapter(data_dir: Path, told: dict[str, Any], port: int, environment: Mapping[str, str]) -> AdapterProcess:
    """`hub channel run email` with this table."""
    return AdapterProcess("email", data_dir, told, port, environment)
