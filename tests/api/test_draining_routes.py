"""A queue is drained a little at a time, whatever becomes of its work meanwhile."""

import httpx
import pytest

from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.interaction.events import InteractionMoved
from hub.domain.pool.events import QueueIntakeChanged
from hub.router.pool.commands import Command, Move, SetIntake
from hub.router.pool.state import Decided
from tests.api.asking import says
from tests.api.world import META, FakeEstimate, FakePool, World


class Line(FakePool):
    """Work waits in a queue until it is moved; one of it is answered meanwhile."""

    def __init__(self, waiting: int) -> None:
        super().__init__()
        self.line = [f"interaction-{number}" for number in range(waiting)]
        self.intake = ""
        self.closed = self.ring = False

    def require_way_out(self, queue: str, to: str) -> None:
        if self.ring:
            raise RefusedError(f"queue {to} is itself drained to {queue}", "to")

    def estimate(self, queue: str) -> FakeEstimate:
        if queue not in ("care", "sales"):
            raise NotFoundError(f"there is no queue {queue!r}")
        return self.expected

    def in_line(self, queue: str) -> list[str]:
        return list(self.line) if queue == "care" else []

    async def execute(self, command: Command) -> list[Decided]:
        self.commands.append(command)
        if isinstance(command, Move):
            if command.interaction_id == "interaction-3":
                self.line.remove(command.interaction_id)
                raise RefusedError("it is answered")
            return [self._moved(command.interaction_id)]
        assert isinstance(command, SetIntake)
        if self.closed:
            raise RefusedError("sales takes nothing now")
        if self.intake == command.intake:
            return []
        self.intake = command.intake
        changed = QueueIntakeChanged(**META, pool="main", queue="care", intake=command.intake, to=command.to, reason="")
        return [Decided("pool-main", 7, changed), *(self._moved(one) for one in list(self.line))]

    def _moved(self, interaction: str) -> Decided:
        self.line.remove(interaction)
        moved = InteractionMoved(
            **META, queue="sales", priority=0, skills={}, units=100, policy="1", reasons=(), from_queue="care",
            reason="drained",
        )  # fmt: skip
        return Decided(interaction, 2, moved)


@pytest.mark.parametrize("waiting", [0, 2, 450])
async def test_all_that_waits_is_moved_and_the_queue_is_closed(
    world: World, http: httpx.AsyncClient, waiting: int
) -> None:
    pool = Line(waiting)
    object.__setattr__(world.services, "pool", pool)
    told = (await http.post("/v1/queues/care/drain", json={"to": "sales", "reason": "fire alarm"})).json()
    answered_meanwhile = waiting == 450
    assert told["moved"] == waiting - answered_meanwhile
    assert [one["type"] for one in told["events"]] == ["QueueIntakeChanged"]
    assert (pool.line, pool.intake) == ([], "draining")
    assert {command.reason for command in pool.commands if isinstance(command, Move | SetIntake)} == {"fire alarm"}
    again = (await http.post("/v1/queues/care/drain", json={"to": "sales"})).json()
    assert (again["moved"], again["events"]) == (0, [])


async def test_a_drain_that_ends_in_the_middle_says_how_far_it_came_and_goes_on_when_it_is_asked_again(
    world: World, http: httpx.AsyncClient
) -> None:
    pool = Line(250)
    object.__setattr__(world.services, "pool", pool)
    pool.closed = True
    refused = await http.post("/v1/queues/care/drain", json={"to": "sales"})
    told = says(refused, 409, "refused")
    assert told["code"] == "drained-in-part"
    assert "199 were moved to sales, 50 still wait in care" in told["detail"]
    assert "sales takes nothing now" in told["detail"]
    pool.closed = False
    again = (await http.post("/v1/queues/care/drain", json={"to": "sales"})).json()
    assert (again["moved"], pool.line) == (50, [])


async def test_nothing_is_moved_where_the_queues_would_be_drained_in_a_ring(
    world: World, http: httpx.AsyncClient
) -> None:
    pool = Line(250)
    object.__setattr__(world.services, "pool", pool)
    pool.ring = True
    says(await http.post("/v1/queues/care/drain", json={"to": "sales"}), 409, "refused", "to")
    assert (len(pool.line), pool.commands) == (250, [])


async def test_a_queue_is_drained_into_another_that_there_is(world: World, http: httpx.AsyncClient) -> None:
    object.__setattr__(world.services, "pool", Line(1))
    says(await http.post("/v1/queues/care/drain", json={"to": "care"}), 422, "invalid", "to")
    says(await http.post("/v1/queues/care/drain", json={"to": "moon"}), 404, "not-found")
    says(await http.post("/v1/queues/moon/drain", json={"to": "care"}), 404, "not-found")
    says(await http.post("/v1/queues/care/drain", json={"to": ""}), 422, "invalid", "to")
