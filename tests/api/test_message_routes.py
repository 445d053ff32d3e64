"""A conversation in words over HTTP: read with a trace, answered in by who has it, by the path it came in on."""

from datetime import timedelta
from typing import Any

import httpx
import pytest

from hub.domain.access.events import Role
from hub.domain.contact import Attachment, Channel, Standing
from hub.domain.customer.events import ContactSent
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.customer.outbound.state import Phase
from hub.domain.interaction.events import InteractionEnded
from hub.domain.reading.events import PersonalDataRead
from tests.api.asking import says, signed_in
from tests.api.ongoing import (
    BOSS,
    MAIL,
    MINA,
    ORIGINAL,
    ROUTE,
    WORK,
    begin,
    boss_writes,
    mail_with_original,
    world_with_it,
)
from tests.api.world import META, NOON, World


@pytest.fixture
def world() -> World:
    return world_with_it()


def dispatched(world: World) -> list[ContactDispatched]:
    return [one.event for one in world.journal.log if isinstance(one.event, ContactDispatched)]


async def test_the_agent_who_has_it_answers_by_the_path_it_came_in_on(world: World, ann: httpx.AsyncClient) -> None:
    file = {"uri": "file:///letter", "media_type": "application/pdf", "name": "letter.pdf", "size": 9}
    answer = {"text": "On its way", "html": "<p>On its way</p>", "cc": ["reza@example.com"], "attachments": [file]}
    told = await ann.post(ROUTE, json={**answer, "request_id": "r-1"})
    assert told.status_code == 202, told.text
    [sent] = dispatched(world)
    assert told.json() == {
        "outbound_id": sent.outbound_id,
        "contact_id": sent.contact_id,
        "due_at": "2026-01-05T12:00:00Z",
    }
    assert (sent.channel, sent.address, sent.thread, sent.queue) == (Channel.EMAIL, MAIL, "t", "cards")
    assert (sent.text, sent.html, sent.cc) == ("On its way", "<p>On its way</p>", ("reza@example.com",))
    assert (sent.attachments, sent.actor, sent.correlation) == ((Attachment(**file),), "agent:ann", WORK)
    again = await ann.post(ROUTE, json={**answer, "request_id": "r-1"})
    assert (again.status_code, again.json(), len(dispatched(world))) == (202, told.json(), 1)


async def test_the_conversation_is_told_in_order_with_how_far_each_answer_is(
    world: World, ann: httpx.AsyncClient
) -> None:
    await ann.post(ROUTE, json={"text": "On its way", "request_id": "r-1"})
    [sent] = dispatched(world)
    told = (await ann.get(ROUTE)).json()
    assert (told["interaction_id"], told["customer_id"], told["channel"]) == (WORK, MINA, "email")
    lines = [(one["direction"], one["state"], one["by"], one["text"], one["auto"]) for one in told["messages"]]
    assert lines == [
        ("inbound", "received", "customer", "where is my card", False),
        ("inbound", "received", "customer", "I am on holiday", True),
        ("outbound", "dispatched", "agent:ann", "On its way", False),
    ]
    assert (told["messages"][0]["html"], told["messages"][0]["cc"]) == ("<p>where</p><img>", ["reza@example.com"])
    assert [one["blocked_images"] for one in told["messages"]] == [1, 0, 0]
    by = {"actor": "adapter:email", "command_id": "s"}
    await world.paths.reports.sent(sent.contact_id, thread="t", at=NOON + timedelta(seconds=4), **by)
    [*_, answer] = (await ann.get(ROUTE)).json()["messages"]
    assert (answer["state"], answer["sent_at"]) == ("sent", "2026-01-05T12:00:04Z")
    await world.paths.reports.failed(sent.contact_id, "no such mailbox", **by)
    [*_, answer] = (await ann.get(ROUTE)).json()["messages"]
    assert (answer["state"], answer["reason"]) == ("failed", "no such mailbox")


async def test_what_was_sent_on_its_thread_without_asking_the_hub_is_part_of_it(
    world: World, ann: httpx.AsyncClient
) -> None:
    told = {"channel": Channel.EMAIL, "address": MAIL, "sender": "help", "purpose": "service", "standing": Standing()}
    rest = {"service": "", "language": "", "subject": "", "text": "from my own mail program"}
    later = {**META, "at": NOON + timedelta(minutes=1)}
    for contact, thread in (("s-1", "t"), ("s-2", "another")):
        world.write((MINA, ContactSent(**later, **told, **rest, contact_id=contact, thread=thread)))
    messages = (await ann.get(ROUTE)).json()["messages"]
    assert [one["contact_id"] for one in messages] == ["m-1", "m-2", "s-1"]


