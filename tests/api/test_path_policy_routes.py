"""Path policies are checked, compared, published and read by HTTP."""

import httpx

from hub.paths.policy.parsing import DEFAULT, load_path_policy
from tests.api.asking import says
from tests.api.world import World

TEXT = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
WRONG = TEXT + 'when = { purchases = { below = 1 } }\n[[segments]]\nname = "x"\nwhen = { kind = "B2X" }\n'


async def test_a_path_policy_is_published_read_and_kept(world: World, http: httpx.AsyncClient) -> None:
    before = (await http.get("/v1/policies/paths")).json()
    assert (before["published_at"], before["version"], before["text"]) == (None, load_path_policy().version, DEFAULT)
    body = {"text": TEXT, "note": "simpler", "expected_version": before["version"]}
    [event] = (await http.post("/v1/policies/paths", json=body)).json()["events"]
    assert (event["type"], event["stream"], event["event"]["actor"]) == (
        "PathPolicyPublished", "policy-paths", "operator:root",
    )  # fmt: skip
    assert (await http.post("/v1/policies/paths", json={"text": TEXT})).json() == {"events": []}
    now = (await http.get("/v1/policies/paths")).json()
    assert (now["text"], now["note"], now["published_at"]) == (TEXT, "simpler", "2026-01-05T12:00:00Z")
    [kept] = (await http.get("/v1/policies/paths/history")).json()["versions"]
    assert kept == {name: value for name, value in now.items() if name not in ("text", "findings")}
    for version in (now["version"], before["version"]):
        assert (await http.get(f"/v1/policies/paths/versions/{version}")).json()["version"] == version
    says(await http.post("/v1/policies/paths", json=body | {"text": DEFAULT}), 409, "refused")


async def test_mistakes_are_told_by_line_and_nothing_is_published(world: World, http: httpx.AsyncClient) -> None:
    for way in ("", "/diff"):
        told = says(await http.post("/v1/policies/paths" + way, json={"text": WRONG}), 422, "invalid", "text")
        assert [error["line"] for error in told["errors"]] == [8]  # type: ignore[attr-defined]
    nowhere = WRONG.replace("B2X", "B2B")
    told = says(await http.post("/v1/policies/paths", json={"text": nowhere}), 422, "invalid", "text")
    assert [error["line"] for error in told["errors"]] == [3]  # type: ignore[attr-defined]
    found = (await http.post("/v1/policies/paths/check", json={"text": nowhere})).json()
    assert found["ok"] is False
    assert {one["severity"] for one in found["findings"]} == {"error", "warning"}
    assert not [one for one in world.journal.log if one.stream == "policy-paths"]


async def test_a_diff_names_the_customers_who_would_stand_elsewhere(http: httpx.AsyncClient) -> None:
    told = (await http.post("/v1/policies/paths/diff", json={"text": TEXT})).json()
    assert told["before"] == load_path_policy().version
    assert {(one["before"], one["after"]) for one in told["standing"]} >= {("retention", "acquisition")}
