import asyncio
import logging
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx
import pytest

from hub.api.rows import ContactFact
from hub.bus.connection import BusError
from hub.domain.access.events import Role
from hub.domain.agent.decide import sign_on
from hub.domain.agent.events import Agent, AgentState, Shift
from hub.domain.contact import Attachment, Channel, ConversationEvent, Identifier, Standing
from hub.domain.customer.events import ContactReceived, ContactSent, CustomerRegistered
from hub.domain.errors import ConflictError, ContactConflictError, InvalidError, NotFoundError, RefusedError
from hub.domain.ids import consult_id
from hub.journal.errors import StoreError, StoreInUseError
from hub.ports import ContactRow
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import (
    Accept,
    Assign,
    ChangeCapacity,
    ChangeSkills,
    ChangeState,
    CompleteTransfer,
    CompleteWrapUp,
    Conference,
    Consult,
    Decline,
    End,
    Hold,
    Join,
    Leave,
    MissCallback,
    Move,
    Park,
    PlanShifts,
    Prioritise,
    PullBack,
    Resume,
    SetIntake,
    SignOff,
    SignOn,
    Transfer,
    Unpark,
)
from tests.api.world import META, NOON, FakeEstimate, World

CONTACT = {"id": "c-1", "path": {"channel": "phone", "address": "+982112345"}, "occurred_at": "2026-01-05T12:00:00Z"}
ACCEPT = {"agent_id": "a1"}
REPORT = {
    "id": "e-1",
    "channel": "phone",
    "thread": "t",
    "signal": "customer_left",
    "occurred_at": "2026-01-05T12:00:00Z",
}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def http(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(world.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://hub") as client:
        client.headers.update(await world.bearer(Role.ADMIN, "root"))
        yield client


def says(response: httpx.Response, status: int, slug: str, field: str = "") -> dict[str, object]:
    """It is a problem of that kind, blaming that field."""
    told = response.json()
    assert response.status_code == status, told
    assert response.headers["content-type"] == "application/problem+json"
    assert told["type"] == f"urn:hub:problem:{slug}"
    assert told["status"] == status
    assert told["title"]
    assert told["detail"]
    assert told.get("field", "") == field
    return told


async def test_a_contact_is_created_and_its_repeat_is_told_as_one(world: World, http: httpx.AsyncClient) -> None:
    http.headers.update(await world.bearer(Role.ADAPTER, "pbx"))
    first, again = await http.post("/v1/contacts", json=CONTACT), await http.post("/v1/contacts", json=CONTACT)
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == {"id": "c-1", "status": "accepted", "customer_id": "customer-1", "duplicate": False}
    assert again.json() == first.json() | {"duplicate": True}
    assert world.intake.taken[0][0].path.address == "+982112345"
    assert world.intake.taken[0][1] == "adapter:pbx"


async def test_a_refused_contact_says_why_and_where(world: World, http: httpx.AsyncClient) -> None:
    world.intake.error = InvalidError("no such number", "path.address")
    told = says(await http.post("/v1/contacts", json=CONTACT), 422, "invalid", "path.address")
    assert told["detail"] == "no such number"
    world.intake.error = ContactConflictError("c-1")
    says(await http.post("/v1/contacts", json=CONTACT), 409, "contact-conflict", "id")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        (CONTACT | {"id": ""}, "id"),
        (CONTACT | {"path": {"channel": "telepathy"}}, "path.channel"),
        (CONTACT | {"occurred_at": "2026-01-05T12:00:00"}, "occurred_at"),
        (CONTACT | {"shoe_size": 43}, "shoe_size"),
        (CONTACT | {"identifiers": [{"kind": "phone", "value": ""}]}, "identifiers.0.value"),
        (CONTACT | {"attachments": [{"uri": "s3://files/1", "size": 10**30}]}, "attachments.0.size"),
        (CONTACT | {"declared": {"segment": "vip-typo"}}, "declared.segment"),
        (CONTACT | {"declared": {"lifecycle_stage": "Retention"}}, "declared.lifecycle_stage"),
        (CONTACT | {"declared": {"value_tier": "Very High"}}, "declared.value_tier"),
        (CONTACT | {"declared": {"value_tier": "x" * 33}}, "declared.value_tier"),
    ],
)
async def test_an_invalid_contact_names_the_field(http: httpx.AsyncClient, body: object, field: str) -> None:
    says(await http.post("/v1/contacts", json=body), 422, "invalid", field)


async def test_a_contact_may_declare_what_the_hub_knows_or_nothing(world: World, http: httpx.AsyncClient) -> None:
    full = {"segment": "B2G", "value_tier": "very-high_2", "lifecycle_stage": "lapsed"}
    for number, declared in enumerate((full, dict.fromkeys(full, ""), {})):
        body = CONTACT | {"id": f"d-{number}", "declared": declared}
        assert (await http.post("/v1/contacts", json=body)).status_code == 201
    assert world.intake.taken[0][0].declared.model_dump(include=set(full)) == full


async def test_a_customer_who_left_is_reported_and_answered_as_the_bus_would(
    world: World, http: httpx.AsyncClient
) -> None:
    http.headers.update(await world.bearer(Role.ADAPTER, "pbx"))
    response = await http.post("/v1/conversations", json=REPORT)
    assert response.status_code == 200
    assert response.json() == {
        "id": "e-1",
        "status": "accepted",
        "customer_id": "",
        "duplicate": False,
        "reason": "nothing is open in thread 't'",
        "field": "",
    }
    assert world.intake.reported == [ConversationEvent.model_validate(REPORT)]
    world.intake.error = PoolUnavailableError("recovering: ask again")
    says(await http.post("/v1/conversations", json=REPORT), 503, "unavailable")


