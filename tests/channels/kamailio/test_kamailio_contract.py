"""The adapter of Kamailio keeps the contract of all adapters, where a call has such a thing: with a real Kamailio where
there is one, else with one that is played."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from hub.simulated.contract.driver import Driver
from hub.simulated.contract.kamailio_driver import CHANNEL, LEFT_OUT, driver, driver_of, edge_url
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps
from tests.channels.kamailio.kamailio import kamailio, missing
from tests.channels.kamailio.sip_callers import sip_callers

pytestmark = pytest.mark.acceptance


@asynccontextmanager
async def real(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
    async with (
        kamailio(edge_url(environment)) as edge,
        sip_callers(edge.port) as callers,
        driver_of(environment, callers) as customers,
    ):
        yield customers


@pytest.mark.parametrize("rule", [one for one in RULES if one.name not in LEFT_OUT], ids=lambda one: one.name)
async def test_calls_in_kamailio_keep(rule: Rule, tmp_path: Path) -> None:
    await keeps(rule, CHANNEL, tmp_path, driver if missing() else real)
