"""The chat keeps the contract of all adapters, over a real WebSocket."""

from pathlib import Path

import pytest

from hub.simulated.contract.chat_driver import CHANNEL, driver
from hub.simulated.contract.rules import Rule
from tests.channels.contract import EVERY_RULE, keeps

pytestmark = pytest.mark.acceptance


@EVERY_RULE
async def test_the_chat_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, CHANNEL, tmp_path, driver)
