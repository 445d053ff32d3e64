"""What is asked of agents, work and customers by HTTP reaches those who decide."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.agent.decide import sign_on
from hub.domain.agent.events import Agent
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import InvalidError
from hub.domain.ids import consult_id
from hub.router.pool.commands import (
    Consult,
    SignOn,
)
from tests.api.asking import ACCEPT, WORK, says
from tests.api.commands_by_route import COMMANDS
from tests.api.world import META, NOON, World


@pytest.mark.parametrize(("method", "path", "body", "command"), COMMANDS, ids=lambda value: str(value)[:40])
async def test_a_command_reaches_the_pool_and_answers_with_its_events(
    world: World, http: httpx.AsyncClient, *, method: str, path: str, body: object, command: object
) -> None:
    response = await http.request(method, path, json=body)
    assert response.status_code == 200, response.text
    assert world.pool.commands == [command]
    [event] = response.json()["events"]
    assert (event["type"], event["stream"], event["version"]) == ("OfferAccepted", "interaction-1", 3)
    assert event["event"]["at"] == "2026-01-05T12:00:00Z"


async def test_segment_and_stage_are_recorded_on_the_customer(world: World, http: httpx.AsyncClient) -> None:
    world.write(("customer-1", CustomerRegistered(**META)))
    body = {"segment": "B2B", "value_tier": "gold"}
    first = await http.put("/v1/customers/customer-1/segment", json=body)
    again = await http.put("/v1/customers/customer-1/segment", json=body)
    assert [event["type"] for event in first.json()["events"]] == ["SegmentChanged"]
    assert first.json()["events"][0]["version"] == 2
    assert again.json() == {"events": []}
    stage = await http.put("/v1/customers/customer-1/lifecycle-stage", json={"lifecycle_stage": "retention"})
    assert [event["type"] for event in stage.json()["events"]] == ["LifecycleStageChanged"]
    says(await http.put("/v1/customers/customer-9/segment", json=body), 404, "not-found")
    wrong = await http.put("/v1/customers/customer-1/lifecycle-stage", json={"lifecycle_stage": "asleep"})
    says(wrong, 422, "invalid", "lifecycle_stage")


async def test_whether_an_agent_id_can_be_is_for_the_domain_to_say(world: World, http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/agents/مینا/sign-on", json={})).status_code == 200
    [command] = world.pool.commands
    assert isinstance(command, SignOn)
    assert command.agent_id == "مینا"
    with pytest.raises(InvalidError) as refused:
        sign_on(Agent(), "a b", pool="main", name="", skills={})
    world.pool.error = refused.value
    says(await http.post("/v1/agents/a%20b/sign-on", json={}), 422, "invalid", "agent_id")


async def test_a_consultation_is_told_by_its_name(world: World, http: httpx.AsyncClient) -> None:
    body = ACCEPT | {"to_agent": "bob", "reason": "what now?"}
    response = await http.post(f"{WORK}/consult", json=body)
    [command] = world.pool.commands
    assert command == Consult(
        NOON, "command-1", "operator:root", "a1", "interaction-1",
        consult_id("interaction-1", "command-1"), "", "bob", "what now?",
    )  # fmt: skip
    assert response.json()["consult_id"] == command.consult_id
    assert len(response.json()["events"]) == 1


async def test_a_request_for_advice_sent_again_is_the_same_consultation(world: World, http: httpx.AsyncClient) -> None:
    object.__setattr__(world.services, "new_id", iter(["x", "y", "z", "u"]).__next__)
    body = ACCEPT | {"queue": "billing", "request_id": "r-1"}
    first = await http.post(f"{WORK}/consult", json=body)
    again = await http.post(f"{WORK}/consult", json=body)
    other = await http.post(f"{WORK}/consult", json=body | {"request_id": "r-2"})
    unnamed = await http.post(f"{WORK}/consult", json=ACCEPT | {"queue": "billing"})
    ids = [answer.json()["consult_id"] for answer in (first, again, other, unnamed)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(one.startswith("interaction-") and one != "interaction-1" for one in ids)


async def test_who_never_signed_on_has_no_heartbeat(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/agents/nobody/heartbeat"), 404, "not-found")
    assert world.presence.told == []


async def test_only_states_that_can_be_asked_for_are_documented(world: World) -> None:
    [states] = [
        [one["state"] for one in (schema["properties"],)]
        for name, schema in world.app.openapi()["components"]["schemas"].items()
        if name == "NewState"
    ]
    assert states[0]["enum"] == ["ready", "away"]


async def test_a_heartbeat_is_heard_and_leads_to_nothing(world: World, http: httpx.AsyncClient) -> None:
    response = await http.post("/v1/agents/a1/heartbeat")
    assert (response.status_code, response.content) == (204, b"")
    assert world.presence.told == [("heard", "a1")]
    assert not world.pool.commands
    bound = await world.bearer(Role.AGENT, "bob", "bob")
    says(await http.post("/v1/agents/a1/heartbeat", headers=bound), 403, "forbidden")
    assert world.presence.told == [("heard", "a1")]
