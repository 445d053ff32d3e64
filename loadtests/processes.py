"""What a process and its children have used, from /proc."""

import os
from contextlib import suppress
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")
_PROC = Path("/proc")


def cpu_seconds(root: int) -> float:
    """CPU time of a running process and all its running descendants, with children that have ended."""
    parents, used = {}, {}
    for directory in _PROC.iterdir():
        if directory.name.isdigit():
            with suppress(OSError):
                fields = (directory / "stat").read_text().rpartition(") ")[2].split()
                parents[int(directory.name)] = int(fields[1])
                used[int(directory.name)] = sum(int(ticks) for ticks in fields[11:15]) / _TICKS
    return sum(seconds for pid, seconds in used.items() if _is_below(pid, root, parents))


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


def _is_below(pid: int, root: int, parents: dict[int, int]) -> bool:
    while pid and pid != root:
        pid = parents.get(pid, 0)
    return pid == root
