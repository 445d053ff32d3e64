"""An export over HTTP is for supervisors, in two forms, and leaves a trace."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, ProfileChanged
from hub.domain.reading.events import PersonalDataRead
from tests.api.asking import says
from tests.api.world import META, World

EXPORT = "/v1/customers/customer-1/export"


@pytest.fixture
def known(world: World) -> World:
    world.write(("customer-1", CustomerRegistered(**META)), ("customer-1", ProfileChanged(**META, name="Negar")))
    return world


async def test_it_is_one_document_of_json(known: World, http: httpx.AsyncClient) -> None:
    response = await http.get(EXPORT)
    assert (response.status_code, response.headers["content-type"]) == (200, "application/json")
    told = response.json()
    assert (told["export_of"], told["customer"]["name"], told["forgotten"]) == ("customer-1", "Negar", False)
    assert [fact["fact"] for fact in told["facts"]] == ["Customer registered", "Profile changed"]
    [trace] = [one.event for one in known.journal.log if isinstance(one.event, PersonalDataRead)]
    assert (trace.what, trace.actor) == ("export", "operator:root")


async def test_it_can_be_read_by_people(known: World, http: httpx.AsyncClient) -> None:
    response = await http.get(EXPORT, params={"form": "markdown"})
    assert response.headers["content-type"].startswith("text/markdown")
    assert "**Profile changed** by policy:1" in response.text
    assert "name: Negar" in response.text
    says(await http.get(EXPORT, params={"form": "pdf"}), 422, "invalid", "form")


async def test_of_a_forgotten_customer_it_says_so(world: World, http: httpx.AsyncClient) -> None:
    world.write(("customer-1", CustomerRegistered(**META)), ("customer-1", CustomerForgotten(**META, reason="asked")))
    assert (await http.get(EXPORT)).json()["forgotten"] is True
    assert "**This customer was forgotten**" in (await http.get(EXPORT, params={"form": "markdown"})).text


async def test_it_is_for_supervisors_and_of_somebody(known: World, http: httpx.AsyncClient) -> None:
    says(await http.get("/v1/customers/customer-2/export"), 404, "not-found")
    says(await http.get(EXPORT, headers=await known.bearer(Role.AGENT)), 403, "forbidden")
    assert (await http.get(EXPORT, headers=await known.bearer(Role.SUPERVISOR))).status_code == 200


async def test_without_a_trace_nothing_is_handed_over(known: World, http: httpx.AsyncClient) -> None:
    known.journal.fail_next = 1
    says(await http.get(EXPORT), 503, "unavailable")
