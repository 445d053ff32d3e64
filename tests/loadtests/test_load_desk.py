import asyncio
from datetime import UTC, datetime

from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, OfferAccepted, WrapUpCompleted
from hub.ports import Recorded
from hub.router.pool.commands import Command, CompleteWrapUp, End, SignOn
from loadtests.centre import agents
from loadtests.desk import Desk

AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
META = {"at": AT, "recorded_at": AT, "causation": "c", "actor": "test"}


class Noon:
    """A clock that stands still."""

    speed = 1.0

    def now(self) -> datetime:
        return AT

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Asked:
    """A pool that does nothing but remember."""

    def __init__(self) -> None:
        self.commands: list[Command] = []

    async def __call__(self, command: Command) -> None:
        self.commands.append(command)


def queued(number: int) -> Event:
    return InteractionQueued(
        **META, pool="main", queue="q", contact_id=f"load-a-{number}", customer_id="customer-1",
        channel=Channel.PHONE, thread="t", service="", priority=1, skills={}, units=100, policy="p", reasons=(),
    )  # fmt: skip


def batch(*events: tuple[int, Event]) -> list[Recorded]:
    return [Recorded(at, f"interaction-{number}", 1, event) for at, (number, event) in enumerate(events, 1)]


def accepted(number: int) -> Event:
    return OfferAccepted(**META, offer_id=f"offer-{number}-1", agent_id=f"a{number}")


async def test_each_conversation_ends_when_its_time_is_over_whatever_came_before() -> None:
    asked = Asked()
    times = {"load-a-1": (0.06, 0.0), "load-a-2": (0.02, 0.0), "load-a-3": (0.04, 0.0)}
    desk = Desk(asked, Noon(), times.__getitem__, expected=3)
    desk.on_log(batch(*((number, queued(number)) for number in (1, 2, 3))))
    desk.on_log(batch(*((number, accepted(number)) for number in (1, 2, 3))))
    assert asked.commands == []
    async with asyncio.timeout(5):
        while len(asked.commands) < 3:
            await asyncio.sleep(0.005)
    assert [one.agent_id for one in asked.commands if isinstance(one, End)] == ["a2", "a3", "a1"]
    desk.close()


async def test_a_wrap_up_without_length_is_done_at_once_and_over_when_the_log_says_so() -> None:
    asked = Asked()
    desk = Desk(asked, Noon(), lambda _: (60.0, 0.0), expected=1)
    ended = InteractionEnded(**META, agent_id="a1", ended_by="agent")
    desk.on_log(batch((1, queued(1)), (1, accepted(1)), (1, ended)))
    await asyncio.sleep(0)
    [done] = asked.commands
    assert isinstance(done, CompleteWrapUp)
    assert "interaction-1" in desk.observed.finished
    assert not desk.all_over.is_set()
    desk.on_log(batch((1, WrapUpCompleted(**META, agent_id="a1", code="resolved"))))
    assert desk.all_over.is_set()
    desk.close()


async def test_a_closed_desk_does_nothing_more() -> None:
    asked = Asked()
    desk = Desk(asked, Noon(), lambda _: (0.01, 0.0), expected=1)
    desk.on_log(batch((1, queued(1)), (1, accepted(1))))
    desk.close()
    await asyncio.sleep(0.05)
    assert asked.commands == []


async def test_all_agents_sign_on() -> None:
    asked = Asked()
    desk = Desk(asked, Noon(), lambda _: (1.0, 1.0), expected=1)
    await desk.sign_on(agents(100, skills=50))
    assert len({one.agent_id for one in asked.commands if isinstance(one, SignOn)}) == 100
    desk.close()
