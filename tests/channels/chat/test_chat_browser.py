"""The widget in headless Chromium: cuts of the network, sleep, two tabs, reloads, right to left, no barrier that axe
finds, and nothing of it in the page."""

import asyncio
import shutil
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.channels.chat.browser import Site, a_site, missing, needs_browser

pytestmark = [pytest.mark.acceptance, needs_browser]

AXE = Path(__file__).with_name("axe")
FORM = {
    "ask": ["name", "email"],
    "required": ["name"],
    "consents": [{"purpose": "promotional", "channel": "email", "text_version": "1", "text": {"en": "News?"}}],
}


@pytest.fixture
async def site(tmp_path: Path) -> AsyncIterator[Site]:
    async with a_site(tmp_path, verify=["email"]) as one:
        yield one


def box(page: Any) -> Any:
    return page.locator("#hub-chat textarea")


async def opened(site: Site, **more: Any) -> Any:
    page = await site.page(**more)
    await page.evaluate("hubChat.open()")
    await box(page).wait_for()
    return page


async def say(page: Any, text: str) -> None:
    await box(page).fill(text)
    await page.keyboard.press("Enter")


async def shows(page: Any, *texts: str) -> None:
    """These bubbles, in this order, and each of them once."""
    async with asyncio.timeout(60):
        while (seen := await page.locator("#hub-chat .m:not(.waits)").evaluate_all(WORDS)) != list(texts):
            assert len(seen) <= len(texts) + 1, seen
            await asyncio.sleep(0.05)


WORDS = "all => all.map(one => [...one.childNodes].slice(1).map(part => part.textContent).join('')).filter(one => one)"


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


async def test_only_what_was_not_looked_at_is_counted(site: Site) -> None:
    page = await opened(site)
    await say(page, "one")
    await shows(page, "one")
    contact = site.hub.contacts[0]
    await site.hub.tell(contact.thread, "answered", agent_id="ann", interaction_id="interaction-1")
    await site.hub.send(contact.thread, contact.path.address, "two")
    await shows(page, "one", "two")
    await page.wait_for_function(
        "Object.entries(localStorage).some(([name, one]) => name.endsWith('read') && one === '2')"
    )
    await page.evaluate("hubChat.close()")
    await page.reload()
    await site.hub.send(contact.thread, contact.path.address, "three")
    badge = page.locator("#hub-chat .badge")
    await badge.wait_for()
    assert await badge.inner_text() == "1"
    await page.get_by_role("button", name="Open chat, 1 unread messages").click()
    await shows(page, "one", "two", "three")


async def test_it_is_reached_and_left_by_the_keyboard(site: Site) -> None:
    page = await site.page()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await box(page).wait_for()
    assert await page.evaluate("document.querySelector('#hub-chat').shadowRoot.activeElement.tagName") == "TEXTAREA"
    await page.keyboard.press("Escape")
    focused = "document.querySelector('#hub-chat').shadowRoot.activeElement.className"
    assert await page.evaluate(focused) == "launch"
    log = page.locator("#hub-chat [role=log]")
    assert await log.get_attribute("aria-live") == "polite"


async def test_nothing_of_it_is_in_the_page_nor_of_the_page_in_it(site: Site) -> None:
    page = await site.page()
    before = "Object.keys(window)"
    plain = await page.context.new_page()
    await plain.route("**/chat.js", lambda route: route.abort())
    await plain.goto(page.url)
    own = set(await page.evaluate(before)) - set(await plain.evaluate(before))
    assert own == {"hubChat"}
    assert await page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 1
    assert await page.evaluate("document.body.children.length") == 3
    launch = page.locator("#hub-chat button.launch")
    assert await launch.is_visible()
    assert await launch.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(11, 87, 208)"


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
    why = page.get_by_text("Not sent: it can't be taken: the hub has no room for it")
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


async def test_the_visitor_chooses_what_to_prove_and_a_transcript_asks_for_the_mail(tmp_path: Path) -> None:
    async with a_site(tmp_path, verify=["phone", "email"], transcript=True) as site:
        page = await opened(site)
        await say(page, "hello")
        await shows(page, "hello")
        about = {"interaction_id": "interaction-1", "agent_id": "ann"}
        await site.hub.tell(site.hub.contacts[0].thread, "answered", **about)
        await page.get_by_text("You are talking to Ann").wait_for()
        form, more = page.locator("#hub-chat form"), page.locator("#hub-chat button.more")
        await more.click()
        await page.get_by_role("button", name="Confirm it’s you").click()
        await form.locator("input[name=phone]").wait_for()
        await page.get_by_role("button", name="E-mail instead").click()
        await form.locator("input[name=email]").wait_for()
        await page.get_by_role("button", name="Back to the chat").click()
        await more.click()
        await page.get_by_role("button", name="Send me this chat by e-mail").click()
        await page.get_by_text("Confirm your e-mail first.").wait_for()
        await form.locator("input[name=email]").fill("mina@example.com")
        await form.locator("button.main").click()
        await form.locator("input[name=code]").fill("123456")
        await form.locator("button.main").click()
        await page.get_by_text("The chat was sent to mina@example.com.").wait_for()
        assert [str(one.signal) for one in site.hub.signals if one.identifier] == [
            "code_asked", "code_told", "transcript_asked",
        ]  # fmt: skip


