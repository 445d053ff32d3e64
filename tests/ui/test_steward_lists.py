"""The steward's other lists: likely pairs, joined customers, shared identifiers, contradictions. Each is seen, decided
on and taken back, live for a second steward, who is refused in words where the first was faster."""

import re
from dataclasses import dataclass
from typing import Any, NamedTuple

import pytest

from tests.ui.at_desk import found
from tests.ui.house import House

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Books(NamedTuple):
    """Names that nobody else has, and streams."""

    alike: str
    joined: str
    first: str
    second: str
    several: str
    number: str


async def books(house: House) -> Books:
    """Two of one name who gave one number, a customer of two streams, and a phone that two customers proved: said to be
    shared before the second came, so that nothing stands between the two once it is not any more."""
    lane = house.lane()
    numbers = iter([f"+98910{house.fresh('1').partition('-')[2]:0>7}" for _ in range(3)])
    alike, joined, first, second = [house.fresh(f"{name} Rahimi") for name in ("Zahra", "Omid", "Reza", "Nasrin")]
    same = next(numbers)
    for _ in range(2):
        claimed = [{"kind": "phone", "value": same, "verified": False}]
        await house.contact(lane, "web", address=house.fresh("cookie"), identifiers=claimed, declared={"name": alike})

    async def proves(name: str, phone: str) -> str:
        ids = [("customer_number", house.fresh("20")), ("phone", phone)]
        proven = [{"kind": kind, "value": value, "verified": True} for kind, value in ids]
        about = {"address": house.fresh("cookie"), "identifiers": proven, "declared": {"name": name}}
        return str((await house.contact(lane, "web", **about))["customer_id"])

    await proves(joined, next(numbers))
    several = next(numbers)
    one = await proves(first, several)

    async def linked() -> Any:
        told = (await house.http.get(f"/v1/customers/{one}/links")).json()
        return [member["customer_id"] for member in told.get("members", ()) if member["kind"] == "phone"]

    [phone] = await found(linked)
    await house.asked("PUT", f"/v1/customers/{phone}/shared", json={"shared": True, "reason": "a switchboard"})
    await proves(second, several)
    return Books(alike, joined, first, second, phone, several)


@dataclass(frozen=True)
class Steward:
    """A page of somebody who looks after the books."""

    page: Any

    @property
    def dialog(self) -> Any:
        return self.page.get_by_role("dialog")

    def pair(self, *names: str) -> Any:
        """That waits in the list."""
        return _of(self.page.get_by_role("main").get_by_role("button"), *names)

    def row(self, *texts: str) -> Any:
        """Of joined customers, or of shared identifiers."""
        return _of(self.page.get_by_role("main").locator(".list > ul > li"), *texts)

    async def searches(self, *names: str) -> None:
        """Anew, until this pair waits: views follow what was said just now. Each search is over before the next step,
        as one that still ran would leave out what is decided meanwhile."""

        from playwright.async_api import TimeoutError as NotSeen  # noqa: PLC0415

        async def look() -> bool:
            async with self.page.expect_response(lambda one: "fresh=true" in one.url and one.ok):
                await self.page.get_by_role("button", name="Search anew").click()
            try:
                await self.pair(*names).wait_for(timeout=5_000)
            except NotSeen:
                return False
            return True

        await found(look)

    async def turns_to(self, name: str) -> None:
        await self.page.get_by_role("navigation", name="List").get_by_role("link", name=name).click()

    async def opens(self, button: Any, evidence: str) -> None:
        """A decision, and says how they know."""
        await button.click()
        await self.dialog.get_by_label("Evidence").fill(evidence)

    async def says(self, act: str) -> None:
        """What is in the open dialog."""
        await self.dialog.get_by_role("button", name=act).click()

    async def takes_back(self) -> None:
        await self.page.get_by_role("button", name="Take it back").last.click()
        await self.page.get_by_text("Taken back.", exact=True).last.wait_for()


def _of(all_of_them: Any, *texts: str) -> Any:
    for text in texts:
        all_of_them = all_of_them.filter(has_text=text)
    return all_of_them


