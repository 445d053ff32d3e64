"""Calls that agents promise, over HTTP: made, read, changed and cancelled, or refused in words."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.ids import customer_id
from tests.api.asking import says
from tests.api.world import KEY, META, NOON, World

NUMBER = "+989121234567"
MINA = customer_id(KEY, "phone", NUMBER)
THEIRS = f"/v1/customers/{MINA}/callbacks"


@pytest.fixture(autouse=True)
def mina(world: World) -> None:
    """A customer with a number."""
    world.write((MINA, CustomerRegistered(**META)))
    world.write((MINA, IdentifierObserved(**META, kind="phone", value=NUMBER, verified=True)))


def terms(hours: float = 2.0, **more: Any) -> dict[str, Any]:
    due = (NOON + timedelta(hours=hours)).isoformat()
    return {"agent_id": "ann", "due": due, "number": "0912 123 4567", "queue": "general", **more}


async def test_an_agent_promises_a_call_changes_it_and_cancels_it(world: World, ann: httpx.AsyncClient) -> None:
    once = {"Idempotency-Key": "promise-1"}
    made = await ann.post(THEIRS, json=terms(for_agent="ann", note="the new card"), headers=once)
    [told] = made.json()["events"]
    name = told["event"]["callback_id"]
    assert (told["type"], told["event"]["number"], told["event"]["actor"]) == ("CallbackPromised", NUMBER, "agent:ann")
    assert (
        await ann.post(THEIRS, json=terms(for_agent="ann", note="the new card"), headers=once)
    ).json() == made.json()

    [row] = (await ann.get(THEIRS)).json()["callbacks"]
    assert (row["callback_id"], row["note"], row["for_agent"]) == (name, "the new card", "ann")
    assert [one["callback_id"] for one in (await ann.get("/v1/agents/ann/callbacks")).json()["callbacks"]] == [name]
    says(await ann.get("/v1/agents/ben/callbacks"), 403, "forbidden")
    line = (await ann.get(f"/v1/customers/{MINA}/timeline?kind=callback")).json()["timeline"][0]
    assert (line["what"], line["excerpt"]) == ("promised", "the new card")

    changed = await ann.put(f"/v1/callbacks/{name}", json=terms(3.0))
    assert [one["type"] for one in changed.json()["events"]] == ["CallbackChanged"]
    assert (await ann.put(f"/v1/callbacks/{name}", json=terms(3.0))).json()["events"] == []
    gone = await ann.post(f"/v1/callbacks/{name}/cancel", json={"agent_id": "ann", "reason": "she called herself"})
    assert [one["type"] for one in gone.json()["events"]] == ["CallbackCancelled"]
    assert (await ann.get(THEIRS)).json()["callbacks"] == []
    assert (await ann.get("/v1/agents/ann/callbacks")).json()["callbacks"] == []


async def test_of_two_who_change_a_promised_call_the_second_is_told(world: World, ann: httpx.AsyncClient) -> None:
    await ann.post(THEIRS, json=terms())
    [read] = (await ann.get(THEIRS)).json()["callbacks"]
    path = f"/v1/callbacks/{read['callback_id']}"
    assert (read["version"], read["said_by"]) == (1, "ann")
    assert (await ann.put(path, json=terms(3.0, expected_version=1))).is_success
    told = says(await ann.put(path, json=terms(4.0, expected_version=1)), 409, "refused", "expected_version")
    assert told["code"] == "changed-meanwhile"
    gone = {"agent_id": "ann", "expected_version": 1}
    says(await ann.post(f"{path}/cancel", json=gone), 409, "refused", "expected_version")
    assert (await ann.post(f"{path}/cancel", json=gone | {"expected_version": 2})).is_success


@pytest.mark.parametrize(
    ("asked", "status", "slug", "field", "words"),
    [
        (terms(-1.0), 422, "invalid", "due", "has passed"),
        (terms(number="+982112345678"), 409, "refused", "number", "no number of this customer"),
        (terms(12.0), 409, "refused", "due", "nobody is called at that time"),
        (terms(queue=""), 422, "invalid", "queue", "name the queue"),
        (terms(queue="nowhere"), 404, "not-found", "", "no queue 'nowhere'"),
        (terms(interaction_id="interaction-9"), 404, "not-found", "", "no interaction"),
        (terms(agent_id="ben"), 403, "forbidden", "", "bound to agent ann"),
    ],
)
async def test_what_can_not_be_promised_is_refused_in_words(
    ann: httpx.AsyncClient, asked: dict[str, Any], status: int, slug: str, field: str, words: str
) -> None:
    told = says(await ann.post(THEIRS, json=asked), status, slug, field)
    assert words in str(told["detail"])


async def test_who_withdrew_their_consent_is_promised_no_call_there(
    http: httpx.AsyncClient, ann: httpx.AsyncClient
) -> None:
    about = {"kind": "phone", "value": NUMBER, "channel": "phone", "purpose": "transactional"}
    withdrawn = await http.post("/v1/consents", json=about | {"said": "withdrawn", "source": "on the phone"})
    assert withdrawn.is_success, withdrawn.text
    told = says(await ann.post(THEIRS, json=terms()), 409, "refused", "due")
    assert "does not want to be called" in str(told["detail"])


async def test_what_is_not_there_is_not_found(ann: httpx.AsyncClient) -> None:
    says(await ann.post("/v1/customers/customer-9/callbacks", json=terms()), 404, "not-found")
    says(await ann.put(f"/v1/callbacks/callback-{MINA.removeprefix('customer-')}-9", json=terms()), 404, "not-found")
    says(await ann.post("/v1/callbacks/nothing/cancel", json={"agent_id": "ann"}), 404, "not-found")
