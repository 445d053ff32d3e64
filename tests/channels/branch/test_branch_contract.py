"""The adapter of branches keeps the contract, as a process of its own."""

from pathlib import Path

from hub.simulated.contract.branch_driver import CHANNEL, driver
from hub.simulated.contract.rules import Rule
from tests.channels.contract import EVERY_RULE, keeps


@EVERY_RULE
async def test_branches_keep_the_contract(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, CHANNEL, tmp_path, driver)
