"""The steward's lists after a search: each row as people's decisions since have left it."""

from typing import Any

import httpx

from hub.domain.customer.events import CustomerRegistered
from tests.api.world import META, World

WHY = {"reason": "seen both passports"}
THREE = ["customer-1", "customer-2", "customer-3"]


def searched(world: World, **lists: list[dict[str, Any]]) -> None:
    """A search has found these, of customers who are registered."""
    for stream in THREE:
        world.write((stream, CustomerRegistered(**META)))
    rows: dict[str, list[Any]] = {"proposals": [], "contradictions": [], "clusters": [], "shared": [], **lists}
    world.duplicates = {"position": 7, "customers": 3, "counts": {name: len(one) for name, one in rows.items()}, **rows}


async def told(http: httpx.AsyncClient, what: str) -> Any:
    return (await http.get("/v1/customers/duplicates", params={"what": what})).json()["duplicates"]


async def does(http: httpx.AsyncClient, method: str, path: str, **body: Any) -> Any:
    answer = await http.request(method, f"/v1/customers/{path}", json={**WHY, **body})
    assert answer.is_success, answer.text
    return answer.json()["events"]


async def test_of_a_contradiction_the_pairs_are_told_that_are_left(world: World, http: httpx.AsyncClient) -> None:
    searched(world, contradictions=[{"customers": THREE, "kinds": ["phone"], "reason": "different customer_number"}])
    one, two, three = THREE
    [row] = await told(http, "contradictions")
    assert [(pair["one"], pair["other"]) for pair in row["undecided"]] == [(one, two), (one, three), (two, three)]
    await does(http, "POST", f"{one}/cannot-links", customer_id=two)
    await does(http, "POST", f"{one}/links", customer_id=three)
    assert await told(http, "contradictions") == [], "who is one with the third is not the second either"
    await does(http, "DELETE", f"{one}/cannot-links/{two}")
    [row] = await told(http, "contradictions")
    assert [(pair["one"], pair["other"]) for pair in row["undecided"]] == [(one, two), (two, three)]


async def test_who_was_joined_is_told_as_far_as_they_still_are(world: World, http: httpx.AsyncClient) -> None:
    one, two, three = THREE
    searched(world)
    first, second = [
        (await does(http, "POST", f"{one}/links", customer_id=other))[0]["event"]["link_id"] for other in (two, three)
    ]
    streams = [{"customer_id": stream, "kind": ""} for stream in (one, two)]
    also = {"customer_id": three, "streams": [{"customer_id": three, "kind": ""}], "links": []}
    searched(world, clusters=[{"customer_id": one, "streams": streams, "links": []}, also])
    [row] = await told(http, "clusters")
    assert [link["link_id"] for link in row["links"]] == [first, second], "once, though found in two rows"
    await does(http, "DELETE", f"{one}/links/{first}")
    [row] = await told(http, "clusters")
    assert ([link["link_id"] for link in row["links"]], len(row["streams"])) == ([second], 2)
    await does(http, "DELETE", f"{one}/links/{second}")
    assert await told(http, "clusters") == []
    await does(http, "DELETE", f"{one}/cannot-links/{two}")
    again = (await does(http, "POST", f"{one}/links", customer_id=two))[0]["event"]["link_id"]
    assert [link["link_id"] for row in await told(http, "clusters") for link in row["links"]] == [again]


async def test_what_is_shared_no_longer_is_left_out(world: World, http: httpx.AsyncClient) -> None:
    looks = {"kind": "phone", "stream": "", "people": 4, "customers": THREE[1:]}
    said = {"kind": "", "stream": THREE[0], "people": None, "customers": []}
    searched(world, shared=[said, looks])
    assert await told(http, "shared") == [looks]
    await does(http, "PUT", f"{THREE[0]}/shared", shared=True)
    assert await told(http, "shared") == [said, looks]
