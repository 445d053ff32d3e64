"""The wallboard: what a hall full of people looks at, in one answer, and told on the stream as it changes."""

import asyncio
import logging
from datetime import datetime

from pydantic import BaseModel
from starlette.responses import Response

from hub.api.callers import SupervisorCall
from hub.api.feed import Feed
from hub.api.routes import Routes
from hub.api.rows import LiveFigures, row, told
from hub.application.views.board import Board
from hub.application.views.board_rows import BoardAgent, BoardChannel, BoardLevel, BoardQueue

log = logging.getLogger(__name__)
router = Routes("board")

TICK_SECONDS = 1.0

_Level = row("BoardServiceLevel", BoardLevel)
_Queue = row("BoardQueue", BoardQueue, service_level=_Level)
_Agent = row("BoardAgent", BoardAgent)
_Channel = row("BoardChannel", BoardChannel)


class BoardAnswer(BaseModel):
    """The wallboard as of a log position, at a moment. On the stream `full` is false, and `queues`, `agents` and
    `channels` are objects by name with the rows that changed, `gone` the agents who signed off, `totals` null where
    nothing of them changed."""

    full: bool
    position: int
    at: datetime
    queues: list[_Queue]  # type: ignore[valid-type]
    agents: list[_Agent]  # type: ignore[valid-type]
    gone: list[str]
    channels: list[_Channel]  # type: ignore[valid-type]
    totals: LiveFigures  # type: ignore[valid-type]


@router.get("/v1/board", summary="The wallboard", responses=told(BoardAnswer))
async def board(call: SupervisorCall) -> Response:
    """Queues with service level and expected wait, everybody who is signed on, contacts by channel, and the totals that
    `GET /v1/metrics/live` tells; figures of the day are since midnight UTC. It is at most a second old."""
    await call.services.board.fresh()
    return Response(call.services.board.since(None).to_bytes(), media_type="application/json")


async def keep_board(board: Board, feed: Feed, seconds: float = TICK_SECONDS) -> None:
    """Look at it once a second as long as anybody follows it; for ever."""
    while True:
        await asyncio.sleep(seconds)
        if not feed.shows_board:
            continue
        try:
            await board.look()
        except Exception:
            log.exception("the wallboard could not be looked up: it is tried again in %.0f s", seconds)
            continue
        feed.board_looked_up()
