"""What could not be taken in is seen, mended, put back or dismissed, and it is on record who did it."""

import json
from base64 import b64encode
from datetime import UTC, datetime

import httpx
import pytest

from hub.application.intake.envelope import contact_envelope, refused_envelope
from hub.bus.rejected import Rejected
from hub.bus.subjects import contact_subject, refused_subject
from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, Contact
from hub.domain.refused_input import RefusedInput
from hub.domain.rejected.events import STREAM
from tests.api.asking import CONTACT, says
from tests.api.world import NOON, World

SOUND = Contact.model_validate(CONTACT)
BROKEN = contact_envelope(SOUND, "/adapters/pbx").replace(b'"phone"', b'"telepathy"')


@pytest.fixture
def world() -> World:
    world = World()
    world.rejected.hold(
        Rejected(1, "contacts.in.phone.h", "no such channel", "data.path.channel", NOON.isoformat(), BROKEN)
    )
    raw = Attachment(uri=f"data:;base64,{b64encode(b'MAIL').decode()}", media_type="message/rfc822", name="", size=4)
    refused = RefusedInput(
        id="m-1", channel=Channel.EMAIL, reason="no sender", raw=raw, received_at=datetime(2026, 1, 5, tzinfo=UTC)
    )
    body = refused_envelope(refused, "/adapters/email")
    world.rejected.hold(Rejected(2, refused_subject("email"), "no sender", "", "", body))
    return world


def on_record(world: World) -> list[tuple[str, str, int]]:
    return [
        (type(one.event).__name__, one.event.actor, one.event.sequence)  # type: ignore[attr-defined]
        for one in world.journal.log
        if one.stream == STREAM
    ]


async def test_the_list_tells_why_and_nothing_of_what_they_say(world: World, http: httpx.AsyncClient) -> None:
    told = (await http.get("/v1/rejects")).json()
    assert told["count"] == 2
    first, second = told["rejects"]
    assert (first["id"], first["channel"], first["source"], first["field"], first["refused"]) == (
        1, "phone", "/adapters/pbx", "data.path.channel", False,
    )  # fmt: skip
    assert (second["channel"], second["refused"], second["rejected_at"]) == ("email", True, None)
    assert "+982112345" not in json.dumps(told)
    assert on_record(world) == []


async def test_the_list_is_told_in_parts_and_by_what_is_looked_for(http: httpx.AsyncClient) -> None:
    page = (await http.get("/v1/rejects?limit=1")).json()
    assert ([one["id"] for one in page["rejects"]], page["after"]) == ([1], 1)
    rest = (await http.get(f"/v1/rejects?after={page['after']}")).json()
    assert ([one["id"] for one in rest["rejects"]], rest["after"]) == ([2], None)
    assert [one["id"] for one in (await http.get("/v1/rejects?channel=email")).json()["rejects"]] == [2]
    assert [one["id"] for one in (await http.get("/v1/rejects?q=PATH.channel")).json()["rejects"]] == [1]


async def test_who_is_shown_one_is_on_record_first(world: World, http: httpx.AsyncClient) -> None:
    told = (await http.get("/v1/rejects/1")).json()
    assert json.loads(told["body"])["data"]["path"]["channel"] == "telepathy"
    assert on_record(world) == [("RejectedContactShown", "operator:root", 1)]
    world.journal.fail_next = 1
    says(await http.get("/v1/rejects/1"), 503, "unavailable")
    says(await http.get("/v1/rejects/9"), 404, "not-found")


async def test_what_an_adapter_refused_is_had_without_the_key_to_it(world: World, http: httpx.AsyncClient) -> None:
    assert "uri" not in (await http.get("/v1/rejects/2")).json()["body"]
    raw = await http.get("/v1/rejects/2/raw")
    assert (raw.content, raw.headers["content-type"]) == (b"MAIL", "application/octet-stream")
    assert (await http.get("/v1/rejects/1/raw")).content == BROKEN
    assert len(on_record(world)) == 3


async def test_it_is_mended_and_put_back(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/rejects/1/retry", json={"body": BROKEN.decode()}), 422, "invalid", "data.path.channel")
    says(await http.post("/v1/rejects/1/retry", json={"body": "no JSON"}), 422, "invalid")
    assert 1 in world.rejected.held
    mended = contact_envelope(SOUND, "/adapters/pbx")
    answer = await http.post("/v1/rejects/1/retry", json={"body": mended.decode()})
    assert answer.json()["events"][0]["event"]["mended"] is True
    assert world.rejected.put == [(contact_subject(SOUND), mended)]
    assert on_record(world) == [("RejectedContactPutBack", "operator:root", 1)]
    says(await http.post("/v1/rejects/1/retry", json={}), 404, "not-found")


async def test_what_an_adapter_could_not_read_is_tried_again_as_it_came(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/rejects/2/retry", json={"body": "{}"}), 409, "refused")
    assert (await http.post("/v1/rejects/2/retry", json={})).status_code == 200
    assert [subject for subject, _ in world.rejected.put] == ["refused.in.email"]


async def test_what_is_dismissed_is_gone_with_its_reason_on_record(world: World, http: httpx.AsyncClient) -> None:
    says(await http.post("/v1/rejects/1/dismiss", json={"reason": ""}), 422, "invalid", "reason")
    [told] = (await http.post("/v1/rejects/1/dismiss", json={"reason": "a test of ours"})).json()["events"]
    assert (told["type"], told["event"]["reason"]) == ("RejectedContactDismissed", "a test of ours")
    assert list(world.rejected.held) == [2]


async def test_rejects_are_for_supervisors(world: World, http: httpx.AsyncClient) -> None:
    agent = await world.bearer(Role.AGENT)
    says(await http.get("/v1/rejects/1", headers=agent), 403, "forbidden")
    assert on_record(world) == []
