"""Drafts over HTTP: kept by revision until they are sent or the work is over, and nobody's but the agent's."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.application.conversations.drafts import DraftKind
from hub.domain.access.events import Role
from hub.domain.customer.events import IdentifierObserved
from hub.domain.interaction.events import InteractionEnded, WrapUpCompleted
from hub.domain.reading.events import PersonalDataRead
from tests.api.asking import says
from tests.api.ongoing import MAIL, MINA, ROUTE, WORK, mail_with_original, world_with_it
from tests.api.world import META, World

REPLY = f"/v1/interactions/{WORK}/drafts/reply"
NEW = f"/v1/customers/{MINA}/drafts"
TYPED = {"agent_id": "ann", "text": "Dear Mi", "subject": "Re: card", "to": ["mina@exa"], "cc": [], "html": ""}


@pytest.fixture
def world() -> World:
    return world_with_it()


async def test_what_is_typed_is_kept_until_it_is_thrown_away(world: World, ann: httpx.AsyncClient) -> None:
    file = {"uri": "hub-file:1", "media_type": "text/plain", "name": "letter.txt", "size": 9}
    saved = await ann.put(REPLY, json=TYPED | {"attachments": [file]})
    assert saved.status_code == 200, saved.text
    told = (await ann.get(REPLY)).json()
    assert told == saved.json()
    assert told == TYPED | {
        "attachments": [file], "mentions": [], "interaction_id": WORK, "customer_id": MINA, "kind": "reply",
        "revision": 1, "saved_at": "2026-01-05T12:00:00Z", "contact_id": "", "request_id": "",
    }  # fmt: skip
    [place] = (await ann.get("/v1/agents/ann/drafts")).json()["drafts"]
    assert (place["interaction_id"], place["kind"], place["revision"]) == (WORK, "reply", 1)
    assert "text" not in place
    assert [(one.event.what, one.event.customer_id) for one in world.journal.log
            if isinstance(one.event, PersonalDataRead)] == [("draft", MINA)]  # fmt: skip
    for _ in range(2):
        assert (await ann.delete(REPLY)).status_code == 204
    says(await ann.get(REPLY), 404, "not-found")


async def test_of_two_tabs_the_second_is_told_what_the_first_saved(ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED)
    again = await ann.put(REPLY, json=TYPED)
    assert (again.status_code, again.json()["revision"]) == (200, 1)
    await ann.put(REPLY, json=TYPED | {"text": "first tab", "revision": 1})
    late = await ann.put(REPLY, json=TYPED | {"text": "second tab", "revision": 1})
    told = says(late, 409, "draft-changed")
    assert (told["draft"]["text"], told["draft"]["revision"]) == ("first tab", 2)  # type: ignore[index]
    assert (await ann.put(REPLY, json=TYPED | {"text": "second tab", "revision": 2})).json()["revision"] == 3


async def test_a_new_contact_has_its_draft_with_the_customer(ann: httpx.AsyncClient) -> None:
    saved = (await ann.put(NEW, json=TYPED)).json()
    assert (saved["interaction_id"], saved["customer_id"], saved["kind"]) == ("", MINA, "new")
    assert (await ann.get(NEW)).json()["text"] == "Dear Mi"
    assert (await ann.delete(NEW)).status_code == 204
    says(await ann.get(NEW), 404, "not-found")
    says(await ann.put("/v1/customers/customer-nobody/drafts", json=TYPED), 404, "not-found")
    says(await ann.put(f"/v1/customers/{WORK}/drafts", json=TYPED), 404, "not-found")


async def test_nobody_writes_in_anothers_name(world: World, ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED)
    ben, desk = await world.bearer(Role.AGENT, "desk", "ben"), await world.bearer(Role.AGENT, "desk")
    says(await ann.get(REPLY, headers=ben), 404, "not-found")
    says(await ann.get(f"{REPLY}?agent_id=ann", headers=ben), 403, "forbidden")
    says(await ann.put(REPLY, json=TYPED, headers=ben), 403, "forbidden")
    says(await ann.get(REPLY, headers=desk), 422, "invalid", "agent_id")
    says(await ann.put("/v1/interactions/interaction-2/drafts/note", json=TYPED), 404, "not-found")
    says(await ann.put(f"/v1/interactions/{WORK}/drafts/new", json=TYPED), 422, "invalid", "kind")


async def over(world: World) -> None:
    world.write(
        (WORK, InteractionEnded(**META, agent_id="ann", ended_by="agent")),
        (WORK, WrapUpCompleted(**META, agent_id="ann", code="solved")),
    )


async def test_what_was_not_sent_outlives_the_work_and_is_found_again(world: World, ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED)
    await over(world)
    world.views.interaction_of = MINA
    [place] = (await ann.get("/v1/agents/ann/drafts?names=true")).json()["drafts"]
    assert (place["interaction_id"], place["customer_id"], place["phase"]) == (WORK, MINA, "waiting")
    assert (await ann.get(REPLY)).json()["text"] == "Dear Mi"
    typed_on = await ann.put(REPLY, json=TYPED | {"text": "Dear Mina", "revision": 1})
    assert (typed_on.status_code, typed_on.json()["revision"]) == (200, 2)


async def test_in_work_that_is_over_only_who_had_it_last_begins_to_write(world: World, ann: httpx.AsyncClient) -> None:
    await over(world)
    ben = await world.bearer(Role.AGENT, "desk", "ben")
    says(await ann.put(REPLY, json=TYPED | {"agent_id": "ben"}, headers=ben), 409, "refused")
    assert (await ann.put(REPLY, json=TYPED)).status_code == 200


async def test_colleagues_who_were_chosen_in_a_note_stay_chosen(ann: httpx.AsyncClient) -> None:
    named = [{"agent_id": "ben", "name": "Ben Ali"}]
    note = REPLY.replace("reply", "note")
    await ann.put(note, json={"agent_id": "ann", "text": "@Ben Ali look", "mentions": named})
    assert (await ann.get(note)).json()["mentions"] == named


async def test_what_nobody_wrote_on_for_long_goes_at_the_next_start(world: World, ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED)
    world.clock.moment += timedelta(days=20)
    await ann.put(NEW, json=TYPED)
    await world.drafts.sweep()
    assert len(await world.drafts.of_agent("ann")) == 2
    world.clock.moment += timedelta(days=11)
    await world.drafts.sweep()
    assert [one.kind for one in await world.drafts.of_agent("ann")] == [DraftKind.NEW]


SENT_AS = [
    ("reply", "messages", {"text": "Dear Mina"}),
    ("forward", "messages", {"text": "see", "forward": {"to": "bank@example.com", "contact_id": "m-3"}}),
    ("note", "notes", {"text": "she is right"}),
]


@pytest.mark.parametrize(("kind", "route", "body"), SENT_AS)
async def test_what_is_sent_under_its_name_is_a_draft_no_more(
    world: World, ann: httpx.AsyncClient, kind: str, route: str, body: dict[str, Any]
) -> None:
    """Also where the answer got lost, and the same is sent once more."""
    mail_with_original(world)
    place = REPLY.replace("reply", kind)
    sent = {"agent_id": "ann", "request_id": "r-1", **body}
    for _ in range(2):
        typed = await ann.put(place, json=TYPED | {"request_id": "r-1", "contact_id": "m-1"})
        assert (typed.json()["request_id"], typed.json()["contact_id"]) == ("r-1", "m-1")
        told = await ann.post(f"/v1/interactions/{WORK}/{route}", json=sent)
        assert told.is_success, told.text
        says(await ann.get(place), 404, "not-found")


async def test_what_is_typed_while_the_last_is_sent_stays(ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED | {"text": "the next", "request_id": "r-2"})
    assert (await ann.post(ROUTE, json={"text": "Dear Mina", "request_id": "r-1"})).status_code == 202
    assert (await ann.get(REPLY)).json()["text"] == "the next"


async def test_what_is_refused_stays_a_draft(ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY, json=TYPED | {"request_id": "r-1"})
    told = await ann.post(ROUTE, json={"text": "x", "cc": ["Rezaei"], "request_id": "r-1"})
    says(told, 422, "invalid", "cc.0")
    assert (await ann.get(REPLY)).json()["text"] == "Dear Mi"


async def test_a_forward_and_an_answer_are_two_drafts(ann: httpx.AsyncClient) -> None:
    await ann.put(REPLY.replace("reply", "forward"), json=TYPED | {"text": "this customer is lying"})
    says(await ann.get(REPLY), 404, "not-found")
    places = (await ann.get("/v1/agents/ann/drafts")).json()["drafts"]
    assert [one["kind"] for one in places] == ["forward"]


async def test_the_first_words_to_a_customer_are_a_draft_no_more_once_they_are_sent(
    world: World, ann: httpx.AsyncClient
) -> None:
    world.write((MINA, IdentifierObserved(**META, kind="email", value=MAIL, verified=True)))
    await ann.put(NEW, json=TYPED | {"request_id": "r-1"})
    wanted = {"customer_id": MINA, "purpose": "service", "sender": "agent", "channels": ["email"], "text": "Dear Mina"}
    told = await ann.post("/v1/outbound", json={**wanted, "agent_id": "ann", "request_id": "r-1"})
    assert told.json()["outcome"] == "now", told.text
    says(await ann.get(NEW), 404, "not-found")
