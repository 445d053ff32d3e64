"""Grants over HTTP: given by hand, amended, presented and answered; listed, and told wherever a customer is shown."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered
from tests.api.asking import signed_in
from tests.api.world import NOON, World

META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN = "customer-ann"
POLICY = """
[[value_tiers]]
name = "standard"
[[stages]]
name = "acquisition"
[[propositions]]
name = "fibre"
kind = "product"
channels = ["phone", "web"]
days_granted = 14
contribution = 1000
[propositions.terms]
price = { value = 100, floor = 70, ceiling = 120, better = "lower" }
[[propositions]]
name = "team"
kind = "price"
holder = "account"
channels = ["phone"]
days_granted = 30
contribution = 5000
"""
WEB = {"presentation_id": "web-1", "channel": "web", "sender": "hub"}


@pytest.fixture
async def world() -> World:
    world = World()
    world.write((ANN, CustomerRegistered(**META)))
    await world.path_policies.publish(POLICY, actor="operator:eve", command_id="c")
    return world


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.SUPERVISOR, "eve") as client:
        yield client


async def done(http: httpx.AsyncClient, path: str, body: dict[str, Any], **more: Any) -> dict[str, Any]:
    response = await http.post(path, json=body, **more)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture
async def grant(http: httpx.AsyncClient) -> dict[str, Any]:
    answer = await done(http, "/v1/grants", {"customer_id": ANN, "proposition": "fibre", "terms": {"price": 90}})
    assert [one["type"] for one in answer["events"]] == ["PropositionGranted"]
    row: dict[str, Any] = answer["grant"]
    return row


async def test_a_grant_from_given_to_answered(world: World, http: httpx.AsyncClient, grant: dict[str, Any]) -> None:
    adapter: dict[str, Any] = {"headers": await world.bearer(Role.ADAPTER, "web")}
    path = f"/v1/grants/{grant['grant_id']}"
    assert (grant["holder"], grant["state"], grant["terms"]) == (ANN, "stands", {"price": 90})
    shown = await done(http, f"{path}/presentations", WEB | {"terms_hash": grant["terms_hash"]}, **adapter)
    assert [one["event"]["actor"] for one in shown["events"]] == ["adapter:web"]
    again = await done(http, f"{path}/presentations", WEB | {"terms_hash": grant["terms_hash"]}, **adapter)
    assert (again["events"], again["grant"]) == ([], shown["grant"])
    said = {"presentation_id": "web-1", "response": "deferred", "deferred_until": "2026-01-20T00:00:00+03:30"}
    answered = await done(http, f"{path}/responses", said, **adapter)
    [presentation] = answered["grant"]["presentations"]
    assert (presentation["response"], presentation["deferred_until"]) == ("deferred", "2026-01-19T20:30:00Z")
    listed = (await http.get(f"/v1/customers/{ANN}/grants")).json()
    assert listed["grants"] == [answered["grant"]]
    assert (listed["customer_id"], listed["account_id"]) == (ANN, "")


async def test_terms_that_do_not_stand_are_refused_and_named(http: httpx.AsyncClient, grant: dict[str, Any]) -> None:
    path = f"/v1/grants/{grant['grant_id']}"
    amended = await done(http, f"{path}/amend", {"terms": {"price": 80}})
    response = await http.post(f"{path}/presentations", json=WEB | {"terms_hash": grant["terms_hash"]})
    assert (response.status_code, response.json()["type"]) == (409, "urn:hub:problem:refused")
    assert amended["grant"]["terms_hash"] in response.json()["detail"]
    assert (await done(http, f"{path}/amend", {"terms": {"price": 80}}))["events"] == []


@pytest.mark.parametrize(
    ("path", "body", "status", "field"),
    [
        ("", {"customer_id": ANN, "proposition": "tv"}, 422, "proposition"),
        ("", {"customer_id": "customer-x", "proposition": "fibre"}, 422, "customer_id"),
        ("", {"customer_id": "customer-gone", "proposition": "fibre"}, 422, "customer_id"),
        ("", {"customer_id": ANN, "proposition": "fibre", "terms": {"price": "cheap"}}, 422, "terms.price"),
        ("", {"customer_id": ANN, "proposition": "fibre", "terms": {"price": 1.5}}, 422, "terms.price"),
        ("", {"customer_id": ANN, "proposition": "fibre", "terms": {"price": True}}, 422, "terms.price"),
        ("", {"customer_id": ANN, "proposition": "fibre", "terms": {"price": 10**20}}, 422, "terms.price"),
        ("", {"customer_id": ANN, "proposition": "fibre", "terms": [100]}, 422, "terms"),
        ("", {"customer_id": ANN, "proposition": "team"}, 422, "account_id"),
        ("", {"customer_id": ANN, "proposition": "fibre", "account_id": "account-x"}, 422, "account_id"),
        ("/{}/amend", {"terms": {"price": 95}}, 422, "reason"),
        ("/{}/amend", {"terms": {"price": 60}}, 422, "terms.price"),
        ("/{}/amend", {"expires_at": "2025-01-01T00:00:00Z", "reason": "r"}, 422, "expires_at"),
        ("/{}/presentations", WEB, 422, "terms_hash"),
        ("/{}/presentations", WEB | {"terms_hash": "0", "channel": "sms"}, 422, "channel"),
        ("/{}/presentations", WEB | {"terms_hash": "0", "sender": "friend"}, 422, "sender"),
        ("/{}/presentations", WEB | {"terms_hash": "0", "decision_id": "decision-x-1"}, 422, "decision_id"),
        ("/{}/responses", {"presentation_id": "p-9", "response": "accepted"}, 422, "presentation_id"),
        ("/{}/responses", {"presentation_id": "p-9", "response": "maybe"}, 422, "response"),
        ("/grant-x-1/responses", {"presentation_id": "p-9", "response": "accepted"}, 404, ""),
    ],
)
async def test_what_cant_be_done_names_the_field_and_writes_nothing(
    world: World,
    http: httpx.AsyncClient,
    grant: dict[str, Any],
    path: str,
    body: dict[str, Any],
    status: int,
    field: str,
) -> None:
    world.write(
        ("customer-gone", CustomerRegistered(**META)),
        ("customer-gone", CustomerForgotten(**META, reason="asked to")),
    )
    before = len(world.journal.log)
    response = await http.post("/v1/grants" + path.format(grant["grant_id"]), json=body)
    assert (response.status_code, response.json().get("field", "")) == (status, field)
    assert len(world.journal.log) == before


async def test_an_accounts_grants_are_listed_under_it_and_under_its_people(
    world: World, http: httpx.AsyncClient
) -> None:
    firm = {"kind": "account_number", "value": "A-1", "segment": "B2B", "name": "Saman"}
    account = (await http.post("/v1/accounts", json=firm)).json()["account_id"]
    role = {"customer_id": ANN, "role": "buyer", "since": "2026-01-01T00:00:00Z"}
    await done(http, f"/v1/accounts/{account}/roles", role)
    given = (await done(http, "/v1/grants", {"customer_id": ANN, "proposition": "team"}))["grant"]
    assert given["holder"] == account
    told = (await http.get(f"/v1/accounts/{account}/grants")).json()
    assert (told["customer_id"], told["account_id"], told["grants"]) == ("", account, [given])
    assert (await http.get(f"/v1/customers/{ANN}/grants", params={"account": account})).json()["grants"] == [given]
    assert (await http.get("/v1/accounts/account-x/grants")).status_code == 404
    assert (await http.get("/v1/customers/customer-x/grants")).status_code == 404
    said = {"presentation_id": "p", "channel": "phone", "sender": "agent", "terms_hash": given["terms_hash"]}
    path = f"/v1/grants/{given['grant_id']}/presentations"
    assert (await http.post(path, json=said)).json()["field"] == "customer_id"
    await done(http, path, said | {"customer_id": ANN})


@pytest.mark.parametrize(
    ("role", "may"),
    [
        (Role.ADAPTER, {"presentations", "responses"}),
        (Role.AGENT, {"list", "presentations", "responses"}),
        (Role.SUPERVISOR, {"list", "give", "amend", "presentations", "responses"}),
    ],
)
async def test_who_may_do_what(
    world: World, http: httpx.AsyncClient, grant: dict[str, Any], role: Role, may: set[str]
) -> None:
    http.headers.update(await world.bearer(role, "somebody"))
    path = f"/v1/grants/{grant['grant_id']}"
    answers = {
        "list": await http.get(f"/v1/customers/{ANN}/grants"),
        "give": await http.post("/v1/grants", json={"customer_id": ANN, "proposition": "fibre"}),
        "amend": await http.post(f"{path}/amend", json={}),
        "presentations": await http.post(f"{path}/presentations", json=WEB | {"terms_hash": grant["terms_hash"]}),
        "responses": await http.post(f"{path}/responses", json={"presentation_id": "web-1", "response": "accepted"}),
    }
    assert {name for name, response in answers.items() if response.status_code == 200} == may
    assert {response.status_code for name, response in answers.items() if name not in may} <= {403}


async def test_an_agent_speaks_for_themselves_alone(
    world: World, http: httpx.AsyncClient, grant: dict[str, Any]
) -> None:
    bound: dict[str, Any] = {"headers": await world.bearer(Role.AGENT, "desk", "maryam")}
    path = f"/v1/grants/{grant['grant_id']}/presentations"
    told = WEB | {"terms_hash": grant["terms_hash"], "channel": "phone", "sender": "agent"}
    [said] = (await done(http, path, told | {"agent_id": "maryam"}, **bound))["events"]
    assert said["event"]["actor"] == "agent:maryam"
    assert (await http.post(path, json=told | {"agent_id": "eve"}, **bound)).status_code == 403


async def test_grants_are_part_of_the_customer_their_timeline_and_their_export(
    world: World, http: httpx.AsyncClient, grant: dict[str, Any]
) -> None:
    path = f"/v1/grants/{grant['grant_id']}"
    await done(http, f"{path}/presentations", WEB | {"terms_hash": grant["terms_hash"]})
    await done(http, f"{path}/responses", {"presentation_id": "web-1", "response": "accepted"})
    whole = (await http.get(f"/v1/customers/{ANN}")).json()
    assert whole["grants"] == (await http.get(f"/v1/customers/{ANN}/grants")).json()["grants"]
    lines = (await http.get(f"/v1/customers/{ANN}/timeline", params={"kind": "grant"})).json()["timeline"]
    assert sorted(line["what"] for line in lines) == ["answered", "given", "presented"]
    assert {line["kind"] for line in lines} == {"grant"}
    found = (await http.get(f"/v1/customers/{ANN}/timeline", params={"q": "fibre", "channel": "web"})).json()
    assert [line["what"] for line in found["timeline"]] == ["answered", "presented"]
    export = (await http.get(f"/v1/customers/{ANN}/export")).json()
    assert export["customer"]["grants"] == whole["grants"]
    assert "Proposition granted" in [fact["fact"] for fact in export["facts"]]
    read = (await http.get(f"/v1/customers/{ANN}/export", params={"form": "markdown"})).text
    assert "**Proposition presented** by operator:eve" in read
