"""The mail adapter keeps the contract of all adapters, where mail has such a thing."""

from pathlib import Path

import pytest

from hub.simulated.contract.email_driver import LEFT_OUT, driver
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps

pytestmark = pytest.mark.acceptance


@pytest.mark.parametrize("rule", [one for one in RULES if one.name not in LEFT_OUT], ids=lambda one: one.name)
async def test_the_mail_adapter_keeps(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, "email", tmp_path, driver)
