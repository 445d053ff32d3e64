"""A whole day of a branch through its pages, at speed: many visitors, three desks, the reception, a phone and the hall;
the hub is away in the middle. In the evening every ticket is accounted for once, by the branch and by the hub alike."""

import asyncio
import random
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from hub.clock import WallClock
from tests.channels.branch.branch_site import Site, a_site
from tests.channels.branch.pages.browsing import Browsing, browsing
from tests.channels.chat.browser import needs_browser

pytestmark = [pytest.mark.acceptance, needs_browser]

VISITORS = 18
AGENTS = {"1": ("ann", "1111"), "2": ("bob", "2222"), "3": ("cyd", "3333")}
OVER = {"served", "no_show", "left"}
PINS = '[agents]\nann = "1111"\nbob = "2222"\ncyd = "3333"\n[reception]\ncentre = "9999"\n'


def branches() -> dict[str, Any]:
    def service(letter: str, english: str, persian: str, name: str, **more: Any) -> dict[str, Any]:
        return {"name": {"en": english, "fa": persian}, "letter": letter, "queue": f"centre-{name}",
                "skills": {name: 3}, **more}  # fmt: skip

    return {
        "centre": {
            "name": {"en": "Central branch", "fa": "شعبهٔ مرکزی"}, "time_zone": "Asia/Tehran",
            "services": {
                "accounts": service("A", "Accounts", "حساب‌ها", "accounts", priority_service="centre-first"),
                "loans": service("B", "Loans", "تسهیلات", "loans"),
            },
            "desks": {desk: {"name": {"en": f"Desk {desk}", "fa": f"باجهٔ {desk}"}} for desk in AGENTS},
            "agents": {agent: {"name": agent.title()} for agent, _ in AGENTS.values()},
            "wrap_up": ["served", "follow_up"],
        }
    }  # fmt: skip


class Kiosk:
    """Visitors at it, one after another."""

    def __init__(self, page: Any) -> None:
        self.page = page

    async def take(self, who: int) -> str:
        page, language = self.page, ("فارسی", "English")[who % 2]
        await page.get_by_role("button", name=language).click()
        if who % 5 == 0:
            await page.locator("#need-wheelchair").click()
        await page.locator(("#service-accounts", "#service-loans")[who % 3 == 0]).click()
        if who % 4 == 0:
            for digit in f"77{who:02}":
                await page.locator(f"#key-{digit}").click()
            await page.locator("#enter").click()
        else:
            await page.locator("main > .quiet.wide").click()
        number = await page.locator("#number").get_attribute("data-number")
        await page.locator(".foot .main").click()
        return str(number)


class Desk:
    """An agent who works by the page alone."""

    def __init__(self, page: Any, first: str, luck: random.Random) -> None:
        self.page = page
        self.plan = [first]
        self.luck = luck
        self.did: Counter[str] = Counter()

    async def sign_in(self, desk: str) -> None:
        agent, pin = AGENTS[desk]
        await self.page.locator("#desk").select_option(desk)
        await self.page.locator("#agent").fill(agent)
        await self.page.locator("#pin").fill(pin)
        await self.page.keyboard.press("Enter")
        await self.ready("#do-next, #do-cancel-next")

    async def ready(self, selector: str) -> None:
        """Until this can be pressed."""
        await self.page.locator(selector).locator("visible=true").first.wait_for()

    async def work(self, is_done: asyncio.Event) -> None:
        while not is_done.is_set():
            if await self.page.locator("#number").count():
                await self.serve()
            elif self.did["parked"] and await self.page.locator("[id^=resume-]:enabled").count():
                await self.press("[id^=resume-] >> nth=0")
                self.did["parked"] -= 1
            else:
                await self.press("#do-next:enabled")
            await asyncio.sleep(0.05)

    async def press(self, selector: str) -> bool:
        """If it is there: the state may have changed meanwhile, then the next look decides."""
        with suppress(Exception):
            await self.page.locator(selector).click(timeout=3_000)
            return True
        return False

    async def serve(self) -> None:
        acts = self.luck.choices(("end", "recall", "park", "no-show", "transfer"), (60, 10, 10, 10, 10))
        what = (self.plan or acts)[0]
        if what == "park" and self.did["parked"]:
            what = "end"
        number = await self.page.locator("#number").get_attribute("data-number")
        if not await self.press(f"#do-{what}:enabled"):
            return
        if what in ("end", "park", "transfer"):
            await self.page.locator("dialog form > .row button:not(.quiet)").click()
        self.plan = []
        self.did[what] += 1
        self.did["parked"] += what == "park"
        if what != "recall":
            await self.page.locator(f"#number[data-number={number}]").wait_for(state="detached")


