"""A question over the bus is answered as over HTTP: the decision, or the problem with the field to blame."""

from typing import Any

import orjson
import pytest

from hub.api.path_questions import DECISION_TYPE, PROBLEM_TYPE, QUESTION_TYPE, PathQuestionsAnswered
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.decision.events import PathDecided
from hub.domain.ids import customer_id
from tests.api.world import KEY, META, World
from tests.paths.decisions import POLICY

PHONE = "+989121234567"
ANN = customer_id(KEY, "phone", PHONE)
QUESTION = {
    "identifier": {"kind": "phone", "value": "0912 123 4567"}, "direction": "inbound", "channels": ["web"],
    "sender": "hub", "verified": True,
}  # fmt: skip


@pytest.fixture
async def known(world: World) -> World:
    await world.path_policies.publish(POLICY, actor="a", command_id="c")
    world.write((ANN, CustomerRegistered(**META)))
    world.write((ANN, IdentifierObserved(**META, kind="phone", value=PHONE, verified=True)))
    return world


def event(**more: Any) -> bytes:
    told = {"specversion": "1.0", "id": "q-1", "source": "/adapters/web", "type": QUESTION_TYPE, "data": QUESTION}
    return orjson.dumps({**told, **more})


async def ask(world: World, body: bytes, channel: str = "web") -> dict[str, Any]:
    told: dict[str, Any] = orjson.loads(await PathQuestionsAnswered(world.services)(channel, body))
    assert (told["specversion"], told["source"], told["datacontenttype"]) == ("1.0", "/hub", "application/json")
    return told


async def test_the_answer_is_the_decision_and_the_same_for_the_same_id(known: World) -> None:
    first = await ask(known, event())
    assert first["type"] == DECISION_TYPE
    assert first["id"] == first["data"]["decision_id"]
    assert first["data"]["actions"][0]["grant"]["terms_hash"]
    again = await ask(known, event(traceparent="an extension"))
    assert again["data"] == {**first["data"], "repeat": True}
    decided = [one.event for one in known.journal.log if isinstance(one.event, PathDecided)]
    assert [one.actor for one in decided] == ["adapter:web"]
    other = await ask(known, event(id="q-2", data={**QUESTION, "request_id": "q-1"}))
    assert other["data"]["decision_id"] == first["data"]["decision_id"]


@pytest.mark.parametrize(
    ("more", "slug", "field"),
    [
        ({"data": {**QUESTION, "purpose": "gossip"}}, "invalid", "data.purpose"),
        ({"data": {**QUESTION, "whatever": 1}}, "invalid", "data.whatever"),
        ({"data": {**QUESTION, "propositions": ["nothing"]}}, "invalid", "propositions"),
        ({"data": {**QUESTION, "identifier": {"kind": "phone", "value": "+982199999"}}}, "invalid", "identifier"),
        ({"type": "hub.contact.v1"}, "invalid", "type"),
        ({"specversion": "2.0"}, "invalid", "specversion"),
        ({"id": ""}, "invalid", "id"),
    ],
)
async def test_a_problem_names_the_field_and_nothing_is_decided(
    known: World, more: dict[str, Any], slug: str, field: str
) -> None:
    before = len(known.journal.log)
    told = await ask(known, event(**more))
    assert (told["type"], told["id"]) == (PROBLEM_TYPE, more.get("id", "q-1") or "command-1")
    assert (told["data"]["type"], told["data"].get("field", "")) == (f"urn:hub:problem:{slug}", field)
    assert len(known.journal.log) == before


@pytest.mark.parametrize("body", [b"", b"nothing", b"[]", b'{"id": 7}', b"\xff\x00"])
async def test_what_is_no_event_is_told_so(known: World, body: bytes) -> None:
    told = await ask(known, body)
    assert (told["type"], told["data"]["status"]) == (PROBLEM_TYPE, 422)


async def test_an_unknown_channel_is_told_so(known: World) -> None:
    told = await ask(known, event(), "pigeon")
    assert (told["data"]["field"], told["id"]) == ("subject", "command-1")


async def test_a_store_that_fails_is_a_problem_to_ask_again_after(known: World) -> None:
    known.journal.fail_next = 1
    told = await ask(known, event())
    assert told["data"]["status"] == 500
    assert (await ask(known, event()))["type"] == DECISION_TYPE
