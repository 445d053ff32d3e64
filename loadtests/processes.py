"""What a process and its children have used, from /proc."""

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_seconds(root: int) -> float:
    """CPU time of a running process and all its running descendants, with children that have ended."""
    return sum(_used_below(root).values())


def cpu_by_part(hub: int) -> dict[str, float]:
    """CPU time of a running hub, of its bus, of what keeps its views, and of its other children."""
    parts: dict[str, float] = {}
    for pid, seconds in _used_below(hub).items():
        part = "hub" if pid == hub else _part(pid)
        parts[part] = parts.get(part, 0.0) + seconds
    return parts


def cpu_of_parts(before: Mapping[str, float], hub: int, per: float) -> dict[str, float]:
    """What each part has used since `before`, in milliseconds, divided by so many contacts or seconds."""
    now = cpu_by_part(hub)
    return {part: round((seconds - before.get(part, 0.0)) * 1000 / per, 2) for part, seconds in now.items()}


def own_cpu_seconds(pid: int) -> float:
    """CPU time of a running process alone; 0: there is none."""
    with suppress(OSError):
        fields = (_PROC / str(pid) / "stat").read_text().rpartition(") ")[2].split()
        return sum(int(ticks) for ticks in fields[11:13]) / _TICKS
    return 0.0


def peak_memory_mb(pid: int) -> float:
    """The most resident memory a running process has had."""
    for line in (_PROC / str(pid) / "status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    return 0.0


def _used_below(root: int) -> dict[int, float]:
    """By process."""
    parents, used = {}, {}
    for directory in _PROC.iterdir():
        if directory.name.isdigit():
            with suppress(OSError):
                fields = (directory / "stat").read_text().rpartition(") ")[2].split()
                parents[int(directory.name)] = int(fields[1])
                used[int(directory.name)] = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    return {pid: seconds for pid, seconds in used.items() if _is_below(pid, root, parents)}


def _part(pid: int) -> str:
    with suppress(OSError):
        words = (_PROC / str(pid) / "cmdline").read_bytes().split(b"\0")
        if words[0].endswith(b"nats-server"):
            return "bus"
        if b"projector" in words:
            return "views"
    return "others"


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
