"""Asking over HTTP what may be said: answered with a fact, the same to whoever asks again, and refused by its field."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerForgotten
from hub.domain.decision.events import PathDecided
from tests.api.asking import signed_in
from tests.api.known_customer import ANN, PHONE, world_of_ann
from tests.api.world import META, World

ASKED = {"customer_id": ANN, "direction": "inbound", "channels": ["web"], "sender": "hub", "verified": True}


@pytest.fixture
def world() -> World:
    return world_of_ann()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADAPTER, "web") as client:
        yield client


async def ask(http: httpx.AsyncClient, **changed: Any) -> tuple[int, dict[str, Any]]:
    response = await http.post("/v1/path-decisions", json=ASKED | changed)
    return response.status_code, response.json()


async def test_what_may_be_said_is_a_fact_with_the_terms_to_show(world: World, http: httpx.AsyncClient) -> None:
    status, told = await ask(http, request_id="page-1")
    assert (status, told["outcome"], told["repeat"]) == (200, "now", False)
    [action] = told["actions"]
    assert (action["proposition"], action["channel"]) == ("fibre", "web")
    assert len(action["grant"]["terms_hash"]) == 32
    assert [one.event.decision_id for one in world.journal.log if isinstance(one.event, PathDecided)] == [
        told["decision_id"]
    ]
    assert await ask(http, request_id="page-1") == (200, told | {"repeat": True})
    _, other = await ask(http, request_id="chat-1")
    assert other["actions"][0]["grant"] == action["grant"]


async def test_a_customer_is_known_by_any_spelling_of_their_number(http: httpx.AsyncClient) -> None:
    by = {"kind": "phone", "value": "۰۹۱۲ ۱۲۳ ۴۵۶۷"}
    status, told = await ask(http, customer_id="", identifier=by, shows=False)
    assert (status, told["actions"][0]["grant"]) == (200, None)
    status, told = await ask(http, customer_id="", identifier={"kind": "phone", "value": "09127654321"})
    assert (status, told["field"]) == (422, "identifier")
    assert told["detail"] == "there is no customer with phone '09127654321'"


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"identifier": {"kind": "phone", "value": PHONE}}, "customer_id"),
        ({"customer_id": ""}, "customer_id"),
        ({"purpose": "spam"}, "purpose"),
        ({"channels": []}, "channels"),
        ({"propositions": ["nothing"]}, "propositions"),
        ({"by": "2036-01-05T12:00:00Z"}, "by"),
        ({"proposes": False}, "purpose"),
        ({"here": {"channel": "web", "kind": "national_id", "value": "1"}}, "here.kind"),
        ({"customer_id": "", "identifier": {"kind": "shoe", "value": "1"}}, "identifier"),
        ({"customer_id": "customer-nobody"}, "customer_id"),
        ({"account_id": "account-nobody"}, "account_id"),
        ({"interaction_id": "interaction-nothing"}, "interaction_id"),
        ({"purpose": "reply"}, "here"),
        ({"purpose": "service", "propositions": ["tv"]}, "purpose"),
        ({"sender": "campaign", "propositions": ["sorry"], "channels": ["phone"]}, "propositions"),
        ({"channels": ["in_person"], "propositions": ["fibre"]}, "channels"),
        ({"direction": "outbound", "channels": ["in_person"]}, "channels"),
    ],
)
async def test_what_can_not_be_asked_names_its_field(
    world: World, http: httpx.AsyncClient, changed: dict[str, Any], field: str
) -> None:
    before = len(world.journal.log)
    status, told = await ask(http, **changed)
    assert (status, told["field"].removeprefix("body.")) == (422, field)
    assert len(world.journal.log) == before


async def test_a_page_and_a_contact_that_name_their_requests_alike_are_two(http: httpx.AsyncClient) -> None:
    words = {"channels": ["sms"], "purpose": "transactional", "sender": "hub", "request_id": "x1"}
    _, first = await ask(http, direction="outbound", proposes=False, **words)
    made = (await http.post("/v1/outbound", json={"customer_id": ANN, "text": "salam", **words})).json()
    assert (made["repeat"], made["decision_id"] == first["decision_id"]) == (False, False)
    assert (await http.get(f"/v1/outbound/{made['outbound_id']}")).json()["phase"] == "dispatched"


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