async def all_visits(site: Site, token: str) -> list[dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"}
    async with site.http.get(f"{site.url}/b/centre/reception/tickets?find=", headers=headers) as answer:
        found: list[dict[str, Any]] = (await answer.json())["tickets"]
    return found


async def evening(site: Site, token: str, tickets: int) -> list[dict[str, Any]]:
    """Until nobody is left."""
    async with asyncio.timeout(300):
        while True:
            visits = await all_visits(site, token)
            if len(visits) == tickets and all(one["phase"] in OVER for one in visits):
                return visits
            await asyncio.sleep(0.3)


async def at_the_reception(browser: Browsing, others: str) -> list[str]:
    """Takes who goes away out of line; gives a ticket to who walks in, and to who has an appointment."""
    page = await browser.page("/b/centre/reception")
    await page.locator("#pin").fill("9999")
    await page.keyboard.press("Enter")
    await page.locator("#find").fill(others)
    row = page.locator(f"tr[data-number={others}]")
    await row.locator("[id^=leave-]").click()
    await page.locator("dialog .danger").click()
    await row.locator("[id^=leave-]").wait_for(state="detached")
    await page.locator("#walk-in #name").fill("Sara")
    await page.locator("#walk-in button").click()
    walked_in = str(await page.locator("#given [data-number]").get_attribute("data-number"))
    soon = WallClock().now().astimezone(ZoneInfo("Asia/Tehran")) + timedelta(hours=1)
    await page.locator("#new-appointment").click()
    await page.locator("dialog #at").fill(soon.strftime("%Y-%m-%dT%H:%M"))
    await page.locator("dialog #new-name").fill("Reza")
    await page.locator("dialog #new-kind").select_option("customer_number")
    await page.locator("dialog #new-value").fill("4711")
    await page.locator("dialog .main").click()
    await page.locator("[id^=arrive-]").click()
    await page.locator("dialog .main").click()
    given = page.locator(f"#given [data-number]:not([data-number={walked_in}])")
    return [walked_in, str(await given.get_attribute("data-number"))]


async def test_a_day_of_a_branch_through_its_pages(tmp_path: Path) -> None:
    pins = tmp_path / "all_pins.toml"
    pins.write_text(PINS)
    async with (
        a_site(tmp_path, branches=branches(), pins_file=str(pins)) as site,
        browsing(site.url) as browser,
    ):
        token = (await site.ask("reception/sign-in", pin="9999"))["token"]
        hall = await browser.page("/b/centre/display", 1920, 1080)
        kiosk = Kiosk(await browser.page("/b/centre/kiosk", 1080, 1920))
        numbers = [await kiosk.take(who) for who in range(VISITORS // 3)]
        gone = numbers[-1]
        numbers += await at_the_reception(browser, gone)
        followed = await site.ticket(language="en")
        numbers.append(followed["number"])
        phone = await browser.page(followed["link"], 390, 844)
        await phone.locator("#position").wait_for()

        desks = [
            Desk(await browser.page("/b/centre/desk"), first, random.Random(first))
            for first in ("park", "no-show", "transfer")
        ]
        for desk, one in zip(desks, AGENTS, strict=True):
            await desk.sign_in(one)
        await desks[0].page.locator("#do-next:enabled").wait_for()
        await desks[0].page.keyboard.press("n")
        called = await desks[0].page.locator("#number").get_attribute("data-number")
        await hall.locator(f".call[data-number={called}][data-desk='1']").wait_for()
        is_done = asyncio.Event()
        async with asyncio.TaskGroup() as tasks:
            for desk in desks:
                tasks.create_task(desk.work(is_done))
            await phone.locator("[id=desk]").or_(phone.locator(".over")).wait_for()
            await site.kill_hub()
            numbers += [await kiosk.take(who) for who in range(VISITORS // 3, 2 * VISITORS // 3)]
            await desks[0].page.locator("#away").wait_for()
            await site.hub.start()
            numbers += [await kiosk.take(who) for who in range(2 * VISITORS // 3, VISITORS)]
            visits = await evening(site, token, len(numbers))
            is_done.set()
        await desks[0].page.locator("#away").wait_for(state="hidden")
        await phone.locator(".over").wait_for()

        assert sorted(one["number"] for one in visits) == sorted(numbers)
        assert len(set(numbers)) == len(numbers) == VISITORS + 3
        by_phase = Counter(one["phase"] for one in visits)
        assert [one["number"] for one in visits if one["phase"] == "left"] == [gone]
        assert by_phase["no_show"] == sum(desk.did["no-show"] for desk in desks)
        assert by_phase["served"] == sum(desk.did["end"] for desk in desks)
        assert all(sum(desk.did[what] for desk in desks) for what in ("park", "no-show", "transfer", "end"))
        await agrees(site, by_phase)
        recorded = await site.happens("VisitRecorded", len(visits))
        told = sorted((getattr(one, "ticket"), getattr(one, "outcome")) for one in recorded)  # noqa: B009
        assert told == sorted((one["number"], one["phase"]) for one in visits), "each once, as it was"
        site.check(contacts=len(numbers))


async def agrees(site: Site, by_phase: Counter[str]) -> None:
    """Until the hub has heard it all; then it counts as the branch does."""
    over = by_phase["served"] + by_phase["no_show"]
    await site.happens("WrapUpCompleted", over)
    codes: Counter[str] = Counter()
    for (_, code), times in site.wrapped_up().items():
        codes[code] += times
    assert codes == Counter(served=by_phase["served"], no_show=by_phase["no_show"])
    assert len(await site.happens("InteractionAbandoned", by_phase["left"])) == by_phase["left"]
