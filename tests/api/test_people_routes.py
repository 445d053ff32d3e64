"""Admins say who works here, in which teams, and with which keys."""

from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from tests.api.asking import says
from tests.api.world import World

ANN = {"login": "ann", "name": "Ann Lee", "teams": ["cards"], "agent_id": "a1", "agent": {"skills": {"cards": 3}}}


@pytest.fixture
async def team(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await http.put("/v1/teams/cards", json={"name": "Cards", "role": "agent"})
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def add(http: httpx.AsyncClient, **other: Any) -> dict[str, Any]:
    answer = await http.post("/v1/people", json={**ANN, **other})
    assert answer.status_code == 201, answer.text
    made: dict[str, Any] = answer.json()
    return made


async def test_somebody_is_added_and_changed(team: dict[str, Any], http: httpx.AsyncClient) -> None:
    made = await add(http)
    assert (made["role"], made["has_password"], made["disabled"]) == ("agent", False, False)
    assert (made["agent"]["skills"], made["agent"]["capacity"]) == ({"cards": 3}, 100)
    path = f"/v1/people/{made['person_id']}"
    assert (await http.get(path)).json() == made
    changed = (await http.put(path, json={**ANN, "name": "Ann Ray", "teams": []})).json()
    assert changed == {**made, "version": changed["version"], "name": "Ann Ray", "teams": [], "role": None}
    assert changed["version"] > made["version"]
    assert (await http.get("/v1/people")).json() == {"people": [changed], "after": None}


async def test_people_come_in_pages(team: dict[str, Any], http: httpx.AsyncClient) -> None:
    ids = sorted([(await add(http, login=f"p{one}", agent_id=""))["person_id"] for one in range(5)])
    first = (await http.get("/v1/people?limit=3")).json()
    rest = (await http.get(f"/v1/people?limit=3&after={first['after']}")).json()
    assert [one["person_id"] for page in (first, rest) for one in page["people"]] == ids
    assert rest["after"] is None


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"login": "ANN"}, "login"),
        ({"login": "with space"}, "login"),
        ({"login": "bob", "agent_id": "a1"}, "agent_id"),
        ({"login": "bob", "agent_id": "", "teams": ["none"]}, "teams"),
        ({"login": "bob", "agent_id": "", "subject": "x"}, "subject"),
        ({"login": "bob", "agent_id": "", "password": "short"}, "password"),
        ({"login": "bob-the-builder", "agent_id": "", "password": "Bob-the-Builder"}, "password"),
        ({"login": "bob", "agent_id": "", "agent": {"skills": {"cards": 9}}}, "agent.skills.cards"),
    ],
)
async def test_what_cant_be_said_of_somebody_names_the_field(
    team: dict[str, Any], http: httpx.AsyncClient, wrong: dict[str, Any], field: str
) -> None:
    await add(http)
    says(await http.post("/v1/people", json={**ANN, **wrong}), 422, "invalid", field)
    assert len((await http.get("/v1/people")).json()["people"]) == 1


async def test_who_is_forgotten_leaves_nothing_but_an_id(
    world: World, team: dict[str, Any], http: httpx.AsyncClient
) -> None:
    made = await add(http, password="four plain words")
    path = f"/v1/people/{made['person_id']}"
    says(await http.post(f"{path}/anonymise"), 409, "refused")
    assert (await http.post(f"{path}/disable")).json()["disabled"] is True
    assert (await http.post(f"{path}/disable")).json()["disabled"] is True
    assert (await http.post(f"{path}/enable")).json()["disabled"] is False
    await http.post(f"{path}/disable")
    gone = (await http.post(f"{path}/anonymise")).json()
    assert (gone["login"], gone["name"], gone["has_password"], gone["anonymised"]) == ("", "", False, True)
    assert world.personal_keys.gone == [made["person_id"]]
    says(await http.get(path), 404, "not-found")
    for again in (("POST", f"{path}/enable"), ("PUT", path), ("POST", f"{path}/password")):
        says(await http.request(*again, json={**ANN} if again[0] == "PUT" else {"password": "four plain words"}), 404,
             "not-found")  # fmt: skip
    await add(http)


