"""Who is one customer, over HTTP: said, shown and taken back."""

from typing import Any

import httpx
import pytest

from hub.api.open_interaction import STEWARD, Topic
from hub.domain.access.events import Role
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved, ProfileChanged
from hub.domain.ids import customer_id
from tests.api.asking import says
from tests.api.world import KEY, META, World

WHY = {"reason": "seen both passports"}
ALONE: dict[str, Any] = {
    "canonical_id": "customer-1",
    "asked_for": "customer-1",
    "members": [{"customer_id": "customer-1", "kind": ""}],
    "links": [],
    "kept_apart": [],
    "shared": [],
}
PHONE = customer_id(KEY, "phone", "+989121234567")
NUMBERS = [customer_id(KEY, "customer_number", number) for number in ("77", "78")]


def register(world: World, *streams: str) -> None:
    for stream in streams:
        world.write((stream, CustomerRegistered(**META)))


def identified(world: World) -> None:
    """A phone and two customer numbers, each seen once."""
    register(world, PHONE, *NUMBERS)
    seen = {PHONE: ("phone", "+989121234567"), NUMBERS[0]: ("customer_number", "77")}
    seen[NUMBERS[1]] = ("customer_number", "78")
    for stream, (kind, value) in seen.items():
        world.write((stream, IdentifierObserved(**META, kind=kind, value=value, verified=True)))


async def test_a_customer_whom_nothing_is_linked_with_is_told_alone(world: World, http: httpx.AsyncClient) -> None:
    register(world, "customer-1")
    told = (await http.get("/v1/customers/customer-1")).json()
    assert {name: told[name] for name in ("customer_id", *ALONE)} == {"customer_id": "customer-1", **ALONE}
    found = await http.get("/v1/customers?kind=phone&value=%2B982112345")
    assert found.json() == {**told, "also": []}


async def test_an_older_id_is_answered_with_the_canonical_one_and_says_so(
    world: World, http: httpx.AsyncClient
) -> None:
    register(world, "customer-1", "customer-2")
    linked = await http.post("/v1/customers/customer-2/links", json={"customer_id": "customer-1", **WHY})
    assert [one["type"] for one in linked.json()["events"]] == ["CustomersLinked"] * 2
    told = (await http.get("/v1/customers/customer-2")).json()
    assert (told["customer_id"], told["canonical_id"], told["asked_for"]) == ("customer-1", "customer-1", "customer-2")
    assert [one["customer_id"] for one in told["members"]] == ["customer-1", "customer-2"]
    [link] = told["links"]
    assert (link["rule"], link["actor"], link["causation"]) == ("by_hand", "operator:root", "command-1")
    assert "passports" not in str(told)
    links = (await http.get("/v1/customers/customer-2/links")).json()
    assert links == {name: told[name] for name in ALONE}


async def test_a_link_is_taken_away_once_and_a_person_may_lift_what_keeps_them_apart(
    world: World, http: httpx.AsyncClient
) -> None:
    register(world, "customer-1", "customer-2")
    body = {"customer_id": "customer-1", **WHY}
    link = (await http.post("/v1/customers/customer-2/links", json=body)).json()["events"][0]["event"]["link_id"]
    path = f"/v1/customers/customer-1/links/{link}"
    gone = await http.request("DELETE", path, json=WHY)
    assert {one["type"] for one in gone.json()["events"]} == {"CustomersUnlinked"}
    assert (await http.request("DELETE", path, json=WHY)).json() == {"events": []}
    told = (await http.get("/v1/customers/customer-1")).json()
    assert (told["members"], told["links"]) == (ALONE["members"], [])
    assert [(one["left"], one["right"]) for one in told["kept_apart"]] == [("customer-1", "customer-2")]
    says(await http.post("/v1/customers/customer-2/links", json=body), 409, "refused")
    lifted = await http.request("DELETE", "/v1/customers/customer-2/cannot-links/customer-1", json=WHY)
    assert {one["type"] for one in lifted.json()["events"]} == {"CannotLinkLifted"}
    assert len((await http.post("/v1/customers/customer-2/links", json=body)).json()["events"]) == 2


