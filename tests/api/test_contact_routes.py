"""Contacts come in by HTTP, and what is wrong with one is said where it is."""

import httpx
import pytest

from hub.api.rows import ContactFact
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, ConversationEvent, Identifier, Standing
from hub.domain.customer.events import ContactReceived, ContactSent, CustomerRegistered
from hub.domain.errors import ContactConflictError, InvalidError
from hub.ports import ContactRow
from hub.router.pool.asked import PoolUnavailableError
from tests.api.asking import CONTACT, REPORT, says
from tests.api.world import META, World


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
    first = ContactReceived(
        **meta, **FACT, contact_id="c/1", channel=Channel.PHONE, text="lost", pool="main", ticket="A1"
    )
    reply = ContactSent(**meta, **FACT, contact_id="c-2", channel=Channel.EMAIL, text="blocked")
    world.write(("customer-1", CustomerRegistered(**META)), ("customer-1", first), ("customer-1", reply))
    for contact_id in ("c/1", "c-2"):
        world.journal.rows[contact_id] = ContactRow(contact_id, "customer-1", b"")
    written = len(world.journal.log)  # who reads is written down as well
    received, sent = (await http.get("/v1/contacts/c%2F1")).json(), (await http.get("/v1/contacts/c-2")).json()
    assert ContactFact.model_validate(received, extra="forbid").model_dump(mode="json") == received
    assert (received["contact_id"], received["direction"], received["text"]) == ("c/1", "inbound", "lost")
    assert (sent["contact_id"], sent["direction"], sent["text"]) == ("c-2", "outbound", "blocked")
    assert (received["ticket"], sent["ticket"]) == ("A1", "")
    assert (received["customer_id"], received["position"]) == ("customer-1", written - 1)
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
