"""The phone adapter keeps the contract of all adapters with a real Asterisk, where a phone has such a thing."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import orjson
import pytest

from hub.domain.contact import Contact
from hub.simulated.contract.driver import Driver, Seen
from hub.simulated.contract.hub_side import HubSide, hub_side
from hub.simulated.contract.rules import RULES, Rule
from tests.channels.contract import keeps
from tests.channels.phone.test_phone_calls import until
from tests.support.asterisk import Asterisk, agent, caller, sipp

pytestmark = pytest.mark.acceptance

OF_PHONES = frozenset({"confirmed", "only after", "refuses", "tries again"})
"""A call says no words and is not repeated under its name; what is sent is a call that an agent makes."""
PATIENCE = 1.0


class PhoneDriver:
    """Customers who call. What one says is known by the number they call from; a new call has a new number."""

    def __init__(self, asterisk: Asterisk, environment: Mapping[str, str], said: dict[str, str]) -> None:
        self._asterisk = asterisk
        self._said = said
        self._calls = AsyncExitStack()
        self._standing: dict[str, str] = {}
        folder = Path(environment["HUB_DATA_DIR"]).parent
        self._log = folder / "adapter.log"
        file = folder / "channels.toml"
        table = {**asterisk.settings(), "hub_patience_seconds": PATIENCE, "announce": False,
                 "customer_endpoint": "PJSIP/{number}@trunk"}  # fmt: skip
        del table["cdr_file"]
        file.write_text(
            "[phone]\n" + "".join(f"{name} = {orjson.dumps(one).decode()}\n" for name, one in table.items())
        )
        own = {name: one for name, one in os.environ.items() if not name.startswith("HUB_")}
        self._environment = {**own, **environment, "HUB_CHANNELS": str(file)}
        self._process: subprocess.Popen[bytes] | None = None

    def words(self, contact: Contact) -> str:
        return self._said.get(contact.path.address, "")

    async def start(self) -> int:
        begin = self._log.stat().st_size if self._log.exists() else 0
        with self._log.open("ab") as log:
            self._process = await asyncio.to_thread(
                subprocess.Popen, [sys.executable, "-m", "hub", "channel", "run", "phone"],
                env=self._environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        async with asyncio.timeout(30):
            while "takes calls of" not in self._log.read_text()[begin:]:
                assert self._process.poll() is None, self._log.read_text()
                await asyncio.sleep(0.05)
        return self._process.pid

    async def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            await asyncio.to_thread(self._process.wait)
            self._process = None

    async def contact(self, name: str, _thread: str, text: str, _seconds: float) -> str:
        number = self._standing.get(name)
        if number is None:
            number = self._standing[name] = f"+9821880{len(self._said):02}"
            self._said[number] = text
            await self._calls.enter_async_context(caller(self._asterisk, number=number))
        await asyncio.sleep(PATIENCE + 0.7)
        if await self._is_with_the_adapter(number):
            return "accepted"
        self._said[number] = ""  # the PBX has it now: who calls once more makes another call
        del self._standing[name]
        return "later"

    async def _is_with_the_adapter(self, number: str) -> bool:
        async with self._asterisk.ari() as pbx:
            channels = await pbx.get("/channels")
        apps = [one["dialplan"]["app_name"] for one in channels if one["caller"]["number"] == number]
        return apps == ["Stasis"]

    async def saw(self) -> list[Seen]:
        return []

    async def bad(self, seconds: float) -> str:
        async with caller(self._asterisk, "caller_refused", number="+" + "9" * 70) as phone:
            return "refused" if await phone.over(seconds) == 0 else "none"

    async def flood(self, _count: int, _seconds: float) -> int:
        return -1

    async def close(self) -> None:
        await self._calls.aclose()
        await self.kill()


@pytest.mark.parametrize("rule", [one for one in RULES if one.name in OF_PHONES], ids=lambda one: one.name)
async def test_the_phone_adapter_keeps(rule: Rule, asterisk: Asterisk, tmp_path: Path) -> None:
    said: dict[str, str] = {}

    @asynccontextmanager
    async def calls(environment: Mapping[str, str]) -> AsyncIterator[Driver]:
        driver = PhoneDriver(asterisk, environment, said)
        try:
            yield driver
        finally:
            await driver.close()

    await keeps(rule, "phone", tmp_path, calls)


async def test_a_call_that_an_agent_is_to_make_is_made_and_reported_once(asterisk: Asterisk, tmp_path: Path) -> None:
    async with hub_side(tmp_path, "phone") as (hub, environment):
        driver = PhoneDriver(asterisk, environment, {})
        await driver.start()
        try:
            async with (
                agent(asterisk, "ann") as ann,
                sipp("agent_answers", port=asterisk.trunk) as customer,
            ):
                for _ in range(2):
                    await _told_to_call(hub)
                await until(lambda: _of_contacts(hub))
                await asterisk.hung_up_by("trunk")
                assert await customer.over() == 0
                assert await ann.over() == 0
            assert _of_contacts(hub) == [("sent", "contact-1")]
        finally:
            await driver.close()


def _of_contacts(hub: HubSide) -> list[tuple[str, str]]:
    return [(one.signal, one.contact_id) for one in hub.signals if one.contact_id]


async def _told_to_call(hub: HubSide) -> None:
    await hub.tell(
        "contact-1", "send", name="contact-1", contact_id="contact-1", address="+982188001", agent_id="ann", text="",
        purpose="service",
    )  # fmt: skip
