"""The adapter of voice webhooks keeps the contract of all adapters, where a call has such a thing."""

from pathlib import Path

import pytest

from hub.simulated.contract.rules import RULES, Rule
from hub.simulated.contract.voice_webhooks_driver import LEFT_OUT, driver
from tests.channels.contract import keeps

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("rule", [one for one in RULES if one.name not in LEFT_OUT], ids=lambda one: one.name)
async def test_the_adapter_of_voice_webhooks_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "voice_webhooks", tmp_path, driver)
