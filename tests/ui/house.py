"""A running hub, its web application in headless Chromium, and people who work with it."""

import asyncio
import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from hub.clock import WallClock
from hub.domain.access.events import Role
from hub.operations.access import issue_key
from hub.paths.policy.parsing import DEFAULT
from hub.settings import Settings
from hub.simulated.process import HubProcess
from tests.channels.branch.pages.browsing import SOUND
from tests.channels.chat.browser import CHROMIUM, FLAGS

PATIENCE = 60_000
PATHS = DEFAULT.replace('daily = ["21:00-09:00"]', "daily = []")
"""At whatever time of day: people may be called."""
PASSWORD = "a long enough password"
VOICE = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
"""Who sits there beeps into the microphone, and lets the page hear it."""
FORBIDDEN = "Content Security Policy"
COLOURS = ("color-contrast", "link-in-text-block")
"""The rules of axe that look at colours."""
_TRIED = """async ([part, rules]) => {
  const only = rules.length ? { runOnly: { type: "rule", values: rules } } : {};
  const found = await axe.run(part ? document.querySelector(part) : document, { resultTypes: ["violations"], ...only });
  return found.violations;
}"""
LANES = tuple(f"lane-{number}" for number in range(1, 81))
PULLED = LANES[-5:]
HASTY = LANES[:2]


@dataclass(frozen=True)
class Worker:
    """Somebody who may sign in."""

    person_id: str
    login: str
    name: str
    agent_id: str


@dataclass
class House:
    """One hub for many tests: each adds people and customers of its own, under names that nobody else has."""

    url: str
    http: httpx.AsyncClient
    """The API, as an admin."""
    browser: Any
    process: HubProcess
    axe: str = ""
    known: dict[str, Worker] = field(default_factory=dict)
    """Those that tests share."""
    wrong: list[str] = field(default_factory=list)
    """What pages threw, or their policy forbade."""
    _numbers: Any = field(default_factory=lambda: itertools.count(1))
    _lanes: list[str] = field(default_factory=lambda: [lane for lane in LANES if lane not in PULLED + HASTY])
    _pulled: list[str] = field(default_factory=lambda: list(PULLED))
    _hasty: list[str] = field(default_factory=lambda: list(HASTY))

    def fresh(self, what: str) -> str:
        """A name nothing else has."""
        return f"{what}-{next(self._numbers)}"

    def lane(self, *, pulled: bool = False, hasty: bool = False) -> str:
        """A service, queue and skill of one name that no other test has."""
        return (self._pulled if pulled else self._hasty if hasty else self._lanes).pop()

    async def contact(self, lane: str, channel: str = "phone", **about: Any) -> dict[str, Any]:
        """A contact of a new customer; `thread`, `address`, `text`, … as the API takes them."""
        name = self.fresh("contact")
        address = about.pop("address", f"+98912{next(self._numbers):07}")
        body = {"id": name, "thread": name, "service": lane, "path": {"channel": channel, "address": address}, **about}
        body.setdefault("occurred_at", WallClock().now().isoformat())
        told = await self.asked("POST", "/v1/contacts", json=body)
        return {"id": body["id"], "thread": body["thread"], "address": address, **told}

    async def asked(self, method: str, path: str, **about: Any) -> Any:
        """What the API answers; fails where it refuses."""
        response = await self.http.request(method, path, **about)
        assert response.is_success, f"{method} {path}: {response.status_code} {response.text}"
        return response.json() if response.content else None

    async def somebody(
        self,
        role: str,
        *,
        skills: dict[str, int] | None = None,
        team: str = "",
        name: str = "",
        capacity: int = 10_000,
        login: str = "",
    ) -> Worker:
        """A person with this role, an agent too if they are one or `skills` are named."""
        team = team or f"all-{role}s"
        await self.asked("PUT", f"/v1/teams/{team}", json={"name": team.capitalize(), "role": role})
        login = login or self.fresh(role)
        agent = login if role == "agent" or skills is not None else ""
        card = {"skills": skills or {}, "languages": ["en", "fa"], "capacity": capacity}
        body = {"login": login, "name": name or login.capitalize(), "teams": [team], "agent_id": agent, "agent": card}
        added = await self.asked("POST", "/v1/people", json={**body, "password": PASSWORD + "!"})
        worker = Worker(added["person_id"], login, body["name"], agent)
        await self._choose_password(worker)
        return worker

    async def page(
        self,
        worker: Worker | None,
        path: str = "/",
        *,
        language: str = "en",
        theme: str = "light",
        context: Any = None,
    ) -> Any:
        """A tab of this person, signed in; in an open `context` another tab of the same browser."""
        context = context or await self.visitor(language=language, theme=theme)
        if worker is not None:
            said = await context.request.post(
                f"{self.url}/v1/session",
                data={"login": worker.login, "password": PASSWORD},
                headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"},
            )
            assert said.ok, await said.text()
            await context.request.put(
                f"{self.url}/v1/session/language", data={"language": language},
                headers={"Origin": self.url, "Sec-Fetch-Site": "same-origin"},
            )  # fmt: skip
        page = await context.new_page()
        page.on("pageerror", lambda error: self.wrong.append(f"{path}: {error}"))
        page.on("console", lambda said: self._said(path, said))
        await page.goto(self.url + path)
        return page

    async def visitor(self, *, language: str = "en", theme: str = "light", width: int = 1440, height: int = 900) -> Any:
        """A browser of its own, in which nobody is signed in."""
        context = await self.browser.new_context(
            viewport={"width": width, "height": height}, locale=language, color_scheme=theme, reduced_motion="reduce"
        )
        context.set_default_timeout(PATIENCE)
        await context.add_init_script(
            f"localStorage.getItem('hub.language') ?? localStorage.setItem('hub.language', '{language}')"
        )
        return context

    async def leave(self) -> None:
        """Close every browser. What a test answers in the hub's place may be asked for at that very moment."""
        for context in self.browser.contexts:
            for page in context.pages:
                await page.unroute_all(behavior="ignoreErrors")
            await context.close()

    async def barriers(self, page: Any, part: str = "", *, colours: bool = False) -> list[str]:
        """What axe finds on the page as it is, or in one `part` of it; of its `colours` alone, where all else was
        tried before."""
        if not await page.evaluate("'axe' in window"):
            session = await page.context.new_cdp_session(page)
            await session.send("Runtime.evaluate", {"expression": self.axe})
            await session.detach()
        found = await page.evaluate(_TRIED, [part, list(COLOURS) if colours else []])
        return [f"{one['id']}: {node['target']} {node['failureSummary']}" for one in found for node in one["nodes"]]

    async def _choose_password(self, worker: Worker) -> None:
        async with httpx.AsyncClient(base_url=self.url, headers={"Origin": self.url}, timeout=60) as own:
            said = await own.post("/v1/session", json={"login": worker.login, "password": PASSWORD + "!"})
            assert said.is_success, said.text
            cookie = said.headers["set-cookie"].partition(";")[0]
            change = {"current": PASSWORD + "!", "new": PASSWORD}
            done = await own.put("/v1/session/password", json=change, headers={"Cookie": cookie})
            assert done.is_success, done.text

    def _said(self, path: str, said: Any) -> None:
        if FORBIDDEN in said.text:
            self.wrong.append(f"{path}: {said.text}")


