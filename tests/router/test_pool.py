"""The owner of a pool decides, commits, and only then lets a decision out; whatever breaks, nothing is forgotten."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from hub.clock import WallClock
from hub.domain.agent.events import AgentState
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.interaction.events import InteractionOffered, InteractionQueued, OfferAccepted
from hub.domain.pool.events import PoolCommitted, PoolTaken
from hub.ports import Append, Outcome, Recorded, Unit
from hub.router.policy.parsing import load_policy
from hub.router.pool import deciding
from hub.router.pool import owner as pool_module
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import (
    Accept,
    Assign,
    ChangeState,
    CompleteWrapUp,
    Consult,
    CustomerLeft,
    End,
    Move,
    SignOn,
)
from hub.router.pool.fence import PoolLostError
from hub.router.pool.owner import Pool
from hub.router.pool.recovery import Opened
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


async def nothing_open() -> Opened:
    return Opened(0, [])


def make(journal: MemoryJournal, **more: Any) -> Pool:
    return Pool(journal, WallClock(NOON), load_policy(None), b"k" * 32, more.pop("open_work", nothing_open))


@asynccontextmanager
async def running(journal: MemoryJournal, **more: Any) -> AsyncIterator[Pool]:
    pool = make(journal, **more)
    await pool.take()
    journal.followers = [pool.on_log]
    task = asyncio.create_task(pool.run())
    yield pool
    pool.stop()
    await task


async def receive(journal: MemoryJournal, number: int, pool: str = "main") -> int:
    contact = ContactReceived(
        at=NOON, recorded_at=NOON, causation=f"c{number}", actor="adapter:phone", contact_id=f"c{number}",
        channel=Channel.PHONE, address="", sender="", thread=f"t{number}", purpose="service", service="",
        language="", subject="", text="", standing=Standing(), pool=pool,
    )  # fmt: skip
    [outcome] = await journal.commit([Unit([Append(f"customer-{number}", 0, [contact])])])
    return outcome.last  # type: ignore[union-attr]


def sign_on(agent: str = "ann") -> SignOn:
    skills = {"sales": 5, "support": 5, "billing": 5, "complaints": 5}
    return SignOn(at=NOON, id=f"on-{agent}", actor=f"agent:{agent}", agent_id=agent, name=agent, skills=skills)


def of(journal: MemoryJournal, kind: type) -> list[Any]:
    return [one.event for one in journal.log if isinstance(one.event, kind)]


async def until(journal: MemoryJournal, kind: type, count: int = 1) -> list[Any]:
    async with asyncio.timeout(5):
        while len(of(journal, kind)) < count:
            await asyncio.sleep(0.001)
    return of(journal, kind)


async def test_a_contact_of_the_log_is_queued_and_offered_and_its_position_consumed() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.execute(sign_on())
        position = await receive(journal, 1)
        await pool.reached(position)
        [offer] = await until(journal, InteractionOffered)
        assert offer.agent_id == "ann"
        fence = of(journal, PoolCommitted)[-1]
        assert fence.consumed >= position
        assert [kind for kind, _, _ in fence.commands] == ["take_up"]


async def test_contacts_of_other_pools_are_left_alone() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.reached(await receive(journal, 1, pool="history"))
        assert not of(journal, InteractionQueued)


async def test_an_answer_comes_after_its_commit_and_repeats_are_harmless() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.execute(sign_on())
        await receive(journal, 1)
        [offer] = await until(journal, InteractionOffered)
        work = offer.correlation
        accept = Accept(at=NOON, id="x", actor="agent:ann", agent_id="ann", offer_id=offer.offer_id)
        end = End(at=NOON, id="y", actor="agent:ann", agent_id="ann", interaction_id=work)
        wrap = CompleteWrapUp(at=NOON, id="z", actor="agent:ann", agent_id="ann", interaction_id=work, code="resolved")
        for command in (accept, end, wrap):
            [decided] = await pool.execute(command)
            assert journal.log[-1].event == decided.event
            assert await pool.execute(command) == []
        with pytest.raises(RefusedError):
            await pool.execute(accept)
        with pytest.raises(NotFoundError):
            await pool.execute(End(at=NOON, id="q", actor="a", agent_id="ann", interaction_id="interaction-none"))


async def test_a_refused_command_writes_nothing() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        length = len(journal.log)
        with pytest.raises(NotFoundError):
            await pool.execute(CustomerLeft(at=NOON, id="l", actor="customer", channel="phone", thread="none"))
        assert len(journal.log) == length


async def test_a_restart_takes_up_what_came_meanwhile_and_nothing_twice() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.execute(sign_on())
        await pool.reached(await receive(journal, 1))
        before = pool.state
    journal.followers = []
    await receive(journal, 2)
    async with running(journal) as pool:
        await until(journal, InteractionQueued, 2)
        assert set(before.interactions) < set(pool.state.interactions)
        assert len(of(journal, InteractionQueued)) == 2
        assert [taken.epoch for taken in of(journal, PoolTaken)] == [1, 2]


async def test_recovery_reads_open_work_and_only_the_tail_behind_it() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.execute(sign_on())
        await pool.reached(await receive(journal, 1))
        await until(journal, InteractionOffered)
    position = len(journal.log)
    reads: list[int] = []
    read = journal.read

    async def open_work() -> Opened:
        return Opened(position, list(journal.log))

    async def watched(after: int, limit: int) -> list[Recorded]:
        reads.append(after)
        return await read(after, limit)

    journal.read = watched  # type: ignore[method-assign]
    await receive(journal, 2)
    async with running(journal, open_work=open_work) as pool:
        await until(journal, InteractionQueued, 2)
        assert len(pool.state.interactions) == 2
    assert min(reads) == position


async def test_contacts_nobody_took_up_are_found_however_much_the_views_hold_behind_them() -> None:
    journal = MemoryJournal()
    await receive(journal, 1)
    for number in range(20):
        told = {"at": NOON, "recorded_at": NOON, "causation": f"row-{number}", "actor": "import"}
        await journal.commit([Unit([Append(f"customer-of-{number}", 0, [CustomerRegistered(**told)])])])
    await receive(journal, 2)

    async def open_work() -> Opened:
        return Opened(len(journal.log), [])

    async def everything(after: int, limit: int) -> list[Recorded]:
        raise AssertionError(f"{limit} events were read after {after}, which the views hold")

    journal.read = everything  # type: ignore[method-assign]
    async with running(journal, open_work=open_work):
        await until(journal, InteractionQueued, 2)


async def test_a_failing_store_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.execute(sign_on())
        journal.fail_next = 2
        with pytest.raises(PoolUnavailableError):
            await pool.execute(
                ChangeState(at=NOON, id="s", actor="agent:ann", agent_id="ann", state=AgentState.AWAY, reason="")
            )
        async with asyncio.timeout(5):
            while pool.figures.recoveries < 2:
                await asyncio.sleep(0.01)
        assert pool.state.agents["ann"].state.state is AgentState.READY
        await receive(journal, 1)
        [offer] = await until(journal, InteractionOffered)
        await pool.execute(Accept(at=NOON, id="x", actor="agent:ann", agent_id="ann", offer_id=offer.offer_id))
        assert len(of(journal, OfferAccepted)) == 1


class SlowJournal(MemoryJournal):
    """Writes, in the order it was asked, as soon as `gate` is open."""

    def __init__(self) -> None:
        super().__init__()
        self.gate = asyncio.Event()
        self.gate.set()
        self.asked = 0

    async def commit(self, units: Sequence[Unit]) -> list[Outcome]:
        self.asked += 1
        await self.gate.wait()
        return await super().commit(units)


async def in_the_air(pool: Pool, journal: SlowJournal, *agents: str) -> list[asyncio.Task[Any]]:
    """These agents sign on, one after the other, while nothing gets written."""
    journal.gate.clear()
    signing = []
    for agent in agents:
        signing.append(asyncio.create_task(pool.execute(sign_on(agent))))
        for _ in range(10):
            await asyncio.sleep(0)
    return signing


async def test_while_one_decision_is_written_the_next_is_made_and_neither_is_told() -> None:
    journal = SlowJournal()
    async with running(journal) as pool:
        before, asked = len(journal.log), journal.asked
        signing = await in_the_air(pool, journal, "ann", "bob", "cid")
        assert journal.asked - asked == pool_module.IN_FLIGHT == 2
        assert {"ann", "bob"} == set(pool.state.agents)
        assert len(journal.log) == before
        assert not any(one.done() for one in signing)
        journal.gate.set()
        await asyncio.gather(*signing)
        assert [one.event.agent_id for one in journal.log if one.stream.startswith("agent-")] == ["ann", "bob", "cid"]


async def test_what_was_decided_on_top_of_a_decision_that_failed_fails_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    journal = SlowJournal()
    async with running(journal) as pool:
        signing = await in_the_air(pool, journal, "ann", "bob")
        journal.fail_next = 1
        journal.gate.set()
        answers = await asyncio.gather(*signing, return_exceptions=True)
        assert [type(answer) for answer in answers] == [PoolUnavailableError] * 2
        async with asyncio.timeout(5):
            while pool.figures.recoveries < 2:
                await asyncio.sleep(0.01)
        assert not pool.state.agents
        await pool.execute(sign_on("bob"))
        assert [one.event.agent_id for one in journal.log if one.stream.startswith("agent-")] == ["bob"]


async def test_an_owner_that_is_stopped_first_finishes_what_is_being_written() -> None:
    journal = SlowJournal()
    async with running(journal) as pool:
        signing = await in_the_air(pool, journal, "ann", "bob")
        pool.stop()
        journal.gate.set()
        await asyncio.gather(*signing)
    assert {one.event.agent_id for one in journal.log if one.stream.startswith("agent-")} == {"ann", "bob"}


async def test_the_old_owner_steps_down_when_another_takes_the_pool(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    journal = MemoryJournal()
    old = make(journal)
    await old.take()
    task = asyncio.create_task(old.run())
    async with running(journal) as new:
        with pytest.raises(PoolUnavailableError):
            await old.execute(sign_on("bob"))
        with pytest.raises(PoolLostError):
            await task
        with pytest.raises(PoolUnavailableError):
            await old.execute(sign_on("bob"))
        await new.execute(sign_on("ann"))
        assert [one.event.agent_id for one in journal.log if one.stream.startswith("agent-")] == ["ann"]


async def test_contacts_that_come_while_it_recovers_stay_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(pool_module, "BATCH", 2)
    journal = MemoryJournal()
    last = journal.last

    async def slow_last(stream: str) -> Recorded | None:
        """The log goes on while the owner is busy recovering."""
        found = await last(stream)
        if len(of(journal, InteractionQueued)) == 0 and journal.version("customer-5") == 0:
            for number in range(4, 8):
                await receive(journal, number)
        return found

    async with running(journal) as pool:
        journal.last = slow_last  # type: ignore[method-assign]
        for number in range(1, 4):
            await receive(journal, number)
        journal.fail_next = 1
        queued = await until(journal, InteractionQueued, 7)
        assert [one.contact_id for one in queued] == [f"c{number}" for number in range(1, 8)]
    for fence in of(journal, PoolCommitted):
        here = next(one.position for one in journal.log if one.event is fence)
        taken = {one.event.contact_id for one in journal.log if isinstance(one.event, InteractionQueued)
                 and one.position <= here + 4}  # fmt: skip
        waiting = [one.event.contact_id for one in journal.log if isinstance(one.event, ContactReceived)
                   and one.position <= fence.consumed]  # fmt: skip
        assert set(waiting) <= taken, "consumed went past a contact that was still only in memory"
    assert pool.figures.recoveries == 2


async def test_whoever_waits_is_told_when_the_owner_ends() -> None:
    journal = MemoryJournal()
    pool = make(journal)
    await pool.take()
    task = asyncio.create_task(pool.run())
    waiting = asyncio.create_task(pool.reached(1_000))
    await asyncio.sleep(0)
    pool.stop()
    await task
    for late in (waiting, pool.reached(2_000)):
        with pytest.raises(PoolUnavailableError):
            await late


async def test_a_contact_that_breaks_deciding_is_passed_over_and_the_rest_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    handle = deciding.handle

    def breaking(state: Any, command: Any) -> Any:
        if command.id == "c2":
            raise ZeroDivisionError("a fault of the hub")
        return handle(state, command)

    monkeypatch.setattr(deciding, "handle", breaking)
    journal = MemoryJournal()
    async with running(journal) as pool:
        for number in range(1, 4):
            await receive(journal, number)
        with pytest.raises(PoolUnavailableError):
            await pool.execute(sign_on())
        queued = await until(journal, InteractionQueued, 2)
        assert sorted(one.contact_id for one in queued) == ["c1", "c3"]
        assert pool.figures.unrouted == 1


async def test_what_breaks_deciding_and_comes_again_is_refused_and_the_pool_goes_on(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """An adapter reports until it is heard: else the pool would be taken anew each time."""
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    handle = deciding.handle

    def breaking(state: Any, command: Any) -> Any:
        if command.id == "left":
            raise ZeroDivisionError("a fault of the hub")
        return handle(state, command)

    monkeypatch.setattr(deciding, "handle", breaking)
    journal = MemoryJournal()
    left = CustomerLeft(at=NOON, id="left", actor="adapter:phone", channel="phone", thread="t")
    async with running(journal) as pool:
        with pytest.raises(PoolUnavailableError):
            await pool.execute(left)
        for _ in range(3):
            with pytest.raises(InvalidError, match="broke"):
                await _told(pool, left)
        await _told(pool, sign_on())
        assert pool.figures.recoveries == 2


async def _told(pool: Pool, command: Any) -> None:
    """As soon as it can be asked."""
    async with asyncio.timeout(30):
        while True:
            try:
                await pool.execute(command)
            except PoolUnavailableError:
                await asyncio.sleep(0.01)
            else:
                return


async def test_work_that_a_contact_opened_before_is_not_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "RETRY_SECONDS", 0.01)
    journal = MemoryJournal()
    async with running(journal) as pool:
        await pool.reached(await receive(journal, 1))
        [queued] = await until(journal, InteractionQueued)
    opened = next(one.stream for one in journal.log if one.event is queued)
    journal.log = [one for one in journal.log if not isinstance(one.event, PoolCommitted)]
    journal.followers = []
    async with running(journal) as pool:
        await receive(journal, 2)
        await until(journal, InteractionQueued, 2)
        assert [one.stream for one in journal.log if isinstance(one.event, InteractionQueued)].count(opened) == 1


async def test_a_foreign_event_in_its_own_stream_is_not_taken_for_a_beginning() -> None:
    journal = MemoryJournal()
    await receive(journal, 1)
    foreign = journal.log[0].event
    await journal.commit([Unit([Append("pool-main", 0, [foreign])])])
    with pytest.raises(HubError, match="ends with ContactReceived"):
        await make(journal).take()


async def test_refused_commands_leave_no_trace_in_the_log() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        refused = asyncio.create_task(pool.execute(replace(sign_on("bob"), capacity=10**30)))
        await pool.execute(sign_on())
        with pytest.raises(InvalidError):
            await refused
        kinds = [command for fence in of(journal, PoolCommitted) for command in fence.commands]
        assert [arguments[0] for kind, _, arguments in kinds if kind == "sign_on"] == ["ann"]


async def test_an_owner_without_work_says_now_and_then_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pool_module, "CHECKPOINT_POSITIONS", 5)
    journal = MemoryJournal()
    for number in range(8):
        await receive(journal, number, pool="history")
    async with running(journal):
        await until(journal, PoolCommitted)
    assert of(journal, PoolCommitted)[-1].consumed == 9


async def test_a_consultation_that_is_over_is_not_asked_for_again_after_a_restart() -> None:
    journal = MemoryJournal()
    await receive(journal, 1)
    async with running(journal) as pool:
        await pool.execute(sign_on())
        [offered] = [one for one in journal.log if type(one.event) is InteractionOffered]
        await pool.execute(Accept(NOON, "x", "agent:ann", "ann", offered.event.offer_id))
        await pool.execute(sign_on("ben"))
        consult = Consult(NOON, "x", "agent:ann", "ann", offered.stream, "interaction-advice", to_agent="ben")
        assert await pool.execute(consult)
        await pool.execute(End(NOON, "x", "agent:ann", "ann", offered.stream))
    async with running(journal) as pool:
        before = len(journal.log)
        assert await pool.execute(consult) == []
        assert len(journal.log) == before


async def test_what_a_command_names_besides_its_work_may_not_exist() -> None:
    journal = MemoryJournal()
    async with running(journal) as pool:
        await receive(journal, 1)
        [queued] = await until(journal, InteractionQueued)
        for command in (
            Move(NOON, "x", "operator:o", queued.correlation, "nosuch"),
            Assign(NOON, "x", "operator:o", queued.correlation, "nobody"),
        ):
            with pytest.raises(NotFoundError, match=r"nosuch|nobody"):
                await pool.execute(command)
