"""`GET /v1/stream`: Server-Sent Events that resume from the log, without a gap and without a repetition."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from hub.api.board_frames import board_frame
from hub.api.callers import AgentCall, Call, ForbiddenError
from hub.api.errors import PROBLEMS
from hub.api.feed import Subscription, frame, mark, reset
from hub.api.following import PARTING, followed
from hub.api.gzipped import HEAD, Gzip, takes_gzip
from hub.api.open_interaction import BOARD
from hub.api.services import Services
from hub.api.topics import ALL, Topic, Topics
from hub.application.deflating import Deflatable
from hub.application.dossier.question import EVERYTHING
from hub.domain.access.events import Role
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.interaction.events import InteractionQueued
from hub.ports import Recorded

log = logging.getLogger(__name__)
router = APIRouter(tags=["stream"])

HEARTBEAT_SECONDS = 15.0
FAR_BEHIND = 100_000
"""Events after which a snapshot is cheaper than the story."""
BATCH = 1_000
RECENT = 50
"""Lines of a customer's timeline that a listener starts over from."""
VIEWS_POLL_SECONDS = 0.2
GRACE_SECONDS = 1.0
"""How long a listener who is cut off has to read what was under way."""

_DESCRIPTION = """
Server-Sent Events about the named agents, queues, customers, cases and accounts (each may be repeated; `*` for all
agents, all queues or all cases, of these without what was said). A customer is all streams that are linked with the
named one, as links come and go: contacts, work, cases, consents, standing, roles, whatever happens to any. `id` is the
log position, `event` the name of the event's class, `data` a JSON object with `position`, `stream`, `version`, `type`
and `event`; an `InteractionOffered` also brings `offer`, with all that an agent needs.

A stream of agents alone tells each event right after its commit. One that names a queue or a customer tells events as
soon as the read models hold them, so that a page read after an event shows it; so does any with `settled=true`.

`board=*` tells of the wallboard: first `event: board` whose `data` is what `GET /v1/board` answers (`full` is true),
then at most once a second one with the rows that changed, by name (`full` is false; `gone`: agents who signed off).

Send back the last `id` as `Last-Event-ID` to go on where the stream broke off. More than 100,000 events behind, the
answer starts with `event: reset`, whose `data` holds `position` and `snapshot`: how things stand at that position.
Comments every 15 seconds keep the connection open; a block with an `id` alone moves the mark. A listener who can't
keep up is cut off and resumes; a key that is revoked ends its streams at once, as does a session that ends, is locked,
or allows something else than before.
"""


@router.get(
    "/v1/stream",
    summary="What changed for an agent, a queue or a customer",
    description=_DESCRIPTION,
    response_class=Response,
    responses={200: {"description": "The events", "content": {"text/event-stream": {}}}, **PROBLEMS},
)
async def stream(
    call: AgentCall,
    agent: Annotated[list[str], Query(description="Agent id, or `*`")] = [],  # noqa: B006
    queue: Annotated[list[str], Query(description="Queue name, or `*`")] = [],  # noqa: B006
    customer: Annotated[list[str], Query(description="Customer id")] = [],  # noqa: B006
    case: Annotated[list[str], Query(description="Case id, or `*`: of all, without what was said")] = [],  # noqa: B006
    account: Annotated[list[str], Query(description="Account id")] = [],  # noqa: B006
    settled: Annotated[
        bool, Query(description="Tell events only when the read models hold them, also of agents")
    ] = False,
    steward: Annotated[
        list[str], Query(description="`*`: who is linked with whom and kept apart from whom, without the evidence")
    ] = [],  # noqa: B006
    board: Annotated[list[str], Query(description="`*`: the wallboard")] = [],  # noqa: B006
    last_event_id: Annotated[str, Header(description="Log position to go on after")] = "",
    accept_encoding: Annotated[str, Header(include_in_schema=False)] = "",
) -> Response:
    topics = [Topic("agent", name) for name in agent]
    topics += [Topic("queue", name) for name in queue]
    topics += [Topic("customer", name) for name in customer]
    topics += [Topic("case", name) for name in case]
    topics += [Topic("account", name) for name in account]
    topics += [Topic("steward", name) for name in steward]
    topics += [Topic("board", name) for name in board]
    if not topics:
        raise InvalidError(
            "say what the stream is about: agent, queue, customer, case, account, steward or board", "agent"
        )
    if Topic("account", ALL) in topics:
        raise InvalidError("name the accounts: a stream can't be about all of them", "account")
    if set(board) - {ALL}:
        raise InvalidError("there is one wallboard: board=*", "board")
    if set(steward) - {ALL}:
        raise InvalidError("there is one list of the steward's: steward=*", "steward")
    if last_event_id and not last_event_id.isdecimal():
        raise InvalidError("Last-Event-ID is not a log position: send the last id of the stream", "Last-Event-ID")
    _may_follow(call, topics)
    packed = bool(board) and takes_gzip(accept_encoding)
    return EventStream(call, topics, int(last_event_id) if last_event_id else None, settled=settled, packed=packed)


