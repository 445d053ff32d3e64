"""A mail as an agent reads it: its writer's words apart from what they quoted, by name, and what was said before."""

from datetime import timedelta

import httpx
import pytest

from hub.application.conversations import messages as application
from hub.domain.access.events import Role
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactSent, ProfileChanged
from hub.domain.customer.notes import AgentMentioned, MentionRead
from hub.domain.interaction.events import ContactAttached
from hub.ports import Recorded
from tests.api.asking import signed_in
from tests.api.ongoing import MAIL, MINA, ROUTE, WORK, begin, came, world_with_it
from tests.api.world import AGENT, META, NOON, World


@pytest.fixture
def world() -> World:
    return world_with_it()


async def test_what_is_quoted_is_told_apart(world: World, ann: httpx.AsyncClient) -> None:
    html = "<p>Thanks</p><blockquote><p>where</p></blockquote>"
    world.write((MINA, came("m-3", -0.5, "Thanks\n> where", html=html)))
    world.write((WORK, ContactAttached(**META, contact_id="m-3")))
    told = (await ann.get(ROUTE)).json()["messages"][-1]
    assert (told["text"], told["quoted"]) == ("Thanks\n", "> where")
    assert (told["html"], told["quoted_html"]) == ("<p>Thanks</p>", "<blockquote><p>where</p></blockquote>")
    assert told["sender"] == "help"


async def test_words_of_a_chat_are_told_whole() -> None:
    world = World()
    begin(world, Channel.WEB)
    world.write((MINA, came("m-3", -0.5, "so\n> what", Channel.WEB)))
    world.write((WORK, ContactAttached(**META, contact_id="m-3")))
    async with signed_in(world, Role.AGENT, "desk", "ann") as client:
        told = (await client.get(ROUTE)).json()["messages"][-1]
    assert (told["text"], told["quoted"]) == ("so\n> what", "")


async def test_who_wrote_it_is_told_by_name(world: World) -> None:
    world.write((MINA, ProfileChanged(**META, name="Mina")))
    note = {"agent_id": AGENT.agent_id, "text": "a note"}
    async with signed_in(world, Role.AGENT, "desk", AGENT.agent_id) as client:
        assert (await client.post(f"/v1/interactions/{WORK}/notes", json=note)).status_code == 200
        told = (await client.get(ROUTE)).json()["messages"]
    assert [one["author"] for one in told] == ["Mina", "Mina", "Ann"]


async def test_what_was_said_on_the_thread_earlier_comes_page_by_page(
    world: World, ann: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "EARLIER", 2)
    assert (await ann.get(ROUTE)).json()["before"] is None
    sent = ContactSent(
        **META | {"at": NOON - timedelta(days=2)}, contact_id="s-0", channel=Channel.EMAIL, address=MAIL, sender="help",
        thread="t", purpose="service", service="", language="", subject="", text="our answer", standing=Standing(),
    )  # fmt: skip
    world.write(
        (MINA, came("old-1", -6000, "first")),
        (MINA, came("old-2", -5000, "second")),
        (MINA, sent),
        (MINA, came("old-3", -1000, "third")),
        (MINA, came("other", -900, "elsewhere", address="another@example.com")),
        (MINA, came("later", 5, "after it began")),
    )
    told = (await ann.get(ROUTE)).json()
    assert [one["contact_id"] for one in told["messages"]] == ["m-1", "m-2"]
    pages = []
    while told["before"] is not None:
        told = (await ann.get(f"{ROUTE}?before={told['before']}")).json()
        pages.append([one["contact_id"] for one in told["messages"]])
    assert [one for page in reversed(pages) for one in page] == ["old-1", "old-2", "s-0", "old-3", "other"]
    assert [len(page) for page in pages] == [2, 2, 1]


@pytest.mark.parametrize(
    "event",
    [
        AgentMentioned(**META, note_id="n", interaction_id=WORK, agent_id="ben", by="ann"),
        MentionRead(**META, note_id="n", interaction_id=WORK, agent_id="ben"),
    ],
    ids=["mentioned", "read"],
)
def test_a_mention_is_told_to_the_agent_and_to_who_follows_the_customer(
    world: World, event: AgentMentioned | MentionRead
) -> None:
    told = world.feed._topics.tell(Recorded(9, MINA, 4, event))
    assert [(one.kind, one.name) for one in told.topics] == [("agent", "ben"), ("customer", MINA)]
