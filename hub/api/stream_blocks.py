"""What a listener is told, block by block: from the log where they broke off, then as it comes."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

from hub.api.board_frames import board_frame
from hub.api.feed import Subscription, frame, mark, reset
from hub.api.following import PARTING, followed
from hub.api.open_interaction import BOARD
from hub.api.services import Services
from hub.api.topics import Topics
from hub.application.deflating import Deflatable
from hub.application.dossier.question import EVERYTHING
from hub.domain.errors import NotFoundError
from hub.domain.interaction.events import InteractionQueued
from hub.ports import Recorded

HEARTBEAT_SECONDS = 15.0
FAR_BEHIND = 100_000
"""Events after which a snapshot is cheaper than the story."""
BATCH = 1_000
RECENT = 50
"""Lines of a customer's timeline that a listener starts over from."""
VIEWS_POLL_SECONDS = 0.2


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
