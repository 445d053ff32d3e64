"""Next best actions over HTTP: what to say with its terms, what came of it, and no wrap-up before that is told."""

from typing import Any

import httpx
import pytest

from hub.api.open_interaction import Topic
from hub.api.topics import Topics
from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerForgotten
from tests.api.asking import says
from tests.api.world import World
from tests.application.conversations import ANN, CALL, Centre
from tests.paths.decisions import at, meta

ACTIONS, RESPONSES, WRAP_UP = (
    f"/v1/interactions/{CALL}/{verb}" for verb in ("next-best-actions", "responses", "wrap-up")
)
NO_TERMS = "44136fa355b3678a1146ad16f7e8649e"


@pytest.fixture
async def centre(world: World) -> Centre:
    world.clock.moment = at(0)
    centre = Centre(world.journal)
    await centre.call()
    return centre


async def shown(http: httpx.AsyncClient) -> dict[str, Any]:
    response = await http.get(ACTIONS)
    assert response.status_code == 200, response.text
    told: dict[str, Any] = response.json()
    return told


async def test_an_agent_is_shown_what_to_say_and_says_what_came_of_it(http: httpx.AsyncClient, centre: Centre) -> None:
    told = await shown(http)
    assert (told["interaction_id"], told["customer_id"], told["grants"]) == (CALL, ANN, [])
    best, other = told["actions"]
    assert (best["proposition"], best["terms"], best["text"]) == ("fibre_500", {"monthly_price": 490}, "فیبر")
    assert best["factors"]["score"] == pytest.approx(0.1 * 1.25 * 20_000)
    assert told["unanswered"] == ["fibre_500", "fibre"]
    [kept] = [one for one in told["not_proposed"] if one["proposition"] == "sorry"]
    assert (kept["why"], kept["gates"][0]["reason"]) == ("gate", "not_eligible")
    said = {"proposition": "fibre_500", "terms_hash": best["terms_hash"], "response": "accepted", "agent_id": "sam"}
    answered = await http.post(RESPONSES, json=said)
    assert [one["type"] for one in answered.json()["events"]] == [
        "PropositionGranted", "PropositionPresented", "PropositionAnswered",
    ]  # fmt: skip
    assert answered.json()["events"][2]["event"]["correlation"] == CALL
    assert (await http.post(RESPONSES, json=said)).json() == {"events": []}
    left = await http.post(RESPONSES, json={"proposition": other["proposition"], "response": "not_presented"})
    assert [one["type"] for one in left.json()["events"]] == ["ActionsNotPresented"]
    after = await shown(http)
    assert [one["response"] for one in after["actions"]] == ["accepted", "not_presented"]
    assert (after["unanswered"], after["decision_id"]) == ([], told["decision_id"])
    assert after["actions"][0]["grant_id"] == answered.json()["events"][0]["event"]["grant_id"]


async def test_a_wrap_up_without_responses_is_refused_and_lists_what_is_missing(
    world: World, http: httpx.AsyncClient, centre: Centre
) -> None:
    await shown(http)
    await centre.end()
    told = says(await http.post(WRAP_UP, json={"agent_id": "sam", "code": "solved"}), 409, "refused")
    assert told["errors"] == [
        {"field": f"responses.{name}", "message": "has no response yet"} for name in ("fibre_500", "fibre")
    ]
    assert world.pool.commands == []
    for name in ("fibre_500", "fibre"):
        await http.post(RESPONSES, json={"proposition": name, "response": "not_presented"})
    assert (await http.post(WRAP_UP, json={"agent_id": "sam", "code": "solved"})).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"proposition": "tv", "response": "accepted", "terms_hash": "x"}, "proposition"),
        ({"proposition": "fibre", "response": "perhaps"}, "response"),
        ({"proposition": "fibre", "response": "accepted"}, "terms_hash"),
        ({"grant_id": "grant-1", "response": "declined", "terms_hash": "x"}, "grant_id"),
        ({"proposition": "fibre", "response": "deferred", "terms_hash": NO_TERMS}, "deferred_until"),
        ({"proposition": "fibre", "response": "accepted", "terms": {}}, "terms"),
    ],
)  # fmt: skip
async def test_a_response_that_can_not_be_blames_its_field(
    world: World, http: httpx.AsyncClient, centre: Centre, body: dict[str, Any], field: str
) -> None:
    await shown(http)
    before = len(world.journal.log)
    says(await http.post(RESPONSES, json=body), 422, "invalid", field)
    assert len(world.journal.log) == before


async def test_of_nobody_and_of_who_was_forgotten_nothing_is_said(http: httpx.AsyncClient, centre: Centre) -> None:
    says(await http.get("/v1/interactions/interaction-none/next-best-actions"), 404, "not-found")
    says(await http.get(f"/v1/interactions/{ANN}/next-best-actions"), 404, "not-found")
    await centre.write((ANN, CustomerForgotten(**meta(at(0)), reason="asked")))
    says(await http.get(ACTIONS), 409, "refused")


async def test_only_agents_are_shown_and_none_speaks_for_another(
    world: World, http: httpx.AsyncClient, centre: Centre
) -> None:
    says(await http.get(ACTIONS, headers=await world.bearer(Role.ADAPTER)), 403, "forbidden")
    ben = await world.bearer(Role.AGENT, "ben", "ben")
    said = {"proposition": "fibre", "response": "not_presented", "agent_id": "sam"}
    says(await http.post(RESPONSES, json=said, headers=ben), 403, "forbidden")


async def test_the_agent_who_is_asked_or_has_it_hears_that_the_actions_are_there(
    world: World, http: httpx.AsyncClient, centre: Centre
) -> None:
    await shown(http)
    topics = Topics()
    told = [topics.tell(one) for one in world.journal.log]
    [decided] = [one for one in told if type(one.recorded.event).__name__ == "PathDecided"]
    assert set(decided.topics) == {Topic("customer", ANN), Topic("agent", "sam")}