FACT = {
    "address": "+982112345",
    "sender": "contact-centre",
    "identifiers": (Identifier(kind="email", value="a@b.example", verified=True),),
    "thread": "t",
    "purpose": "service",
    "service": "cards",
    "language": "fa",
    "subject": "my card",
    "attachments": (Attachment(uri="s3://files/1", name="card.png"),),
    "standing": Standing(segment="B2B"),
}


async def test_a_contact_is_told_whole(world: World, http: httpx.AsyncClient) -> None:
    meta = META | {"actor": "adapter:pbx"}
    first = ContactReceived(**meta, **FACT, contact_id="c/1", channel=Channel.PHONE, text="lost", pool="main")
    reply = ContactSent(**meta, **FACT, contact_id="c-2", channel=Channel.EMAIL, text="blocked")
    world.write(("customer-1", CustomerRegistered(**META)), ("customer-1", first), ("customer-1", reply))
    for contact_id in ("c/1", "c-2"):
        world.journal.rows[contact_id] = ContactRow(contact_id, "customer-1", b"")
    received, sent = (await http.get("/v1/contacts/c%2F1")).json(), (await http.get("/v1/contacts/c-2")).json()
    assert ContactFact.model_validate(received, extra="forbid").model_dump(mode="json") == received
    assert (received["contact_id"], received["direction"], received["text"]) == ("c/1", "inbound", "lost")
    assert (sent["contact_id"], sent["direction"], sent["text"]) == ("c-2", "outbound", "blocked")
    assert (received["customer_id"], received["position"]) == ("customer-1", len(world.journal.log) - 1)
    assert received["at"] == received["recorded_at"] == "2026-01-05T12:00:00Z"
    assert received["identifiers"] == [{"kind": "email", "value": "a@b.example", "verified": True}]
    assert received["attachments"][0]["uri"] == "s3://files/1"
    assert received["standing"]["segment"] == "B2B"
    says(await http.get("/v1/contacts/c-9"), 404, "not-found")
    own, other = await world.bearer(Role.ADAPTER, "pbx"), await world.bearer(Role.ADAPTER, "mail")
    assert (await http.get("/v1/contacts/c-2", headers=own)).json() == sent
    says(await http.get("/v1/contacts/c-2", headers=other), 404, "not-found")


async def test_all_invalid_fields_are_listed(http: httpx.AsyncClient) -> None:
    told = says(await http.post("/v1/contacts", json=CONTACT | {"id": "", "x": 1}), 422, "invalid", "id")
    assert [error["field"] for error in told["errors"]] == ["id", "x"]  # type: ignore[attr-defined]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[]", b'"x"'])
async def test_a_body_that_is_no_json_object_is_invalid(http: httpx.AsyncClient, body: bytes) -> None:
    says(await http.post("/v1/contacts", content=body), 422, "invalid")


async def test_a_body_beyond_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/contacts", content=b" " * 1_000_001), 413, "too-large")


WORK = "/v1/interactions/interaction-1"


def hour(of_day: int) -> datetime:
    return NOON.replace(hour=of_day)


