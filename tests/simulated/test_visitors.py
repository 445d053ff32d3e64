"""Simulated customers chat as the widget does: signed, confirmed, and back after every cut."""

import asyncio
import json
import tomllib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path as FilePath
from typing import Any

import pytest
from aiohttp import web

from hub.channels.chat.conversation import Visitor
from hub.channels.chat.settings import chat_settings
from hub.channels.chat.signals import message
from hub.channels.chat.visitors import Tokens, read_signed
from hub.domain.contact import (
    Channel,
    Contact,
    ConversationEvent,
    ConversationSignal,
    Declared,
    Direction,
    Identifier,
    Path,
)
from hub.simulated.process import free_port
from hub.simulated.visitors import SITE, ChatWire, chat_table, visiting
from tests.simulated.fake_hub import eventually

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
TOKENS = Tokens(b"k" * 32)
SECRET = b"a secret of the site"


def written(contact_id: str, thread: str = "", channel: Channel = Channel.WEB) -> Contact:
    return Contact(
        id=contact_id, path=Path(channel=channel, address="visitor-0000007"), occurred_at=NOON,
        identifiers=(Identifier(kind="customer_number", value="C0000007", verified=True),),
        thread=thread or contact_id, service="support", text="It blinks red", declared=Declared(name="Sara Ahmadi"),
    )  # fmt: skip


def left(thread: str, channel: Channel = Channel.WEB) -> ConversationEvent:
    return ConversationEvent(
        id=f"{thread}-left", channel=channel, thread=thread, signal=ConversationSignal.CUSTOMER_LEFT, occurred_at=NOON
    )


class Others:
    def __init__(self) -> None:
        self.heard: list[str] = []

    def known_as(self, contact: Contact) -> str:
        return f"known-{contact.id}"

    async def contact(self, contact: Contact) -> bool:
        self.heard.append(contact.id)
        return True

    async def conversation(self, event: ConversationEvent) -> bool:
        self.heard.append(event.id)
        return True


Answer = Callable[[web.WebSocketResponse, dict[str, Any]], Awaitable[None]]


class FakeChat:
    """The hub's end: welcomes every tab, and answers what is said as it is told to."""

    def __init__(self) -> None:
        self.origins: list[str] = []
        self.hellos: list[dict[str, Any]] = []
        self.said: list[dict[str, Any]] = []
        self.open: list[web.WebSocketResponse] = []
        self.answer: Answer = took

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self.origins.append(request.headers["Origin"])
        self.hellos.append(await socket.receive_json())
        self.open.append(socket)
        await socket.send_json({"is": "welcome"})
        await socket.send_json({"is": "state", "phase": "over"})
        async for one in socket:
            self.said.append(json.loads(one.data))
            await self.answer(socket, self.said[-1])
        self.open.remove(socket)
        return socket


