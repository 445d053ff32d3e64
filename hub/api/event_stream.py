"""An answer of Server-Sent Events, which goes on until somebody ends it."""

import asyncio
import logging
from collections.abc import Sequence
from contextlib import suppress

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.api.callers import Call
from hub.api.gzipped import HEAD, Gzip
from hub.api.stream_blocks import blocks
from hub.api.topics import Topic
from hub.domain.access.events import Role

log = logging.getLogger(__name__)

GRACE_SECONDS = 1.0
"""How long a listener who is cut off has to read what was under way."""


class EventStream(Response):
    """The answer that goes on until the listener leaves, falls behind, loses their key, or the hub stops."""

    def __init__(
        self, call: Call, topics: Sequence[Topic], after: int | None, *, settled: bool = False, packed: bool = False
    ) -> None:
        super().__init__(media_type="text/event-stream")
        self._gzip = Gzip() if packed else None
        self._services = call.services
        self._key_id, self._watch = call.key.key_id, call.watch
        self._after = after
        self._subscription = call.services.feed.subscribe(topics, settled=settled)
        self._desktops = [topic.name for topic in topics if topic.kind == "agent" and _is_own(call, topic.name)]
        """Whose desktop listens here: a supervisor who looks on is nobody's."""

    async def __call__(self, _scope: Scope, receive: Receive, send: Send) -> None:
        """Write until there is nothing more to write or nobody who reads."""
        await self._begin(send)
        unwatch = self._watch(self._subscription.revoke)
        writing = asyncio.create_task(self._write(send))
        leaving = asyncio.create_task(_left(receive))
        ending = asyncio.create_task(self._subscription.ended())
        presence = self._services.presence
        for agent_id in self._desktops:
            presence.opened(agent_id)
        try:
            await asyncio.wait((writing, leaving, ending), return_when=asyncio.FIRST_COMPLETED)
            self._services.feed.detach(self._subscription)
            if self._subscription.revoked:
                writing.cancel()
                log.info("ended a stream: %s is good for it no longer", self._key_id)
            elif not leaving.done():
                await asyncio.wait((writing, leaving), timeout=GRACE_SECONDS, return_when=asyncio.FIRST_COMPLETED)
            finished, left = writing.done(), leaving.done()
        finally:
            for agent_id in self._desktops:
                presence.closed(agent_id)
            unwatch()
            self._services.feed.detach(self._subscription)
            for task in (writing, leaving, ending):
                task.cancel()
            await asyncio.gather(writing, leaving, ending, return_exceptions=True)
        if finished:
            _log_failure(writing)
            await self._end(send)
        else:
            await self._cut_off(send, left=left)

    async def _begin(self, send: Send) -> None:
        headers = [
            (b"content-type", b"text/event-stream; charset=utf-8"),
            (b"cache-control", b"no-store"),
            (b"x-accel-buffering", b"no"),
            (b"vary", b"accept-encoding"),
        ]
        if self._gzip:
            headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        if self._gzip:
            await send({"type": "http.response.body", "body": HEAD, "more_body": True})

    async def _cut_off(self, send: Send, *, left: bool) -> None:
        """Not everything was written, and nothing more is."""
        if self._subscription.revoked:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._end(send), GRACE_SECONDS)
        elif not left:
            # Nobody reads: an end can't be sent either. Returning without one has the server close the connection.
            log.warning(
                "cut off a listener who did not keep up: %s", ", ".join(map("=".join, self._subscription.asked))
            )

    async def _end(self, send: Send) -> None:
        await send({"type": "http.response.body", "body": self._gzip.end() if self._gzip else b"", "more_body": False})

    async def _write(self, send: Send) -> None:
        async for block in blocks(self._services, self._subscription, self._after):
            body = await self._gzip.of(block) if self._gzip else block
            await send({"type": "http.response.body", "body": body, "more_body": True})


def _is_own(call: Call, agent_id: str) -> bool:
    """Whether it is this agent who listens."""
    return call.key.role is Role.AGENT or (bool(call.key.person_id) and call.key.agent_id == agent_id)


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _log_failure(writing: "asyncio.Task[None]") -> None:
    if not writing.cancelled() and writing.exception() is not None:
        log.error("a stream broke off: its listener resumes", exc_info=writing.exception())
