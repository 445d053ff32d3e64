"""`GET /v1/stream`: Server-Sent Events that resume from the log, without a gap and without a repetition."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import Header, Query
from starlette.responses import Response

from hub.api.callers import AgentCall, Call, ForbiddenError
from hub.api.errors import PROBLEMS
from hub.api.event_stream import EventStream
from hub.api.gzipped import takes_gzip
from hub.api.routes import Routes
from hub.api.topics import ALL, Topic
from hub.domain.access.events import Role
from hub.domain.errors import InvalidError

router = Routes("stream")

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
