"""What a hub uses that nobody calls: `python -m loadtests.idle`.

It has no adapters and no screens; what it does, it does by itself."""

import argparse
import asyncio
import os
import tempfile
from pathlib import Path

import orjson

from hub.settings import Settings
from hub.simulated.process import HubProcess
from loadtests.processes import cpu_by_part, cpu_of_parts

SETTLED_SECONDS = 3.0
"""After which the start of the hub is over."""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="hub-idle-", ignore_cleanup_errors=True) as directory:
        print(orjson.dumps(asyncio.run(run(given.seconds, Path(directory))), option=orjson.OPT_INDENT_2).decode())


async def run(seconds: float, directory: Path) -> dict[str, object]:
    """Milliseconds of processor time a second, by process."""
    hub = HubProcess(Settings(data_dir=directory / "var", api_port=0))
    await hub.start()
    try:
        await asyncio.sleep(SETTLED_SECONDS)
        before = cpu_by_part(hub.pid)
        await asyncio.sleep(seconds)
        return {"load": os.getloadavg(), "cpu_ms_a_second": cpu_of_parts(before, hub.pid, seconds)}
    finally:
        await hub.stop()


if __name__ == "__main__":
    main()
