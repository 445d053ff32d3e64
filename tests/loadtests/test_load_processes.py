import os
import subprocess
import sys

from loadtests.processes import cpu_by_part, cpu_of_parts, cpu_seconds, peak_memory_mb

BURN = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"


def test_cpu_time_includes_children_and_their_children() -> None:
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BURN!r}]); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", f"{middle}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:  # fmt: skip
        try:
            while cpu_seconds(process.pid) < 0.3:
                assert process.poll() is None
        finally:
            process.communicate(b"")


def test_cpu_time_is_told_by_part() -> None:
    views = f"{BURN}\nsys.stdin.read()".replace("import time", "import sys, time")
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {views!r}, 'projector'])"
    with subprocess.Popen([sys.executable, "-c", middle], stdin=subprocess.PIPE) as process:
        try:
            while (used := cpu_by_part(process.pid)).get("views", 0.0) < 0.3:
                assert process.poll() is None
            assert used.keys() == {"hub", "views"}
            assert used["hub"] < used["views"]
            since = cpu_of_parts({"views": used["views"] - 0.1}, process.pid, 10)
            assert since["views"] >= 10.0
        finally:
            process.communicate(b"")


def test_peak_memory_is_that_of_this_process() -> None:
    assert 10 < peak_memory_mb(os.getpid()) < 10_000
