"""What was asked and done, asked again when the work is long over."""

from collections.abc import Callable

import pytest

from hub.domain.errors import RefusedError
from hub.ports import Append, Unit
from hub.router.pool import commands as ask
from hub.router.pool.commands import Command
from hub.router.pool.repeat import is_repeat
from tests.router.pools import START, PoolInHand
from tests.router.rich_policy import policy
from tests.support.memory import MemoryJournal

CALL = "interaction-c1"


def command(kind: type[Command], **arguments: object) -> Command:
    return kind(at=START, id="again", actor="agent:anna", **arguments)  # type: ignore[call-arg]


async def journal_of(pool: PoolInHand) -> MemoryJournal:
    journal = MemoryJournal()
    for stream, version, event in pool.log:
        await journal.commit([Unit([Append(stream, version - 1, [event])])])
    return journal


def served() -> PoolInHand:
    pool = PoolInHand(policy(general="callback = { attempts = 1 }"))
    pool.signs_on("anna")
    pool.signs_on("ben")
    pool.arrives("c1")
    pool.declines("anna", "offer-c1-1")
    pool.accepts("ben", "offer-c1-2")
    pool.consults("ben", CALL, "advice", to_agent="anna")
    pool.ends("ben", "interaction-advice")
    pool.ends("ben", CALL)
    pool.wraps_up("ben", CALL, "any")
    return pool


def never_reached() -> PoolInHand:
    pool = PoolInHand(policy(general="callback = { attempts = 1 }"))
    pool.arrives("c1")
    pool.asks_for_callback("c1")
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    pool.misses_callback("anna", CALL)
    return pool


@pytest.mark.parametrize(
    ("story", "again"),
    [
        (served, command(ask.Decline, agent_id="anna", offer_id="offer-c1-1")),
        (served, command(ask.End, agent_id="ben", interaction_id=CALL)),
        (served, command(ask.CompleteWrapUp, agent_id="ben", interaction_id=CALL, code="any")),
        (served, command(ask.End, agent_id="ben", interaction_id="interaction-advice")),
        (never_reached, command(ask.MissCallback, agent_id="anna", interaction_id=CALL)),
    ],
)
async def test_what_was_done_is_done(story: Callable[[], PoolInHand], again: Command) -> None:
    assert await is_repeat(await journal_of(story()), again)


@pytest.mark.parametrize(
    "late",
    [
        command(ask.Accept, agent_id="ben", offer_id="offer-c1-1"),
        command(ask.Decline, agent_id="ben", offer_id="offer-c1-2"),
        command(ask.End, agent_id="anna", interaction_id=CALL),
        command(ask.Hold, agent_id="ben", interaction_id=CALL),
        command(ask.Park, agent_id="ben", interaction_id=CALL),
        command(ask.Transfer, agent_id="ben", interaction_id=CALL, queue="desk"),
        command(ask.PullBack, interaction_id=CALL),
    ],
)
async def test_what_was_not_done_comes_too_late(late: Command) -> None:
    journal = await journal_of(served())
    with pytest.raises(RefusedError):
        await is_repeat(journal, late)


@pytest.mark.parametrize(
    "unknown",
    [
        command(ask.End, agent_id="ben", interaction_id="interaction-none"),
        command(ask.Accept, agent_id="ben", offer_id="no offer"),
        command(ask.SignOff, agent_id="ben"),
    ],
)
async def test_what_never_was_is_not_repeated(unknown: Command) -> None:
    assert not await is_repeat(await journal_of(served()), unknown)
