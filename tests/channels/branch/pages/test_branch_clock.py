"""The reception writes times as the branch's clock shows them, wherever the browser thinks it is."""

import json
import os
import shutil
import subprocess
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.channels.branch.pages import serving

MODULE = (Path(serving.__file__).parent / "numbers.js").as_uri()

pytestmark = pytest.mark.skipif(shutil.which("node") is None, reason="node is not here: the pages' clock is not tried")


def told(expression: str, zone: str) -> str:
    program = f"import {{ dayCode, instant }} from {json.dumps(MODULE)}; process.stdout.write(String({expression}));"
    command = ["node", "--input-type=module", "-e", program]
    run = subprocess.run(
        command, capture_output=True, text=True, check=False, env={"TZ": zone, "PATH": os.environ["PATH"]}
    )
    assert not run.returncode, run.stderr
    return run.stdout


@pytest.mark.parametrize("browser", ["UTC", "America/New_York"])
@pytest.mark.parametrize(
    ("zone", "local"),
    [
        ("Asia/Tehran", "2026-01-05T10:00"),
        ("Asia/Tehran", "2026-01-05T00:15"),
        ("Europe/Berlin", "2026-03-29T01:59"),
        ("Europe/Berlin", "2026-03-29T03:00"),
        ("Europe/Berlin", "2026-10-25T12:00"),
        ("UTC", "2026-12-31T23:59"),
    ],
)
def test_what_the_clock_shows_is_the_moment_it_shows_it(browser: str, zone: str, local: str) -> None:
    wanted = datetime.fromisoformat(local).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
    assert datetime.fromisoformat(told(f"instant('{local}', '{zone}')", browser)) == wanted


def test_a_day_begins_at_midnight_in_the_branch() -> None:
    assert told("dayCode('2026-01-04T20:29:00Z', 'Asia/Tehran')", "UTC") == "2026-01-04"
    assert told("dayCode('2026-01-04T20:31:00Z', 'Asia/Tehran')", "UTC") == "2026-01-05"