COMMANDS = [
    (
        "POST",
        "/v1/offers/offer-1-1/accept",
        ACCEPT,
        Accept(NOON, "command-1", "operator:root", "a1", "offer-1-1"),
    ),
    (
        "POST",
        "/v1/offers/offer-1-1/decline",
        ACCEPT | {"reason": "busy"},
        Decline(NOON, "command-1", "operator:root", "a1", "offer-1-1", "busy"),
    ),
    (
        "POST",
        "/v1/interactions/interaction-1/end",
        ACCEPT,
        End(NOON, "command-1", "operator:root", "a1", "interaction-1"),
    ),
    (
        "POST",
        "/v1/interactions/interaction-1/wrap-up",
        ACCEPT | {"code": "solved"},
        CompleteWrapUp(NOON, "command-1", "operator:root", "a1", "interaction-1", "solved"),
    ),
    (
        "POST",
        "/v1/agents/a1/sign-on",
        {"name": "Ann", "skills": {"cards": 3}, "languages": ["en"], "capacity": 200},
        SignOn(NOON, "command-1", "operator:root", "a1", "Ann", {"cards": 3}, ("en",), 200),
    ),
    (
        "PUT",
        "/v1/agents/a1/state",
        {"state": "away", "reason": "lunch"},
        ChangeState(NOON, "command-1", "operator:root", "a1", AgentState.AWAY, "lunch"),
    ),
    (
        "POST",
        "/v1/agents/a1/sign-off",
        {"reason": "home"},
        SignOff(NOON, "command-1", "operator:root", "a1", "home"),
    ),
    (
        "POST",
        "/v1/agents/a1/sign-off",
        {"reason": "ill", "forced": True},
        SignOff(NOON, "command-1", "operator:root", "a1", "ill", forced=True),
    ),
    (
        "POST",
        "/v1/agents/a2/sign-on",
        {"attributes": {"site": "Tehran"}, "ceilings": {"web": 3}, "units": {"email": 50}},
        SignOn(
            NOON,
            "command-1",
            "operator:root",
            "a2",
            "a2",
            {},
            (),
            100,
            {"site": "Tehran"},
            {"web": 3},
            {"email": 50},
        ),
    ),
    (
        "PUT",
        "/v1/agents/a1/skills",
        {"skills": {"cards": 5}, "languages": ["fa"], "attributes": {"site": "Shiraz"}},
        ChangeSkills(NOON, "command-1", "operator:root", "a1", {"cards": 5}, ("fa",), {"site": "Shiraz"}),
    ),
    (
        "PUT",
        "/v1/agents/a1/capacity",
        {"capacity": 50, "ceilings": {"phone": 0}, "units": {"web": 10}},
        ChangeCapacity(NOON, "command-1", "operator:root", "a1", 50, {"phone": 0}, {"web": 10}),
    ),
    (
        "PUT",
        "/v1/agents/a1/shifts",
        {
            "start": "2026-01-05T11:30:00+03:30",
            "end": "2026-01-05T16:00:00Z",
            "shifts": [
                {"start": "2026-01-05T08:00:00Z", "end": "2026-01-05T12:00:00Z"},
                {"start": "2026-01-05T12:00:00Z", "end": "2026-01-05T13:00:00Z", "state": "away", "reason": "lunch"},
            ],
        },
        PlanShifts(
            NOON,
            "command-1",
            "operator:root",
            "a1",
            hour(8),
            hour(16),
            (
                Shift(start=hour(8), end=hour(12)),
                Shift(start=hour(12), end=hour(13), state=AgentState.AWAY, reason="lunch"),
            ),
        ),
    ),
    (
        "POST",
        "/v1/offers/offer-1-1/decline",
        ACCEPT | {"busy": True},
        Decline(NOON, "command-1", "operator:root", "a1", "offer-1-1", busy=True),
    ),
    ("POST", f"{WORK}/hold", ACCEPT, Hold(NOON, "command-1", "operator:root", "a1", "interaction-1")),
    ("POST", f"{WORK}/resume", ACCEPT, Resume(NOON, "command-1", "operator:root", "a1", "interaction-1")),
    ("POST", f"{WORK}/park", ACCEPT, Park(NOON, "command-1", "operator:root", "a1", "interaction-1")),
    (
        "POST",
        f"{WORK}/park",
        ACCEPT | {"until": "2026-01-05T19:30:00+03:30", "reason": "waits for papers"},
        Park(NOON, "command-1", "operator:root", "a1", "interaction-1", hour(16), "waits for papers"),
    ),
    ("POST", f"{WORK}/unpark", ACCEPT, Unpark(NOON, "command-1", "operator:root", "a1", "interaction-1")),
    (
        "POST",
        f"{WORK}/transfer",
        ACCEPT | {"queue": "billing", "reason": "an invoice"},
        Transfer(NOON, "command-1", "operator:root", "a1", "interaction-1", "billing", "", "an invoice"),
    ),
    (
        "POST",
        f"{WORK}/transfer",
        ACCEPT | {"to_agent": "bob"},
        Transfer(NOON, "command-1", "operator:root", "a1", "interaction-1", "", "bob"),
    ),
    (
        "POST",
        f"{WORK}/complete-transfer",
        ACCEPT | {"reason": "knows more"},
        CompleteTransfer(NOON, "command-1", "operator:root", "a1", "interaction-1", "knows more"),
    ),
    ("POST", f"{WORK}/conference", ACCEPT, Conference(NOON, "command-1", "operator:root", "a1", "interaction-1")),
    (
        "POST",
        f"{WORK}/callback-missed",
        ACCEPT | {"outcome": "busy"},
        MissCallback(NOON, "command-1", "operator:root", "a1", "interaction-1", "busy"),
    ),
    (
        "POST",
        f"{WORK}/assign",
        ACCEPT | {"reason": "she knows them"},
        Assign(NOON, "command-1", "operator:root", "interaction-1", "a1", "she knows them"),
    ),
    (
        "POST",
        f"{WORK}/move",
        {"queue": "billing", "reason": "empty there"},
        Move(NOON, "command-1", "operator:root", "interaction-1", "billing", "empty there"),
    ),
    (
        "POST",
        f"{WORK}/prioritise",
        {"priority": 9},
        Prioritise(NOON, "command-1", "operator:root", "interaction-1", 9),
    ),
    (
        "POST",
        f"{WORK}/prioritise",
        {"credit_seconds": -60},
        Prioritise(NOON, "command-1", "operator:root", "interaction-1", None, -60.0),
    ),
    (
        "POST",
        f"{WORK}/pull-back",
        {"reason": "too long"},
        PullBack(NOON, "command-1", "operator:root", "interaction-1", "too long"),
    ),
    (
        "POST",
        f"{WORK}/join",
        {"agent_id": "boss", "mode": "coach"},
        Join(NOON, "command-1", "operator:root", "interaction-1", "boss", "coach"),
    ),
    (
        "POST",
        f"{WORK}/leave",
        {"agent_id": "boss"},
        Leave(NOON, "command-1", "operator:root", "interaction-1", "boss"),
    ),
    (
        "PUT",
        "/v1/queues/care/intake",
        {"intake": "paused", "reason": "fire drill"},
        SetIntake(NOON, "command-1", "operator:root", "care", "paused", "", "fire drill"),
    ),
    (
        "PUT",
        "/v1/queues/care/intake",
        {"intake": "draining", "to": "sales"},
        SetIntake(NOON, "command-1", "operator:root", "care", "draining", "sales"),
    ),
]


