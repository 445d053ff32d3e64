"""The adapter of messengers keeps the contract of all adapters."""

from pathlib import Path

import pytest

from hub.simulated.contract.messaging_webhooks_driver import driver
from hub.simulated.contract.rules import Rule
from tests.channels.contract import EVERY_RULE, keeps

pytestmark = pytest.mark.acceptance


@EVERY_RULE
async def test_the_adapter_of_messengers_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "messaging_webhooks", tmp_path, driver)