async def took(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
    if said["do"] == "say":
        await socket.send_json({"is": "line", "line": {"seq": 1, "who": "visitor", "id": said["id"]}})
    elif said["do"] == "ping":
        await socket.send_json({"is": "pong"})


@asynccontextmanager
async def at(tmp_path: FilePath) -> AsyncIterator[tuple[FakeChat, ChatWire, Others]]:
    secret, port = tmp_path / "secret", free_port("127.0.0.1", 0)
    secret.write_bytes(SECRET)
    settings = chat_settings(tomllib.loads(chat_table(port, secret, "http://127.0.0.1:9"))["chat"])
    chat, others, app = FakeChat(), Others(), web.Application()
    app.router.add_get("/chat/ws", chat.serve)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with asyncio.timeout(60), visiting(others, settings, TOKENS, lambda: NOON) as wire:
            yield chat, wire, others
    finally:
        await runner.cleanup()


async def test_a_customer_is_signed_by_the_site_and_known_by_the_name_the_hub_gives(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):
        assert await wire.contact(written("demo-web-1"))
        signed = read_signed(chat.hellos[0]["identity"], SECRET, NOON)
        assert (signed.customer_number, signed.name, chat.origins) == ("C0000007", "Sara Ahmadi", [SITE])
        [said] = chat.said
        assert (said["id"], said["text"]) == ("demo-web-1", "It blinks red")
        settings = chat_settings({"origins": [SITE]})
        hubs = message(TOKENS.signed(signed), Visitor(), said["id"], said["text"], (), NOON, settings)
        assert wire.known_as(written("demo-web-1")) == hubs.id


async def close(socket: web.WebSocketResponse) -> None:
    await socket.close()


async def garble(socket: web.WebSocketResponse) -> None:
    """A frame of a kind that there is not."""
    transport = socket._req.transport if socket._req is not None else None
    assert transport is not None
    transport.write(b"\x83\x00")


@pytest.mark.parametrize("cut", [close, garble])
async def test_what_was_cut_before_it_was_confirmed_is_said_again(
    tmp_path: FilePath, cut: Callable[[web.WebSocketResponse], Awaitable[None]]
) -> None:
    async with at(tmp_path) as (chat, wire, _):

        async def cut_first(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
            await (took(socket, said) if len(chat.hellos) > 1 else cut(socket))

        chat.answer = cut_first
        assert await wire.contact(written("demo-web-1"))
        assert [one["id"] for one in chat.said] == ["demo-web-1", "demo-web-1"]


async def test_what_can_not_be_taken_yet_is_said_again_and_what_never_can_is_refused(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):

        async def later_then_never(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
            again = len(chat.said) > 1
            more = {"is": "refused", "about": "say"} if again else {"is": "later", "seconds": 0}
            await socket.send_json({"id": said["id"], **more})

        chat.answer = later_then_never
        assert not await wire.contact(written("demo-web-1"))
        assert len(chat.said) == 2


async def test_one_tab_stays_for_a_conversation_and_closes_when_it_is_over(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):
        await wire.contact(written("demo-web-1"))
        await wire.contact(written("demo-web-2", "demo-web-1"))
        assert len(chat.hellos) == 1
        await chat.open[0].send_json({"is": "line", "line": {"seq": 2, "who": "agent", "id": "contact-1"}})
        await chat.open[0].send_json({"is": "state", "phase": "over"})
        await eventually(lambda: not chat.open)
        assert wire.answers == 1
        await wire.contact(written("demo-web-3", "demo-web-1"))
        assert len(chat.hellos) == 2, "who writes again later opens it again"


async def test_after_a_cut_it_asks_for_what_it_has_not(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):
        await wire.contact(written("demo-web-1"))
        await chat.open[0].close()
        await eventually(lambda: len(chat.hellos) == 2)
        assert [one["after"] for one in chat.hellos] == [0, 1]


async def test_who_leaves_is_gone_when_the_hub_knows(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):
        await wire.contact(written("demo-web-1"))

        async def cut_first(socket: web.WebSocketResponse, said: dict[str, Any]) -> None:
            await (took(socket, said) if len(chat.hellos) > 1 else socket.close())

        chat.answer = cut_first
        assert await wire.conversation(left("demo-web-1"))
        assert [one["do"] for one in chat.said if one["do"] != "say"][-2:] == ["leave", "ping"]
        assert len(chat.hellos) == 2
        await eventually(lambda: not chat.open)
        assert await wire.conversation(left("demo-web-1")), "nobody is there any more: nothing to tell"


async def test_a_conversation_that_ends_while_its_customer_leaves_is_left(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, _):
        await wire.contact(written("demo-web-1"))

        async def over(socket: web.WebSocketResponse, _: dict[str, Any]) -> None:
            await socket.send_json({"is": "state", "phase": "over"})

        chat.answer = over
        assert await wire.conversation(left("demo-web-1"))


async def test_other_channels_and_what_we_wrote_go_another_way_than_by_chat(tmp_path: FilePath) -> None:
    async with at(tmp_path) as (chat, wire, others):
        ours = written("demo-web-4").model_copy(update={"direction": Direction.OUTBOUND})
        for contact in (written("demo-phone-1", channel=Channel.PHONE), ours):
            assert await wire.contact(contact)
            assert wire.known_as(contact) == f"known-{contact.id}"
        assert await wire.conversation(left("demo-phone-1", Channel.PHONE))
        assert others.heard == ["demo-phone-1", "demo-web-4", "demo-phone-1-left"]
        assert not chat.hellos
