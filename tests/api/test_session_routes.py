"""People sign in, lock, unlock and sign out; what a session is closed to, and who may not use it."""

from datetime import timedelta

import httpx
import pytest
from argon2 import PasswordHasher

from hub.api.session_cookie import COOKIE
from hub.application.access.passwords import Passwords
from hub.application.access.sign_in import SignIn
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.events import AgentSetup, PersonPasswordChanged
from hub.domain.access.people.state import Person, Team
from hub.domain.access.sessions.events import SessionLocked, SessionOpened
from tests.api.asking import says
from tests.api.world import World
from tests.support.staff import IDLE_SECONDS

WORD = "four plain words here"
OWN = {"Sec-Fetch-Site": "same-origin"}


@pytest.fixture
async def page(world: World, http: httpx.AsyncClient) -> httpx.AsyncClient:
    """A browser on the hub's own page, in which nobody has signed in."""
    del http.headers["authorization"]
    http.headers.update(OWN)
    http.base_url = httpx.URL("https://hub")
    return http


async def team(world: World, role: Role = Role.AGENT, *queues: str, leads: tuple[str, ...] = ()) -> str:
    made = await world.staff.people.set_team(Team(role.value, role.value, role, queues, leads), actor="operator:root")
    return made.team_id


async def somebody(world: World, login: str = "ann", role: Role = Role.AGENT, agent_id: str = "a1") -> Person:
    profile = Profile(login, login.title(), (await team(world, role),), agent_id, AgentSetup(skills={"cards": 3}))
    return await world.staff.people.add(profile, WORD, must_change=False, actor="operator:root")


async def sign_in(page: httpx.AsyncClient, login: str = "ann", password: str = WORD) -> httpx.Response:
    return await page.post("/v1/session", json={"login": login, "password": password})


async def test_who_signs_in_is_told_who_they_are_and_may_do_what_their_team_may(
    world: World, page: httpx.AsyncClient
) -> None:
    person = await somebody(world)
    answer = await sign_in(page, " ANN ")
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert (told["person_id"], told["login"], told["name"], told["role"]) == (person.person_id, "ann", "Ann", "agent")
    assert (told["teams"], told["agent_id"]) == ([{"team_id": "agent", "name": "agent"}], "a1")
    assert (told["agent"]["skills"], told["locked"], told["idle_seconds"]) == ({"cards": 3}, False, IDLE_SECONDS)
    assert (told["unlock"], told["must_change_password"]) == ("password", False)
    assert (await page.get("/v1/session")).json() == told
    assert (await page.get("/v1/queues")).status_code == 200
    says(await page.get("/v1/agents"), 403, "forbidden")
    says(await page.post("/v1/agents/a2/sign-on", json={}), 403, "forbidden")
    assert (await page.post("/v1/agents/a1/sign-on", json={})).status_code == 200
    assert [command.actor for command in world.pool.commands] == ["agent:a1"]


async def test_the_cookie_is_out_of_reach_and_its_token_is_kept_as_a_hash(
    world: World, page: httpx.AsyncClient
) -> None:
    await somebody(world)
    header = (await sign_in(page)).headers["set-cookie"]
    token = page.cookies[COOKIE]
    assert header.startswith(f"__Host-hub={token};")
    for part in ("HttpOnly", "Max-Age=43200", "Path=/", "SameSite=strict", "Secure"):
        assert part in header
    assert "Domain" not in header
    assert len(token) == 43
    assert all(token not in recorded.event.model_dump_json() for recorded in world.journal.log)
    [opened] = [one.event for one in world.journal.log if isinstance(one.event, SessionOpened)]
    assert len(opened.sha256) == 64


