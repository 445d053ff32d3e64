"""Cases over HTTP: from opened to settled and how it was, in the customer's stream and in the account's."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.api.app import create_app
from hub.domain.access.events import Role
from hub.domain.account.events import AccountRegistered
from hub.domain.cases.events import CaseOpened
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered
from hub.domain.interaction.events import InteractionAbandoned
from tests.api.asking import signed_in
from tests.api.world import NOON, World

META = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
ANN, BOB, FIRM, CALL = "customer-ab12", "customer-cd34", "account-1", "interaction-1"
BILL = {"kind": "complaint", "subject": "a wrong bill", "text": "three times", "owner": "ann", "severity": 3}
CASE = "case-ab12-1"


@pytest.fixture
def world() -> World:
    world = World()
    firm = AccountRegistered(**META, kind="legal_id", value="1", segment="B2B", name="Saman")
    world.write((ANN, CustomerRegistered(**META)), (FIRM, firm), (CALL, InteractionAbandoned(**META)))
    return world


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    async with signed_in(world, Role.ADMIN, "root") as client:
        yield client


async def done(http: httpx.AsyncClient, path: str, **body: Any) -> list[tuple[str, str]]:
    response = await http.post(path, json=body)
    assert response.status_code == 200, response.text
    return [(one["type"], one["stream"]) for one in response.json()["events"]]


async def test_a_case_from_opened_to_settled_and_reopened(http: httpx.AsyncClient) -> None:
    opened = await done(http, f"/v1/customers/{ANN}/cases", **BILL, interaction_id=CALL, request_id="r-1")
    assert opened == [("CaseOpened", ANN), ("CaseInteractionAttached", ANN)]
    assert await done(http, f"/v1/customers/{ANN}/cases", **BILL, request_id="r-1") == []
    steps: list[tuple[str, dict[str, Any], str]] = [
        ("rate", {"severity": 4, "reason": "again"}, "CaseRated"),
        ("assign", {"owner": "bob"}, "CaseAssigned"),
        ("due", {"due_at": "2026-01-09T12:00:00Z"}, "CaseDueChanged"),
        ("note", {"text": "called back"}, "CaseNoted"),
        ("task", {"department": "billing", "text": "check"}, "CaseTaskGiven"),
        ("end-task", {"task": 1, "outcome": "done"}, "CaseTaskEnded"),
        ("detach", {"interaction_id": CALL}, "CaseInteractionDetached"),
        ("attach", {"interaction_id": CALL}, "CaseInteractionAttached"),
        ("resolve", {"resolution": "refunded", "text": "sorry"}, "CaseResolved"),
        ("reopen", {"reason": "no money"}, "CaseReopened"),
    ]
    for verb, body, kind in steps:
        assert await done(http, f"/v1/cases/{CASE}/{verb}", **body) == [(kind, ANN)], verb
    told = (await http.get(f"/v1/cases/{CASE}")).json()
    assert (told["severity"], told["owner"], told["open"], told["reopened"]) == (4, "bob", True, 1)
    assert (told["interactions"], told["tasks"][0]["outcome"], told["due_at"]) == ([CALL], "done", None)
    assert [one["type"] for one in told["history"]] == [
        "CaseOpened",
        "CaseInteractionAttached",
        *(k for *_, k in steps),
    ]
    assert told["history"][0]["event"]["text"] == "three times"


async def test_the_cases_of_a_customer_are_told_as_of_any_time(world: World, http: httpx.AsyncClient) -> None:
    await done(http, f"/v1/customers/{ANN}/cases", **BILL, due_at="2026-01-06T12:00:00Z")
    await world.clock.sleep(86_400 * 2)
    await done(http, f"/v1/cases/{CASE}/resolve", resolution="refunded")
    path = f"/v1/customers/{ANN}/cases"
    told = {}
    for at in ("2026-01-04", "2026-01-05", "2026-01-06", "2026-01-07"):
        cases = (await http.get(path, params={"at": f"{at}T12:00:00Z"})).json()["cases"]
        told[at] = [(one["case_id"], one["open"], one["overdue"]) for one in cases]
    assert list(told.values()) == [[], [(CASE, True, False)], [(CASE, True, True)], [(CASE, False, False)]]
    assert (await http.get(f"/v1/cases/{CASE}", params={"at": "2026-01-05T12:00:00Z"})).json()["open"] is True
    assert (await http.get(f"/v1/cases/{CASE}", params={"at": "2026-01-04T12:00:00Z"})).status_code == 404


async def test_the_account_is_told_that_there_is_a_case_and_no_more(world: World, http: httpx.AsyncClient) -> None:
    told = await done(http, f"/v1/customers/{ANN}/cases", **BILL, account_id=FIRM)
    assert told == [("CaseOpened", ANN), ("CaseOpened", FIRM)]
    copy = world.journal.log[-1].event
    assert isinstance(copy, CaseOpened)
    assert (copy.severity, copy.subject, copy.text) == (3, "", "")
    assert await done(http, f"/v1/cases/{CASE}/note", text="hers") == [("CaseNoted", ANN)]
    resolved = await done(http, f"/v1/cases/{CASE}/resolve", resolution="refunded", text="hers")
    assert resolved == [("CaseResolved", ANN), ("CaseResolved", FIRM)]
    assert "hers" not in world.journal.log[-1].event.model_dump_json()


@pytest.mark.parametrize(
    ("path", "body", "status", "told"),
    [
        (f"/v1/customers/{ANN}/cases", BILL | {"account_id": "account-2"}, 404, "no account account-2"),
        (f"/v1/customers/{ANN}/cases", BILL | {"account_id": "pool-main"}, 404, "no account pool-main"),
        (f"/v1/customers/{ANN}/cases", BILL | {"interaction_id": "interaction-2"}, 404, "no interaction"),
        (f"/v1/customers/{ANN}/cases", BILL | {"interaction_id": ANN}, 404, "no interaction"),
        (f"/v1/customers/{ANN}/cases", BILL | {"severity": 5}, 422, "severity"),
        (f"/v1/customers/{ANN}/cases", BILL | {"due_at": "2026-01-05T12:00:00Z"}, 422, "this time is over"),
        ("/v1/customers/customer-2/cases", BILL, 404, "no customer customer-2"),
        (f"/v1/customers/{FIRM}/cases", BILL, 404, "no customer"),
        ("/v1/cases/case-ab12-2/note", {"text": "x"}, 404, "no case case-ab12-2"),
        ("/v1/cases/nonsense/note", {"text": "x"}, 404, "no case nonsense"),
        (f"/v1/cases/{CASE}/attach", {"interaction_id": "interaction-2"}, 404, "no interaction interaction-2"),
        (f"/v1/cases/{CASE}/note", {"text": " "}, 422, "nothing to write down"),
        (f"/v1/cases/{CASE}/end-task", {"task": 1, "outcome": "done"}, 404, "has no task 1"),
    ],
)
async def test_what_can_not_be_is_refused(
    world: World, http: httpx.AsyncClient, path: str, body: dict[str, Any], status: int, told: str
) -> None:
    await done(http, f"/v1/customers/{ANN}/cases", **BILL)
    before = len(world.journal.log)
    response = await http.post(path, json=body)
    assert response.status_code == status, response.text
    assert told in response.json()["detail"]
    assert len(world.journal.log) == before


async def test_an_agent_acts_in_their_own_name(world: World, http: httpx.AsyncClient) -> None:
    http.headers.update(await world.bearer(Role.AGENT, "desk", "ann"))
    await done(http, f"/v1/customers/{ANN}/cases", **BILL, agent_id="ann")
    assert world.journal.log[-1].event.actor == "agent:ann"
    assert (await http.post(f"/v1/cases/{CASE}/note", json={"text": "x", "agent_id": "bob"})).status_code == 403
    http.headers.update(await world.bearer(Role.ADAPTER))
    assert (await http.get(f"/v1/cases/{CASE}")).status_code == 403


CAME = ContactReceived(
    **META, contact_id="c-1", channel=Channel.PHONE, address="+989121234567", sender="contact-centre", thread="t-1",
    purpose="service", service="", language="fa", subject="", text="", standing=Standing(), pool="main",
)  # fmt: skip
CSAT = {"kind": "csat", "about": CASE, "channel": "sms"}


async def test_a_survey_is_asked_once_and_answered_once(world: World, http: httpx.AsyncClient) -> None:
    world.write((ANN, CAME))
    await done(http, f"/v1/customers/{ANN}/cases", **BILL | {"kind": "problem"})
    first = (await http.post(f"/v1/customers/{ANN}/surveys", json=CSAT)).json()
    again = (await http.post(f"/v1/customers/{ANN}/surveys", json=CSAT)).json()
    told = ["SatisfactionAsked", "ContactSlotReserved"]
    assert ([one["type"] for one in first["events"]], first["not_asked"]) == (told, "")
    asked = first["events"][0]["event"]
    assert (asked["contact_id"], asked["thread"], asked["language"], asked["agent_id"]) == ("c-1", "", "fa", "ann")
    assert (again["events"], again["not_asked"]) == ([], "already")
    http.headers.update(await world.bearer(Role.ADAPTER))
    survey = asked["survey_id"]
    assert await done(http, f"/v1/surveys/{survey}/answer", score=4, comment="خوب") == [("SatisfactionRecorded", ANN)]
    assert await done(http, f"/v1/surveys/{survey}/answer", score=4, comment="خوب") == []
    assert (await http.post(f"/v1/surveys/{survey}/answer", json={"score": 5})).status_code == 409
    assert (await http.post(f"/v1/surveys/{survey}x/answer", json={"score": 5})).status_code == 404
    assert (await http.post("/v1/surveys/survey-ab12-2/answer", json={"score": 5})).status_code == 404


async def test_why_somebody_is_not_asked_is_told(world: World, http: httpx.AsyncClient) -> None:
    path = f"/v1/customers/{ANN}/surveys"
    await done(http, f"/v1/customers/{ANN}/cases", **BILL)

    async def why(**more: Any) -> str:
        response = await http.post(path, json=CSAT | more)
        assert response.status_code == 200, response.text
        return str(response.json()["not_asked"])

    assert await why() == "complaint"
    await done(http, f"/v1/cases/{CASE}/resolve", resolution="refunded")
    assert await why() == "unreachable"
    world.write((ANN, CAME))
    assert await why(channel="email") == "unreachable"
    no = {"kind": "phone", "value": "0912 123 4567", "channel": "sms", "purpose": "survey", "said": "denied"}
    assert (await http.post("/v1/consents", json=no | {"source": "call"})).status_code == 200
    assert await why() == "no_consent"
    assert await why(channel="phone") == ""
    assert await why(kind="nps", channel="phone") == "contacted"
    world.clock.moment += timedelta(days=1)
    assert await why(kind="nps", channel="phone") == ""
    await done(http, f"/v1/customers/{ANN}/cases", **BILL | {"kind": "request"})
    assert await why(about="case-ab12-2", channel="phone") == "capped"


@pytest.mark.parametrize(
    ("customer", "about", "status"),
    [(ANN, "case-ab12-2", 404), (ANN, "nonsense", 404), (ANN, CALL, 404), ("customer-2", CASE, 404), (BOB, CASE, 422)],
)
async def test_a_customer_is_asked_about_what_is_theirs(
    world: World, http: httpx.AsyncClient, customer: str, about: str, status: int
) -> None:
    world.write((BOB, CustomerRegistered(**META)))
    await done(http, f"/v1/customers/{ANN}/cases", **BILL)
    response = await http.post(f"/v1/customers/{customer}/surveys", json=CSAT | {"about": about})
    assert response.status_code == status, response.text


async def test_for_a_forgotten_customer_nothing_is_begun_and_what_is_open_can_be_settled(
    world: World, http: httpx.AsyncClient
) -> None:
    await done(http, f"/v1/customers/{ANN}/cases", **BILL, account_id=FIRM)
    world.write((ANN, CustomerForgotten(**META, reason="asked for it")))
    occasion = {"kind": "csat", "about": CASE, "channel": "sms"}
    assert (await http.post(f"/v1/customers/{ANN}/cases", json=BILL)).status_code == 409
    assert (await http.post(f"/v1/customers/{ANN}/surveys", json=occasion)).status_code == 409
    role = {"customer_id": ANN, "role": "owner"}
    assert (await http.post(f"/v1/accounts/{FIRM}/roles", json=role)).status_code == 409
    settled = await done(http, f"/v1/cases/{CASE}/resolve", resolution="closed")
    assert settled == [("CaseResolved", ANN), ("CaseResolved", FIRM)]


async def test_a_repeat_under_its_key_opens_no_second_case_after_a_restart_either(
    world: World, http: httpx.AsyncClient
) -> None:
    named = {"Idempotency-Key": "4711"}
    told = []
    for _ in range(2):
        anew = httpx.ASGITransport(create_app(world.services))
        async with httpx.AsyncClient(transport=anew, base_url="http://hub", headers=http.headers) as restarted:
            answer = await restarted.post(f"/v1/customers/{ANN}/cases", json=BILL, headers=named)
            assert answer.status_code == 200, answer.text
            told.append(answer.json()["events"])
    assert [one["type"] for one in told[0]] == ["CaseOpened"]
    assert told[1] == told[0]
    assert await done(http, f"/v1/customers/{ANN}/cases", **BILL) == [("CaseOpened", ANN)], (
        "without a key it is another"
    )
