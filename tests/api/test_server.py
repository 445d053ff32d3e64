"""The API on a real server: what only a socket can show."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from hub.api.feed import Feed
from hub.api.server import LOST_MILLISECONDS, ApiServer, ServerError
from hub.domain.access.events import Role
from hub.ports import Recorded
from tests.api.feed_facts import completed, offered, queued
from tests.api.world import World

STREAM_A2 = "/v1/stream?agent=a2"


@asynccontextmanager
async def serving(
    world: World,
) -> AsyncIterator[tuple[ApiServer, aiohttp.ClientSession]]:
    server = ApiServer(world.app, "127.0.0.1", 0)
    await server.start()
    try:
        async with aiohttp.ClientSession(server.url, headers=await world.bearer(Role.SUPERVISOR)) as http:
            yield server, http
    finally:
        await server.stop()


async def block(response: aiohttp.ClientResponse) -> dict[str, str]:
    text = (await asyncio.wait_for(response.content.readuntil(b"\n\n"), 5)).decode()
    return dict(line.split(": ", 1) for line in text.strip().split("\n"))


async def test_it_answers_on_its_real_port_and_leaves_signals_alone() -> None:
    world, before = World(), signal.getsignal(signal.SIGTERM)
    async with serving(world) as (server, http):
        assert server.port > 0
        assert str(server.port) in server.url
        assert signal.getsignal(signal.SIGTERM) is before
        async with http.post("/v1/offers/offer-1-1/accept", json={"agent_id": "a1"}) as response:
            assert response.status == 200
            assert response.headers["Content-Type"] == "application/json"
            assert [event["type"] for event in (await response.json())["events"]] == ["OfferAccepted"]
    async with aiohttp.ClientSession() as http:
        with pytest.raises(aiohttp.ClientConnectionError):
            await http.get(server.url)


async def test_a_taken_port_is_told_with_what_to_do() -> None:
    async with serving(World()) as (server, _):
        other = ApiServer(World().app, "127.0.0.1", server.port)
        with pytest.raises(ServerError, match=r"can't listen on 127.0.0.1:\d+: .* HUB_API_PORT"):
            await other.start()
        await other.stop()


async def test_events_arrive_as_they_are_committed_and_resume_where_they_broke_off() -> None:
    world = World()
    async with serving(world) as (_, http):
        start = len(world.journal.log)
        async with http.get("/v1/stream?agent=a1") as response:
            assert response.headers["Content-Type"] == "text/event-stream; charset=utf-8"
            assert await block(response) == {"id": str(start)}
            assert await block(response) == {"id": str(start)}
            world.write(("interaction-1", queued()), ("interaction-1", offered()))
            told = await block(response)
            assert (told["id"], told["event"]) == (str(start + 2), "InteractionOffered")
        world.write(("interaction-1", completed()))
        async with http.get("/v1/stream?agent=a1", headers={"Last-Event-ID": told["id"]}) as response:
            assert (await block(response))["event"] == "WrapUpCompleted"
            assert await block(response) == {"id": str(start + 3)}


async def test_a_listener_who_leaves_is_forgotten() -> None:
    world = World()
    async with serving(world) as (_, http):
        async with http.get("/v1/stream?agent=a1") as response:
            await block(response)
            await block(response)
            assert world.feed.subscribers == 1
        for _ in range(100):
            if world.feed.subscribers == 0:
                break
            await asyncio.sleep(0.02)
        assert world.feed.subscribers == 0


async def test_a_listener_who_does_not_read_is_cut_off_while_others_go_on() -> None:
    world = World(Feed(queue_length=500))
    async with (
        serving(world) as (_, http),
        http.get("/v1/stream?agent=a1") as slow,
        http.get(STREAM_A2) as other,
    ):
        await block(slow)
        await block(other)
        start = len(world.journal.log)
        for number in range(1, 40_001):
            agent = "a2" if number % 100 == 0 else "a1"
            world.feed.follow([Recorded(start + number, f"interaction-{number}", 1, offered(agent))])
            if number % 100 == 0:
                await asyncio.sleep(0)
            if world.feed.subscribers == 1:
                break
        assert world.feed.subscribers == 1
        told = [await block(other) for _ in range(3)]
        assert told[-1]["event"] == "InteractionOffered"


async def test_stopping_ends_the_streams() -> None:
    world = World()
    async with (
        serving(world) as (server, http),
        http.get("/v1/stream?agent=a1") as response,
    ):
        await block(response)
        await block(response)
        world.write(("interaction-1", queued()), ("interaction-1", offered()))
        await asyncio.wait_for(server.stop(), 3)
        rest = await asyncio.wait_for(response.content.read(), 3)
        assert b"InteractionOffered" in rest


async def test_a_stream_whose_log_cannot_be_read_ends_so_that_it_is_resumed(
    caplog: pytest.LogCaptureFixture,
) -> None:
    world = World()

    async def broken() -> int:
        raise OSError("disk gone")

    world.journal.head = broken  # type: ignore[method-assign]
    resume = {"Last-Event-ID": "0"}
    async with (
        serving(world) as (_, http),
        http.get("/v1/stream?agent=a1", headers=resume) as response,
    ):
        assert await asyncio.wait_for(response.content.read(), 5) == b""
    assert "a stream broke off" in caplog.text


@pytest.mark.parametrize("resume", [{}, {"Last-Event-ID": "0"}])
async def test_a_revoked_key_ends_its_streams_at_once_and_no_other(
    resume: dict[str, str],
) -> None:
    """A listener that follows, and one that still waits for its part of the log."""
    world = World(Feed(held_length=4) if resume else None)
    lost = await world.key(Role.SUPERVISOR, "lost")
    header = {"Authorization": f"Bearer {lost.token}"} | resume
    path = "/v1/stream?queue=care"
    if resume:
        for number in range(10):
            world.write((f"interaction-{number}", queued()))
    async with (
        serving(world) as (_, http),
        http.get(path, headers=header) as gone,
        http.get(STREAM_A2) as stays,
    ):
        await block(stays)
        await block(stays)
        if not resume:
            await block(gone)
        await world.access.revoke(lost.key_id)
        rest = await asyncio.wait_for(gone.content.read(), 0.8)
        world.write(("interaction-99", queued()), ("interaction-99", offered("a2")))
        world.feed.views_at(len(world.journal.log))
        assert b"event:" not in rest
        assert (await block(stays))["event"] == "InteractionOffered"
        assert world.feed.subscribers == 1
        async with http.get(path, headers=header) as again:
            assert again.status == 401
    assert not world.keys._watched


async def test_a_key_that_was_revoked_before_it_was_watched_is_told_at_once() -> None:
    world = World()
    issued = await world.key(Role.AGENT)
    told: list[str] = []
    world.keys.watch(issued.key_id, lambda: told.append("dropped"))()
    world.keys.watch(issued.key_id, lambda: told.append("kept"))
    await world.access.revoke(issued.key_id)
    world.keys.watch(issued.key_id, lambda: told.append("late"))
    assert told == ["kept", "late"]


async def test_a_stream_of_the_agents_own_is_a_sign_of_life_while_it_is_open() -> None:
    world = World()
    agents_key = await world.bearer(Role.AGENT, "ann", "a1")
    async with serving(world) as (_, http):
        async with http.get("/v1/stream?agent=a1"):
            assert world.presence.told == []  # a supervisor looks on
        async with http.get("/v1/stream?agent=a1&queue=care", headers=agents_key) as response:
            await block(response)
            assert world.presence.told == [("opened", "a1")]
        async with asyncio.timeout(5):
            while ("closed", "a1") not in world.presence.told:
                await asyncio.sleep(0.01)
        assert world.presence.told == [("opened", "a1"), ("closed", "a1")]
        await http.post("/v1/agents/a1/heartbeat", headers=agents_key)
        assert world.presence.told[2:] == [("heard", "a1")]


async def test_a_stream_ends_when_the_other_machine_is_gone() -> None:
    """A desktop without power acknowledges nothing: the connection must not stand for a quarter of an hour."""
    async with (
        serving(World()) as (server, http),
        http.get("/v1/stream?agent=a1") as response,
    ):
        await block(response)
        assert server._server is not None
        [connection] = server._server.server_state.connections
        accepted = connection.transport.get_extra_info("socket")  # type: ignore[union-attr]
        assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == LOST_MILLISECONDS