async def test_an_agent_links_with_the_evidence_and_a_steward_sees_it_and_takes_it_back(
    world: World, http: httpx.AsyncClient, ann: httpx.AsyncClient
) -> None:
    register(world, "customer-1", "customer-2")
    world.write(("customer-2", ProfileChanged(**META, name="Mina Karimi")))
    world.pool.held["ann"] = {"interaction-7": "customer-2"}
    linked = await ann.post("/v1/customers/customer-1/links", json={"customer_id": "customer-2", **WHY})
    [one, _] = [told["event"] for told in linked.json()["events"]]
    assert (one["rule"], one["actor"], one["correlation"], one["reason"]) == (
        "by_agent", "agent:ann", "interaction-7", WHY["reason"],
    )  # fmt: skip

    says(await ann.get("/v1/customers/links"), 403, "forbidden")
    listed = (await http.get("/v1/customers/links")).json()
    [row] = listed["links"]
    assert (row["link_id"], row["actor"], row["reason"], row["interaction_id"]) == (
        one["link_id"], "agent:ann", WHY["reason"], "interaction-7",
    )  # fmt: skip
    assert listed["who"]["customer-2"]["name"] == "Mina Karimi"
    assert (await http.get("/v1/customers/links?limit=1")).json()["before"] == row["position"]
    assert (await http.get(f"/v1/customers/links?before={row['position']}")).json()["links"] == []

    await http.request("DELETE", f"/v1/customers/customer-1/links/{row['link_id']}", json=WHY)
    assert (await http.get("/v1/customers/links")).json()["links"] == []


async def test_an_agent_overrules_neither_proof_nor_steward(
    world: World, http: httpx.AsyncClient, ann: httpx.AsyncClient
) -> None:
    identified(world)
    two = {"customer_id": NUMBERS[0], **WHY}
    refused = await ann.post(f"/v1/customers/{NUMBERS[1]}/links", json=two)
    assert says(refused, 409, "refused")["code"] == "proven-two"
    despite = await ann.post(f"/v1/customers/{NUMBERS[1]}/links", json=two | {"despite_conflict": True})
    says(despite, 422, "invalid", "despite_conflict")
    link = await http.post(f"/v1/customers/{PHONE}/links", json=two)
    path = f"/v1/customers/{PHONE}/links/{link.json()['events'][0]['event']['link_id']}"
    assert says(await ann.request("DELETE", path, json=WHY), 409, "refused")["code"] == "proven-one"
    says(await ann.request("DELETE", path, json=WHY | {"agent_id": "bob"}), 403, "forbidden")
    assert len((await http.request("DELETE", path, json=WHY)).json()["events"]) == 2


async def test_strong_identifiers_that_contradict_each_other_block_and_a_steward_decides(
    world: World, http: httpx.AsyncClient
) -> None:
    identified(world)
    adapter = await world.bearer(Role.ADAPTER, "crm")
    declared = {"customer_id": PHONE, "reason": "the CRM says so"}
    first = await http.post(f"/v1/customers/{NUMBERS[0]}/links", json=declared, headers=adapter)
    assert {(one["type"], one["event"]["rule"]) for one in first.json()["events"]} == {("CustomersLinked", "declared")}
    second = await http.post(f"/v1/customers/{NUMBERS[1]}/links", json=declared, headers=adapter)
    assert {one["type"] for one in second.json()["events"]} == {"LinkBlocked"}

    waiting = (await http.get("/v1/customers/conflicts")).json()
    [conflict] = waiting["conflicts"]
    assert waiting["after"] is None
    assert {conflict["left"], conflict["right"]} == set(waiting["who"]) == {NUMBERS[1], PHONE}
    assert [one["value"] for one in waiting["who"][NUMBERS[1]]["identifiers"]] == ["78"]
    assert (conflict["because"], conflict["actor"]) == ("conflict", "adapter:crm")
    assert {one["customer_id"] for one in conflict["between"]} == set(NUMBERS)
    page = (await http.get("/v1/customers/conflicts?limit=1")).json()
    assert page["after"] == conflict["position"]
    assert (await http.get(f"/v1/customers/conflicts?limit=1&after={page['after']}")).json()["conflicts"] == []

    hand = {"customer_id": PHONE, **WHY}
    says(await http.post(f"/v1/customers/{NUMBERS[1]}/links", json=hand), 409, "refused")
    await http.post(f"/v1/customers/{NUMBERS[1]}/links", json={**hand, "despite_conflict": True})
    assert (await http.get("/v1/customers/conflicts")).json()["conflicts"] == []
    overruled = await http.post(
        f"/v1/customers/{NUMBERS[1]}/links", json={**declared, "despite_conflict": True}, headers=adapter
    )
    says(overruled, 422, "invalid", "despite_conflict")