def policy() -> str:
    """Lanes that don't meet: what is for `lane-3` waits in queue `lane-3` for who has the skill `lane-3`; from those
    that are `pulled` agents take it themselves, those that are `hasty` wait for an answer two seconds. What belongs to
    no lane waits for a skill that nobody has: it never comes to an agent of another test. One wrap-up code has a label,
    in Persian."""
    text = [
        "decline_backoff_seconds = 2", "[channels.phone]", "units = 100", "[channels.web]", "units = 25",
        "[channels.email]", "units = 20", "[channels.sms]", "units = 20", "[channels.in_person]", "units = 100",
        "[queues.general]", "serves = { skills = { general = 1 } }", "[[rules]]", 'queue = "general"',
    ]  # fmt: skip
    for lane in LANES:
        text += [f"[queues.{lane}]", 'wrap_up = ["solved", "call_back"]']
        text += [f"serves = {{ skills = {{ {lane} = 1 }} }}", f"offer_timeout_seconds = {2 if lane in HASTY else 30}"]
        text += ["pull = true", "entry_delay_seconds = 600"] if lane in PULLED else []
        text += ["[[rules]]", f'service = "{lane}"', f'queue = "{lane}"', f"skills = {{ {lane} = 1 }}"]
    text += ["[labels.wrap_up.call_back]", 'fa = "باید تماس گرفت"']
    return "\n".join(text)


@asynccontextmanager
async def a_house(
    directory: Path, axe: str, pages: Path | None = None, program: str = CHROMIUM, **more: Any
) -> AsyncIterator[House]:
    """A hub with a policy of lanes, a browser, and the application as it was built there (none: in the package).
    `program`: the browser; `more`: other settings of the hub."""
    from playwright.async_api import async_playwright  # noqa: PLC0415

    settings = Settings(
        data_dir=directory / "var", api_port=0, session_idle_seconds=0, password_hashing="light", pages=pages, **more
    )
    key = await asyncio.to_thread(issue_key, settings, Role.ADMIN, "tests", "")
    process = HubProcess(settings)
    address = await process.start()
    try:
        async with (
            httpx.AsyncClient(base_url=address.api_url, timeout=60) as http,
            async_playwright() as driver,
        ):
            http.headers["Authorization"] = f"Bearer {key['token']}"
            browser = await driver.chromium.launch(executable_path=program, args=[*FLAGS, SOUND, *VOICE])
            house = House(address.api_url, http, browser, process, axe)
            await house.asked("POST", "/v1/policies/routing", json={"text": policy(), "note": "for these tests"})
            await house.asked("POST", "/v1/policies/paths", json={"text": PATHS, "note": "no quiet hours"})
            try:
                yield house
            finally:
                await browser.close()
    finally:
        await process.stop()
