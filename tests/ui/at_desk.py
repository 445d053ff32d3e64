"""What agents do at their desks in tests, and what is asked of the hub about it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from tests.ui.house import PATIENCE, House, Worker, policy

SPECIAL = """
[queues.brief]
wrap_up_rule = "timed"
wrap_up_seconds = 1
service_level.seconds = 2
pull = true
entry_delay_seconds = 600
[queues.later]
callback = { attempts = 3, retry_seconds = 900 }
[[rules]]
service = "brief"
queue = "brief"
skills = { brief = 1 }
[[rules]]
service = "later"
queue = "later"
skills = { later = 1 }
"""
"""Queues beside the lanes: one whose work closes itself and is late soon, one whose customers may be called back."""


async def special_queues(house: House) -> None:
    """Have them in force. The first rule that holds wins: those of the lanes come last."""
    lanes, _, of_lanes = policy().partition("[[rules]]")
    special, _, of_special = SPECIAL.partition("[[rules]]")
    text = f"{lanes}{special}[[rules]]{of_special}[[rules]]{of_lanes}"
    await house.asked("POST", "/v1/policies/routing", json={"text": text, "note": "with special queues"})


async def at_work(house: House, worker: Worker, **about: Any) -> Any:
    """Their desk, after they started to work, by keyboard."""
    page = await house.page(worker, "/desk", **about)
    await page.get_by_text("Alt+1").first.wait_for()
    await page.keyboard.press("Alt+1")
    await page.get_by_role("meter").wait_for()
    return page


def offer_in(page: Any) -> Any:
    """The first card at the head of the desk."""
    return page.locator("article", has_text="Alt+A")


async def take(page: Any) -> None:
    """Accept what is offered by its key, once it is there; then it is theirs to work on."""
    await offer_in(page).wait_for()
    before = page.url
    await page.keyboard.press("Alt+a")
    await page.wait_for_url(lambda url: url != before)
    await page.get_by_role("toolbar").wait_for()


async def found(what: Callable[[], Awaitable[Any]]) -> Any:
    """What is found at last."""
    async with asyncio.timeout(PATIENCE / 1000):
        while not (one := await what()):
            await asyncio.sleep(0.1)
        return one


async def holds(field: Any, text: str) -> None:
    """This text stands in the field at last."""

    async def look() -> bool:
        return bool(await field.input_value() == text)

    await found(look)


async def work_of(house: House, contact: dict[str, Any], **fields: Any) -> Any:
    """The newest interaction of a contact's customer, once its fields are so."""

    async def look() -> Any:
        query = {"customer_id": contact["customer_id"], "phase": fields.get("phase", "")}
        query = {name: value for name, value in query.items() if value}
        rows = (await house.asked("GET", "/v1/interactions", params=query))["interactions"]
        return next((row for row in rows if all(row[name] == value for name, value in fields.items())), None)

    return await found(look)


async def said_in(house: House, interaction_id: str, text: str) -> Any:
    """The message that holds this text, once it is there."""

    async def look() -> Any:
        told = await house.asked("GET", f"/v1/interactions/{interaction_id}/messages")
        return next((one for one in told["messages"] if text in one["text"]), None)

    return await found(look)