@pytest.mark.parametrize(("method", "path", "body", "command"), COMMANDS, ids=lambda value: str(value)[:40])
async def test_a_command_reaches_the_pool_and_answers_with_its_events(
    world: World, http: httpx.AsyncClient, *, method: str, path: str, body: object, command: object
) -> None:
    response = await http.request(method, path, json=body)
    assert response.status_code == 200, response.text
    assert world.pool.commands == [command]
    [event] = response.json()["events"]
    assert (event["type"], event["stream"], event["version"]) == ("OfferAccepted", "interaction-1", 3)
    assert event["event"]["at"] == "2026-01-05T12:00:00Z"


@pytest.mark.parametrize(
    ("error", "status", "slug"),
    [
        (NotFoundError("there is no offer"), 404, "not-found"),
        (RefusedError("no longer open"), 409, "refused"),
        (ConflictError("interaction-1"), 409, "conflict"),
        (PoolUnavailableError("recovering: ask again"), 503, "unavailable"),
        (RuntimeError("secret detail"), 500, "internal"),
    ],
)
async def test_what_a_command_fails_with_gets_its_status(
    world: World, http: httpx.AsyncClient, error: Exception, status: int, slug: str
) -> None:
    world.pool.error = error
    response = await http.post("/v1/offers/offer-1-1/accept", json=ACCEPT)
    told = says(response, status, slug)
    assert "secret" not in response.text
    assert status == 500 or told["detail"] == str(error)
    assert ("retry-after" in response.headers) == (status == 503)


@pytest.mark.parametrize(
    "error",
    [StoreError("event store /var/lib/hub/events.sqlite: disk full"), BusError("NATS at nats://10.0.0.7:4222 is gone")],
)
async def test_a_store_or_bus_that_fails_is_for_later_and_names_no_place(
    world: World, http: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    world.intake.error = error
    with caplog.at_level(logging.WARNING):
        response = await http.post("/v1/contacts", json=CONTACT)
    says(response, 503, "unavailable")
    assert response.headers["retry-after"] == "1"
    assert "/var" not in response.text
    assert "nats:" not in response.text
    assert str(error) in caplog.text


async def test_a_failure_of_the_hubs_own_is_told_without_detail(world: World, http: httpx.AsyncClient) -> None:
    world.pool.error = StoreInUseError("/var/lib/hub is in use")
    response = await http.post("/v1/offers/offer-1-1/accept", json=ACCEPT)
    says(response, 500, "internal")
    assert "/var" not in response.text


async def test_an_error_nobody_foresaw_in_a_query_is_a_problem_too(world: World, http: httpx.AsyncClient) -> None:
    async def broken() -> None:
        raise RuntimeError("secret detail")

    world.views.queues = broken  # type: ignore[assignment, method-assign]
    response = await http.get("/v1/queues")
    says(response, 500, "internal")
    assert "secret" not in response.text


@pytest.mark.parametrize(
    ("method", "path", "body", "field"),
    [
        ("POST", "/v1/offers/o/accept", {}, "agent_id"),
        ("POST", "/v1/offers/o/accept", {"agent_id": ""}, "agent_id"),
        ("POST", "/v1/interactions/i/wrap-up", {"agent_id": "a1"}, "code"),
        ("PUT", "/v1/agents/a1/state", {"state": "asleep"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "not_answering"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "gone"}, "state"),
        ("PUT", "/v1/agents/a1/state", {"state": "signed_off"}, "state"),
        ("POST", "/v1/agents/a1/sign-off", {"force": True}, "force"),
        ("PUT", "/v1/queues/care/intake", {"intake": "open", "from": "x"}, "from"),
        ("POST", "/v1/agents/a1/sign-on", {"ceilings": {"web": 1001}}, "ceilings.web"),
        ("POST", "/v1/agents/a1/sign-on", {"units": {"web": 0}}, "units.web"),
        ("PUT", "/v1/agents/a1/skills", {"skills": {"cards": 0}}, "skills.cards"),
        ("PUT", "/v1/agents/a1/shifts", {"start": "2026-01-05T08:00:00", "end": "2026-01-05T09:00:00Z"}, "start"),
        ("POST", "/v1/interactions/i/park", {"agent_id": "a1", "until": "soon"}, "until"),
        ("POST", "/v1/interactions/i/park", {"agent_id": "a1", "until": "0001-01-01T00:00:00+10:00"}, "until"),
        ("POST", "/v1/interactions/i/transfer", {"agent_id": "a1"}, "queue"),
        ("POST", "/v1/interactions/i/transfer", {"agent_id": "a1", "queue": "q", "to_agent": "b"}, "queue"),
        ("POST", "/v1/interactions/i/consult", {"agent_id": "a1"}, "queue"),
        ("POST", "/v1/interactions/i/callback-missed", {"agent_id": "a1", "outcome": "asleep"}, "outcome"),
        ("POST", "/v1/interactions/i/prioritise", {}, "priority"),
        ("POST", "/v1/interactions/i/prioritise", {"priority": 1, "credit_seconds": 5}, "priority"),
        ("POST", "/v1/interactions/i/join", {"agent_id": "boss", "mode": "whisper"}, "mode"),
        ("POST", "/v1/interactions/i/move", {"queue": ""}, "queue"),
        ("PUT", "/v1/queues/care/intake", {"intake": "closed"}, "intake"),
        ("PUT", "/v1/queues/care/intake", {"intake": "draining"}, "to"),
        ("PUT", "/v1/queues/care/intake", {"intake": "open", "to": "sales"}, "to"),
        ("POST", "/v1/policies/routing", {"text": ""}, "text"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 10**30}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 10_001}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"capacity": 0}, "capacity"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": 6}}, "skills.cards"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": 10**30}}, "skills.cards"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {str(n): 1 for n in range(101)}}, "skills"),
        ("POST", "/v1/agents/a1/sign-on", {"languages": ["fa"] * 51}, "languages"),
        ("POST", "/v1/agents/a1/sign-on", {"languages": ["x" * 17]}, "languages.0"),
        ("POST", "/v1/agents/a1/sign-on", {"name": "x" * 201}, "name"),
        ("POST", "/v1/agents/a1/sign-off", {"reason": "x" * 201}, "reason"),
        ("PUT", "/v1/agents/a1/state", {"state": "away", "reason": "x" * 201}, "reason"),
        ("POST", "/v1/offers/o/decline", {"agent_id": "a1", "reason": "x" * 201}, "reason"),
        ("POST", "/v1/interactions/i/wrap-up", {"agent_id": "a1", "code": "x" * 65}, "code"),
        ("POST", "/v1/conversations", REPORT | {"signal": "customer_sneezed"}, "signal"),
        ("POST", "/v1/conversations", REPORT | {"thread": ""}, "thread"),
        ("PUT", "/v1/customers/customer-1/segment", {"segment": "B2B", "value_tier": "Gold!"}, "value_tier"),
        ("GET", f"/v1/contacts/{'x' * 201}", None, "contact_id"),
        ("POST", "/v1/agents/a1/sign-on", {"skills": {"cards": "good"}}, "skills.cards"),
        ("PUT", "/v1/customers/customer-1/segment", {"value_tier": "gold"}, "segment"),
        ("GET", "/v1/customers?kind=phone", None, "value"),
        ("GET", "/v1/customers/customer-1/timeline?limit=0", None, "limit"),
        ("GET", "/v1/interactions?phase=lost", None, "phase"),
        ("GET", "/v1/metrics?from=yesterday", None, "from"),
        ("GET", "/v1/metrics/agents?from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z", None, "to"),
        ("GET", "/v1/metrics/adherence?from=2026-01-05T12:00:00Z&to=2026-01-05T11:00:00Z", None, "to"),
        ("GET", "/v1/metrics?from=2026-01-05T12:00:00Z&to=2026-01-05T12:00:00Z", None, "to"),
        ("GET", "/v1/stream", None, "agent"),
    ],
)
async def test_an_invalid_request_names_its_field(
    http: httpx.AsyncClient, method: str, path: str, body: object, field: str
) -> None:
    says(await http.request(method, path, json=body), 422, "invalid", field)


