"""`hub channel check`: the contract of channel adapters, tried on one rule by rule."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import NamedTuple

from hub.bus.users import ADAPTERS
from hub.domain.errors import NotFoundError
from hub.simulated.contract.driver import Driver, DriverError, KnowsWords, command_driver
from hub.simulated.contract.hub_side import hub_side
from hub.simulated.contract.rules import RULES, BrokenError, Rule, Trial, text_of
from hub.simulated.contract.shipped import shipped_wire

MakeDriver = Callable[[Mapping[str, str]], AbstractAsyncContextManager[Driver]]
"""From the environment in which an adapter finds its hub."""


class Result(NamedTuple):
    """`seen` is empty where the adapter keeps the rule. `left_out`: why the rule was not tried; empty: it was."""

    rule: Rule
    seen: str
    left_out: str = ""


async def tried(rule: Rule, channel: str, directory: Path, make: MakeDriver) -> str:
    """What was seen where the rule was broken; empty: it is kept. Each rule has a hub and an adapter of its own."""
    async with hub_side(directory, channel) as (hub, environment), make(environment) as wire:
        words = wire.words if isinstance(wire, KnowsWords) else text_of
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

    return _check(channel, make, _named(names), told)


def check_shipped(name: str, told: Callable[[Result], None], names: Sequence[str] = ()) -> bool:
    """The same of an adapter that comes with the hub, by the wire that does; what that can't try is told in the end.
    Raises NotFoundError."""
    wire, rules = shipped_wire(name), _named(names)
    kept = _check(wire.CHANNEL, wire.driver, [one for one in rules if one.name not in wire.LEFT_OUT], told)
    for rule in rules:
        if rule.name in wire.LEFT_OUT:
            told(Result(rule, "", wire.LEFT_OUT[rule.name]))
    return kept


def _named(names: Sequence[str]) -> list[Rule]:
    unknown = sorted(set(names) - {rule.name for rule in RULES})
    if unknown:
        raise NotFoundError(f"there is no rule {unknown[0]!r}: there are {', '.join(rule.name for rule in RULES)}")
    return [rule for rule in RULES if not names or rule.name in names]


def _check(channel: str, make: MakeDriver, rules: Sequence[Rule], told: Callable[[Result], None]) -> bool:
    users = [user.name for user in ADAPTERS]
    if channel not in users:
        raise NotFoundError(f"the bus has no user for an adapter {channel!r}: there are {', '.join(users)}")

    async def run() -> bool:
        kept = True
        async for result in check(channel, make, rules):
            told(result)
            kept = kept and not result.seen
        return kept

    return asyncio.run(run())
