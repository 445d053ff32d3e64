"""Decisions that are over are told over HTTP: the fact, why, by another policy, on each channel, what came of them."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.grant.events import PropositionPresented
from hub.domain.ids import customer_id
from tests.api.asking import says
from tests.api.world import KEY, META, NOON, World
from tests.paths.decisions import POLICY

PHONE = "+989121234567"
ANN = customer_id(KEY, "phone", PHONE)
QUESTION = {
    "customer_id": ANN, "direction": "inbound", "channels": ["phone"], "sender": "agent", "verified": True,
    "here": {"channel": "phone", "kind": "phone", "value": PHONE},
}  # fmt: skip
ONLY_THE_HUB = POLICY.replace('kind = "product"', 'kind = "product"\nsenders = ["hub"]')


@pytest.fixture
async def decided(world: World, http: httpx.AsyncClient) -> str:
    await world.path_policies.publish(POLICY.replace("share = 30.0", "share = 50.0"), actor="a", command_id="c")
    world.write((ANN, CustomerRegistered(**META)))
    world.write((ANN, IdentifierObserved(**META, kind="phone", value=PHONE, verified=True)))
    told = (await http.post("/v1/path-decisions", json=QUESTION)).json()
    return str(told["decision_id"])


async def test_a_decision_is_told_as_it_stands_in_the_log(http: httpx.AsyncClient, decided: str) -> None:
    told = (await http.get(f"/v1/path-decisions/{decided}")).json()
    assert (told["decision_id"], told["customer_id"], told["stream"], told["outcome"]) == (decided, ANN, ANN, "now")
    assert told["said"][0]["proposition"] == "fibre"
    assert told["drawn"][0]["campaign"] == "spring"
    says(await http.get("/v1/path-decisions/decision-x-1"), 404, "not-found")


async def test_a_customers_decisions_come_page_by_page(http: httpx.AsyncClient, decided: str) -> None:
    second = (await http.post("/v1/path-decisions", json={**QUESTION, "request_id": "second"})).json()
    path = f"/v1/customers/{ANN}/path-decisions"
    first = (await http.get(f"{path}?limit=1")).json()
    assert [one["decision_id"] for one in first["path_decisions"]] == [second["decision_id"]]
    rest = (await http.get(f"{path}?limit=1&before={first['before']}")).json()
    assert ([one["decision_id"] for one in rest["path_decisions"]], rest["before"]) == ([decided], None)
    says(await http.get("/v1/customers/customer-nobody/path-decisions"), 404, "not-found")
    says(await http.get(f"{path}?limit=0"), 422, "invalid", "limit")


async def test_why_is_taken_again(http: httpx.AsyncClient, decided: str) -> None:
    told = (await http.get(f"/v1/path-decisions/{decided}/why")).json()
    assert (told["same"], told["forgotten"], told["different"]) == (True, False, {})
    assert told["actions"][0]["factors"]["chance"] == 0.1
    assert {gate["gate"] for one in told["candidates"] for gate in one["gates"]} >= {"consent", "fit", "holdout"}
    says(await http.get("/v1/path-decisions/decision-x-1/why"), 404, "not-found")


async def test_what_if_asks_by_another_policy(http: httpx.AsyncClient, decided: str) -> None:
    path = f"/v1/path-decisions/{decided}/what-if"
    told = (await http.post(path, json={"text": ONLY_THE_HUB})).json()
    assert (told["changed"], told["tried"]["outcome"]) == (["outcome", "due_at", "said"], "nothing")
    same = (await http.post(path, json={"version": told["recorded"]["policy"]})).json()
    assert same["changed"] == []
    says(await http.post(path, json={}), 422, "invalid", "version")
    says(await http.post(path, json={"text": "[[stages]]"}), 422, "invalid", "text")
    says(await http.post(path, json={"version": "x"}), 404, "not-found")


async def test_each_channel_would_have_said_the_same(world: World, http: httpx.AsyncClient, decided: str) -> None:
    told = (await http.get(f"/v1/customers/{ANN}/voice")).json()
    assert told["one_voice"]
    assert [row["channel"] for row in told["channels"]] == [one.value for one in Channel]
    at = NOON.isoformat().replace("+00:00", "Z")
    assert (await http.get(f"/v1/customers/{ANN}/voice?at={at}")).json()["channels"] == told["channels"]
    says(await http.get(f"/v1/customers/{ANN}/voice?at=2020-01-01T00:00:00Z"), 404, "not-found")
    says(await http.get(f"/v1/customers/{ANN}/voice?at=2020"), 422, "invalid", "at")


async def test_campaigns_and_responses_are_counted(world: World, http: httpx.AsyncClient, decided: str) -> None:
    said = {"presentation_id": "p", "terms_hash": "0", "channel": Channel.PHONE, "sender": "agent"}
    grant = {"grant_id": f"grant-{ANN}-1", "proposition": "fibre", "policy": "1"}
    world.write((ANN, PropositionPresented(**META, **grant, **said, standing=Standing())))
    [row] = (await http.get("/v1/responses")).json()["responses"]
    assert (row["proposition"], row["channel"], row["shown"], row["accepted"]) == ("fibre", "phone", 1, 0)
    [told] = (await http.get("/v1/path-uplift?campaign=spring&days=7")).json()["campaigns"]
    assert (told["campaign"], told["treated"]["holders"] + told["held_out"]["holders"]) == ("spring", 1)
    assert told["uplift"] == {"accepted": None, "bought": None}
    says(await http.get("/v1/path-uplift?campaign=autumn"), 404, "not-found")
    says(await http.get("/v1/path-uplift?confidence=1"), 422, "invalid", "confidence")


async def test_only_supervisors_ask_why(world: World, http: httpx.AsyncClient, decided: str) -> None:
    agent = await world.bearer(Role.AGENT, "desk", "ann")
    for path in (f"path-decisions/{decided}/why", f"customers/{ANN}/voice", "path-uplift", "responses"):
        says(await http.get(f"/v1/{path}", headers=agent), 403, "forbidden")
    assert (await http.get(f"/v1/path-decisions/{decided}", headers=agent)).status_code == 200
    adapter = await world.bearer(Role.ADAPTER, "web")
    says(await http.get(f"/v1/path-decisions/{decided}", headers=adapter), 403, "forbidden")
