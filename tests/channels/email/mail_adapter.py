"""The real adapter in a process of its own, beside a real hub."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from hub.simulated import process
from hub.simulated.contract.adapter_process import AdapterProcess


def free_port() -> int:
    return process.free_port("127.0.0.1", 0)


def mail_adapter(data_dir: Path, told: dict[str, Any], port: int, environment: Mapping[str, str]) -> AdapterProcess:
    """`hub channel run email` with this table."""
    return AdapterProcess("email", data_dir, told, port, environment)