async def test_segment_and_stage_are_recorded_on_the_customer(world: World, http: httpx.AsyncClient) -> None:
    world.write(("customer-1", CustomerRegistered(**META)))
    body = {"segment": "B2B", "value_tier": "gold"}
    first = await http.put("/v1/customers/customer-1/segment", json=body)
    again = await http.put("/v1/customers/customer-1/segment", json=body)
    assert [event["type"] for event in first.json()["events"]] == ["SegmentChanged"]
    assert first.json()["events"][0]["version"] == 2
    assert again.json() == {"events": []}
    stage = await http.put("/v1/customers/customer-1/lifecycle-stage", json={"lifecycle_stage": "retention"})
    assert [event["type"] for event in stage.json()["events"]] == ["LifecycleStageChanged"]
    says(await http.put("/v1/customers/customer-9/segment", json=body), 404, "not-found")
    wrong = await http.put("/v1/customers/customer-1/lifecycle-stage", json={"lifecycle_stage": "asleep"})
    says(wrong, 422, "invalid", "lifecycle_stage")


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/v1/customers/customer-1", {"customer_id": "customer-1"}),
        ("/v1/customers?kind=phone&value=%2B98%2021%2012345", {"customer_id": "customer-1"}),
        (
            "/v1/customers/customer-1/timeline",
            {"timeline": [{"position": 7, "at": "2026-01-05T12:00:00Z"}], "before": 7},
        ),
        ("/v1/interactions", {"interactions": [{"interaction_id": "interaction-1"}], "after": None}),
        ("/v1/interactions/interaction-1", {"interaction_id": "interaction-1", "timeline": []}),
        ("/v1/agents", {"agents": [{"agent_id": "a1", "state": "ready"}], "after": None}),
        ("/v1/agents?limit=1", {"agents": [{"agent_id": "a1", "state": "ready"}], "after": "a1"}),
        ("/v1/agents/a1", {"agent_id": "a1"}),
        ("/v1/offers", {"offers": [{"offer_id": "offer-1-1", "expires_at": "2026-01-05T12:00:00Z"}]}),
        ("/v1/queues", {"queues": [{"queue": "care", "waiting": 2}]}),
        ("/v1/queues/care", {"queue": "care"}),
        ("/v1/metrics", {"intervals": [{"queue": "care", "offered": 3}]}),
        ("/v1/metrics/agents", {"intervals": [{"agent_id": "a1", "occupancy": 0.75}], "after": None}),
        ("/v1/metrics/adherence", {"adherence": [{"agent_id": "a1", "adherence": 0.5}]}),
        ("/v1/metrics/live", {"waiting": 2}),
        ("/v1/queues/care/estimate", {"queue": "care", "place_if_joining_now": 3, "estimated_wait_s": 41.3}),
        (
            "/v1/interactions/interaction-1/decisions",
            {"interaction_id": "interaction-1", "decisions": [{"position": 7, "candidates": []}]},
        ),
        ("/healthz", {"status": "ok"}),
        ("/readyz", {"status": "ready", "waiting_for": {}}),
    ],
)
async def test_a_query_tells_what_the_views_hold(http: httpx.AsyncClient, path: str, expected: object) -> None:
    response = await http.get(path)
    assert response.status_code == 200, response.text
    assert response.json() == expected


