"""The widget in headless Chromium: what is said through cuts, sleep, reloads, several tabs, refusals, files."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from hub.channels.chat.visitors import Signed, sign
from hub.clock import WallClock
from tests.channels.chat.browser import SECRET, Site, box, needs_browser, opened, say, shows

pytestmark = [pytest.mark.acceptance, needs_browser, pytest.mark.asyncio(loop_scope="session")]


async def test_a_conversation_as_a_visitor_sees_it(site: Site) -> None:
    page = await opened(site)
    await say(page, "Where is my card?")
    await shows(page, "Where is my card?")
    [contact] = site.hub.contacts
    about = {"interaction_id": "interaction-1"}
    await site.hub.tell(contact.thread, "waiting", place=2, estimated_wait_s=130, **about)
    await page.get_by_text("You are number 2 in line. About 2 min.").wait_for()
    await site.hub.tell(contact.thread, "answered", agent_id="ann", **about)
    await page.get_by_text("You are talking to Ann").wait_for()
    await site.hub.send(contact.thread, contact.path.address, "On its way: https://example.org/a?b=1&c")
    await shows(page, "Where is my card?", "On its way: https://example.org/a?b=1&c")
    link = page.locator("#hub-chat .m a")
    assert (await link.get_attribute("href"), await link.get_attribute("rel")) == (
        "https://example.org/a?b=1&c", "noopener noreferrer",
    )  # fmt: skip
    await site.hub.tell(contact.thread, "ended", agent_id="ann", ended_by="agent", **about)
    await page.get_by_text("This chat has ended.").wait_for()


async def test_what_is_said_while_the_network_is_cut_arrives_once_in_order(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    contact = site.hub.contacts[0]
    await page.context.set_offline(True)
    await site.adapter.kill()
    await say(page, "two")
    await page.get_by_text("Sending…").wait_for()
    await site.hub.send(contact.thread, contact.path.address, "meanwhile")
    await site.adapter.start()
    await page.context.set_offline(False)
    async with asyncio.timeout(60):
        while not any(one.text == "two" for one in site.hub.contacts):
            await asyncio.sleep(0.05)
    await shows(page, "one", "meanwhile", "two")
    assert len({one.id for one in site.hub.contacts if one.text == "two"}) == 1, "however often it was told"


async def test_a_tab_that_slept_finds_what_was_said(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    contact = site.hub.contacts[0]
    session = await page.context.new_cdp_session(page)
    await session.send("Page.setWebLifecycleState", {"state": "frozen"})
    await site.hub.send(contact.thread, contact.path.address, "wake up")
    await site.adapter.kill()
    await site.adapter.start()
    await session.send("Page.setWebLifecycleState", {"state": "active"})
    await shows(page, "one", "wake up")


async def test_two_tabs_show_the_same_and_what_is_unsent_survives_a_reload(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    other = await opened(site, context=page.context)
    await say(other, "two")
    await shows(page, "one", "two")
    await shows(other, "one", "two")
    site.hub.hears.clear()
    await say(page, "three")
    await page.get_by_text("Sending…").wait_for()
    await box(page).fill("four, half wri")
    await page.reload()
    await box(page).wait_for()
    assert await box(page).input_value() == "four, half wri"
    await page.get_by_text("Sending…").wait_for()
    site.hub.hears.set()
    await shows(page, "one", "two", "three")
    await shows(other, "one", "two", "three")


async def test_what_a_former_script_kept_unsent_is_sent_by_this_one(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    kept = [
        {"id": "refused-before", "text": "three", "files": [], "at": "2026-01-05T12:01:00Z", "bad": "too long"},
        {"id": "unsent-before", "text": "two", "files": [], "at": "2026-01-05T12:00:00Z"},
    ]
    await page.evaluate(
        "kept => { const token = Object.keys(localStorage).find(name => name.endsWith(':token'));"
        " localStorage.setItem(token.replace(/token$/, 'outbox'), JSON.stringify(kept)); }",
        kept,
    )
    await page.reload()
    await shows(page, "one", "two", "three")
    await page.get_by_text("Not sent").wait_for()
    assert [one.text for one in site.hub.contacts] == ["one", "two"]
    await page.get_by_role("button", name="Send again").click()
    await page.get_by_text("Not sent").wait_for(state="hidden")
    await shows(page, "one", "two", "three")
    await page.reload()
    await shows(page, "one", "two", "three")
    assert [one.text for one in site.hub.contacts] == ["one", "two", "three"]


async def test_only_what_was_not_looked_at_is_counted(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    contact = site.hub.contacts[0]
    await site.hub.tell(contact.thread, "answered", agent_id="ann", interaction_id="interaction-1")
    await site.hub.send(contact.thread, contact.path.address, "two")
    await shows(page, "one", "two")
    await page.wait_for_function(
        "() => Object.entries(localStorage).some(([name, one]) => name.endsWith('read') && one === '2')"
    )
    await page.evaluate("hubChat.close()")
    await page.reload()
    await site.hub.send(contact.thread, contact.path.address, "three")
    badge = page.locator("#hub-chat .badge")
    await badge.wait_for()
    assert await badge.inner_text() == "1"
    await page.get_by_role("button", name="Open chat, 1 unread").click()
    await shows(page, "one", "two", "three")


async def test_persian_is_written_from_right_to_left(site: Site) -> None:
    page = await opened(site, language="fa")
    await say(page, "سلام")
    await shows(page, "سلام")
    [contact] = site.hub.contacts
    assert contact.language == "fa"
    await site.hub.tell(contact.thread, "waiting", place=12, interaction_id="interaction-1")
    await page.get_by_text("شما نفر ۱۲ در صف هستید.").wait_for()
    where = await page.locator("#hub-chat .panel").bounding_box()
    assert where["x"] < 100
    bubble = await page.locator("#hub-chat .visitor").bounding_box()
    log = await page.locator("#hub-chat .log").bounding_box()
    assert bubble["x"] - log["x"] < 30


async def test_a_message_that_is_refused_stays_with_why_and_can_be_sent_again_or_mended(site: Site) -> None:
    page = await opened(site)
    site.hub.refuses = "the hub has no room for it"
    await say(page, "Where is my card?")
    why = page.get_by_text("Not sent ", exact=False)
    await why.wait_for()
    await page.reload()
    await why.wait_for()
    await shows(page, "Where is my card?")
    await page.get_by_role("button", name="Edit").click()
    assert await box(page).input_value() == "Where is my card?"
    await shows(page)
    await say(page, "Where is my new card?")
    await why.wait_for()
    site.hub.refuses = ""
    await page.get_by_role("button", name="Send again").click()
    await page.locator("#hub-chat .meta.bad").wait_for(state="detached")
    await shows(page, "Where is my new card?")
    assert [one.text for one in site.hub.contacts] == ["Where is my new card?"]


async def test_a_picture_goes_both_ways(site: Site, tmp_path: Path) -> None:
    picture = tmp_path / "card.png"
    picture.write_bytes(bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
        "0000000049454e44ae426082"
    ))  # fmt: skip
    page = await opened(site)
    await page.locator("#hub-chat input[type=file]").set_input_files(picture)
    await page.locator("#hub-chat .chip", has_text="card.png").wait_for()
    await say(page, "my card")
    shown = page.locator("#hub-chat .m:not(.waits) img.pic")
    await shown.wait_for()
    await page.wait_for_function(
        "() => document.querySelector('#hub-chat').shadowRoot.querySelector('.m:not(.waits) img.pic').src"
    )
    assert (await shown.get_attribute("src")).startswith("blob:")
    assert site.hub.contacts[0].attachments[0].name == "card.png"


async def test_no_tab_loses_what_another_has_not_sent_and_all_of_it_arrives_in_order(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    other = await opened(site, context=page.context)
    await shows(other, "one")
    site.hub.hears.clear()
    await say(page, "two")
    await say(other, "three")
    await say(page, "four")
    await page.locator("#hub-chat .waits", has_text="three").wait_for()
    await page.close()
    await other.reload()
    await other.locator("#hub-chat .waits").nth(2).wait_for()
    site.hub.hears.set()
    await shows(other, "one", "two", "three", "four")
    contacts = {one.id: one for one in reversed(site.hub.contacts)}
    assert sorted(one.text for one in contacts.values()) == ["four", "one", "three", "two"]


async def test_who_signs_out_is_nobody_whom_the_site_knows(site: Site) -> None:
    known = Signed(customer_number="77", name="Mina", expires=int(WallClock().now().timestamp()) + 600)
    page = await opened(site, more=f'data-identity="{sign(known, SECRET)}"')
    await page.get_by_role("button", name="Attach a file").wait_for()
    await page.evaluate("hubChat.close()")
    await page.evaluate("hubChat.identify('')")
    await page.evaluate("hubChat.open()")
    await say(page, "who am I?")
    await shows(page, "who am I?")
    await page.evaluate(f"hubChat.identify('{sign(known, SECRET)}')")
    await shows(page)
    await say(page, "I am Mina")
    await shows(page, "I am Mina")
    await page.evaluate(f"""document.addEventListener('hubchat-identity',
        () => hubChat.identify('{sign(known, SECRET)}'), {{ once: true }})""")
    stale = known.model_copy(update={"expires": known.expires - 700})
    await page.evaluate(f"hubChat.identify('{sign(stale, SECRET)}')")
    await shows(page, "I am Mina")
    told = {one.text: [(who.kind, who.value) for who in one.identifiers] for one in site.hub.contacts}
    assert told == {"who am I?": [], "I am Mina": [("customer_number", "77")]}


async def test_two_tabs_that_begin_together_are_one_visitor(site: Site) -> None:
    first = await site.page()
    other = await site.page(context=first.context)
    await asyncio.gather(first.evaluate("hubChat.open()"), other.evaluate("hubChat.open()"))
    await say(first, "one")
    await shows(first, "one")
    await shows(other, "one")


async def test_a_file_is_cut_sent_again_and_waited_for(site: Site, tmp_path: Path) -> None:
    card = tmp_path / "کارت من.txt"
    card.write_text("4711")
    page = await opened(site)
    cut, go_on = [], asyncio.Event()

    async def on_its_way(route: Any) -> None:
        if route.request.method == "POST" and not cut:
            cut.append(route)
            await route.abort("connectionreset")
        else:
            await go_on.wait()
            await route.continue_()

    await page.route("**/chat/files**", on_its_way)
    pick = page.locator("#hub-chat input[type=file]")
    await pick.set_input_files(card)
    chips = page.locator("#hub-chat .chips")
    await chips.get_by_text("کارت من.txt: This didn’t work. Try again later.").wait_for()
    await chips.get_by_role("button", name="Send again").click()
    await chips.get_by_text("کارت من.txt · ").wait_for()
    await say(page, "my card")
    await shows(page)
    go_on.set()
    await page.locator("#hub-chat .m:not(.waits) .doc", has_text="کارت من.txt").wait_for()
    [contact] = site.hub.contacts
    assert [(one.name, one.size) for one in contact.attachments] == [("کارت من.txt", 4)]
    large = tmp_path / "large.txt"
    large.write_bytes(bytes(10 * 1024 * 1024 + 1))
    await pick.set_input_files(large)
    await chips.get_by_text("large.txt: This file is too large.").wait_for()
    await pick.set_input_files([{"name": f"{n}.txt", "mimeType": "text/plain", "buffer": b"1"} for n in range(11)])
    await chips.get_by_text("10.txt: No more than 10 files at once.").wait_for()