async def test_keeping_apart_and_sharing_are_said_and_repeated(world: World, http: httpx.AsyncClient) -> None:
    register(world, "customer-1", "customer-2")
    apart = {"customer_id": "customer-2", **WHY}
    first = await http.post("/v1/customers/customer-1/cannot-links", json=apart)
    assert {one["type"] for one in first.json()["events"]} == {"CannotLinkStated"}
    assert (await http.post("/v1/customers/customer-1/cannot-links", json=apart)).json() == {"events": []}
    for shared, kind in ((True, "IdentifierShared"), (False, "IdentifierUnshared")):
        body = {"shared": shared, **WHY}
        said = await http.put("/v1/customers/customer-1/shared", json=body)
        assert [one["type"] for one in said.json()["events"]] == [kind]
        assert (await http.put("/v1/customers/customer-1/shared", json=body)).json() == {"events": []}
        told = (await http.get("/v1/customers/customer-1")).json()
        assert told["shared"] == (["customer-1"] if shared else [])


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "links", {"customer_id": "customer-2"}, "reason"),
        ("POST", "links", {"customer_id": "customer-2", "reason": ""}, "reason"),
        ("POST", "links", WHY, "customer_id"),
        ("POST", "links", {"customer_id": "customer-1", **WHY}, "customer_id"),
        ("DELETE", "links/link-1", {}, "reason"),
        ("POST", "cannot-links", WHY, "customer_id"),
        ("DELETE", "cannot-links/customer-2", {}, "reason"),
        ("PUT", "shared", WHY, "shared"),
    ],
)
async def test_what_is_missing_is_named(
    world: World, http: httpx.AsyncClient, method: str, path: str, body: dict[str, str], field: str
) -> None:
    register(world, "customer-1", "customer-2")
    says(await http.request(method, f"/v1/customers/customer-1/{path}", json=body), 422, "invalid", field)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "customer-1/links", {"customer_id": "customer-9", **WHY}),
        ("POST", "agent-1/links", {"customer_id": "customer-1", **WHY}),
        ("DELETE", "customer-1/links/link-9", WHY),
        ("PUT", "customer-9/shared", {"shared": True, **WHY}),
    ],
)
async def test_who_is_not_there_is_not_found(
    world: World, http: httpx.AsyncClient, method: str, path: str, body: dict[str, Any]
) -> None:
    register(world, "customer-1")
    says(await http.request(method, f"/v1/customers/{path}", json=body), 404, "not-found")


PROPOSED = {"one": "customer-1", "other": "customer-2", "rule": "names and birth date", "score": 1.0,
            "agreeing": ["names", "birth_date"], "against": []}  # fmt: skip


def found(*proposals: dict[str, Any], position: int = 7) -> dict[str, Any]:
    """What a search prints."""
    lists: dict[str, list[Any]] = {"proposals": list(proposals), "contradictions": [], "clusters": [], "shared": []}
    counts = {name: len(rows) for name, rows in lists.items()}
    return {"position": position, "customers": 9, "counts": counts, **lists}