async def test_what_is_left_as_a_message_while_the_hub_is_away_is_one_contact(tmp_path: Path) -> None:
    async with a_site(tmp_path, answer_within_seconds=0.3) as site:
        page = await opened(site)
        await say(page, "one")
        await shows(page, "one")
        site.hub.hears.clear()
        await say(page, "two")
        await page.get_by_text("This takes longer than usual.").wait_for()
        await page.get_by_role("button", name="Leave us a message").first.click()
        form = page.locator("#hub-chat form")
        assert await form.locator("textarea").input_value() == "two"
        await form.locator("input[name=email]").fill("mina@example.com")
        await form.locator("button.main").click()
        await page.get_by_text("Thank you.").wait_for()
        site.hub.hears.set()
        async with asyncio.timeout(60):
            while len({one.id for one in site.hub.contacts}) < 3:
                await asyncio.sleep(0.05)
        await page.get_by_role("button", name="Back to the chat").click()
        await shows(page, "one", "two")
        assert len({(one.thread, one.path.channel) for one in site.hub.contacts}) == 1, "one conversation"
        assert "two\n\nmina@example.com" in {one.text for one in site.hub.contacts}


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The script, installed by npm from its lock file."""
    if missing() or shutil.which("npm") is None:
        pytest.skip(missing() or "npm is not here: the widget is not tried with axe")
    directory = tmp_path_factory.mktemp("axe")
    for file in AXE.iterdir():
        shutil.copy(file, directory)
    install = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    try:
        done = subprocess.run(install, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
    except subprocess.TimeoutExpired:
        pytest.skip("npm does not come to an end: the widget is not tried with axe")
    if done.returncode:
        pytest.skip(f"axe can't be installed: {done.stderr[-500:]}")
    return (directory / "node_modules" / "axe-core" / "axe.min.js").read_text()


async def clean(page: Any, what: str) -> None:
    """No barrier that axe finds, as it is shown now."""
    await page.wait_for_timeout(50)
    found = await page.evaluate("async () => (await axe.run('#hub-chat')).violations")
    told = [(one["id"], [node["html"][:200] for node in one["nodes"]]) for one in found]
    assert not told, f"{what}: {told}"


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("fa", "light"), ("fa", "dark")])
async def test_axe_finds_no_barrier(site: Site, axe: str, language: str, scheme: str) -> None:
    page = await opened(site, language=language, color_scheme=scheme)
    await page.evaluate(axe)
    await clean(page, "open")
    await say(page, "hello" if language == "en" else "سلام")
    await page.locator("#hub-chat .visitor:not(.waits)").wait_for()
    [contact] = site.hub.contacts
    await site.hub.tell(contact.thread, "waiting", place=2, estimated_wait_s=130, interaction_id="interaction-1")
    await site.hub.tell(contact.thread, "answered", agent_id="ann", interaction_id="interaction-1")
    await site.hub.send(contact.thread, contact.path.address, "hello https://example.org")
    await page.locator("#hub-chat .agent").wait_for()
    await clean(page, "talking")
    await page.locator("#hub-chat button.more").click()
    await clean(page, "menu")
    await page.locator("#hub-chat .menu button").first.click()
    await page.locator("#hub-chat form").wait_for()
    await clean(page, "proof")
    await page.locator("#hub-chat form .link").click()
    await page.evaluate("hubChat.close()")
    await clean(page, "closed")


async def test_the_form_before_a_chat_and_the_one_when_nobody_is_there(tmp_path: Path, axe: str) -> None:
    async with a_site(tmp_path, form=FORM) as site:
        page = await site.page()
        await page.evaluate(axe)
        await page.evaluate("hubChat.open()")
        form = page.locator("#hub-chat form")
        await form.locator("button.main").click()
        await page.get_by_text("Please fill in this field.").wait_for()
        await clean(page, "before a chat")
        await form.locator("input[name=name]").fill("Mina")
        await form.locator("input[name=email]").fill("mina@example.com")
        await form.locator("input[type=checkbox]").check()
        await form.locator("button.main").click()
        await box(page).wait_for()
        [given] = site.hub.signals
        assert (given.signal, given.consent is not None) == ("consent_given", True)
        await say(page, "hello")
        await shows(page, "hello")
        contact = site.hub.contacts[0]
        assert contact.declared.name == "Mina"
        await site.hub.tell(contact.thread, "refused", reason="closed", interaction_id="interaction-1")
        await page.get_by_role("button", name="Leave us a message").click()
        assert await form.locator("input[name=name]").count() == 0, "it was told before"
        assert await form.locator("input[name=email]").input_value() == "mina@example.com"
        await clean(page, "when nobody is there")
        await form.locator("textarea").fill("Write to me")
        await form.locator("button.main").click()
        await page.get_by_text("Thank you.").wait_for()
        await clean(page, "when it is left")
        async with asyncio.timeout(60):
            while not (mails := [one for one in site.hub.contacts if one.path.channel == "email"]):
                await asyncio.sleep(0.05)
        [mail] = mails
        assert (mail.path.address, mail.text, mail.declared.name) == ("mina@example.com", "Write to me", "Mina")


async def test_a_picture_goes_both_ways(site: Site, tmp_path: Path) -> None:
    picture = tmp_path / "card.png"
    picture.write_bytes(bytes.fromhex(
        "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
        "0000000049454e44ae426082"
    ))  # fmt: skip
    page = await opened(site)
    await page.locator("#hub-chat input[type=file]").set_input_files(picture)
    await page.locator("#hub-chat .chip", has_text="card.png").wait_for()
    await page.wait_for_function(
        "!document.querySelector('#hub-chat').shadowRoot.querySelector('.chip').textContent.includes('…')"
    )
    await say(page, "my card")
    shown = page.locator("#hub-chat img.pic")
    await shown.wait_for()
    await page.wait_for_function("document.querySelector('#hub-chat').shadowRoot.querySelector('img.pic').src")
    assert (await shown.get_attribute("src")).startswith("blob:")
    assert site.hub.contacts[0].attachments[0].name == "card.png"
