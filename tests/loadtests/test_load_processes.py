import os
import subprocess
import sys

from loadtests.processes import cpu_seconds, peak_memory_mb


def test_cpu_time_includes_children_and_their_children() -> None:
    burn = "import time; end = time.process_time() + 0.3\nwhile time.process_time() < end: pass\n"
    middle = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {burn!r}]); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", f"{middle}"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL
    ) as process:  # fmt: skip
        try:
            while cpu_seconds(process.pid) < 0.3:
                assert process.poll() is None
        finally:
            process.communicate(b"")


def test_peak_memory_is_that_of_this_process() -> None:
    assert 10 < peak_memory_mb(os.getpid()) < 10_000
