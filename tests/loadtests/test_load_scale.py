"""A hub starts on a large store: run small, so that the command stays true."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.acceptance
ROOT = Path(__file__).parents[2]


def test_it_fills_a_store_and_starts_a_hub_on_it() -> None:
    command = [sys.executable, "-m", "loadtests.scale", "--contacts", "3000", "--open", "1000"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120, check=True)
    found = json.loads(done.stdout)
    assert (found["contacts"], found["open"]) == (3000, 1000)
    assert found["events"] > 3000 * 3
    assert found["rss_mb"] > 0
    assert found["second_start_s"] > 0