async def test_nobody_learns_whether_there_is_such_a_person(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    gone = await somebody(world, "bob", agent_id="a2")
    await world.staff.people.disable(gone.person_id, actor="operator:root")
    answers = [
        await sign_in(page, login, password)
        for login, password in (("ann", "a wrong password"), ("nobody", WORD), ("bob", WORD))
    ]
    for answer in answers:
        says(answer, 401, "unauthenticated")
        assert "set-cookie" not in answer.headers
    assert len({answer.text for answer in answers}) == 1
    says(await page.get("/v1/session"), 401, "unauthenticated")


async def test_who_guesses_waits_longer_and_longer(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    for _ in range(5):
        says(await sign_in(page, password="a guess"), 401, "unauthenticated")
    answer = await sign_in(page)
    says(answer, 429, "throttled")
    assert answer.headers["retry-after"] == "1"
    await world.clock.sleep(1)
    says(await sign_in(page, password="a guess"), 401, "unauthenticated")
    assert (await sign_in(page)).headers["retry-after"] == "2"
    await world.clock.sleep(2)
    assert (await sign_in(page)).status_code == 200
    says(await sign_in(page, password="a guess"), 401, "unauthenticated")


async def test_one_address_guesses_many_logins_no_longer(world: World, page: httpx.AsyncClient) -> None:
    for number in range(100):
        says(await sign_in(page, f"login-{number}", "a guess"), 401, "unauthenticated")
    says(await sign_in(page, "login-101", "a guess"), 429, "throttled")


async def test_who_signs_out_is_out(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    token = page.cookies[COOKIE]
    assert (await page.delete("/v1/session")).status_code == 204
    assert COOKIE not in page.cookies
    says(await page.get("/v1/session", headers={"Cookie": f"{COOKIE}={token}"}), 401, "unauthenticated")


async def test_a_session_ends_after_its_hours(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    expires = (await sign_in(page)).json()["expires_at"]
    assert expires == (world.clock.now() + timedelta(hours=12)).isoformat().replace("+00:00", "Z")
    world.clock.moment += timedelta(hours=12)
    says(await page.get("/v1/session"), 401, "unauthenticated")


async def test_a_locked_session_is_closed_to_all_but_who_it_is(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    assert (await page.post("/v1/session/lock")).json()["locked"] is True
    for method, path in (("GET", "/v1/queues"), ("POST", "/v1/agents/a1/sign-on"), ("PUT", "/v1/session/language")):
        says(await page.request(method, path, json={}), 423, "locked")
    assert (await page.get("/v1/session")).json()["locked"] is True
    says(await page.post("/v1/session/unlock", json={"password": "another word"}), 401, "unauthenticated")
    assert (await page.post("/v1/session/unlock", json={"password": WORD})).json()["locked"] is False
    assert (await page.get("/v1/queues")).status_code == 200


async def test_a_session_that_nobody_uses_is_locked(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    for ask in (("POST", "/v1/session/alive"), ("PUT", "/v1/agents/a1/state")):
        await world.clock.sleep(IDLE_SECONDS - 1)
        assert (await page.request(*ask, json={"state": "away"} if ask[0] == "PUT" else None)).is_success
    await world.clock.sleep(IDLE_SECONDS - 1)
    assert (await page.get("/v1/queues")).is_success
    assert (await page.post("/v1/agents/a1/heartbeat")).is_success
    await world.clock.sleep(1)
    says(await page.post("/v1/session/alive"), 423, "locked")
    assert [one.event.by for one in world.journal.log if isinstance(one.event, SessionLocked)] == ["idle"]
    await page.post("/v1/session/unlock", json={"password": WORD})
    assert (await page.get("/v1/queues")).is_success


async def test_a_restart_keeps_people_signed_in_and_locked(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    entry = world.staff.signed_in.find(page.cookies[COOKIE])
    again = World()
    again.clock.moment = world.clock.moment + timedelta(hours=1)
    await again.staff.signed_in.start(world.journal)
    found = again.staff.signed_in.find(page.cookies[COOKIE])
    assert found == entry
    assert found is not None
    assert not again.staff.signed_in.is_idle(found.session)
    await page.post("/v1/session/lock")
    await again.staff.signed_in.catch_up(world.journal, "staff", *world.staff.signed_in._versions)
    found = again.staff.signed_in.find(page.cookies[COOKIE])
    assert found is not None
    assert found.is_locked


async def test_another_password_ends_all_other_sessions(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    elsewhere = dict(page.cookies)
    page.cookies.clear()
    await sign_in(page)
    says(await page.put("/v1/session/password", json={"current": "not it", "new": "four other words"}), 401,
         "unauthenticated")  # fmt: skip
    says(await page.put("/v1/session/password", json={"current": WORD, "new": "short"}), 422, "invalid", "password")
    says(await page.put("/v1/session/password", json={"current": WORD, "new": WORD}), 409, "refused", "new")
    changed = await page.put("/v1/session/password", json={"current": WORD, "new": "four other words"})
    assert changed.status_code == 200, changed.text
    assert (await page.get("/v1/queues")).is_success
    page.cookies.clear()
    says(await page.get("/v1/queues", headers={"Cookie": f"{COOKIE}={elsewhere[COOKIE]}"}), 401, "unauthenticated")
    says(await sign_in(page), 401, "unauthenticated")
    assert (await sign_in(page, password="four other words")).is_success


async def test_who_was_given_a_password_changes_it_first(world: World, page: httpx.AsyncClient) -> None:
    person = await somebody(world)
    await sign_in(page)
    root = await world.bearer(Role.ADMIN)
    given = {"password": "given by an admin"}
    row = (await page.post(f"/v1/people/{person.person_id}/password", json=given, headers=root)).json()
    assert row["must_change_password"] is True
    says(await page.get("/v1/session"), 401, "unauthenticated")
    assert (await sign_in(page, password="given by an admin")).json()["must_change_password"] is True
    says(await page.get("/v1/queues"), 403, "password-due")
    new = {"current": "given by an admin", "new": "my own four words"}
    assert (await page.put("/v1/session/password", json=new)).json()["must_change_password"] is False
    assert (await page.get("/v1/queues")).is_success


async def test_a_stronger_hash_takes_the_place_of_a_weaker_and_ends_nothing(
    world: World, page: httpx.AsyncClient
) -> None:
    await somebody(world)
    await sign_in(page)
    first = dict(page.cookies)
    stronger = Passwords(PasswordHasher(time_cost=2, memory_cost=16, parallelism=1))
    parts = world.staff
    world.services.staff.sign_in._passwords = stronger
    assert (await sign_in(page)).is_success
    kept = parts.people.staff.with_login("ann")
    assert kept is not None
    assert "t=2" in kept.password_hash
    [*_, last] = [one.event for one in world.journal.log if isinstance(one.event, PersonPasswordChanged)]
    assert last.by_rehash
    assert isinstance(parts.sign_in, SignIn)
    assert parts.signed_in.find(first[COOKIE]) is None, "who signs in again in the same browser is in one session"
    assert (await page.get("/v1/queues")).is_success


@pytest.mark.parametrize(
    ("method", "headers", "is_let_in"),
    [
        ("POST", {"Sec-Fetch-Site": "same-origin"}, True),
        ("POST", {"Sec-Fetch-Site": "none"}, False),
        ("POST", {"Sec-Fetch-Site": "same-site", "Origin": "https://hub"}, False),
        ("POST", {"Sec-Fetch-Site": "cross-site"}, False),
        ("POST", {"Origin": "https://hub"}, True),
        ("POST", {"Origin": "https://evil.example"}, False),
        ("POST", {"Origin": "null"}, False),
        ("POST", {}, False),
        ("GET", {}, True),
        ("GET", {"Sec-Fetch-Site": "none"}, True),
        ("GET", {"Sec-Fetch-Site": "cross-site"}, False),
        ("GET", {"Sec-Fetch-Site": "same-site"}, False),
        ("GET", {"Origin": "https://evil.example"}, False),
    ],
)
async def test_no_other_site_has_a_browser_act_for_who_is_signed_in(
    world: World, page: httpx.AsyncClient, method: str, headers: dict[str, str], is_let_in: bool
) -> None:
    await somebody(world)
    await sign_in(page)
    del page.headers["sec-fetch-site"]
    path = "/v1/session/alive" if method == "POST" else "/v1/stream?agent=a1"
    world.feed.close()
    answer = await page.request(method, path, headers=headers)
    if is_let_in:
        assert answer.is_success, answer.text
    else:
        says(answer, 403, "forbidden")
    root = await world.bearer(Role.ADMIN)
    assert (await page.get("/v1/queues", headers={**headers, **root})).is_success, "keys are not sent by browsers"


async def test_behind_a_proxy_the_public_origin_is_the_hubs_own(world: World, page: httpx.AsyncClient) -> None:
    object.__setattr__(world.staff, "public_origin", "https://desk.example")
    await somebody(world)
    await sign_in(page)
    del page.headers["sec-fetch-site"]
    assert (await page.post("/v1/session/alive", headers={"Origin": "https://desk.example"})).is_success
    says(await page.post("/v1/session/alive", headers={"Origin": "https://other.example"}), 403, "forbidden")


async def test_another_sites_page_signs_nobody_in(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    body = {"login": "ann", "password": WORD}
    says(await page.post("/v1/session", json=body, headers={"Sec-Fetch-Site": "cross-site"}), 403, "forbidden")
    del page.headers["sec-fetch-site"]
    assert (await page.post("/v1/session", json=body)).is_success, "a program may"


async def test_a_key_is_told_what_it_is_and_has_no_session(world: World, page: httpx.AsyncClient) -> None:
    header = await world.bearer(Role.AGENT, "screen", "a7")
    told = (await page.get("/v1/session", headers=header)).json()
    assert (told["person_id"], told["name"], told["role"], told["agent_id"]) == ("", "screen", "agent", "a7")
    assert told["expires_at"] is None
    says(await page.post("/v1/session/lock", headers=header), 409, "refused")
    says(await page.delete("/v1/session", headers=header), 409, "refused")


async def test_the_language_of_ones_screens_is_ones_own(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world)
    await sign_in(page)
    assert (await page.put("/v1/session/language", json={"language": "fa"})).json()["language"] == "fa"
    page.cookies.clear()
    assert (await sign_in(page)).json()["language"] == "fa"
    says(await page.put("/v1/session/language", json={"language": "not one"}), 422, "invalid", "language")


async def test_the_demo_lets_anybody_in_where_it_is_one(world: World, page: httpx.AsyncClient) -> None:
    says(await page.post("/v1/session/demo", json={"as": "agent"}), 404, "not-found")
    ways = {"password": True, "oidc": None, "demo": False, "demo_chat": "", "demo_customer": ""}
    assert (await page.get("/v1/session/providers")).json() == ways
    object.__setattr__(world.staff, "is_demo", True)
    says(await page.post("/v1/session/demo", json={"as": "agent"}), 403, "forbidden")
    page.base_url = httpx.URL("http://127.0.0.1:8484")
    for role in ("agent", "supervisor", "admin", "agent"):
        told = (await page.post("/v1/session/demo", json={"as": role}, headers={"Host": "127.0.0.1:8484"})).json()
        assert (told["login"], told["role"], told["unlock"]) == (f"demo-{role}", role, "sign-in")
    assert told["agent_id"] == "demo-agent"


async def test_an_agent_without_an_agent_acts_for_nobody(world: World, page: httpx.AsyncClient) -> None:
    person = await somebody(world, agent_id="")
    await sign_in(page)
    says(await page.post("/v1/agents/a1/sign-on", json={}), 403, "forbidden")
    assert not world.pool.commands
    says(await page.get("/v1/offers?agent_id=a1"), 403, "forbidden")
    assert person.agent_id == ""


async def test_a_supervisor_acts_on_what_their_teams_name(world: World, page: httpx.AsyncClient) -> None:
    await somebody(world, "bob", agent_id="b1")
    lead = await team(world, Role.SUPERVISOR, "cards", leads=("agent",))
    await world.staff.people.add(Profile("eve", "Eve", (lead,), "e1"), WORD, must_change=False, actor="operator:root")
    await sign_in(page, "eve")
    for path, queue, status in (
        ("/v1/queues/cards/intake", "", 200),
        ("/v1/queues/loans/intake", "", 403),
    ):
        answer = await page.put(path, json={"intake": "paused"})
        assert answer.status_code == status, (queue, answer.text)
    assert (await page.post("/v1/agents/b1/sign-off", json={"forced": True})).is_success
    says(await page.post("/v1/agents/a9/sign-off", json={"forced": True}), 403, "forbidden")
    assert (await page.post("/v1/agents/e1/sign-off", json={})).is_success
    who = world.staff.people.staff.with_login("eve")
    assert who is not None
    assert [command.actor for command in world.pool.commands] == [f"person:{who.person_id}"] * 2 + ["agent:e1"]
