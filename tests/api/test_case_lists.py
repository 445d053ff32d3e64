"""Cases as work over HTTP: lists with filters and pages, tasks of departments, the stream of what happens to them."""

from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest

from hub.api.feed import Subscription
from hub.api.open_interaction import CASES
from hub.api.stream_blocks import _past
from hub.api.topics import ALL, Topic, Topics
from hub.domain.access.events import Role
from hub.domain.agent.events import AgentSignedOn
from hub.domain.cases.events import CaseNoted, CaseOverdue, Severity
from hub.domain.customer.events import CustomerRegistered
from hub.domain.ids import agent_stream
from tests.api.asking import says
from tests.api.world import NOON, World

META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN, BOB = "customer-ab12", "customer-cd34"
FIRST, SECOND, THIRD = "case-ab12-1", "case-ab12-2", "case-cd34-1"


@pytest.fixture
async def work(world: World, http: httpx.AsyncClient) -> httpx.AsyncClient:
    """Three cases: hers is due in two days, her other one tomorrow, his has no time."""
    on = AgentSignedOn(**META, agent_id="ann", pool="main", name="Ann Moradi", skills={}, languages=(), capacity=100)
    world.write((ANN, CustomerRegistered(**META)), (BOB, CustomerRegistered(**META)), (agent_stream("ann"), on))
    bodies: list[tuple[str, dict[str, Any]]] = [
        (ANN, {"kind": "complaint", "subject": "a wrong bill", "owner": "ann", "due_at": "2026-01-07T12:00:00Z"}),
        (ANN, {"kind": "problem", "subject": "خط قطع است", "severity": 4, "due_at": "2026-01-06T12:00:00Z"}),
        (BOB, {"kind": "return", "subject": "a phone", "owner": "bob"}),
    ]
    for customer, body in bodies:
        assert (await http.post(f"/v1/customers/{customer}/cases", json=body)).status_code == 200
    for task in ({"department": "billing"}, {"department": "billing", "due_at": "2026-01-05T13:00:00Z"}):
        assert (await http.post(f"/v1/cases/{FIRST}/task", json=task)).status_code == 200
    return http


async def listed(http: httpx.AsyncClient, **asked: Any) -> list[str]:
    response = await http.get("/v1/cases", params=asked)
    assert response.status_code == 200, response.text
    return [one["case_id"] for one in response.json()["cases"]]


async def test_what_is_due_first_comes_first_with_what_it_is_about(work: httpx.AsyncClient) -> None:
    told = (await work.get("/v1/cases")).json()
    assert told["names"] == {"ann": "Ann Moradi"}
    assert [(one["case_id"], one["subject"], one["open_tasks"]) for one in told["cases"]] == [
        (SECOND, "خط قطع است", {}), (FIRST, "a wrong bill", {"billing": 2}), (THIRD, "a phone", {}),
    ]  # fmt: skip
    assert told["after"] is None
    assert (told["cases"][1]["customer_id"], told["cases"][1]["owner"]) == (ANN, "ann")
    assert not {"no"} & told["cases"][0].keys()


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"owner": "ann"}, [FIRST]), ({"owner": ""}, [SECOND]), ({"severity": 4}, [SECOND]),
        ({"kind": "return"}, [THIRD]), ({"department": "billing"}, [FIRST]), ({"department": "depot"}, []),
        ({"due_before": "2026-01-07T12:00:00Z"}, [SECOND]), ({"account": "account-1"}, []), ({"overdue": True}, []),
        ({"state": "settled"}, []), ({"state": "all"}, [SECOND, FIRST, THIRD]),
    ],
)  # fmt: skip
async def test_lists_can_be_narrowed(work: httpx.AsyncClient, asked: dict[str, Any], expected: list[str]) -> None:
    assert await listed(work, **asked) == expected


async def test_what_is_overdue_is_told_and_what_is_settled_leaves_the_list(
    world: World, work: httpx.AsyncClient
) -> None:
    world.clock.moment += timedelta(days=1)
    assert await listed(work, overdue=True) == [SECOND]
    assert (await work.get("/v1/cases")).json()["cases"][0]["overdue"] is True
    assert (await work.post(f"/v1/cases/{SECOND}/resolve", json={"resolution": "repaired"})).status_code == 200
    assert await listed(work) == [FIRST, THIRD]
    assert await listed(work, state="settled") == [SECOND]
    assert await listed(work, overdue=True) == []