def _may_follow(call: Call, topics: Sequence[Topic]) -> None:
    for topic in topics:
        if topic.name == ALL and call.key.role is Role.AGENT:
            raise ForbiddenError(
                "following all agents, queues or cases, the steward's list, or the wallboard, takes a key of role "
                "supervisor or admin"
            )
        if topic.kind == "agent":
            call.looking_at(topic.name)


def _is_own(call: Call, agent_id: str) -> bool:
    """Whether it is this agent who listens."""
    return call.key.role is Role.AGENT or (bool(call.key.person_id) and call.key.agent_id == agent_id)


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
        elif self._subscription.revoked:
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


async def blocks(services: Services, subscription: Subscription, after: int | None) -> AsyncIterator[bytes]:
    """All that the listener reads, from after this position (None: from now on) until the subscription is closed."""
    feed, follows_board, shown = services.feed, BOARD in subscription.asked, after
    if follows_board:
        await services.board.fresh()
    if after is None or subscription.asked == {BOARD}:
        after = feed.visible(subscription.with_views)
        if not follows_board:
            yield mark(after)
    elif not 0 <= await services.journal.head() - after <= FAR_BEHIND:
        agents, queues, customers = _names(subscription)
        snapshot = await services.views.snapshot(agents, queues)
        after, shown = snapshot.position, None
        yield reset(after, {**snapshot.state, **await _customers(services, customers)})
    while not subscription.closed:
        subscription.topics = await followed(services.journal, subscription.asked, after)
        topics = Topics()
        while not subscription.closed and not feed.attach(subscription, after):
            told, after = await _past(services, topics, subscription, after)
            if told:
                yield told
        looks = services.board.looks
        # No mark before the board: who is cut off in the middle of it comes back as if they had heard of nothing.
        board = Deflatable(services.board.since(shown).to_bytes()) if follows_board else None
        yield mark(after) if board is None else board_frame(after, board)
        async for block in _live(services, subscription, looks):
            yield block
        after, subscription.turned_at = subscription.turned_at or after, None
        shown = after


async def _live(services: Services, subscription: Subscription, looks: int) -> AsyncIterator[bytes]:
    """What comes, until the subscription is closed, or is about others from some position on. `looks`: the look at the
    wallboard that the listener was told of."""
    feed = services.feed
    while True:
        if not await subscription.wait(HEARTBEAT_SECONDS):
            yield b": heartbeat\n" + mark(max(subscription.after, feed.visible(subscription.with_views)))
            continue
        if block := subscription.take():
            yield block
        if subscription.board_news and not subscription.closed:
            subscription.board_news = False
            board, looks = services.board.after_look(looks), services.board.looks
            if board:
                yield board_frame(max(subscription.after, feed.visible(True)), board)
        if subscription.closed or (subscription.turned_at is not None and not subscription.frames):
            return


async def _past(services: Services, topics: Topics, subscription: Subscription, after: int) -> tuple[bytes, int]:
    """What the log tells this listener after the position, and the position that it covers."""
    limit = services.feed.visible(subscription.with_views)
    if after >= limit:
        await asyncio.sleep(VIEWS_POLL_SECONDS)
        return b"", after
    read = await services.journal.read(after, BATCH)
    batch = [recorded for recorded in read if recorded.position <= limit]
    await _restore(services, topics, batch, after)
    wanted: list[bytes] = []
    for recorded in batch:
        one = topics.tell(recorded)
        if subscription.wants(one):
            wanted.append(frame(one, words=subscription.told_words(one)))
            if type(recorded.event) in PARTING:
                subscription.topics = await followed(services.journal, subscription.asked, recorded.position)
    return b"".join(wanted), batch[-1].position if batch else limit


async def _restore(services: Services, topics: Topics, batch: Sequence[Recorded], after: int) -> None:
    """Have the interactions of this part of the log at hand that began before it."""
    opened, missing = set(), dict[str, None]()
    for recorded in batch:
        if isinstance(recorded.event, InteractionQueued):
            opened.add(recorded.stream)
        elif recorded.stream not in opened and not topics.knows(recorded):
            missing[recorded.stream] = None
    if not missing:
        return
    for history in (await services.journal.load(list(missing))).values():
        topics.restore(recorded for recorded in history if recorded.position <= after)


async def _customers(services: Services, named: Sequence[str]) -> dict[str, Any]:
    """The customers among what a listener starts over from: as they are now, which may be a little after that."""
    told = []
    for name in named:
        with suppress(NotFoundError):
            whole = await services.dossiers.show(name)
            page = await services.dossiers.timeline(name, EVERYTHING, RECENT)
            told.append({**whole.as_row(), "timeline": page.lines})
    return {"customers": told} if named else {}


def _names(subscription: Subscription) -> tuple[list[str], list[str], list[str]]:
    def of(kind: str) -> list[str]:
        return sorted(topic.name for topic in subscription.asked if topic.kind == kind)

    return of("agent"), of("queue"), of("customer")


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def _log_failure(writing: "asyncio.Task[None]") -> None:
    if not writing.cancelled() and writing.exception() is not None:
        log.error("a stream broke off: its listener resumes", exc_info=writing.exception())
