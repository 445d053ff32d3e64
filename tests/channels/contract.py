"""The contract of channel adapters, for the tests of each: give `keeps` a driver of its wire."""

from pathlib import Path

import pytest

from hub.simulated.contract.check import MakeDriver, tried
from hub.simulated.contract.rules import RULES, Rule

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=[rule.name.replace(" ", "-") for rule in RULES])
"""Decorates a test with an argument `rule`."""


async def keeps(rule: Rule, channel: str, directory: Path, make: MakeDriver) -> None:
    """Fails with what was seen where the adapter breaks the rule."""
    seen = await tried(rule, channel, directory, make)
    assert not seen, f"{rule.name}: {rule.says}\nseen: {seen}"