async def test_whoever_reads_it_leaves_a_trace(world: World, ann: httpx.AsyncClient) -> None:
    await ann.get(ROUTE)
    read = [one.event for one in world.journal.log if isinstance(one.event, PersonalDataRead)]
    assert [(one.actor, one.what, one.customer_id, one.correlation) for one in read] == [
        ("agent:ann", "messages", MINA, WORK)
    ]


async def test_nobody_answers_in_a_conversation_that_is_not_theirs(world: World, ann: httpx.AsyncClient) -> None:
    ben, desk = await world.bearer(Role.AGENT, "desk", "ben"), await world.bearer(Role.AGENT, "desk")
    says(await ann.post(ROUTE, json={"text": "x"}, headers=ben), 409, "refused")
    says(await ann.post(ROUTE, json={"text": "x", "agent_id": "ann"}, headers=ben), 403, "forbidden")
    says(await ann.post(ROUTE, json={"text": "x"}, headers=desk), 422, "invalid", "agent_id")
    says(await ann.post(ROUTE, json={"cc": ["reza@example.com"]}), 422, "invalid", "text")
    says(await ann.post("/v1/interactions/interaction-2/messages", json={"text": "x"}), 404, "not-found")
    assert dispatched(world) == []
    boss = await world.bearer(Role.SUPERVISOR, "eve")
    assert (await ann.post(ROUTE, json={"text": "x"}, headers=boss)).status_code == 202
    world.write((WORK, InteractionEnded(**META, agent_id="ann", ended_by="agent")))
    assert (await ann.post(ROUTE, json={"text": "in wrap-up", "request_id": "r-2"})).status_code == 202


async def test_where_no_path_leads_back_the_reason_is_told() -> None:
    world = World()
    begin(world, address="")
    async with signed_in(world, Role.AGENT, "desk", "ann") as client:
        told = says(await client.post(ROUTE, json={"text": "x"}), 409, "refused")
    assert "it can't be sent: " in str(told)
    assert dispatched(world) == []


async def test_in_a_call_nothing_is_written() -> None:
    world = World()
    begin(world, Channel.PHONE)
    async with signed_in(world, Role.AGENT, "desk", "ann") as client:
        says(await client.post(ROUTE, json={"text": "x"}), 409, "refused")


async def test_a_mail_goes_on_to_somebody_else_as_it_came(world: World, ann: httpx.AsyncClient) -> None:
    mail_with_original(world)
    forward = {"text": "Is this yours?", "forward": {"to": "Bank@Example.com"}, "request_id": "r-1"}
    told = await ann.post(ROUTE, json=forward)
    assert told.status_code == 202, told.text
    [sent] = dispatched(world)
    assert (sent.address, sent.cc, sent.thread, sent.queue) == ("bank@example.com", (), "t", "cards")
    assert (sent.subject, sent.text, sent.attachments) == ("Fwd: card", "Is this yours?", (ORIGINAL,))
    assert (await ann.post(ROUTE, json=forward)).json() == told.json()
    says(await ann.post(ROUTE, json={**forward, "forward": {"to": "eve@example.com"}}), 409, "refused")
    assert len(dispatched(world)) == 1
    messages = (await ann.get(ROUTE)).json()["messages"]
    assert [one["address"] for one in messages] == [MAIL, MAIL, MAIL, "bank@example.com"]


async def test_what_can_not_be_forwarded_says_why(world: World, ann: httpx.AsyncClient) -> None:
    to = {"to": "bank@example.com"}
    says(await ann.post(ROUTE, json={"forward": {"to": "nobody"}}), 422, "invalid", "forward.to")
    says(await ann.post(ROUTE, json={"forward": {**to, "contact_id": "m-9"}}), 404, "not-found")
    says(await ann.post(ROUTE, json={"forward": {**to, "contact_id": "m-1"}}), 409, "refused")
    assert dispatched(world) == []


async def test_of_several_who_write_the_one_is_answered_whose_mail_it_is(world: World, ann: httpx.AsyncClient) -> None:
    boss_writes(world)
    told = await ann.post(ROUTE, json={"text": "to Mina", "contact_id": "m-1", "request_id": "r-1"})
    assert told.status_code == 202, told.text
    await ann.post(ROUTE, json={"text": "to the boss", "contact_id": "m-4", "request_id": "r-2"})
    await ann.post(ROUTE, json={"text": "to who wrote last", "request_id": "r-3"})
    sent = [(one.address, one.subject, one.answers, one.thread) for one in dispatched(world)]
    boss = (BOSS, "Re: the card", "m-4", "t")
    assert sent == [(MAIL, "Re: card", "m-1", "t"), boss, boss]
    messages = (await ann.get(ROUTE)).json()["messages"]
    assert [(one["address"], one["answers"]) for one in messages[-3:]] == [(MAIL, "m-1"), (BOSS, "m-4"), (BOSS, "m-4")]


