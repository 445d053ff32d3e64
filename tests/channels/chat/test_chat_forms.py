"""The forms of the widget in headless Chromium: before a chat, when nobody is there, and to prove an address."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from tests.channels.chat.browser import Site, a_site, box, clean, needs_browser, opened, say, shows

pytestmark = [pytest.mark.acceptance, needs_browser, pytest.mark.asyncio(loop_scope="session")]

FORM = {
    "ask": ["name", "email"],
    "required": ["name"],
    "consents": [{"purpose": "promotional", "channel": "email", "text_version": "1", "text": {"en": "News?"}}],
}


async def test_the_visitor_chooses_what_to_prove_and_a_transcript_asks_for_the_mail(site: Site) -> None:
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
    focused = "() => document.querySelector('#hub-chat').shadowRoot.activeElement?.name"
    await form.locator("input[name=code]").wait_for()
    assert await page.evaluate(focused) == "code"
    site.hub.right = "123456"
    await form.locator("input[name=code]").fill("654321")
    await form.locator("button.main").click()
    await page.get_by_text("This is not the code, or it is too old.").wait_for()
    await form.get_by_role("button", name="Send a new code").click()
    await page.get_by_text("This is not the code").wait_for(state="detached")
    await page.reload()
    await more.click()
    await page.get_by_role("button", name="Confirm it’s you").click()
    await page.get_by_text("We sent a code to mina@example.com.").wait_for()
    await form.locator("input[name=code]").fill("123456")
    await form.locator("button.main").click()
    await page.get_by_text("Confirmed: mina@example.com").wait_for()
    await more.click()
    await page.get_by_role("button", name="Send me this chat by e-mail").click()
    await page.get_by_text("The chat was sent to mina@example.com.").wait_for()
    assert [str(one.signal) for one in site.hub.signals if one.identifier] == [
        "code_asked", "code_asked", "code_told", "transcript_asked",
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


async def test_the_form_before_a_chat_and_the_one_when_nobody_is_there(tmp_path: Path, axe: str) -> None:
    async with a_site(tmp_path, form=FORM) as site:
        page = await site.page()
        await page.evaluate("hubChat.open()")
        form = page.locator("#hub-chat form")
        await form.locator("button.main").click()
        await page.get_by_text("Please fill in this field.").wait_for()
        await clean(page, axe, "before a chat")
        await form.locator("input[name=name]").fill("Mina")
        await form.locator("input[type=checkbox]").check()
        await form.locator("button.main").click()
        await form.locator("input[name=email][aria-invalid=true]").wait_for()
        assert await form.locator(".err[role=alert]").inner_text() == "Please fill in this field."
        await form.locator("input[name=email]").fill("mina@")
        await form.locator("button.main").click()
        await page.get_by_text("Please check this field.").wait_for()
        await form.locator("input[name=email]").fill("mina@example.com")
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
        await clean(page, axe, "when nobody is there")
        ids = []

        async def unheard(route: Any) -> None:
            if route.request.method == "POST":
                ids.append(route.request.post_data_json["id"])
            if len(ids) in (1, 2):
                await route.fetch()
                await route.abort()
            else:
                await route.continue_()

        await page.route("**/chat/offline", unheard)
        for words in ("Write", "Write"):
            await form.locator("textarea").fill(words)
            async with page.expect_event("requestfailed"):
                await form.locator("button.main").click()
            await form.locator("button.main[aria-busy=false]").wait_for()
            await form.get_by_text("This didn’t work. Try again later.").wait_for()
        await form.locator("textarea").fill("Write to me")
        await form.locator("button.main").click()
        await page.get_by_text("Thank you.").wait_for()
        assert ids[0] == ids[1], "the same words are the same message"
        assert ids[2] != ids[0], "others are another: they are not lost"
        await clean(page, axe, "when it is left")
        async with asyncio.timeout(60):
            while len(mails := {one.id: one for one in site.hub.contacts if one.path.channel == "email"}) < 2:
                await asyncio.sleep(0.05)
        assert [(mail.path.address, mail.text, mail.declared.name) for mail in mails.values()] == [
            ("mina@example.com", "Write", "Mina"), ("mina@example.com", "Write to me", "Mina"),
        ]  # fmt: skip
