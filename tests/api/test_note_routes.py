"""Internal notes over HTTP: told in the conversation and to whom they mention, never to the customer."""

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.customer.notes import AgentMentioned, MentionRead, NoteWritten
from hub.domain.customer.outbound.events import ContactDispatched
from hub.projections.mentions import Mention
from tests.api.asking import says
from tests.api.ongoing import MINA, ROUTE, WORK, world_with_it
from tests.api.world import NOON, World

NOTES = f"/v1/interactions/{WORK}/notes"
NOTE = {"agent_id": "ann", "text": "she is upset", "mentions": ["ben"], "request_id": "r-1"}


@pytest.fixture
def world() -> World:
    return world_with_it()


async def test_a_note_stands_in_the_conversation_and_on_the_timeline(world: World, ann: httpx.AsyncClient) -> None:
    told = await ann.post(NOTES, json=NOTE)
    assert told.status_code == 200, told.text
    assert [one["type"] for one in told.json()["events"]] == ["NoteWritten", "AgentMentioned"]
    again = await ann.post(NOTES, json=NOTE)
    assert (again.status_code, again.json()) == (200, {"events": []})
    [note] = [one for one in (await ann.get(ROUTE)).json()["messages"] if one["direction"] == "internal"]
    assert (note["text"], note["author"], note["by"], note["state"]) == ("she is upset", "", "agent:ann", "written")
    assert (note["mentions"], note["note_id"]) == (["ben"], told.json()["events"][0]["event"]["note_id"])
    [line] = (await ann.get(f"/v1/customers/{MINA}/timeline?kind=note&interaction={WORK}")).json()["timeline"]
    assert (line["what"], line["event"]["text"]) == ("written", "she is upset")
    assert not [one for one in world.journal.log if isinstance(one.event, ContactDispatched)]


async def test_who_is_mentioned_hears_of_it_and_reads_it(world: World, ann: httpx.AsyncClient) -> None:
    await ann.post(NOTES, json=NOTE)
    [written] = [one.event for one in world.journal.log if isinstance(one.event, NoteWritten)]
    world.views.mentioned["ben"] = [Mention(9, written.note_id, MINA, WORK, "ann", NOON)]
    ben = await world.bearer(Role.AGENT, "desk", "ben")
    [mention] = (await ann.get("/v1/agents/ben/mentions", headers=ben)).json()["mentions"]
    assert mention == {
        "note_id": written.note_id, "interaction_id": WORK, "customer_id": MINA, "by": "ann",
        "at": "2026-01-05T12:00:00Z", "text": "she is upset",
    }  # fmt: skip
    route = f"/v1/agents/ben/mentions/{written.note_id}/read"
    says(await ann.post(route), 403, "forbidden")
    assert [one["type"] for one in (await ann.post(route, headers=ben)).json()["events"]] == ["MentionRead"]
    assert (await ann.post(route, headers=ben)).json() == {"events": []}
    kinds = [type(one.event) for one in world.journal.log if one.stream == MINA]
    assert kinds.count(AgentMentioned) == kinds.count(MentionRead) == 1


async def test_what_is_wrong_is_said(world: World, ann: httpx.AsyncClient) -> None:
    says(await ann.post(NOTES, json=NOTE | {"mentions": ["ben", "nobody"]}), 422, "invalid", "mentions.1")
    says(await ann.post(NOTES, json=NOTE | {"agent_id": "ben"}), 403, "forbidden")
    says(await ann.post(NOTES, json=NOTE | {"text": " "}), 422, "invalid", "text")
    says(await ann.post("/v1/interactions/interaction-2/notes", json=NOTE), 404, "not-found")
    says(await ann.post("/v1/agents/ann/mentions/note-x-1/read"), 404, "not-found")
    says(await ann.post("/v1/agents/ann/mentions/other/read"), 404, "not-found")
