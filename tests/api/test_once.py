"""A command that is sent twice under one key is done once, for as long as its answer is kept."""

import asyncio
from collections.abc import Sequence

import httpx

from hub.api.once import KEPT_SECONDS, Once
from hub.domain.access.events import Role
from hub.router.pool.asked import PoolUnavailableError
from hub.router.pool.commands import Command
from hub.router.pool.state import Decided
from tests.api.asking import WORK, says
from tests.api.world import FakePool, World

KEY = {"Idempotency-Key": "4711"}
BACK = {"reason": "lunch"}


async def test_a_repeat_is_answered_as_the_first_was(world: World, http: httpx.AsyncClient) -> None:
    answers = [await http.post(f"{WORK}/pull-back", json=BACK, headers=KEY) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.content for answer in answers}) == 1
    assert len(world.pool.commands) == 1
    await http.post(f"{WORK}/pull-back", json=BACK)
    await http.post(f"{WORK}/pull-back", json=BACK, headers={"Idempotency-Key": "4712"})
    assert len(world.pool.commands) == 3


async def test_a_refusal_is_repeated_and_what_failed_is_done_again(world: World, http: httpx.AsyncClient) -> None:
    world.pool.error = PoolUnavailableError("not now")
    says(await http.post(f"{WORK}/pull-back", json=BACK, headers=KEY), 503, "unavailable")
    world.pool.error = None
    assert (await http.post(f"{WORK}/pull-back", json=BACK, headers=KEY)).status_code == 200
    refused = {"Idempotency-Key": "other"}
    for _ in range(2):
        says(await http.post(f"{WORK}/prioritise", json={}, headers=refused), 422, "invalid", "priority")
    assert len(world.pool.commands) == 2


async def test_a_key_is_of_one_command_and_one_caller(world: World, http: httpx.AsyncClient) -> None:
    await http.post(f"{WORK}/pull-back", json=BACK, headers=KEY)
    other = await http.post(f"{WORK}/pull-back", json={"reason": "tea"}, headers=KEY)
    says(other, 422, "invalid", "Idempotency-Key")
    somebody = await world.bearer(Role.SUPERVISOR, "negar")
    assert (await http.post(f"{WORK}/pull-back", json=BACK, headers={**KEY, **somebody})).status_code == 200
    assert len(world.pool.commands) == 2
    says(
        await http.post(f"{WORK}/pull-back", json=BACK, headers={**KEY, "Authorization": "Bearer x"}),
        401,
        "unauthenticated",
    )
    long = {"Idempotency-Key": "x" * 201}
    says(await http.post(f"{WORK}/pull-back", json=BACK, headers=long), 422, "invalid", "Idempotency-Key")


class SlowPool(FakePool):
    """Waits to be let on."""

    def __init__(self) -> None:
        super().__init__()
        self.go_on = asyncio.Event()

    async def execute(self, command: Command) -> Sequence[Decided]:
        await self.go_on.wait()
        return await super().execute(command)


async def test_a_repeat_of_what_is_under_way_waits_for_it(world: World, http: httpx.AsyncClient) -> None:
    pool = SlowPool()
    object.__setattr__(world.services, "pool", pool)
    both = [asyncio.create_task(http.post(f"{WORK}/pull-back", json=BACK, headers=KEY)) for _ in range(2)]
    await asyncio.sleep(0)
    pool.go_on.set()
    answers = await asyncio.gather(*both)
    assert answers[0].content == answers[1].content
    assert len(pool.commands) == 1


async def test_an_answer_is_forgotten_after_a_while() -> None:
    now, done = [0.0], []

    async def answer(scope: object, receive: object, send: object) -> None:
        done.append(scope)
        await send({"type": "http.response.start", "status": 200, "headers": []})  # type: ignore[operator]

    async def who(_: object) -> str:
        return "key-1"

    async def receive() -> dict[str, object]:
        return {"type": "http.request", "body": b"{}"}

    async def send(_: object) -> None:
        """Nobody listens."""

    once = Once(answer, who, lambda: now[0])
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"idempotency-key", b"k")]}
    for moment in (0.0, KEPT_SECONDS - 1, KEPT_SECONDS):
        now[0] = moment
        await once(scope, receive, send)
    assert len(done) == 2
