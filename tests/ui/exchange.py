"""A house whose agents have their phones in the page: a real Asterisk, the phone adapter in the hub, and who calls."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson

from tests.channels.chat.browser import WHOLE
from tests.support.asterisk import Asterisk
from tests.ui.at_desk import at_work, found, offer_in
from tests.ui.house import PATIENCE, House, Worker, a_house, policy

LINE = "lane-3"
"""What callers of 1000 are asked for: queue, service and skill."""
_HEAR = """
window.peers = [];
const Peer = window.RTCPeerConnection;
window.RTCPeerConnection = class extends Peer { constructor(...given) { super(...given); window.peers.push(this); } };
"""
_SOUND = """
async () => {
  const told = { received: 0, sent: 0, open: false };
  for (const peer of window.peers.filter((one) => one.connectionState === "connected")) {
    for (const one of (await peer.getStats()).values()) {
      if (one.type === "inbound-rtp") told.received += one.bytesReceived;
      if (one.type === "outbound-rtp") told.sent += one.bytesSent;
    }
    told.open = told.open || peer.getSenders().some((one) => one.track?.enabled);
  }
  return told;
}
"""


@asynccontextmanager
async def an_exchange(directory: Path, asterisk: Asterisk, axe: str = "", **more: Any) -> AsyncIterator[House]:
    """The hub, with its adapter inside, once Asterisk's calls come to it. `more`: other settings of the hub."""
    table = {
        **asterisk.settings(),
        "announce": False,
        "ring_seconds": 120,
        "dial_seconds": 120,
        "lines": {"1000": {"service": LINE}},
        "callback_digit": "9",
        "recording": {"queues": [LINE]},
    }
    channels = directory / "channels.toml"
    channels.write_text("".join(f"phone.{name} = {_toml(value)}\n" for name, value in table.items()))
    phones = asterisk.directory / "phones.toml"
    pages = Path(os.environ["HUB_PAGES"]) if "HUB_PAGES" in os.environ else None
    more |= {"channels": channels, "channels_inside": ("phone",), "phones": phones}
    async with a_house(directory, axe, pages, WHOLE, **more) as house:
        lane = f"[queues.{LINE}]"
        text = policy().replace(f"{lane}\n", f"{lane}\ncallback = {{ attempts = 2, retry_seconds = 60 }}\n")
        await house.asked("POST", "/v1/policies/routing", json={"text": text, "note": "with callbacks"})
        log = directory / "var/hub.log"
        async with asyncio.timeout(PATIENCE / 1000):
            while "takes calls of Asterisk" not in log.read_text():
                await asyncio.sleep(0.05)
        yield house


def _toml(value: object) -> str:
    if isinstance(value, dict):
        return "{" + ", ".join(f"{_toml(name)} = {_toml(one)}" for name, one in value.items()) + "}"
    return orjson.dumps(value).decode()


async def people(house: House) -> tuple[Worker, Worker]:
    """Kim, who takes the calls of the line, and Lee, who is asked by name; each has a phone in the page."""
    if not house.known:
        house.known["kim"] = await house.somebody("agent", skills={LINE: 3}, name="Kim Calls", login="kim")
        house.known["lee"] = await house.somebody("agent", skills={}, name="Lee Knows", login="lee")
    return house.known["kim"], house.known["lee"]


async def leave_their_desks(house: House) -> None:
    """Their browsers are closed, and they are signed off."""
    await house.leave()
    for worker in house.known.values():
        path = f"/v1/agents/{worker.agent_id}/sign-off"
        answer = await house.http.post(path, json={"forced": True, "reason": "the test is over"})
        assert answer.status_code in (200, 404), answer.text  # 404: was not at work yet


async def closes(page: Any) -> None:
    """The work that is over, by its first code."""
    await page.get_by_role("button", name="solved").wait_for()
    await page.keyboard.press("Alt+Shift+1")
    await page.get_by_text("Nothing in hand.").wait_for()


async def heard_page(house: House, worker: Worker, path: str) -> Any:
    """A page of theirs whose sound can be told."""
    context = await house.visitor()
    await context.add_init_script(_HEAR)
    return await house.page(worker, path, context=context)


async def at_phone(house: House, worker: Worker, **about: Any) -> Any:
    """Their desk, at work, once calls reach the page."""
    context = await house.visitor(**about)
    await context.add_init_script(_HEAR)
    page = await at_work(house, worker, context=context)
    await page.get_by_text("Phone ready").wait_for()
    return page


async def picks_up(page: Any) -> None:
    """What rings, by the key, until they speak."""
    await offer_in(page).wait_for()
    await page.keyboard.press("Alt+a")
    await page.locator(".standing", has_text="On the line").wait_for()


async def sound(page: Any) -> dict[str, float]:
    """Bytes that came and went so far, and whether the microphone is open."""
    told: dict[str, float] = await page.evaluate(_SOUND)
    return told


async def speaks_and_hears(page: Any, *ways: str) -> None:
    """Until more of both has gone over the line."""
    before = await sound(page)

    async def look() -> bool:
        now = await sound(page)
        return all(now[way] > before[way] + 2000 for way in ways or ("received", "sent"))

    await found(look)


async def hears(page: Any) -> None:
    """Until more has come over the line."""
    await speaks_and_hears(page, "received")