async def test_pages_go_on_where_they_ended(work: httpx.AsyncClient) -> None:
    found: list[str] = []
    after: str | None = ""
    while after is not None:
        told = (await work.get("/v1/cases", params={"limit": 1, "after": after})).json()
        found, after = found + [one["case_id"] for one in told["cases"]], told["after"]
    assert found == [SECOND, FIRST, THIRD]
    says(await work.get("/v1/cases", params={"after": "x.y"}), 422, "invalid", "after")
    says(await work.get("/v1/cases/tasks", params={"after": "1"}), 422, "invalid", "after")
    says(await work.get("/v1/cases", params={"state": "lost"}), 422, "invalid", "state")


async def test_departments_see_what_they_have_to_do(work: httpx.AsyncClient) -> None:
    told = (await work.get("/v1/cases/tasks", params={"department": "billing"})).json()
    assert [(one["case_id"], one["task"], one["subject"], one["overdue"]) for one in told["tasks"]] == [
        (FIRST, 2, "a wrong bill", False), (FIRST, 1, "a wrong bill", False),
    ]  # fmt: skip
    assert (await work.get("/v1/cases/tasks", params={"department": "depot"})).json()["tasks"] == []
    end = {"task": 2, "outcome": "done"}
    assert (await work.post(f"/v1/cases/{FIRST}/end-task", json=end)).status_code == 200
    assert [one["task"] for one in (await work.get("/v1/cases/tasks")).json()["tasks"]] == [1]


def texts(subscription: Subscription) -> list[dict[str, Any]]:
    lines = subscription.take().decode().splitlines()
    return [orjson.loads(line.removeprefix("data: ")) for line in lines if line.startswith("data: ")]


async def test_the_stream_tells_of_a_case_and_of_all_cases_without_what_was_said(world: World) -> None:
    feed = world.feed
    one, every, both = (
        feed.subscribe(topics)
        for topics in ([Topic("case", FIRST)], [Topic("case", ALL)], [Topic("case", ALL), Topic("customer", BOB)])
    )
    for subscription in (one, every, both):
        feed.attach(subscription, feed.position)
    noted = [CaseNoted(**META, case_id=case, text="hers") for case in (FIRST, THIRD)]
    overdue = CaseOverdue(**META, case_id=FIRST, due_at=NOON, severity=Severity.HIGH, owner="ann")
    world.write((ANN, noted[0]), (BOB, noted[1]), (ANN, overdue), (ANN, CustomerRegistered(**META)))
    feed.views_at(feed.position)
    told = {name: texts(found) for name, found in (("one", one), ("every", every), ("both", both))}
    assert [(row["type"], row["event"].get("text")) for row in told["one"]] == [
        ("CaseNoted", "hers"),
        ("CaseOverdue", None),
    ]
    assert [row["event"].get("text") for row in told["every"]] == ["", "", None]
    assert [row["event"].get("text") for row in told["both"]] == ["", "hers", None]
    for subscription, expected in ((one, ["hers"]), (every, ["", ""]), (both, ["", "hers"])):
        read, _ = await _past(world.services, Topics(), subscription, 0)
        rows = [orjson.loads(line[6:]) for line in read.splitlines() if line.startswith(b"data: ")]
        assert [row["event"]["text"] for row in rows if row["type"] == "CaseNoted"] == expected


async def test_only_supervisors_follow_all_cases(world: World, http: httpx.AsyncClient) -> None:
    http.headers.update(await world.bearer(Role.AGENT, "desk", "ann"))
    says(await http.get("/v1/stream", params={"case": "*"}), 403, "forbidden")
    assert Topic("case", ALL) == CASES


async def test_satisfaction_is_asked_for_by_what_tells_it_apart(world: World, http: httpx.AsyncClient) -> None:
    path = "/v1/metrics/satisfaction?from=2026-01-01T00:00:00Z&by=queue&by=agent&queue=care&agent_id=ann"
    assert (await http.get(path)).json() == {"satisfaction": [{"queue": "care", "csat_mean": 4.5}]}
    start = NOON.replace(day=1, hour=0)
    assert world.views.asked[-1] == (start, None, ["queue", "agent"], {"queue": "care", "agent": "ann"})
    says(await http.get("/v1/metrics/satisfaction?by=mood"), 422, "invalid", "by.0")
    span = {"from": "2026-01-02T00:00:00Z", "to": "2026-01-02T00:00:00Z"}
    says(await http.get("/v1/metrics/satisfaction", params=span), 422, "invalid", "to")
    http.headers.update(await world.bearer(Role.AGENT))
    says(await http.get("/v1/metrics/satisfaction"), 403, "forbidden")
