"""Policies are checked, compared, published and read by HTTP."""

import httpx

from tests.api.asking import says
from tests.api.world import World

POLICY = '[queues.care]\n[[rules]]\nqueue = "care"\n'


async def test_a_policy_is_published_read_and_kept(world: World, http: httpx.AsyncClient) -> None:
    before = (await http.get("/v1/policies/routing")).json()
    assert (before["published_at"], before["version"]) == (None, world.policies._starting.version)
    assert (await http.get("/v1/policies/routing/history")).json() == {"versions": []}
    body = {"text": POLICY, "note": "simpler", "waiting": True, "expected_version": before["version"]}
    first = await http.post("/v1/policies/routing", json=body)
    [event] = first.json()["events"]
    assert (event["type"], event["event"]["actor"], event["event"]["waiting"]) == (
        "PolicyPublished",
        "operator:root",
        True,
    )
    again = await http.post("/v1/policies/routing", json={"text": POLICY})
    assert again.json() == {"events": []}
    now = (await http.get("/v1/policies/routing")).json()
    assert all(set(one) == {"line", "severity", "field", "message"} for one in now["findings"])
    assert now["findings"]
    assert (now["text"], now["note"], now["published_at"]) == (POLICY, "simpler", "2026-01-05T12:00:00Z")
    [kept] = (await http.get("/v1/policies/routing/history")).json()["versions"]
    assert kept == {name: value for name, value in now.items() if name not in ("text", "findings")}
    for version in (now["version"], before["version"]):
        told = (await http.get(f"/v1/policies/routing/versions/{version}")).json()
        assert told["version"] == version
    says(await http.post("/v1/policies/routing", json=body | {"text": POLICY + "#"}), 409, "refused")


async def test_a_policy_with_mistakes_is_refused_with_every_line(world: World, http: httpx.AsyncClient) -> None:
    text = '[queues.care]\ncolour = 3\n[[rules]]\nqueue = "nowhere"\nskills = { cards = 9 }\n'
    for way in ("", "/diff"):
        told = says(await http.post("/v1/policies/routing" + way, json={"text": text}), 422, "invalid", "text")
        assert [error["line"] for error in told["errors"]] == [2, 4, 5]  # type: ignore[attr-defined]
    says(await http.post("/v1/policies/routing", json={"text": "= ="}), 422, "invalid", "text")
    found = (await http.post("/v1/policies/routing/check", json={"text": text})).json()
    assert found["ok"] is False
    assert [one["line"] for one in found["findings"]] == [2, 4, 5]
    assert not [one for one in world.journal.log if one.stream == "policy-routing"]


async def test_a_policy_is_checked_and_compared_without_effect(world: World, http: httpx.AsyncClient) -> None:
    length = len(world.journal.log)
    found = (await http.post("/v1/policies/routing/check", json={"text": POLICY})).json()
    assert found["ok"] is True
    assert all(one["severity"] != "error" for one in found["findings"])
    told = (await http.post("/v1/policies/routing/diff", json={"text": POLICY})).json()
    assert told["before"] == world.policies._starting.version
    assert told["routing"]
    assert len(world.journal.log) == length
