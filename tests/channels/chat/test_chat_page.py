"""The widget in a page that is hostile to it, on a phone, by keyboard, for screen readers and without colors."""

import pytest

from tests.channels.chat.browser import Site, box, clean, needs_browser, opened, say, shows

pytestmark = [pytest.mark.acceptance, needs_browser, pytest.mark.asyncio(loop_scope="session")]


async def test_it_is_reached_and_left_by_the_keyboard(site: Site) -> None:
    page = await site.page()
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await box(page).wait_for()
    assert await page.evaluate("document.querySelector('#hub-chat').shadowRoot.activeElement.tagName") == "TEXTAREA"
    await page.keyboard.press("Escape")
    focused = "document.querySelector('#hub-chat').shadowRoot.activeElement.className"
    assert await page.evaluate(focused) == "launch"
    await page.evaluate("hubChat.open()")
    await page.evaluate("document.activeElement.blur()")
    await page.evaluate("hubChat.close()")
    assert await page.evaluate("document.activeElement === document.body"), "who did not ask for it is not moved"
    await page.evaluate("hubChat.open()")
    await page.reload()
    await box(page).wait_for()
    assert await page.evaluate("document.activeElement === document.body"), "nor by a reload"


async def test_a_screen_reader_says_each_new_message_once_and_no_signs(site: Site) -> None:
    page = await opened(site)
    await say(page, "hello")
    await shows(page, "hello")
    [contact] = site.hub.contacts
    about = {"interaction_id": "interaction-1", "agent_id": "ann"}
    await page.evaluate("""() => {
        window.heard = [];
        const root = document.querySelector("#hub-chat").shadowRoot;
        const live = (node) => node.closest("[aria-live],[role=status],[role=alert],[role=log]");
        new MutationObserver((all) => {
            for (const one of all) for (const node of one.addedNodes) {
                const region = live(node.parentElement);
                if (region && region.ariaLive !== "off" && node.textContent) heard.push(node.textContent);
            }
        }).observe(root, { childList: true, subtree: true, characterData: true });
    }""")
    await site.hub.tell(contact.thread, "answered", **about)
    await page.get_by_text("You are talking to Ann").wait_for()
    await site.hub.announce(contact.thread, "typing", on=True, **about)
    await page.locator("#hub-chat .dots").wait_for()
    await site.hub.send(contact.thread, contact.path.address, "Here I am")
    await shows(page, "hello", "Here I am")
    await say(page, "at last")
    await shows(page, "hello", "Here I am", "at last")
    assert await page.evaluate("heard") == ["You are talking to Ann", "Agent: Here I am"]
    await page.wait_for_function(
        "() => Object.entries(localStorage).some(([name, seq]) => name.endsWith(':read') && seq > 1)"
    )
    await page.reload()
    await shows(page, "hello", "Here I am", "at last")
    assert await page.locator("#hub-chat .root > [role=status]").inner_text() == "", "what was heard before"


async def test_on_a_phone_it_stays_above_the_keyboard_and_keeps_the_focus(site: Site) -> None:
    page = await opened(site, language="fa", viewport={"width": 360, "height": 640}, has_touch=True)
    panel = page.locator("#hub-chat .panel")
    assert await panel.bounding_box() == {"x": 0, "y": 0, "width": 360, "height": 640}
    assert await panel.get_attribute("aria-modal") == "true"
    assert await box(page).evaluate("one => getComputedStyle(one).fontSize") == "16px", "smaller ones are zoomed in"
    inside = "document.querySelector('#hub-chat').shadowRoot.activeElement?.ariaLabel"
    seen = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        seen.append(await page.evaluate(inside))
    assert all(seen), "it is never behind the chat"
    assert seen[0] in seen[1:]
    await page.evaluate("""() => {
        Object.defineProperty(visualViewport, "height", { value: 300 });
        visualViewport.dispatchEvent(new Event("resize"));
    }""")
    where = await box(page).bounding_box()
    assert where["y"] + where["height"] <= 300
    await page.evaluate("hubChat.close()")
    launch = await page.locator("#hub-chat .launch").bounding_box()
    assert (launch["x"], launch["y"] + launch["height"]) == (20, 620)


async def test_a_bright_color_has_dark_letters_and_nothing_vanishes_without_colors(site: Site) -> None:
    page = await opened(site, more='data-color="#ffd400"')
    await say(page, "hello")
    await shows(page, "hello")
    look = "one => { const it = getComputedStyle(one); return [it.backgroundColor, it.color, it.borderStyle]; }"
    bubble = page.locator("#hub-chat .visitor")
    assert await bubble.evaluate(look) == ["rgb(255, 212, 0)", "rgb(17, 24, 32)", "none"]
    await page.emulate_media(forced_colors="active")
    assert (await bubble.evaluate(look))[2] == "solid"


async def test_nothing_of_it_is_in_the_page_nor_of_the_page_in_it(site: Site) -> None:
    page = await site.page()
    before = "Object.keys(window)"
    plain = await page.context.new_page()
    await plain.route("**/chat.js", lambda route: route.abort())
    await plain.goto(page.url)
    own = set(await page.evaluate(before)) - set(await plain.evaluate(before))
    assert own == {"hubChat"}
    assert await page.evaluate("document.styleSheets.length + document.adoptedStyleSheets.length") == 1
    assert await page.evaluate("document.body.innerHTML") == await plain.evaluate("document.body.innerHTML")
    assert await page.evaluate("document.cookie + Object.keys(localStorage)") == ""
    launch = page.locator("#hub-chat button.launch")
    assert await launch.evaluate("one => getComputedStyle(one).backgroundColor") == "rgb(11, 87, 208)"
    assert await launch.bounding_box() == {"x": 822, "y": 642, "width": 58, "height": 58}
    await launch.click()
    await say(page, "hello")
    await shows(page, "hello")
    bubble = page.locator("#hub-chat .visitor")
    style = "one => { const it = getComputedStyle(one); return [it.fontSize, it.letterSpacing, it.color]; }"
    assert await bubble.evaluate(style) == ["15px", "normal", "rgb(255, 255, 255)"]
    assert await page.locator("#hub-chat .panel").bounding_box() == {"x": 500, "y": 80, "width": 380, "height": 620}
    keys = await page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
    assert keys
    assert all(one.startswith("hubChat:") for one in keys)
    assert await page.evaluate("document.cookie") == ""


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("en", "dark"), ("fa", "light"), ("fa", "dark")])
async def test_axe_finds_no_barrier(site: Site, axe: str, language: str, scheme: str) -> None:
    page = await opened(site, language=language, color_scheme=scheme)
    await clean(page, axe, "open")
    await say(page, "hello" if language == "en" else "سلام")
    await page.locator("#hub-chat .visitor:not(.waits)").wait_for()
    [contact] = site.hub.contacts
    await site.hub.tell(contact.thread, "waiting", place=2, estimated_wait_s=130, interaction_id="interaction-1")
    await site.hub.tell(contact.thread, "answered", agent_id="ann", interaction_id="interaction-1")
    await site.hub.send(contact.thread, contact.path.address, "hello https://example.org")
    await page.locator("#hub-chat .agent").wait_for()
    await clean(page, axe, "talking")
    await page.locator("#hub-chat button.more").click()
    await clean(page, axe, "menu")
    await page.locator("#hub-chat .menu button").first.click()
    await page.locator("#hub-chat form").wait_for()
    await clean(page, axe, "proof")
    await page.locator("#hub-chat form .link").last.click()
    await page.evaluate("hubChat.close()")
    await clean(page, axe, "closed")