async def test_who_is_in_the_books_twice_is_told_page_by_page(world: World, http: httpx.AsyncClient) -> None:
    register(world, "customer-1", "customer-2", "customer-3")
    world.write(("customer-1", ProfileChanged(**META, name="Mina Karimi")))
    world.duplicates = found(PROPOSED, PROPOSED | {"other": "customer-3", "score": 0.9})

    first = (await http.get("/v1/customers/duplicates?limit=1")).json()
    assert first["duplicates"] == [PROPOSED]
    assert (first["count"], first["customers"], first["position"], first["after"]) == (2, 9, 7, "7-1")
    assert set(first["who"]) == {"customer-1", "customer-2"}
    assert first["who"]["customer-1"]["name"] == "Mina Karimi"
    last = (await http.get(f"/v1/customers/duplicates?limit=1&after={first['after']}")).json()
    assert ([row["other"] for row in last["duplicates"]], last["after"]) == (["customer-3"], None)
    assert (await http.get("/v1/customers/duplicates?what=shared")).json()["duplicates"] == []


@pytest.mark.parametrize("path", ["links", "cannot-links"])
async def test_what_was_decided_since_the_search_is_left_out(world: World, http: httpx.AsyncClient, path: str) -> None:
    register(world, "customer-1", "customer-2")
    world.duplicates = found(PROPOSED)
    assert len((await http.get("/v1/customers/duplicates")).json()["duplicates"]) == 1
    await http.post(f"/v1/customers/customer-2/{path}", json={"customer_id": "customer-1", **WHY})
    assert (await http.get("/v1/customers/duplicates")).json()["duplicates"] == []


async def test_a_search_is_kept_until_a_new_one_is_asked_for(world: World, http: httpx.AsyncClient) -> None:
    register(world, "customer-1", "customer-2")
    says(await http.get("/v1/customers/duplicates"), 503, "unavailable")
    world.duplicates = found(PROPOSED)
    assert (await http.get("/v1/customers/duplicates")).json()["position"] == 7
    world.duplicates = found(position=8)
    assert (await http.get("/v1/customers/duplicates")).json()["position"] == 7
    assert (await http.get("/v1/customers/duplicates?fresh=true")).json()["position"] == 8
    says(await http.get("/v1/customers/duplicates?after=7-1"), 422, "invalid", "after")
    says(await http.get("/v1/customers/duplicates?after=somewhere"), 422, "invalid", "after")
    says(await http.get("/v1/customers/duplicates?what=nothing"), 422, "invalid", "what")


async def test_the_list_of_duplicates_is_for_supervisors(world: World, http: httpx.AsyncClient) -> None:
    world.duplicates = found()
    for role, status in ((Role.AGENT, 403), (Role.ADAPTER, 403), (Role.SUPERVISOR, 200)):
        got = await http.get("/v1/customers/duplicates", headers=await world.bearer(role))
        assert got.status_code == status


async def test_the_steward_hears_of_every_link_and_nothing_of_the_evidence(
    world: World, http: httpx.AsyncClient
) -> None:
    identified(world)
    follows = world.feed.subscribe([STEWARD])
    hers = world.feed.subscribe([STEWARD, Topic("customer", PHONE)])
    for subscription in (follows, hers):
        world.feed.attach(subscription, world.feed.position)
    linked = await http.post(f"/v1/customers/{PHONE}/links", json={"customer_id": NUMBERS[0], **WHY})
    assert linked.status_code == 200
    world.feed.views_at(world.feed.position)
    told, more = (one.take().decode() for one in (follows, hers))
    assert told.count("event: CustomersLinked") == 2
    assert "passports" not in told
    assert more.count("passports") == 1, "what was said of the customer whom they follow by name"
    says(await http.get("/v1/stream?steward=me"), 422, "invalid", "steward")
    http.headers.update(await world.bearer(Role.AGENT, "desk", "ann"))
    says(await http.get("/v1/stream?steward=*"), 403, "forbidden")
