"""One contact over HTTP: decided with its reasons, told how far it is, given back once; and what paths can take."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerForgotten
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned
from tests.api.asking import signed_in
from tests.api.known_customer import ANN, PHONE, world_of_ann
from tests.api.world import META, World

ASKED = {"customer_id": ANN, "purpose": "transactional", "channels": ["sms"], "sender": "hub", "text": "salam"}


@pytest.fixture
def world() -> World:
    return world_of_ann()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADAPTER, "shop") as client:
        yield client


async def ask(http: httpx.AsyncClient, **changed: Any) -> tuple[int, dict[str, Any]]:
    response = await http.post("/v1/outbound", json=ASKED | changed)
    return response.status_code, response.json()


def facts(world: World, kind: type[Any]) -> list[Any]:
    return [one.event for one in world.journal.log if isinstance(one.event, kind)]


async def test_a_contact_that_may_be_made_is_on_its_way_and_says_how_far_it_is(
    world: World, http: httpx.AsyncClient
) -> None:
    status, told = await ask(http, request_id="order-1")
    assert (status, told["outcome"], told["outbound_id"]) == (200, "now", told["decision_id"])
    [sent] = facts(world, ContactDispatched)
    assert (sent.contact_id, sent.address, sent.text) == (told["outbound_id"], PHONE, "salam")
    state = (await http.get(f"/v1/outbound/{told['outbound_id']}")).json()
    assert (state["phase"], state["channel"], state["contact_id"]) == ("dispatched", "sms", told["outbound_id"])
    assert await ask(http, request_id="order-1") == (200, told | {"repeat": True})


async def test_a_contact_that_waits_or_is_given_up_names_no_contact_that_failed(
    world: World, http: httpx.AsyncClient
) -> None:
    _, told = await ask(http, channels=["sms", "phone"], by="2036-01-01T00:00:00Z")
    path, parts = f"/v1/outbound/{told['outbound_id']}", world.app.state.services.paths
    failed = {"actor": "adapter:sms", "command_id": "c"}
    await parts.reports.failed(told["outbound_id"], "no such number", **failed)
    state = (await http.get(path)).json()
    assert (state["phase"], state["tried"]) == ("waiting", ["sms"])
    assert (state["contact_id"], state["channel"], state["reason"]) == ("", None, "")
    await parts.contacts.release(told["outbound_id"], "nobody_in", **failed)
    state = (await http.get(path)).json()
    assert (state["phase"], state["contact_id"], state["channel"]) == ("given_up", "", None)
    assert state["reason"] == "nobody_in"


async def test_a_contact_that_may_not_be_made_is_no_error_and_says_why(world: World, http: httpx.AsyncClient) -> None:
    status, told = await ask(http, purpose="promotional")
    assert (status, told["outcome"], told["outbound_id"], told["closed"]["default_denied"]) == (200, "nothing", "", 1)
    assert facts(world, ContactPlanned) == []
    assert (await http.get(f"/v1/outbound/{told['decision_id']}")).status_code == 404
    assert (await http.get("/v1/outbound/decision-none")).status_code == 404


async def test_one_contact_point_may_be_named_in_any_spelling_and_so_may_the_customer(
    world: World, http: httpx.AsyncClient
) -> None:
    by = {"kind": "phone", "value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}
    status, told = await ask(http, customer_id="", identifier=by, at=by, channels=[])
    assert (status, told["outcome"]) == (200, "now")
    status, problem = await ask(http, at={"kind": "phone", "value": "+989120000000"}, request_id="other")
    assert (status, problem["field"]) == (422, "at")


async def test_an_agent_asks_in_their_own_name_alone(world: World, http: httpx.AsyncClient) -> None:
    http.headers.update(await world.bearer(Role.AGENT, "ann", "ann"))
    await ask(http)
    [planned] = facts(world, ContactPlanned)
    assert (planned.agent_id, planned.actor) == ("ann", "agent:ann")
    assert (await ask(http, agent_id="bob"))[0] == 403


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"purpose": "marketing"}, "purpose"),
        ({"text": ""}, "text"),
        ({"text": "", "channels": ["sms", "phone"]}, "text"),
        ({"propositions": ["gone"]}, "propositions"),
        ({"by": "2020-01-01T00:00:00Z"}, "by"),
        ({"purpose": "reply"}, "interaction_id"),
        ({"at": {"kind": "national_id", "value": "0084575948"}}, "at.kind"),
        ({"customer_id": ""}, "customer_id"),
        ({"customer_id": "customer-nobody"}, "customer_id"),
        ({"customer_id": "", "identifier": {"kind": "phone", "value": "+989120000000"}}, "identifier"),
        ({"account_id": "account-none"}, "account_id"),
        ({"interaction_id": "interaction-none"}, "interaction_id"),
        ({"interaction_id": ANN}, "interaction_id"),
        ({"sender": "somebody"}, "sender"),
    ],
)
async def test_what_cannot_be_asked_names_its_field_and_leaves_nothing(
    world: World, http: httpx.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    before = len(world.journal.log)
    status, problem = await ask(http, **changed)
    assert (status, problem["field"], len(world.journal.log)) == (422, field, before)


@pytest.mark.parametrize(
    ("changed", "detail"),
    [
        ({"colour": "red"}, "colour: there is no such field here: leave it out, or see /docs for those there are"),
        ({"by": "9999-12-31T23:59:59-12:00"}, "by: this time is out of range"),
    ],
)
async def test_what_is_wrong_with_a_field_is_said_in_words(
    http: httpx.AsyncClient, changed: dict[str, Any], detail: str
) -> None:
    status, problem = await ask(http, **changed)
    assert (status, problem["detail"]) == (422, detail)


async def test_a_slot_is_given_back_once(http: httpx.AsyncClient) -> None:
    asked = {"customer_id": ANN, "direction": "outbound", "purpose": "service", "proposes": False}
    decided = await http.post("/v1/path-decisions", json={**asked, "channels": ["sms"], "sender": "dealer"})
    path = f"/v1/path-decisions/{decided.json()['decision_id']}/release"
    first, again = [await http.post(path, json={"reason": "nobody_in"}) for _ in range(2)]
    assert (first.status_code, [one["type"] for one in first.json()["events"]]) == (200, ["ContactSlotReleased"])
    assert (again.status_code, "released already: nobody_in" in again.json()["detail"]) == (409, True)
    assert (await http.post("/v1/path-decisions/decision-none-1/release", json={})).status_code == 404
    assert (await http.post(path, json={"reason": "Mr. Ahmadi said no"})).status_code == 422


async def test_a_path_says_what_it_can_take(http: httpx.AsyncClient) -> None:
    places = {"channel": "phone", "speaker": "dealer-7", "places": 0}
    told = await http.put("/v1/path-capacity", json=places)
    assert (told.status_code, told.json()["events"][0]["stream"]) == (200, "path-capacity")
    wrong = await http.put("/v1/path-capacity", json={**places, "more_at": "2020-01-01T00:00:00Z"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "more_at")


@pytest.mark.parametrize(
    ("named", "field"),
    [
        ({}, "customer_id"),
        ({"customer_id": "", "identifier": {"kind": "phone", "value": PHONE}}, "identifier"),
    ],
)
async def test_who_was_forgotten_is_refused_by_the_field_that_names_them(
    world: World, http: httpx.AsyncClient, named: dict[str, Any], field: str
) -> None:
    world.write((ANN, CustomerForgotten(**META, reason="asked")))
    status, told = await ask(http, **named)
    assert (status, told["field"]) == (409, field)
    assert "forgotten" in told["detail"]