@pytest.mark.parametrize(
    "path",
    [
        "/v1/customers/x",
        "/v1/customers?kind=phone&value=1",
        "/v1/interactions/x",
        "/v1/agents/x",
        "/v1/queues/x",
        "/v1/queues/x/estimate",
        "/v1/interactions/x/decisions",
        "/v1/policies/routing/versions/x",
        "/v1/x",
    ],
)
async def test_what_does_not_exist_is_not_found(http: httpx.AsyncClient, path: str) -> None:
    says(await http.get(path), 404, "not-found")


async def test_a_wrong_method_is_a_problem(http: httpx.AsyncClient) -> None:
    response = await http.delete("/v1/queues")
    says(response, 405, "method-not-allowed")
    assert response.headers["allow"] == "GET"


async def test_query_parameters_reach_the_views(world: World, http: httpx.AsyncClient) -> None:
    await http.get("/v1/interactions?queue=care&phase=waiting&limit=7&after=9")
    await http.get("/v1/customers/customer-1/timeline?limit=7&before=9")
    await http.get("/v1/offers?agent_id=a1")
    await http.get("/v1/metrics?from=2026-01-05T12:00:00Z&queue=care")
    await http.get("/v1/metrics/agents?from=2026-01-01T00:00:00Z&to=2026-01-05T12:00:00Z&agent_id=a1")
    await http.get("/v1/metrics/agents?from=2026-01-05T12:00:00Z&limit=7&after=9//a1")
    await http.get("/v1/agents")
    await http.get("/v1/agents?limit=7&after=a1")
    assert world.views.asked == [
        ("care", "waiting", 7, "9"),
        ("customer-1", 7, 9),
        ("a1",),
        (NOON, None, "care"),
        (datetime(2026, 1, 1, tzinfo=UTC), NOON, "a1", 500, ""),
        (NOON, None, "", 7, "9//a1"),
        (500, ""),
        (7, "a1"),
    ]


async def test_figures_are_of_today_unless_asked_otherwise(world: World, http: httpx.AsyncClient) -> None:
    midnight = datetime(2026, 1, 5, tzinfo=UTC)
    await http.get("/v1/metrics")
    await http.get("/v1/metrics/agents?to=2026-01-05T12:00:00Z")
    assert world.views.asked == [(midnight, None, ""), (midnight, NOON, "", 500, "")]
    says(await http.get("/v1/metrics?to=2026-01-04T12:00:00Z"), 422, "invalid", "to")


async def test_whether_an_agent_id_can_be_is_for_the_domain_to_say(world: World, http: httpx.AsyncClient) -> None:
    assert (await http.post("/v1/agents/مینا/sign-on", json={})).status_code == 200
    [command] = world.pool.commands
    assert isinstance(command, SignOn)
    assert command.agent_id == "مینا"
    with pytest.raises(InvalidError) as refused:
        sign_on(Agent(), "a b", pool="main", name="", skills={})
    world.pool.error = refused.value
    says(await http.post("/v1/agents/a%20b/sign-on", json={}), 422, "invalid", "agent_id")


async def test_a_hub_that_is_not_ready_says_what_is_missing(world: World, http: httpx.AsyncClient) -> None:
    world.missing["bus"] = "no connection"
    response = await http.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {"status": "not ready", "waiting_for": {"bus": "no connection"}}


async def test_no_key_is_unauthenticated_and_the_open_routes_need_none(world: World, http: httpx.AsyncClient) -> None:
    for header in ({}, {"Authorization": "Basic eDp5"}, {"Authorization": "Bearer"}, {"Authorization": "Bearer hub_x"}):
        http.headers.pop("authorization", None)
        for method, path in (("GET", "/v1/queues"), ("POST", "/v1/offers/o/accept"), ("GET", "/v1/nothing")):
            response = await http.request(method, path, headers=header)
            says(response, 401, "unauthenticated")
            assert response.headers["www-authenticate"] == "Bearer"
    for path in ("/healthz", "/readyz", "/metrics", "/openapi.json", "/docs"):
        assert (await http.get(path)).status_code == 200, path
    assert not world.pool.commands


async def test_a_revoked_key_is_good_no_longer(world: World, http: httpx.AsyncClient) -> None:
    issued = await world.key(Role.ADMIN)
    header = {"Authorization": f"Bearer {issued.token}"}
    assert (await http.get("/v1/queues", headers=header)).status_code == 200
    await world.access.revoke(issued.key_id)
    says(await http.get("/v1/queues", headers=header), 401, "unauthenticated")


