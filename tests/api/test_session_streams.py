"""What ends a session ends its streams; and a real browser keeps its cookie, on loopback without TLS too."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp

from hub.api.server import ApiServer
from hub.api.session_cookie import COOKIE
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.state import Person, Team
from tests.api.world import World
from tests.channels.chat.browser import CHROMIUM, FLAGS, needs_browser
from tests.support.staff import IDLE_SECONDS

WORD = "four plain words here"
PATIENCE_SECONDS = 30


async def somebody(world: World, login: str, agent_id: str) -> Person:
    people = world.staff.people
    for role in (Role.AGENT, Role.SUPERVISOR):
        await people.set_team(Team(role.value, role.value, role), actor="operator:root")
    return await people.add(Profile(login, login, ("agent",), agent_id), WORD, must_change=False, actor="operator:root")


@asynccontextmanager
async def serving(world: World) -> AsyncIterator[str]:
    server = ApiServer(world.app, "127.0.0.1", 0)
    await server.start()
    try:
        yield server.url
    finally:
        await server.stop()


async def changed_team(world: World, person: Person) -> None:
    other = Profile(person.login, person.login, ("supervisor",), "a1")
    await world.staff.people.change(person.person_id, other, actor="operator:root")


async def idled(world: World, _: Person) -> None:
    world.clock.moment += timedelta(seconds=IDLE_SECONDS)
    await world.staff.sessions.lock_idle()


async def expired(world: World, _: Person) -> None:
    world.clock.moment += timedelta(hours=12)
    await world.staff.sessions.lock_idle()


async def locked(world: World, person: Person) -> None:
    await world.staff.sessions.lock(session_of(world, person), "person")


async def signed_out(world: World, person: Person) -> None:
    await world.staff.sessions.close(session_of(world, person))


async def disabled(world: World, person: Person) -> None:
    await world.staff.people.disable(person.person_id, actor="operator:root")


async def given_a_password(world: World, person: Person) -> None:
    await world.staff.people.set_password(person.person_id, WORD + "!", must_change=True, actor="operator:root")


def session_of(world: World, person: Person) -> str:
    sessions = world.staff.signed_in._sessions.open.values()
    return next(one.session_id for one in sessions if one.person_id == person.person_id)


ENDINGS: tuple[Callable[[World, Person], Awaitable[None]], ...] = (
    locked, signed_out, disabled, given_a_password, changed_team, idled, expired,
)  # fmt: skip


async def test_what_ends_or_changes_a_session_ends_its_streams_and_no_others() -> None:
    world = World()
    bob = await somebody(world, "bob", "b1")
    async with (
        serving(world) as url,
        aiohttp.ClientSession(url) as http,
        http.get("/v1/stream?agent=b1", headers=await cookie(world, bob)) as stays,
    ):
        await asyncio.wait_for(stays.content.readuntil(b"\n\n"), PATIENCE_SECONDS)
        for ending in ENDINGS:
            ann = await somebody(world, ending.__name__, "a1")
            theirs = await cookie(world, ann)
            async with http.get("/v1/stream?agent=a1", headers=theirs) as ends:
                await asyncio.wait_for(ends.content.readuntil(b"\n\n"), PATIENCE_SECONDS)
                await ending(world, ann)
                await asyncio.wait_for(ends.content.read(), PATIENCE_SECONDS)
            if ending is changed_team:
                async with http.get("/v1/agents", headers=theirs) as answer:
                    assert answer.status == 200
            if ending not in (idled, expired):
                assert world.feed.subscribers == 1, ending
            other = Profile(ann.login, ann.login, ("agent",))
            await world.staff.people.change(ann.person_id, other, actor="operator:root")
    assert ("opened", "a1") in world.presence.told
    assert not world.staff.signed_in._watched


async def cookie(world: World, person: Person) -> dict[str, str]:
    """That of somebody who has just signed in."""
    opened = await world.staff.sign_in.by_password(person.login, WORD, "10.0.0.1")
    return {"Cookie": f"{COOKIE}={opened.token}"}


_PAGE = """async ([login, password]) => {
  const ask = (method, path, body) => fetch(path, {method, body: body && JSON.stringify(body),
    headers: body ? {"Content-Type": "application/json"} : {}}).then(answer => answer.status);
  const before = await ask("GET", "/v1/session");
  const signed = await ask("POST", "/v1/session", {login, password});
  const stream = await new Promise(done => {
    const source = new EventSource("/v1/stream?agent=a1");
    source.onopen = () => { source.close(); done("open"); };
    source.onerror = () => { source.close(); done("refused"); };
  });
  return [before, signed, await ask("GET", "/v1/session"), await ask("POST", "/v1/session/alive"), stream,
    document.cookie];
}"""
_FOREIGN = """async (url) => {
  const ask = (method, path) => fetch(url + path, {method, credentials: "include", mode: "no-cors"});
  await ask("POST", "/v1/session/lock");
  await ask("GET", "/v1/queues");
  return document.cookie;
}"""


@needs_browser
async def test_a_browser_keeps_the_cookie_from_scripts_and_from_other_sites() -> None:
    from playwright.async_api import async_playwright  # noqa: PLC0415

    world = World()
    ann = await somebody(world, "ann", "a1")
    other = World()
    async with serving(world) as url, serving(other) as foreign, async_playwright() as driver:
        browser = await driver.chromium.launch(executable_path=CHROMIUM, args=[*FLAGS])
        try:
            for here in (url, url.replace("127.0.0.1", "localhost")):
                context = await browser.new_context()
                page = await context.new_page()
                await page.goto(f"{here}/v1/session/providers")
                assert await page.evaluate(_PAGE, ["ann", WORD]) == [401, 200, 200, 204, "open", ""]
                [cookie] = await context.cookies()
                told: dict[str, Any] = {
                    name: cookie[name] for name in ("name", "path", "httpOnly", "secure", "sameSite")
                }
                assert told == {"name": COOKIE, "path": "/", "httpOnly": True, "secure": True, "sameSite": "Strict"}
                await page.goto(f"{foreign}/v1/session/providers")
                await page.evaluate(_FOREIGN, url)
                assert not world.staff.signed_in._sessions.open[session_of(world, ann)].is_locked
                await page.goto(f"{here}/v1/session")
                assert '"login":"ann"' in await page.inner_text("body")
                await context.close()
        finally:
            await browser.close()
