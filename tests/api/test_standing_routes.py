"""Purchases, profiles and where customers stand, by HTTP."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.application.customers.standing import Standings
from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.paths.policy.parsing import load_path_policy
from tests.api.asking import says
from tests.api.world import META, NOON, World

ANN, BOB = "customer-1", "customer-2"
SHOP = {"purchase_id": "p1", "amount": 600_000_000, "currency": "IRR", "at": "2026-01-04T12:00:00Z", "channel": "web"}
POLICY = """
[[value_tiers]]
name = "standard"
[[stages]]
name = "enhancement"
when = { purchases = { at_least = 1 } }
[[stages]]
name = "acquisition"
[[fields]]
name = "city"
type = "text"
longest = 20
required = true
[[fields]]
name = "birth_date"
type = "date"
required = true
[[fields]]
name = "line"
type = "choice"
choices = ["fibre", "vdsl"]
stage = "enhancement"
"""


@pytest.fixture(autouse=True)
def registered(world: World) -> None:
    world.write((ANN, CustomerRegistered(**META)), (BOB, CustomerRegistered(**META)))


def link(world: World) -> None:
    left, right = (Side(id=one, kind="phone", since=NOON) for one in (ANN, BOB))
    fact: dict[str, Any] = {**META, "link_id": "l1", "left": left, "right": right, "rule": "by_hand"}
    world.write((ANN, CustomersLinked(**fact)), (BOB, CustomersLinked(**fact)))


async def test_a_purchase_is_recorded_once_and_reversed_once(http: httpx.AsyncClient) -> None:
    [event] = (await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)).json()["events"]
    assert (event["type"], event["event"]["at"], event["event"]["amount"]) == (
        "PurchaseRecorded", "2026-01-04T12:00:00Z", 600_000_000,
    )  # fmt: skip
    assert (await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)).json() == {"events": []}
    says(await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP | {"amount": 5}), 409, "refused")
    says(await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP | {"currency": "rls"}), 422, "invalid", "currency")
    other = SHOP | {"purchase_id": "p3", "currency": "EUR"}
    says(await http.post(f"/v1/customers/{ANN}/purchases", json=other), 422, "invalid", "currency")
    says(await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP | {"amount": 0}), 422, "invalid", "amount")
    says(await http.post("/v1/customers/customer-9/purchases", json=SHOP), 404, "not-found")
    back = {"purchase_id": "p1", "reason": "returned"}
    [event] = (await http.post(f"/v1/customers/{ANN}/purchases/reverse", json=back)).json()["events"]
    assert event["type"] == "PurchaseReversed"
    assert (await http.post(f"/v1/customers/{ANN}/purchases/reverse", json=back)).json() == {"events": []}
    says(await http.post(f"/v1/customers/{ANN}/purchases/reverse", json=back | {"purchase_id": "p2"}), 404, "not-found")
    [row] = (await http.get(f"/v1/customers/{ANN}/purchases")).json()["purchases"]
    assert (row["purchase_id"], row["currency"], row["is_reversed"]) == ("p1", "IRR", True)


async def test_linked_streams_are_one_customer_who_bought_it_all(world: World, http: httpx.AsyncClient) -> None:
    await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)
    link(world)
    await http.post(f"/v1/customers/{BOB}/purchases", json=SHOP | {"purchase_id": "p2"})
    told = (await http.get(f"/v1/customers/{BOB}/standing")).json()
    assert (told["value_tier"], told["lifecycle_stage"]) == ("high", "retention")
    back = {"purchase_id": "p1", "reason": "returned"}
    [event] = (await http.post(f"/v1/customers/{BOB}/purchases/reverse", json=back)).json()["events"]
    assert event["stream"] == ANN
    assert len((await http.get(f"/v1/customers/{ANN}/purchases")).json()["purchases"]) == 2


async def test_where_a_customer_stands_is_told_with_its_reasons_now_and_then(
    world: World, http: httpx.AsyncClient
) -> None:
    await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)
    now = (await http.get(f"/v1/customers/{ANN}/standing")).json()
    assert (now["segment"], now["value_tier"], now["named"], now["lifecycle_stage"]) == (
        "B2C", "high", "", "enhancement",
    )  # fmt: skip
    assert now["policy"] == load_path_policy().version
    assert now["due_at"] == "2027-01-04T12:00:00Z"
    assert now["why"][1] == {
        "about": "value_tier",
        "rule": "value tier 1 (high)",
        "facts": {"spent in 365 days": 600_000_000, "currency": "IRR"},
    }
    world.clock.moment += timedelta(days=1)
    link(world)
    await http.post("/v1/policies/paths", json={"text": POLICY})
    assert (await http.get(f"/v1/customers/{ANN}/standing")).json()["value_tier"] == "standard"
    then = (await http.get(f"/v1/customers/{ANN}/standing", params={"at": "2026-01-05T12:00:00Z"})).json()
    assert then == now
    before = {"at": "2026-01-05T11:59:00Z"}
    says(await http.get(f"/v1/customers/{ANN}/standing", params=before), 404, "not-found")
    says(await http.get("/v1/customers/customer-9/standing"), 404, "not-found")


async def test_what_the_policy_decided_is_what_the_route_tells(world: World, http: httpx.AsyncClient) -> None:
    await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)
    await Standings(world.journal, world.clock).decide([ANN], load_path_policy())
    written = [one.event for one in world.journal.log if type(one.event).__name__ == "SegmentChanged"]
    told = (await http.get(f"/v1/customers/{ANN}/standing")).json()
    assert written[0].value_tier == told["value_tier"] == "high"  # type: ignore[attr-defined]


class TestProfile:
    async def test_fields_are_those_of_where_the_customer_stands(self, http: httpx.AsyncClient) -> None:
        await http.post("/v1/policies/paths", json={"text": POLICY})
        before = (await http.get(f"/v1/customers/{ANN}/profile")).json()
        assert [one["name"] for one in before["fields"]] == ["city", "birth_date"]
        assert (before["required"], before["filled"], before["share"]) == (2, 0, 0.0)
        line = {"value": "fibre"}
        told = says(await http.put(f"/v1/customers/{ANN}/profile/line", json=line), 422, "invalid", "fields.line")
        assert "there are city, birth_date" in str(told["detail"])
        await http.post(f"/v1/customers/{ANN}/purchases", json=SHOP)
        assert (await http.put(f"/v1/customers/{ANN}/profile/line", json=line)).json()["events"]

    async def test_each_value_is_told_with_its_source(self, world: World, http: httpx.AsyncClient) -> None:
        await http.post("/v1/policies/paths", json={"text": POLICY})
        header = await world.bearer(Role.AGENT, "desk", "a1")
        body = {"value": " شیراز ", "path": "phone", "agent_id": "a1"}
        [event] = (await http.put(f"/v1/customers/{ANN}/profile/city", json=body, headers=header)).json()["events"]
        assert event["event"]["value"] == "شیراز"
        other = body | {"agent_id": "a2"}
        says(await http.put(f"/v1/customers/{ANN}/profile/city", json=other, headers=header), 403, "forbidden")
        told = (await http.get(f"/v1/customers/{ANN}/profile")).json()
        city = told["fields"][0]
        assert (city["value"], city["actor"], city["path"], city["at"]) == (
            "شیراز", "agent:a1", "phone", "2026-01-05T12:00:00Z",
        )  # fmt: skip
        assert (told["filled"], told["share"], told["missing"]) == (1, 0.5, ["birth_date"])

    async def test_a_value_its_type_does_not_take_is_refused_and_a_blank_one_clears(
        self, world: World, http: httpx.AsyncClient
    ) -> None:
        await http.post("/v1/policies/paths", json={"text": POLICY})
        way = f"/v1/customers/{ANN}/profile/birth_date"
        says(await http.put(way, json={"value": "2/11/1984"}), 422, "invalid", "fields.birth_date")
        [event] = (await http.put(way, json={"value": "۱۹۸۴-۱۱-۰۲"})).json()["events"]
        assert event["event"]["value"] == "1984-11-02"
        world.clock.moment += timedelta(days=1)
        [event] = (await http.put(way, json={"value": " "})).json()["events"]
        assert event["event"]["is_cleared"] is True
        assert (await http.get(f"/v1/customers/{ANN}/profile")).json()["filled"] == 0
        then = {"at": "2026-01-05T12:00:00Z"}
        assert (await http.get(f"/v1/customers/{ANN}/profile", params=then)).json()["filled"] == 1