ROLES = {
    "adapter": ["POST /v1/contacts", "POST /v1/conversations"],
    "anybody": ["GET /v1/contacts/c-1", "GET /v1/queues/care/estimate"],
    "agent": [
        "GET /v1/customers",
        "GET /v1/customers/customer-1",
        "GET /v1/customers/customer-1/timeline",
        "GET /v1/interactions/interaction-1",
        "POST /v1/interactions/interaction-1/end",
        "POST /v1/interactions/interaction-1/wrap-up",
        "POST /v1/interactions/interaction-1/hold",
        "POST /v1/interactions/interaction-1/resume",
        "POST /v1/interactions/interaction-1/park",
        "POST /v1/interactions/interaction-1/unpark",
        "POST /v1/interactions/interaction-1/transfer",
        "POST /v1/interactions/interaction-1/consult",
        "POST /v1/interactions/interaction-1/complete-transfer",
        "POST /v1/interactions/interaction-1/conference",
        "POST /v1/interactions/interaction-1/callback-reached",
        "POST /v1/interactions/interaction-1/callback-missed",
        "GET /v1/agents/a1",
        "PUT /v1/agents/a1/skills",
        "PUT /v1/agents/a1/capacity",
        "POST /v1/agents/a1/heartbeat",
        "POST /v1/agents/a1/sign-on",
        "PUT /v1/agents/a1/state",
        "POST /v1/agents/a1/sign-off",
        "GET /v1/offers?agent_id=a1",
        "POST /v1/offers/offer-1-1/accept",
        "POST /v1/offers/offer-1-1/decline",
        "GET /v1/queues",
        "GET /v1/queues/care",
        "GET /v1/metrics/live",
        "GET /v1/stream",
    ],
    "supervisor": [
        "PUT /v1/customers/customer-1/segment",
        "PUT /v1/customers/customer-1/lifecycle-stage",
        "GET /v1/interactions",
        "GET /v1/interactions/interaction-1/decisions",
        "POST /v1/interactions/interaction-1/assign",
        "POST /v1/interactions/interaction-1/move",
        "POST /v1/interactions/interaction-1/prioritise",
        "POST /v1/interactions/interaction-1/pull-back",
        "POST /v1/interactions/interaction-1/join",
        "POST /v1/interactions/interaction-1/leave",
        "PUT /v1/agents/a1/shifts",
        "PUT /v1/queues/care/intake",
        "GET /v1/policies/routing",
        "GET /v1/policies/routing/history",
        "GET /v1/policies/routing/versions/0",
        "POST /v1/policies/routing",
        "POST /v1/policies/routing/check",
        "POST /v1/policies/routing/diff",
        "GET /v1/agents",
        "GET /v1/metrics",
        "GET /v1/metrics/agents",
        "GET /v1/metrics/adherence",
    ],
}


@pytest.mark.parametrize("role", list(Role))
async def test_a_role_opens_its_routes_and_no_other(world: World, http: httpx.AsyncClient, role: Role) -> None:
    opens = {
        Role.ADAPTER: {"adapter", "anybody"},
        Role.AGENT: {"agent", "anybody"},
        Role.SUPERVISOR: {"agent", "supervisor", "anybody"},
        Role.ADMIN: {"adapter", "agent", "supervisor", "anybody"},
    }[role]
    header = await world.bearer(role)
    for group, routes in ROLES.items():
        for route in routes:
            method, path = route.split()
            response = await http.request(method, path, headers=header, json={})
            if group in opens:
                assert response.status_code not in (401, 403), (role, route, response.text)
            else:
                says(response, 403, "forbidden")


async def test_the_role_table_covers_every_route(world: World) -> None:
    listed = {route for routes in ROLES.values() for route in routes}
    names = {"customer-1": "{customer_id}", "interaction-1": "{interaction_id}", "offer-1-1": "{offer_id}"}
    names |= {"a1": "{agent_id}", "care": "{name}", "c-1": "{contact_id}", "0": "{version}"}
    templates = {"/".join(names.get(part, part) for part in route.split("?")[0].split("/")) for route in listed}
    documented = {
        f"{method.upper()} {path}"
        for path, methods in world.app.openapi()["paths"].items()
        for method in methods
        if path.startswith("/v1/")
    }
    assert templates == documented


async def test_an_agents_key_works_for_its_own_agent_only(world: World, http: httpx.AsyncClient) -> None:
    bound, free = await world.bearer(Role.AGENT, "Ann", "a1"), await world.bearer(Role.AGENT, "screen")
    for method, path in (
        ("POST", "/v1/offers/o/accept"),
        ("POST", "/v1/offers/o/decline"),
        ("POST", "/v1/interactions/i/end"),
    ):
        for agent, header, status in (("a1", bound, 200), ("a2", bound, 403), ("a2", free, 200)):
            response = await http.request(method, path, json={"agent_id": agent}, headers=header)
            assert response.status_code == status, response.text
    for method, path, body in (
        ("GET", "/v1/agents/a2", None),
        ("POST", "/v1/agents/a2/sign-on", {}),
        ("PUT", "/v1/agents/a2/state", {"state": "away"}),
        ("POST", "/v1/agents/a2/sign-off", {}),
        ("GET", "/v1/offers?agent_id=a2", None),
        ("GET", "/v1/stream?agent=a2", None),
        ("GET", "/v1/stream?agent=*", None),
        ("GET", "/v1/stream?queue=*", None),
    ):
        says(await http.request(method, path, json=body, headers=bound), 403, "forbidden")
    await http.get("/v1/offers", headers=bound)
    await http.get("/v1/offers?agent_id=a2", headers=free)
    for path in ("/v1/offers", "/v1/stream?agent=*"):
        says(await http.get(path, headers=free), 403, "forbidden")
    await http.get("/v1/offers", headers=await world.bearer(Role.SUPERVISOR))
    assert world.views.asked == [("a1",), ("a2",), ("",)]
    assert {command.actor for command in world.pool.commands} == {"agent:a1", "agent:a2"}


