"""Forgetting over HTTP is for administrators, and says what it led to."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerRegistered
from tests.api.asking import says
from tests.api.world import META, World

WHY = {"reason": "asked for in writing"}


async def test_the_key_is_gone_and_the_fact_is_told(world: World, http: httpx.AsyncClient) -> None:
    world.write(("customer-1", CustomerRegistered(**META)))
    told = (await http.post("/v1/customers/customer-1/forget", json=WHY)).json()
    assert [(one["type"], one["stream"]) for one in told["events"]] == [("CustomerForgotten", "customer-1")]
    assert world.personal_keys.gone == ["customer-1"]
    again = await http.post("/v1/customers/customer-1/forget", json=WHY)
    assert (again.status_code, again.json()) == (200, {"events": []})


@pytest.mark.parametrize(
    ("body", "field"), [({}, "reason"), ({"reason": ""}, "reason"), ({"reason": "x" * 201}, "reason")]
)
async def test_it_takes_a_reason(world: World, http: httpx.AsyncClient, body: dict[str, str], field: str) -> None:
    says(await http.post("/v1/customers/customer-1/forget", json=body), 422, "invalid", field)


async def test_nobody_can_forget_who_is_not_there(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/customers/customer-2/forget", json=WHY), 404, "not-found")


@pytest.mark.parametrize("role", [Role.AGENT, Role.SUPERVISOR, Role.ADAPTER])
async def test_it_is_for_administrators(world: World, http: httpx.AsyncClient, role: Role) -> None:
    told = await http.post("/v1/customers/customer-1/forget", json=WHY, headers=await world.bearer(role))
    assert told.status_code == 403
