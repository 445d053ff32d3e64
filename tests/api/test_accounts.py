"""Accounts over HTTP: one stream a legal id, roles in both streams, told as of any time."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.account.events import RoleAssigned
from hub.domain.account.identity import account_id
from hub.domain.customer.events import CustomerRegistered
from tests.api.asking import signed_in
from tests.api.world import KEY, NOON, World

FIRM = {"kind": "legal_id", "value": "۱۴۰۰۳۲۷۸۹۷۹", "segment": "B2B", "name": "Saman Ltd"}
META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN, BOB = "customer-ann", "customer-bob"


@pytest.fixture
def world() -> World:
    world = World()
    world.write((ANN, CustomerRegistered(**META)), (BOB, CustomerRegistered(**META)))
    return world


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADMIN, "root") as client:
        yield client


@pytest.fixture
async def firm(http: httpx.AsyncClient) -> str:
    return str((await http.post("/v1/accounts", json=FIRM)).json()["account_id"])


async def done(http: httpx.AsyncClient, path: str, body: dict[str, Any]) -> list[tuple[str, str]]:
    response = await http.post(path, json=body)
    assert response.status_code == 200, response.text
    return [(one["type"], one["stream"]) for one in response.json()["events"]]


async def test_an_account_is_registered_once_whatever_the_spelling_and_put_right(http: httpx.AsyncClient) -> None:
    first = (await http.post("/v1/accounts", json=FIRM)).json()
    again = (await http.post("/v1/accounts", json=FIRM | {"value": "14003278979"})).json()
    renamed = (await http.post("/v1/accounts", json=FIRM | {"name": "Saman Group"})).json()
    assert [one["type"] for one in first["events"]] == ["AccountRegistered"]
    assert (again["events"], again["account_id"]) == ([], first["account_id"])
    assert [one["type"] for one in renamed["events"]] == ["AccountChanged"]
    assert first["account_id"] == account_id(KEY, "legal_id", "14003278979")
    told = (await http.get("/v1/accounts", params={"kind": "legal_id", "value": "14003278979"})).json()
    assert (told["name"], told["segment"], told["roles"]) == ("Saman Group", "B2B", [])
    assert (await http.get(f"/v1/accounts/{told['account_id']}")).json()["value"] == "14003278979"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (FIRM | {"kind": "phone", "value": "+9821"}, "kind"),
        (FIRM | {"value": "14003278972"}, "value"),
        (FIRM | {"segment": "B2C"}, "segment"),
        (FIRM | {"name": " "}, "name"),
    ],
)
async def test_what_is_no_organisation_is_refused(http: httpx.AsyncClient, body: dict[str, Any], field: str) -> None:
    response = await http.post("/v1/accounts", json=body)
    assert (response.status_code, response.json()["field"]) == (422, field), response.text


async def test_a_role_stands_in_both_streams(world: World, http: httpx.AsyncClient, firm: str) -> None:
    told = await done(http, f"/v1/accounts/{firm}/roles", {"customer_id": ANN, "role": "owner"})
    assert told == [("RoleAssigned", firm), ("RoleAssigned", ANN)]
    assert await done(http, f"/v1/accounts/{firm}/roles", {"customer_id": BOB, "role": "buyer"}) != []
    first, second = (world.journal.log[-3].event, world.journal.log[-4].event)
    assert isinstance(first, RoleAssigned)
    assert first == second
    ended = await done(http, f"/v1/accounts/{firm}/end-role", {"number": 1, "until": "2026-01-06T12:00:00Z"})
    assert ended == [("RoleEnded", firm), ("RoleEnded", ANN)]
    assert await done(http, f"/v1/accounts/{firm}/end-role", {"number": 1, "until": "2026-01-06T12:00:00Z"}) == []


async def test_who_acts_for_whom_is_told_of_any_time(world: World, http: httpx.AsyncClient, firm: str) -> None:
    await done(http, f"/v1/accounts/{firm}/roles", {"customer_id": ANN, "role": "owner"})
    world.clock.moment = NOON + timedelta(days=5)
    await done(http, f"/v1/accounts/{firm}/end-role", {"number": 1, "until": "2026-01-08T12:00:00Z", "reason": "left"})
    for path in (f"/v1/accounts/{firm}", f"/v1/customers/{ANN}/accounts"):
        held = {}
        for at, known in (("2026-01-06", ""), ("2026-01-09", ""), ("2026-01-09", "2026-01-07T00:00:00Z")):
            asked = {"at": f"{at}T12:00:00Z", **({"known_at": known} if known else {})}
            [role] = (await http.get(path, params=asked)).json()["roles"]
            held[at, known] = role["now"]
        assert list(held.values()) == [True, False, True]
        assert (role["account_id"], role["customer_id"], role["role"]) == (firm, ANN, "owner")


async def test_what_overlaps_is_refused_and_neither_stream_is_touched(
    world: World, http: httpx.AsyncClient, firm: str
) -> None:
    await done(http, f"/v1/accounts/{firm}/roles", {"customer_id": ANN, "role": "owner"})
    before = len(world.journal.log)
    response = await http.post(f"/v1/accounts/{firm}/roles", json={"customer_id": BOB, "role": "owner"})
    assert response.status_code == 409
    assert "customer-ann is owner from 2026-01-05, and there is one at a time" in response.json()["detail"]
    assert len(world.journal.log) == before


@pytest.mark.parametrize("stranger", ["customer-nobody", "account-1", "agent-ann", "access-keys"])
async def test_only_what_is_registered_is_changed(
    world: World, http: httpx.AsyncClient, firm: str, stranger: str
) -> None:
    before = len(world.journal.log)
    body = {"customer_id": stranger, "role": "buyer"}
    assert (await http.post(f"/v1/accounts/{firm}/roles", json=body)).status_code == 404
    assert (await http.post(f"/v1/accounts/{stranger}/roles", json=body | {"customer_id": ANN})).status_code == 404
    assert (await http.post(f"/v1/accounts/{stranger}/end-role", json={"number": 1})).status_code == 404
    assert (await http.get(f"/v1/accounts/{stranger}")).status_code == 404
    assert (await http.get(f"/v1/customers/{stranger}/accounts")).status_code == 404
    assert len(world.journal.log) == before


async def test_agents_read_and_supervisors_change(world: World, http: httpx.AsyncClient, firm: str) -> None:
    http.headers.update(await world.bearer(Role.AGENT))
    assert (await http.get(f"/v1/accounts/{firm}")).status_code == 200
    assert (await http.post("/v1/accounts", json=FIRM)).status_code == 403
    assert (await http.post(f"/v1/accounts/{firm}/roles", json={"customer_id": ANN, "role": "x"})).status_code == 403


async def test_an_agent_looks_after_an_account_until_somebody_else_does(http: httpx.AsyncClient, firm: str) -> None:
    async def put(agent: str) -> list[str]:
        response = await http.put(f"/v1/accounts/{firm}/owner", json={"agent_id": agent})
        assert response.status_code == 200, response.text
        return [one["type"] for one in response.json()["events"]]

    assert (await http.get(f"/v1/accounts/{firm}")).json()["owner"] == ""
    assert [await put("ann"), await put("ann"), await put("bob")] == [
        ["AccountOwnerChanged"], [], ["AccountOwnerChanged"],
    ]  # fmt: skip
    await http.post("/v1/accounts", json=FIRM | {"name": "Saman Group"})
    told = (await http.get(f"/v1/accounts/{firm}")).json()
    assert (told["owner"], told["name"]) == ("bob", "Saman Group")
    assert await put("") == ["AccountOwnerChanged"]
    assert (await http.put("/v1/accounts/account-none/owner", json={"agent_id": "ann"})).status_code == 404