async def test_a_machine_is_not_who_wrote_last(world: World, ann: httpx.AsyncClient) -> None:
    boss_writes(world, auto=True)
    await ann.post(ROUTE, json={"text": "x"})
    assert [(one.address, one.answers) for one in dispatched(world)] == [(MAIL, "m-1")]


async def test_the_same_request_answers_the_same_mail(world: World, ann: httpx.AsyncClient) -> None:
    """Also where somebody wrote in between; to another mail it is another answer."""
    said = {"text": "x", "request_id": "r-1"}
    first = await ann.post(ROUTE, json=said)
    boss_writes(world)
    assert (await ann.post(ROUTE, json=said)).json() == first.json()
    says(await ann.post(ROUTE, json={**said, "contact_id": "m-4"}), 409, "refused")
    says(await ann.post(ROUTE, json={"text": "x", "contact_id": "m-9"}), 404, "not-found")
    assert len(dispatched(world)) == 1


async def test_copies_go_to_addresses_however_they_are_written(world: World, ann: httpx.AsyncClient) -> None:
    cc = ["Ali Rezaei <Ali@Example.com>", '"Rezaei, Reza" <reza@example.com>, eve@example.com', "ali@example.com"]
    await ann.post(ROUTE, json={"text": "x", "cc": cc})
    assert dispatched(world)[0].cc == ("ali@example.com", "reza@example.com", "eve@example.com")
    for wrong in ("Ali", "Rezaei, Ali <ali@example.com>", "<ali@example.com> and me", "a@b@c", " "):
        told = says(await ann.post(ROUTE, json={"text": "x", "cc": ["eve@example.com", wrong]}), 422, "invalid", "cc.1")
        assert "is no mail address: write name@domain" in str(told["detail"])
    assert len(dispatched(world)) == 1


async def failed(world: World, ann: httpx.AsyncClient, **said: Any) -> str:
    """The name of an answer that did not arrive."""
    told = await ann.post(ROUTE, json={"text": "On its way", "request_id": "r-1", **said})
    assert told.status_code == 202, told.text
    await world.paths.reports.failed(dispatched(world)[-1].contact_id, "550", actor="adapter:email", command_id="s")
    return str(told.json()["outbound_id"])


async def test_what_did_not_arrive_is_sent_again_once(world: World, ann: httpx.AsyncClient) -> None:
    boss_writes(world)
    first = await failed(world, ann, contact_id="m-1", cc=["reza@example.com"])
    again = await ann.post(f"{ROUTE}/{first}/again", json={})
    assert again.status_code == 202, again.text
    assert (await ann.post(f"{ROUTE}/{first}/again", json={})).json() == again.json()
    then, now = dispatched(world)
    same = ("address", "answers", "subject", "text", "cc", "attachments", "thread")
    assert [getattr(now, name) for name in same] == [getattr(then, name) for name in same]
    rows = {one["outbound_id"]: one for one in (await ann.get(ROUTE)).json()["messages"] if one["outbound_id"]}
    assert (rows[first]["state"], rows[first]["sent_again_as"]) == ("failed", again.json()["outbound_id"])
    assert (rows[again.json()["outbound_id"]]["state"], rows[now.outbound_id]["sent_again_as"]) == ("dispatched", "")


async def test_what_went_on_to_somebody_else_goes_there_again(world: World, ann: httpx.AsyncClient) -> None:
    mail_with_original(world)
    first = await failed(world, ann, forward={"to": "bank@example.com"})
    assert (await ann.post(f"{ROUTE}/{first}/again", json={})).status_code == 202
    assert [(one.address, one.attachments) for one in dispatched(world)] == [("bank@example.com", (ORIGINAL,))] * 2


async def test_only_what_did_not_arrive_is_sent_again_and_by_who_has_it(world: World, ann: httpx.AsyncClient) -> None:
    told = (await ann.post(ROUTE, json={"text": "x", "request_id": "r-1"})).json()
    again = f"{ROUTE}/{told['outbound_id']}/again"
    assert Phase.DISPATCHED in str(says(await ann.post(again, json={}), 409, "refused")["detail"])
    says(await ann.post(f"{ROUTE}/decision-nothing/again", json={}), 404, "not-found")
    await world.paths.reports.failed(dispatched(world)[0].contact_id, "550", actor="adapter:email", command_id="s")
    ben = await world.bearer(Role.AGENT, "desk", "ben")
    says(await ann.post(again, json={}, headers=ben), 409, "refused")
    assert len(dispatched(world)) == 1