async def test_a_cancelled_request_is_not_answered_with_a_problem(world: World) -> None:
    started = asyncio.Event()

    async def waits(command: object) -> None:
        started.set()
        await asyncio.sleep(60)

    world.pool.execute = waits  # type: ignore[assignment, method-assign]
    header = await world.bearer(Role.ADMIN)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(world.app), base_url="http://hub") as client:
        asking = asyncio.create_task(client.post("/v1/offers/o/accept", json=ACCEPT, headers=header))
        await started.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking


async def test_a_consultation_is_told_by_its_name(world: World, http: httpx.AsyncClient) -> None:
    body = ACCEPT | {"to_agent": "bob", "reason": "what now?"}
    response = await http.post(f"{WORK}/consult", json=body)
    [command] = world.pool.commands
    assert command == Consult(
        NOON, "command-1", "operator:root", "a1", "interaction-1",
        consult_id("interaction-1", "command-1"), "", "bob", "what now?",
    )  # fmt: skip
    assert response.json()["consult_id"] == command.consult_id
    assert len(response.json()["events"]) == 1


async def test_a_request_for_advice_sent_again_is_the_same_consultation(world: World, http: httpx.AsyncClient) -> None:
    object.__setattr__(world.services, "new_id", iter(["x", "y", "z", "u"]).__next__)
    body = ACCEPT | {"queue": "billing", "request_id": "r-1"}
    first = await http.post(f"{WORK}/consult", json=body)
    again = await http.post(f"{WORK}/consult", json=body)
    other = await http.post(f"{WORK}/consult", json=body | {"request_id": "r-2"})
    unnamed = await http.post(f"{WORK}/consult", json=ACCEPT | {"queue": "billing"})
    ids = [answer.json()["consult_id"] for answer in (first, again, other, unnamed)]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(one.startswith("interaction-") and one != "interaction-1" for one in ids)


async def test_who_never_signed_on_has_no_heartbeat(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/agents/nobody/heartbeat"), 404, "not-found")
    assert world.presence.told == []


async def test_only_states_that_can_be_asked_for_are_documented(world: World) -> None:
    [states] = [
        [one["state"] for one in (schema["properties"],)]
        for name, schema in world.app.openapi()["components"]["schemas"].items()
        if name == "NewState"
    ]
    assert states[0]["enum"] == ["ready", "away"]


async def test_a_heartbeat_is_heard_and_leads_to_nothing(world: World, http: httpx.AsyncClient) -> None:
    response = await http.post("/v1/agents/a1/heartbeat")
    assert (response.status_code, response.content) == (204, b"")
    assert world.presence.told == [("heard", "a1")]
    assert not world.pool.commands
    bound = await world.bearer(Role.AGENT, "bob", "bob")
    says(await http.post("/v1/agents/a1/heartbeat", headers=bound), 403, "forbidden")
    assert world.presence.told == [("heard", "a1")]


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", f"{WORK}/hold", {"agent_id": "a1"}),
        ("POST", f"{WORK}/consult", {"agent_id": "a1", "queue": "q"}),
        ("POST", f"{WORK}/transfer", {"agent_id": "a1", "queue": "q"}),
        ("PUT", "/v1/agents/a1/skills", {}),
        ("PUT", "/v1/agents/a1/capacity", {}),
    ],
)
async def test_an_agent_acts_for_nobody_else(
    world: World, http: httpx.AsyncClient, method: str, path: str, body: object
) -> None:
    bob, ann = await world.bearer(Role.AGENT, "bob", "bob"), await world.bearer(Role.AGENT, "ann", "a1")
    says(await http.request(method, path, json=body, headers=bob), 403, "forbidden")
    assert not world.pool.commands
    assert (await http.request(method, path, json=body, headers=ann)).status_code == 200
    assert [command.actor for command in world.pool.commands] == ["agent:a1"]


async def test_only_a_supervisor_signs_off_by_force(world: World, http: httpx.AsyncClient) -> None:
    own = await world.bearer(Role.AGENT, "ann", "a1")
    says(await http.post("/v1/agents/a1/sign-off", json={"forced": True}, headers=own), 403, "forbidden")
    boss = await world.bearer(Role.SUPERVISOR, "eve")
    assert (await http.post("/v1/agents/a1/sign-off", json={"forced": True}, headers=boss)).status_code == 200
    [command] = world.pool.commands
    assert (command.actor, getattr(command, "forced", None)) == ("operator:eve", True)


async def test_a_queue_where_nobody_was_answered_promises_nothing(world: World, http: httpx.AsyncClient) -> None:
    world.pool.expected = FakeEstimate(0, None)
    told = (await http.get("/v1/queues/care/estimate")).json()
    assert told == {"queue": "care", "place_if_joining_now": 1, "estimated_wait_s": None}


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
    assert (now["text"], now["note"], now["published_at"]) == (POLICY, "simpler", "2026-01-05T12:00:00Z")
    [kept] = (await http.get("/v1/policies/routing/history")).json()["versions"]
    assert kept == {name: value for name, value in now.items() if name != "text"}
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
