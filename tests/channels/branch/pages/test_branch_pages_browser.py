"""The pages of a branch as people use them: by touch, by key, in both languages, with cuts, and without barriers."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio

from hub.clock import WallClock
from tests.channels.branch.pages.browsing import Browsing, a_faked_branch, axe_script, barriers, chromium
from tests.channels.branch.pages.fake_branch import AT, FakeBranch, desk, display, ticket, visit
from tests.channels.chat.browser import needs_browser

pytestmark = [pytest.mark.acceptance, needs_browser, pytest.mark.asyncio(loop_scope="module")]

TALL = {"width": 1080, "height": 1920}
KIOSK, DESK, HALL, RECEPTION = "/b/main/kiosk", "/b/main/desk", "/b/main/display", "/b/main/reception"
PHONE = {"kind": "phone", "value": "+989121234567"}
Site = tuple[FakeBranch, Browsing]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def browser() -> AsyncIterator[Any]:
    async with chromium() as one:
        yield one


@pytest_asyncio.fixture(loop_scope="module")
async def site(browser: Any) -> AsyncIterator[Site]:
    async with a_faked_branch(browser) as one:
        yield one


@pytest.fixture(scope="module")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    return axe_script(tmp_path_factory.mktemp("axe"))


async def tapped(page: Any, *selectors: str) -> None:
    for selector in selectors:
        await page.locator(selector).click()


async def test_a_visitor_takes_a_ticket_in_persian_and_the_kiosk_begins_anew(site: Site) -> None:
    branch, browser = site
    branch.answers["/b/main/tickets"] = lambda body: ticket(language=body["language"])
    page = await browser.page(KIOSK, **TALL)
    await page.clock.install()
    await page.reload()
    await page.get_by_role("button", name="فارسی").click()
    assert await page.evaluate("[document.documentElement.dir, document.documentElement.lang]") == ["rtl", "fa"]
    await tapped(page, "#need-wheelchair", "#service-accounts", "#kind-national_code", "#key-1", "#key-2", "#key-9")
    await page.keyboard.press("Backspace")
    assert await page.locator("#typed").inner_text() == "۱۲"
    await tapped(page, "#enter")
    await page.locator("#number", has_text="A۰۱۷").wait_for()
    [(_, asked)] = branch.asked
    assert asked.pop("id")
    assert asked == {
        "service": "accounts", "language": "fa", "need": "wheelchair", "appointment": "",
        "identity": {"kind": "national_code", "value": "12"},
    }  # fmt: skip
    assert await page.locator(".qr img").evaluate("one => one.decode().then(() => one.naturalWidth > 0)")
    await page.clock.run_for(31_000)
    await page.get_by_role("button", name="English").wait_for()


async def test_who_goes_away_leaves_nothing_at_the_kiosk(site: Site) -> None:
    branch, browser = site
    page = await browser.page(KIOSK, **TALL)
    await page.clock.install()
    await page.reload()
    await page.get_by_role("button", name="English").click()
    await tapped(page, "#service-accounts", "#key-7")
    await page.clock.run_for(50_000)
    await page.get_by_role("alertdialog", name="Are you still there?").wait_for()
    await page.clock.run_for(11_000)
    await page.get_by_role("button", name="English").click()
    await tapped(page, "#service-accounts")
    assert (await page.locator("#typed").inner_text()).strip() == ""
    assert branch.asked == []


async def test_a_ticket_that_could_not_be_given_is_asked_for_under_the_same_name(site: Site) -> None:
    branch, browser = site
    branch.answers["/b/main/tickets"] = ticket()
    branch.refusal = (503, "not now")
    page = await browser.page(KIOSK, **TALL)
    await page.get_by_role("button", name="English").click()
    await tapped(page, "#service-accounts")
    await page.get_by_text("Continue without").click()
    await page.get_by_text("No ticket could be given just now").wait_for()
    branch.refusal = None
    await page.get_by_role("button", name="Try again").click()
    await page.locator("#number").wait_for()
    assert len({asked["id"] for _, asked in branch.asked}) == 1


_IN_BOTH = """(box) => [...document.querySelectorAll(".service")].map((one) => one.getBoundingClientRect())
    .map((one) => [Math.max(one.left, box.x), Math.min(one.right, box.x + box.width),
                   Math.max(one.top, box.y), Math.min(one.bottom, box.y + box.height)])
    .filter(([left, right, top, bottom]) => right - left > 9 && bottom - top > 9)
    .map(([left, right, top, bottom]) => [(left + right) / 2, (top + bottom) / 2])[0]"""


async def test_who_taps_twice_meets_nothing_that_came_between(site: Site) -> None:
    branch, browser = site
    [first, *_] = branch.config["services"]
    branch.config["services"] = [{**first, "id": letter, "letter": letter} for letter in "ABCDEFGHIJKL"]
    page = await browser.page(KIOSK, **TALL, has_touch=True)
    button = page.get_by_role("button", name="English")
    box = await button.bounding_box()
    await button.click()
    await page.locator("#service-A").wait_for()
    at = await page.evaluate(_IN_BOTH, box)
    await page.locator("footer button").click()
    await button.wait_for()
    for _ in range(2):
        await page.touchscreen.tap(*at)
    await page.locator("#service-A").wait_for()
    await page.locator("#service-L").tap()
    await page.locator("#typed").wait_for()


async def test_a_number_that_can_not_be_right_is_asked_for_again(site: Site) -> None:
    branch, browser = site
    branch.refusal = (422, "no national code")
    page = await browser.page(KIOSK, **TALL)
    await page.get_by_role("button", name="English").click()
    await tapped(page, "#service-accounts", "#key-7", "#enter")
    await page.get_by_text("This can't be right").wait_for()


async def test_who_has_an_appointment_says_its_code_and_nothing_else(site: Site) -> None:
    branch, browser = site
    branch.refusal = (422, "it is too early for appointment 47: come again later", "too_early", {"number": "47"})
    branch.answers["/b/main/tickets"] = ticket(service="loans", language="fa", appointment="48")
    page = await browser.page(KIOSK, **TALL)
    await page.get_by_role("button", name="فارسی").click()
    await tapped(page, "#have-appointment", "#key-4", "#key-7", "#enter")
    await page.get_by_text("برای وقت ۴۷ هنوز زود است").wait_for()
    branch.refusal = None
    await tapped(page, "#key-erase", "#key-8", "#enter")
    await page.get_by_text("تسهیلات").wait_for()
    assert [(one["service"], one["appointment"]) for _, one in branch.asked] == [("", "47"), ("", "48")]


async def test_a_closed_branch_says_so_and_when_it_opens(site: Site) -> None:
    branch, browser = site
    branch.config |= {"open": False, "opens_at": "2026-01-06T04:30:00Z"}
    page = await browser.page(KIOSK, **TALL)
    await page.get_by_text("The branch is closed").wait_for()
    await page.get_by_text("Opens Tuesday 6 January 08:00").wait_for()
    await page.get_by_text("شعبه تعطیل است").wait_for()
    assert await page.get_by_role("button").count() == 0


async def signed_in(site: Site, **state: Any) -> Any:
    branch, browser = site
    branch.answers["/b/main/desk/sign-in"] = {"token": "secret", "state": desk(**state)}
    branch.states["/b/main/desk/live"] = desk(**state)
    page = await browser.page(DESK)
    await page.locator("#desk").select_option("3")
    await page.locator("#agent").fill("ann")
    await page.locator("#pin").fill("۱۲۳۴")
    await page.keyboard.press("Enter")
    await page.locator(".actions").wait_for()
    await page.locator("#cut").wait_for(state="hidden")
    return page


async def test_an_agent_works_by_keys_alone(site: Site) -> None:
    branch, _ = site
    page = await signed_in(site)
    assert branch.asked[0][1] == {"desk": "3", "agent": "ann", "pin": "1234", "instead": False}
    here = visit(called_at=(WallClock().now() - timedelta(seconds=65)).isoformat())
    branch.answers |= {
        "/b/main/desk/next": desk(visit=here), "/b/main/desk/recall": desk(visit=here | {"calls": 2}),
        "/b/main/desk/end": desk(),
    }  # fmt: skip
    await page.keyboard.press("n")
    await page.locator("#number", has_text="A017").wait_for()
    assert (await page.locator("#elapsed").inner_text()).startswith("1:")
    await page.keyboard.press("r")
    await page.get_by_text("Called 2 times").wait_for()
    await page.keyboard.press("e")
    await page.locator("dialog #code").select_option("follow_up")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.locator("#do-next").wait_for()
    assert branch.asked[-1] == ("/b/main/desk/end", {"code": "follow_up"})


async def test_what_is_refused_is_said_in_the_language_of_the_page(site: Site) -> None:
    branch, _ = site
    page = await signed_in(site, visit=visit(segment="B2C", stage="retention"))
    await page.get_by_text("Retention").wait_for()
    branch.refusal = (409, "A017 is at the desk: end the visit first", "somebody_here", {"number": "A017"})
    await page.keyboard.press("r")
    await page.get_by_text(
        "Not done: A017 is at the desk: end the visit first, set it aside or transfer it."
    ).wait_for()
    await tapped(page, "#other-language")
    await page.keyboard.press("r")
    await page.locator("#refused", has_text="انجام نشد: A۰۱۷ پای باجه است").wait_for()


async def test_whoever_finds_a_desk_taken_may_sign_the_other_one_out(site: Site) -> None:
    branch, browser = site
    branch.refusal = (409, "bob sits at desk 3", "taken_desk", {"who": "bob", "desk": "3"})
    page = await browser.page(DESK)
    await page.locator("#agent").fill("ann")
    await page.locator("#pin").fill("1234")
    await page.keyboard.press("Enter")
    await page.get_by_text("Whom bob had called goes on with you.").wait_for()
    branch.refusal = None
    branch.answers["/b/main/desk/sign-in"] = {"token": "secret", "state": desk()}
    await page.get_by_role("button", name="Sign bob out and sit down here").click()
    await page.locator("#do-next").wait_for()
    assert [asked["instead"] for _, asked in branch.asked] == [False, True]
    assert branch.asked[1][1]["pin"] == "1234", "which need not be typed again"


async def test_what_was_typed_is_kept_where_the_branch_refuses_it(site: Site) -> None:
    branch, _ = site
    page = await signed_in(site, visit=visit())
    branch.refusal = (422, "nobody sits at desk '2'", "nobody_there", {"desk": "2"})
    await page.keyboard.press("t")
    await page.locator("dialog #reason").fill("wants Bob")
    await page.locator("dialog #desk").select_option("2")
    await page.locator("dialog .main").click()
    await page.locator("dialog [role=alert]", has_text="Nobody sits at desk 2.").wait_for()
    branch.refusal = None
    branch.answers["/b/main/desk/transfer"] = desk()
    await page.locator("dialog #desk").select_option("1")
    await page.locator("dialog .main").click()
    await page.locator("dialog").wait_for(state="detached")
    assert branch.asked[-1][1] == {"service": "", "desk": "1", "reason": "wants Bob"}


@pytest.mark.parametrize("path", [KIOSK, DESK, RECEPTION, HALL])
async def test_an_address_of_no_branch_is_said_to_be_one_in_both_languages(site: Site, path: str) -> None:
    _, browser = site
    page = await browser.page("/pages/none")
    await page.route("**/config", lambda one: one.fulfill(status=404, json={"reason": "there is no branch"}))
    await page.goto(browser.url + path)
    await page.get_by_text("There is no branch under this address.").wait_for()
    await page.get_by_text("شعبه‌ای با این نشانی نیست.").wait_for()


async def test_keys_that_are_switched_off_do_nothing(site: Site) -> None:
    branch, _ = site
    page = await signed_in(site)
    await page.locator("#keys").uncheck()
    await page.keyboard.press("n")
    await page.locator("#keys").check()
    assert [path for path, _ in branch.asked] == ["/b/main/desk/sign-in"]


async def test_the_desk_says_when_hub_or_branch_can_not_be_reached(site: Site) -> None:
    branch, _ = site
    page = await signed_in(site)
    await branch.tell("/b/main/desk/live", desk(link="away"))
    await page.get_by_text("The hub can't be reached").wait_for()
    assert await page.locator("#do-next").is_enabled()
    await branch.tell("/b/main/desk/live", desk())
    await page.locator("#away").wait_for(state="hidden")
    await branch.cut()
    await page.get_by_text("No connection").wait_for()
    assert await page.locator("#do-next").is_disabled()
    branch.deaf = False
    await page.locator("#cut").wait_for(state="hidden")
    assert await page.locator("#do-next").is_enabled()


async def test_a_connection_that_died_without_a_word_is_noticed(site: Site) -> None:
    branch, browser = site
    branch.states[HALL] = display(("A016", "4", "fa"))
    page = await browser.page(HALL, 1920, 1080)
    await page.clock.install()
    await page.reload()
    await page.locator(".call[data-number=A016]").wait_for()
    await page.route("**/config", lambda one: one.abort())
    branch.deaf = True
    await page.clock.run_for(26_000)
    await page.get_by_text("No connection").wait_for()
    await page.unroute("**/config")
    branch.deaf = False
    branch.states[HALL] = display(("A017", "1", "fa"))
    await page.clock.run_for(12_000)
    await page.locator(".call[data-number=A017]").wait_for()
    await page.get_by_text("No connection").wait_for(state="hidden")


async def test_what_somebody_wrote_is_never_markup(site: Site) -> None:
    page = await signed_in(site, visit=visit(note="<img src=x onerror=alert(1)>", name="<b>Bo</b>"))
    await page.get_by_text("<img src=x onerror=alert(1)>").wait_for()
    assert await page.locator("main img, main b").count() == 0


async def test_the_hall_sees_and_hears_a_call(site: Site) -> None:
    branch, browser = site
    branch.states["/b/main/display"] = display(("A016", "4", "fa"))
    page = await browser.page(HALL, 1920, 1080)
    await page.locator(".call[data-number=A016]").wait_for()
    heard: list[str] = []
    page.on("response", lambda one: heard.append(one.url.rsplit("/clips/")[-1]) if one.ok else None)
    now = display(("B123", "3", "en"), at=WallClock().now().isoformat())
    now["called"] += branch.states[HALL]["called"]
    await branch.tell(HALL, now)
    await page.locator(".call.fresh[data-number=B123][data-desk='3']").wait_for()
    clips = {f"{one}/{part}.opus" for one in ("en", "fa") for part in ("ticket", "B", "100+", "20+", "3", "desk")}
    async with asyncio.timeout(60):
        while {one for one in heard if one.endswith(".opus")} != clips:
            await asyncio.sleep(0.05)


async def test_the_hall_calls_nobody_who_came_and_went_while_it_heard_nothing(site: Site) -> None:
    branch, browser = site
    now = WallClock().now() - timedelta(hours=1)
    branch.states[HALL] = display(at=now.isoformat())
    page = await browser.page(HALL, 1920, 1080)
    await page.locator(".no-calls").wait_for()
    heard: list[str] = []
    page.on("request", lambda one: heard.append(one.url.rsplit("/clips/")[-1]) if one.url.endswith(".opus") else None)
    state = display(("A003", "1", "fa"), ("X009", "1", "fa"), ("L008", "2", "fa"), at=now.isoformat())
    state["called"][1]["over"], state["called"][2]["at"] = True, (now - timedelta(minutes=3)).isoformat()
    await branch.tell(HALL, state)
    await page.locator(".call.fresh[data-number=A003]").wait_for()  # by the branch's clock, whatever the screen's says
    async with asyncio.timeout(60):
        while "en/A.opus" not in heard:
            await asyncio.sleep(0.05)
    assert not {"fa/X.opus", "fa/L.opus"} & set(heard)


async def test_an_answer_that_breaks_off_is_none(site: Site) -> None:
    branch, browser = site
    page = await browser.page(KIOSK, **TALL)
    await page.get_by_role("button", name="English").wait_for()
    await page.route("**/tickets", lambda one: one.fulfill(status=201, body='{"number": "A0'))
    await page.get_by_role("button", name="English").click()
    await tapped(page, "#service-accounts")
    await page.get_by_text("Continue without").click()
    await page.get_by_text("No ticket could be given just now").wait_for()
    await page.unroute("**/tickets")
    branch.answers["/b/main/tickets"] = ticket()
    await page.get_by_role("button", name="Try again").click()
    await page.locator("#number").wait_for()


async def test_the_hall_keeps_the_last_calls_and_tells_the_wait_in_each_language(site: Site) -> None:
    branch, browser = site
    told = display(("A016", "4", "fa"), ("A015", "2", "en"))
    told["called"][1]["over"] = True
    told["waiting"][1] |= {"count": 0, "wait_seconds": None, "wait_by": ""}
    told["waiting"][2]["wait_by"] = "branch"
    branch.states[HALL] = told
    page = await browser.page(HALL, 1920, 1080)
    await page.locator(".call.past[data-number=A015]").wait_for()
    assert await page.locator(".call.past").count() == 1
    waits = page.locator(".line-count").nth(0)
    assert await waits.locator("[lang=fa]").inner_text() == "حدود ۵ دقیقه"
    assert await waits.locator("[lang=en][dir=ltr]").inner_text() == "about 5 min"
    assert await page.locator(".line-count").nth(1).inner_text() == "۰", "nobody waits: nothing to estimate"
    guessed = page.locator(".lines li").filter(has=page.locator(".guess"))
    assert await guessed.locator(".letter").all_inner_texts() == ["L"], "the branch's own guess, and no other,"
    said = ["به برآورد شعبه", "estimated by the branch"]
    assert await guessed.locator(".guess [lang]").all_inner_texts() == said, "is said to be one, as on the ticket"
    assert await page.evaluate("document.fonts.check('16px Vazirmatn', '۰')")
    await branch.tell(HALL, display())
    assert await page.locator(".no-calls [lang]").evaluate_all("all => all.map((one) => one.dir)") == ["rtl", "ltr"]


async def test_the_phone_shows_the_place_then_the_desk(site: Site) -> None:
    branch, browser = site
    waiting = ticket(language="fa", wait_by="branch")
    branch.states |= {"/t/A017": waiting, "/t/A017/live": waiting}
    page = await browser.page("/t/A017", 390, 844)
    await page.locator("#position", has_text="۳").wait_for()
    await page.get_by_text("به برآورد شعبه").wait_for()
    await branch.tell("/t/A017/live", ticket(language="fa", position=1))
    await page.locator("#position", has_text="۱").wait_for()
    await branch.tell("/t/A017/live", ticket(language="fa", phase="called", desk="3", calls=1, called_at=AT))
    await page.locator("#desk", has_text="باجهٔ ۳").wait_for()
    await page.get_by_role("alert").filter(has_text="نوبت شماست").wait_for(state="attached")


async def test_who_does_not_want_to_wait_leaves_after_being_asked(site: Site) -> None:
    branch, browser = site
    branch.states |= {"/t/A017": ticket(), "/t/A017/live": ticket()}
    branch.answers["/t/A017/leave"] = ticket(phase="left")
    page = await browser.page("/t/A017", 390, 844)
    await page.locator("#leave").click()
    await page.get_by_role("button", name="Stay in line").click()
    assert branch.asked == []
    await page.locator("#leave").click()
    await page.get_by_role("dialog").get_by_role("button", name="Leave the line").click()
    await page.get_by_text("This ticket is no longer in line.").wait_for()


async def test_a_ticket_nobody_knows_is_said_to_be_so(site: Site) -> None:
    _, browser = site
    page = await browser.page("/t/none", 390, 844)
    await page.get_by_text("This ticket is not known").or_(page.get_by_text("این نوبت شناخته نشد")).wait_for()


@pytest.mark.parametrize(("language", "scheme"), [("en", "light"), ("fa", "dark")])
async def test_axe_finds_no_barrier_on_any_page(site: Site, axe: str, language: str, scheme: str) -> None:
    branch, browser = site
    told: dict[str, list[str]] = {}
    look = {"color_scheme": scheme, "reduced_motion": "reduce"}

    async def check(name: str, page: Any) -> None:
        told[name] = await barriers(page, axe)

    button = {"en": "English", "fa": "فارسی"}[language]
    branch.answers |= {
        "/b/main/tickets": ticket(language=language), "/b/main/reception/sign-in": {"token": "x"},
        "/b/main/desk/sign-in": {"token": "x", "state": desk()},
    }  # fmt: skip
    page = await browser.page(KIOSK, **TALL, **look)
    await page.get_by_role("button", name=button).wait_for()
    await check("kiosk", page)
    await page.get_by_role("button", name=button).click()
    await check("kiosk: services", page)
    await tapped(page, "#service-accounts", "#key-1")
    await check("kiosk: identity", page)
    await tapped(page, "#enter")
    await page.locator("#number").wait_for()
    await check("kiosk: ticket", page)

    full = desk(
        visit=visit(note="papers", appointment="4711", identity=PHONE),
        parked=[visit("B001", phase="parked")],
        notices=["late"],
        link="away",
    )
    branch.states["/b/main/desk/live"] = full
    page = await browser.page(DESK, **look)
    await page.locator("#sign-in").wait_for()
    if language == "fa":
        await tapped(page, "#other-language")
    await check("desk: sign-in", page)
    await page.locator("#agent").fill("ann")
    await page.locator("#pin").fill("1")
    await page.keyboard.press("Enter")
    await page.locator("#do-end").wait_for()
    await check("desk", page)
    await tapped(page, "#do-transfer")
    await check("desk: transfer", page)

    branch.config["languages"] = [language]
    branch.states[HALL] = display(
        *[(f"A0{one}", "3", language) for one in range(10, 18)], at=WallClock().now().isoformat()
    )
    page = await browser.page(HALL, 1920, 1080, **look)
    await page.locator(".call").first.wait_for()
    await check("display", page)

    for phase in ("waiting", "called", "parked", "served"):
        state = ticket(language=language, phase=phase, desk="3", messages=[{"at": AT, "text": "late"}])
        branch.states |= {"/t/A017": state, "/t/A017/live": state}
        page = await browser.page("/t/A017", 390, 844, **look)
        await page.locator("#number").wait_for()
        await check(f"ticket: {phase}", page)

    made = {"code": "4711", "service": "loans", "branch": "main", "at": AT, "minutes": 30, "name": "Sara",
            "identity": None, "phase": "made", "language": "fa", "remind": None, "ticket": ""}  # fmt: skip
    branch.states["/b/main/reception/live"] = {"waiting": desk()["waiting"], "link": "up", "tickets": [visit()]}
    branch.states["/b/main/reception/appointments"] = {"appointments": [made]}
    page = await browser.page(RECEPTION, **look)
    await page.locator("#sign-in").wait_for()
    if language == "fa":
        await tapped(page, "#other-language")
    await page.locator("#pin").fill("1")
    await page.keyboard.press("Enter")
    await page.locator("tr[data-code='4711']").wait_for()
    await page.locator("tr[data-number=A017]").wait_for()
    await check("reception", page)
    await tapped(page, "#new-appointment")
    await check("reception: appointment", page)
    assert {name: found for name, found in told.items() if found} == {}
    assert len(told) == 14
