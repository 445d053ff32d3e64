"""People sign in by a real provider: the browser goes there and comes back."""

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from hub.api.session_cookie import COOKIE
from hub.api.sessions_oidc import COOKIE as BEGUN
from hub.application.access.oidc import Oidc
from hub.application.access.oidc_settings import OidcSettings
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.events import PersonAdded
from hub.domain.access.people.state import Team
from tests.api.asking import says
from tests.api.world import World
from tests.support.provider import provider

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")
"""The provider runs in a thread of the tests, and speaks to its own libraries in old words."""


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with provider() as where:
        yield where


@pytest.fixture
async def page(world: World, http: httpx.AsyncClient) -> httpx.AsyncClient:
    del http.headers["authorization"]
    http.base_url = httpx.URL("https://hub")
    for team_id, role in (("agents", Role.AGENT), ("leads", Role.SUPERVISOR), ("night", Role.AGENT)):
        await world.staff.people.set_team(Team(team_id, team_id, role), actor="operator:root")
    return http


def by_provider(world: World, issuer: str, **settings: object) -> None:
    teams = {"agents-eu": "agents", "leads": "leads"}
    known = {"issuer": issuer, "client_id": "hub", "client_secret": "s", "name": "Company", "teams": teams, **settings}
    object.__setattr__(world.staff, "oidc", Oidc(OidcSettings.model_validate(known)))


async def go_there(url: str, subject: str) -> str:
    """What the provider sends the browser back to, once somebody has said who they are."""
    async with httpx.AsyncClient() as browser:
        answer = await browser.post(url, data={"sub": subject})
        assert answer.status_code == 302, answer.text
        return str(answer.headers["location"])


async def sign_in(page: httpx.AsyncClient, subject: str) -> httpx.Response:
    begun = await page.get("/v1/session/oidc")
    assert begun.status_code == 302, begun.text
    back = await go_there(begun.headers["location"], subject)
    assert back.startswith("https://hub/v1/session/oidc/callback?")
    return await page.get(back, headers={"Sec-Fetch-Site": "cross-site"})


async def test_who_is_registered_by_the_provider_has_the_teams_of_their_groups(
    world: World, page: httpx.AsyncClient, issuer: str
) -> None:
    by_provider(world, issuer, register_people=True)
    told = (await page.get("/v1/session/providers")).json()
    assert told["oidc"] == {"name": "Company", "start": "/v1/session/oidc"}
    done = await sign_in(page, "ann-1")
    assert (done.status_code, done.headers["location"]) == (302, "/"), done.text
    assert page.cookies[COOKIE]
    assert BEGUN not in page.cookies
    told = (await page.get("/v1/session")).json()
    assert (told["login"], told["name"], told["role"], told["unlock"]) == ("ann", "Ann Lee", "agent", "sign-in")
    person = await world.staff.people.change(
        told["person_id"], Profile("ann", "Ann", ("leads", "night"), "a1", issuer=issuer, subject="ann-1"), actor="o:r"
    )
    assert (await sign_in(page, "ann-1")).headers["location"] == "/"
    again = (await page.get("/v1/session")).json()
    assert again["person_id"] == person.person_id
    assert ([one["team_id"] for one in again["teams"]], again["agent_id"]) == (["night", "agents"], "a1")
    assert sum(isinstance(one.event, PersonAdded) for one in world.journal.log) == 1


async def test_who_is_not_known_here_comes_back_to_hear_it(world: World, page: httpx.AsyncClient, issuer: str) -> None:
    by_provider(world, issuer)
    assert (await sign_in(page, "eve-1")).headers["location"] == "/?sign_in=unknown"
    profile = Profile("eve", "Eve", ("leads",), issuer=issuer, subject="eve-1")
    person = await world.staff.people.add(profile, actor="operator:root")
    assert (await sign_in(page, "eve-1")).headers["location"] == "/"
    assert (await page.get("/v1/session")).json()["role"] == "supervisor"
    await world.staff.people.disable(person.person_id, actor="operator:root")
    says(await page.get("/v1/session"), 401, "unauthenticated")
    assert (await sign_in(page, "eve-1")).headers["location"] == "/?sign_in=unknown"


async def test_nobody_gets_into_somebody_elses_login(world: World, page: httpx.AsyncClient, issuer: str) -> None:
    by_provider(world, issuer, register_people=True)
    await world.staff.people.add(Profile("ANN", "Another Ann", ("leads",)), actor="operator:root")
    assert (await sign_in(page, "ann-1")).headers["location"] == "/?sign_in=unknown"
    assert COOKIE not in page.cookies


async def test_who_is_in_no_team_is_told_so(world: World, page: httpx.AsyncClient, issuer: str) -> None:
    by_provider(world, issuer, register_people=True)
    assert (await sign_in(page, "bob-1")).headers["location"] == "/?sign_in=no-team"
    assert COOKIE not in page.cookies


async def test_only_the_browser_that_went_comes_back(world: World, page: httpx.AsyncClient, issuer: str) -> None:
    by_provider(world, issuer, register_people=True)
    begun = await page.get("/v1/session/oidc")
    back = await go_there(begun.headers["location"], "ann-1")
    kept = page.cookies[BEGUN]
    for other in ({}, {"Cookie": f"{BEGUN}=x.y.z"}, {"Cookie": f"{BEGUN}=.y.z"}):
        page.cookies.clear()
        assert (await page.get(back, headers=other)).headers["location"] == "/?sign_in=stale"
    state, nonce, verifier = kept.split(".")
    for other_cookie in (f"{state}.{nonce}.another", f"{state}.another.{verifier}"):
        page.cookies.clear()
        answer = await page.get(back, headers={"Cookie": f"{BEGUN}={other_cookie}"})
        assert answer.headers["location"] == "/?sign_in=unavailable"
    assert COOKIE not in page.cookies


async def test_what_the_provider_refuses_is_told(world: World, page: httpx.AsyncClient, issuer: str) -> None:
    by_provider(world, issuer)
    begun = await page.get("/v1/session/oidc")
    state = parse_qs(urlsplit(begun.headers["location"]).query)["state"][0]
    answer = await page.get(f"/v1/session/oidc/callback?error=access_denied&state={state}")
    assert answer.headers["location"] == "/?sign_in=refused"


async def test_a_provider_that_is_away_or_another_is_not_believed(
    world: World, page: httpx.AsyncClient, issuer: str
) -> None:
    says(await page.get("/v1/session/oidc"), 404, "not-found")
    for wrong in (f"{issuer}/", "http://localhost:1"):
        by_provider(world, wrong)
        assert (await page.get("/v1/session/oidc")).headers["location"] == "/?sign_in=unavailable"