async def test_each_list_is_decided_on_and_taken_back_before_another_stewards_eyes(house: House) -> None:
    known = await books(house)
    pages = [await house.page(await house.somebody("supervisor"), "/admin/steward/proposals") for _ in range(2)]
    sam, sue = [Steward(page) for page in pages]
    await sam.searches(known.alike)
    for one in (sam, sue):
        await one.pair(known.alike).wait_for()
        await one.pair(known.alike).click()
        await one.page.get_by_text(re.compile("100%.? likely")).first.wait_for()
    await likely_ones_are_two(sam, sue, known)
    await joined_ones_are_parted(sam, sue, known)
    await an_identifier_is_shared_no_longer(sam, sue, known)
    await what_contradicts_is_settled(sam, sue, known)


async def likely_ones_are_two(sam: Steward, sue: Steward, known: Books) -> None:
    """Both say the same at once: the second is told that it was said already."""
    for one in (sam, sue):
        await one.opens(one.page.get_by_role("button", name="Two customers"), "Two cousins")
    await sam.says("Two customers")
    await sam.dialog.wait_for(state="detached")
    await sam.pair(known.alike).wait_for(state="detached")
    await sue.page.get_by_text("Somebody else has decided on these two meanwhile.").wait_for()
    await sue.says("Two customers")
    await sue.page.get_by_text("Somebody had said so already.").wait_for()
    await sam.takes_back()
    for one in (sam, sue):
        await one.pair(known.alike).wait_for()


async def joined_ones_are_parted(sam: Steward, sue: Steward, known: Books) -> None:
    """Both at once: the second is told that it was done already."""
    for one in (sam, sue):
        await one.turns_to("Joined customers")
        await one.row(known.joined, "2 streams").wait_for()
    parting = "Take the link away"
    joined = await sam.page.get_by_role("button", name=parting).count()
    for one in (sam, sue):
        await one.opens(one.row(known.joined).get_by_role("button", name=parting), "Two brothers")
    await sam.says(parting)
    await sam.dialog.wait_for(state="detached")
    await sam.row(known.joined).wait_for(state="detached")
    await sam.page.get_by_role("button", name=parting).nth(joined - 1).wait_for(state="detached")
    await sue.says(parting)
    await sue.page.get_by_text("Somebody had said so already.").last.wait_for()
    await sam.takes_back()
    for one in (sam, sue):
        await one.row(known.joined, "2 streams").wait_for()


async def an_identifier_is_shared_no_longer(sam: Steward, sue: Steward, known: Books) -> None:
    for one in (sam, sue):
        await one.turns_to("Shared identifiers")
        await one.row(known.number, "Said to be shared").wait_for()
    for last in (False, True):
        await sam.opens(sam.row(known.number).get_by_role("button", name="Shared no longer"), "A phone of her own")
        await sam.says("Shared no longer")
        for one in (sam, sue):
            await one.row(known.number).wait_for(state="detached")
        if not last:
            await sam.takes_back()
            for one in (sam, sue):
                await one.row(known.number).wait_for()


async def what_contradicts_is_settled(sam: Steward, sue: Steward, known: Books) -> None:
    """A number that two have proven, whose customer numbers differ."""
    both = (known.first, known.second)
    await sam.turns_to("Contradictions")
    await sam.searches(*both)
    await sue.turns_to("Contradictions")
    for one in (sam, sue):
        await one.pair(*both).click()
        await one.page.get_by_text("different customer number").first.wait_for()
    await sue.opens(sue.page.get_by_role("button", name="Two customers"), "She has moved")
    await sue.says("Two customers")
    await sue.pair(*both).wait_for(state="detached")
    await sam.page.get_by_text("Somebody else has decided on these two meanwhile.").wait_for()
    await sue.takes_back()
    for one in (sam, sue):
        await one.pair(*both).wait_for()
    await sam.opens(sam.page.get_by_role("button", name="One customer"), "She had two cards")
    await sam.says("One customer")
    await sam.dialog.get_by_role("checkbox").check()
    await sam.says("One customer")
    for one in (sam, sue):
        await one.pair(*both).wait_for(state="detached")
    await sam.takes_back()
    for one in (sam, sue):
        await one.pair(*both).wait_for()
