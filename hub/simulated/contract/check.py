"""`hub channel check`: the contract of channel adapters, tried on one rule by rule."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from hub.simulated.contract.driver import Driver, DriverError, command_driver
from hub.simulated.contract.hub_side import hub_side
from hub.simulated.contract.rules import RULES, BrokenError, Rule, Trial, Words, text_of

MakeDriver = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Driver]]
"""From the environment in which an adapter finds its hub."""


class Result(NamedTuple):
    """`seen` is empty where the adapter keeps the rule."""

    rule: Rule
    seen: str


async def tried(rule: Rule, channel: str, directory: Path, make: MakeDriver, words: Words = text_of) -> str:
    """What was seen where the rule was broken; empty: it is kept. Each rule has a hub and an adapter of its own."""
    async with hub_side(directory, channel) as (hub, environment), make(environment) as wire:
        try:
            await rule.tries(Trial(hub, wire, await wire.start(), words))
        except (BrokenError, DriverError) as error:
            return str(error)
    return ""


async def check(channel: str, make: MakeDriver, rules: Sequence[Rule] = RULES) -> AsyncIterator[Result]:
    """One rule after the other."""
    for rule in rules:
        with tempfile.TemporaryDirectory(prefix="hub-check-") as directory:
            yield Result(rule, await tried(rule, channel, Path(directory), make))


def check_by_command(channel: str, command: str, told: Callable[[Result], None], names: Sequence[str] = ()) -> bool:
    """All rules, or those of these names, with a program that drives the wire; whether all are kept."""

    @asynccontextmanager
    async def make(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
        async with command_driver(command, environment) as driver:
            yield driver

    async def run() -> bool:
        kept = True
        async for result in check(channel, make, [rule for rule in RULES if not names or rule.name in names]):
            told(result)
            kept = kept and not result.seen
        return kept

    return asyncio.run(run())