async def test_a_team_is_made_changed_and_removed_when_nobody_is_in_it(
    team: dict[str, Any], http: httpx.AsyncClient
) -> None:
    assert team == {
        "team_id": "cards",
        "version": team["version"],
        "name": "Cards",
        "role": "agent",
        "queues": [],
        "leads": [],
        "people": 0,
    }
    lead = {"name": "Leads", "role": "supervisor", "queues": ["cards"], "leads": ["cards"]}
    assert (await http.put("/v1/teams/leads", json=lead)).status_code == 200
    made = await add(http)
    teams = (await http.get("/v1/teams")).json()["teams"]
    assert [(one["team_id"], one["people"]) for one in teams] == [("cards", 1), ("leads", 0)]
    says(await http.delete("/v1/teams/cards"), 409, "refused")
    await http.put(f"/v1/people/{made['person_id']}", json={**ANN, "teams": ["leads"]})
    says(await http.delete("/v1/teams/cards"), 409, "refused")
    await http.put("/v1/teams/leads", json={**lead, "leads": []})
    assert (await http.delete("/v1/teams/cards")).status_code == 204
    says(await http.get("/v1/teams/cards"), 404, "not-found")
    says(await http.delete("/v1/teams/cards"), 404, "not-found")
    for wrong, field in (({"role": "adapter"}, "role"), ({"role": "agent"}, "queues"), ({"leads": ["x"]}, "leads")):
        says(await http.put("/v1/teams/wrong", json={**lead, **wrong}), 422, "invalid", field)
    says(await http.put("/v1/teams/No!", json=lead), 422, "invalid", "team_id")


async def test_who_changes_what_another_changed_meanwhile_is_told(
    team: dict[str, Any], http: httpx.AsyncClient
) -> None:
    made = await add(http)
    for path, seen, first, second in (
        (f"/v1/people/{made['person_id']}", made, {**ANN, "name": "Ann Ray"}, {**ANN, "agent_id": "a9"}),
        ("/v1/teams/cards", team, {"name": "All cards", "role": "agent"}, {"name": "Cards", "role": "supervisor"}),
        ("/v1/teams/new", {"version": 0}, {"name": "New", "role": "agent"}, {"name": "Newer", "role": "agent"}),
    ):
        done = await http.put(path, json={**first, "expected_version": seen["version"]})
        assert done.status_code == 200, done.text
        again = await http.put(path, json={**first, "expected_version": seen["version"]})
        assert again.json() == done.json(), "a repeat changes nothing, and is no conflict"
        late = await http.put(path, json={**second, "expected_version": seen["version"]})
        says(late, 409, "refused", "expected_version")
        assert late.json()["code"] == "changed-meanwhile"
        assert (await http.get(path)).json() == done.json()
        assert (await http.put(path, json={**second, "expected_version": done.json()["version"]})).status_code == 200


async def test_keys_are_made_listed_and_revoked(world: World, http: httpx.AsyncClient) -> None:
    made = await http.post("/v1/keys", json={"name": "pbx", "role": "adapter"})
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    token = {"Authorization": f"Bearer {made.json()['token']}"}
    says(await http.get("/v1/queues", headers=token), 403, "forbidden")
    rows = (await http.get("/v1/keys")).json()["keys"]
    assert [(one["name"], one["role"]) for one in rows] == [("root", "admin"), ("pbx", "adapter")]
    assert all(not {"token", "sha256"} & one.keys() for one in rows)
    assert (await http.delete(f"/v1/keys/{made.json()['key_id']}")).status_code == 204
    says(await http.get("/v1/queues", headers=token), 401, "unauthenticated")
    says(await http.delete("/v1/keys/key-none"), 404, "not-found")
    says(await http.post("/v1/keys", json={"name": "x", "role": "admin", "agent_id": "a"}), 422, "invalid", "agent_id")
    assert {one.event.actor for one in world.journal.log} == {"operator:cli", "operator:root"}


async def test_supervisors_read_who_works_here_and_change_nothing(
    world: World, team: dict[str, Any], http: httpx.AsyncClient
) -> None:
    made = await add(http)
    boss, agent = await world.bearer(Role.SUPERVISOR), await world.bearer(Role.AGENT)
    assert (await http.get("/v1/people", headers=boss)).json()["people"] == [made]
    says(await http.get("/v1/people", headers=agent), 403, "forbidden")
    says(await http.post("/v1/people", json=ANN, headers=boss), 403, "forbidden")
