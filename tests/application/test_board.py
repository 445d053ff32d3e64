"""A wallboard that is told by its changes is the wallboard, and its figures are those of every other screen."""

import asyncio
import random
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from hub.application.views.board import Board, Changes, Lines
from hub.application.views.read_models import ReadModels
from hub.domain.agent.events import AgentSignedOn
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.views import open_for_writing
from hub.router.policy.parsing import Policy, load_policy, parse_policy
from tests.projections.histories import CHANCE, LIVES, START, Log, World

SHOWN = ("queues", "agents", "channels")
NOTHING = b'{"full":false,"queues":{},"agents":{},"channels":{},"gone":[],"totals":null}'
KEYS = {"queues": "name", "agents": "agent_id", "channels": "channel"}


class Clock:
    def __init__(self, world: World) -> None:
        self._world = world

    speed = 1.0

    def now(self) -> Any:
        return self._world.now

    async def sleep(self, seconds: float) -> None:
        raise NotImplementedError


class Nobody:
    """No fact names anybody."""

    async def at(self, _: Any) -> list[Any]:
        return []

    def alias(self, _: str, text: str) -> str:
        return text


class Hall:
    """A wallboard over the views of a random history, in memory or in a file."""

    def __init__(self, chance: random.Random, path: Path | None = None, policy: Policy | None = None) -> None:
        self.world = World(chance)
        self.views = sqlite3.connect(":memory:", isolation_level=None) if path is None else open_for_writing(path)
        self.log: Log = self.world.log
        self.runner = Runner(self.views, all_projections(), self.log.read, self.log.decode)
        self.seen = 0
        self.policy = policy or load_policy()
        self.board = Board(self, Clock(self.world), self._lines, lambda: self.seen)

    async def read(self, question: Any) -> Any:
        return question(self.views)

    def _lines(self) -> Lines:
        return Lines(self.policy, {})

    def live(self, steps: int) -> None:
        self.world.run(steps)
        self.runner.run()

    async def look(self) -> None:
        """Listeners were told a part of the log at least."""
        head = self.log.rows[-1].position if self.log.rows else 0
        self.seen = self.world.chance.randint(self.seen, head)
        await self.board.look()


def told(changes: Changes | bytes) -> dict[str, Any]:
    body = changes if isinstance(changes, bytes) else changes.to_bytes()
    return orjson.loads(bytes(body) or NOTHING)  # type: ignore[no-any-return]


def by_name(whole: dict[str, Any]) -> dict[str, Any]:
    assert whole["full"]
    assert whole["gone"] == []
    return {what: {row[KEYS[what]]: row for row in whole[what]} for what in SHOWN} | {"totals": whole["totals"]}


def applied(before: dict[str, Any], news: dict[str, Any]) -> dict[str, Any]:
    if news["full"]:
        return by_name(news)
    after = {what: {**before[what], **news[what]} for what in SHOWN}
    for agent in news["gone"]:
        after["agents"].pop(agent, None)
    return {**after, "totals": news["totals"] or before["totals"]}


@given(chance=CHANCE, parts=st.lists(st.integers(0, 60), min_size=2, max_size=6))
@settings(LIVES, max_examples=20)
def test_whoever_is_told_the_changes_has_the_board(chance: random.Random, parts: list[int]) -> None:
    async def follow() -> None:
        hall = Hall(chance)
        await hall.look()
        followed, looks = by_name(told(hall.board.since(None))), hall.board.looks
        away, left_at = followed, hall.seen
        for number, steps in enumerate(parts):
            hall.live(steps)
            await hall.look()
            if number % 2:  # who is slow is told of two looks at once
                followed = applied(followed, told(hall.board.after_look(looks)))
                looks = hall.board.looks
                assert followed == by_name(told(hall.board.since(None)))
        resumed = applied(away, told(hall.board.since(left_at)))
        assert resumed == by_name(told(hall.board.since(None)))
        hall.views.close()

    asyncio.run(follow())


def test_a_board_that_did_not_change_tells_nothing() -> None:
    async def follow() -> None:
        hall = Hall(random.Random(3))
        hall.live(200)
        await hall.look()
        looks = hall.board.looks
        await hall.look()
        assert hall.board.after_look(looks) == b""
        assert not hall.board.since(None).is_nothing

    asyncio.run(follow())


def test_who_comes_back_from_before_the_first_look_is_shown_all_of_it() -> None:
    async def follow() -> None:
        hall = Hall(random.Random(3))
        hall.live(50)
        hall.seen = hall.log.rows[-1].position
        await hall.board.look()
        for after in (0, hall.seen):
            assert told(hall.board.since(after))["full"]
        assert not told(hall.board.since(hall.seen + 1))["full"]

    asyncio.run(follow())


async def test_after_an_hour_every_screen_shows_the_same_numbers(tmp_path: Path) -> None:
    hall = Hall(random.Random(11), tmp_path / "views.sqlite")
    while hall.world.now < START + timedelta(hours=1):
        hall.live(20)
    models = ReadModels(tmp_path / "views.sqlite", Clock(hall.world), Nobody())
    await hall.look()
    board = told(hall.board.since(None))
    midnight = hall.world.now.replace(hour=0, minute=0, second=0, microsecond=0)
    await _agrees_with_queues(board, models)
    await _agrees_with_intervals(board, await models.metrics(midnight, None, ""))
    live = orjson.loads(orjson.dumps(await models.live(), option=orjson.OPT_UTC_Z))
    assert board["totals"] == live
    census = await models.census()
    rows = {row["name"]: row for row in board["queues"]}
    assert {name: rows[name]["in_queue"] for name in census.waiting} == census.waiting
    levels = {name: row["service_level"]["value"] for name, row in rows.items()}
    assert {name: level for name, level in levels.items() if level is not None} == census.service_level
    agents = {row["agent_id"]: row for row in board["agents"]}
    for now in (await models.agents(1000, "")).rows:
        shown = agents.pop(now.agent_id, None)
        if shown is None:
            assert now.state == "signed_off"
            continue
        assert (shown["state"], shown["activity"], shown["load"]) == (now.state, now.activity, now.units_in_use)
        assert sorted(shown["work"]) == sorted(one.interaction_id for one in now.interactions)
    assert not agents
    assert sum(row["inbound"] + row["outbound"] for row in board["channels"]) == live["contacts"]
    models.close()
    hall.views.close()


async def _agrees_with_queues(board: dict[str, Any], models: ReadModels) -> None:
    rows = {row["name"]: row for row in board["queues"]}
    found = await models.queues()
    assert len(found) == 3
    for queue in found:
        row = rows[queue["queue"]]
        same = {"waiting": "waiting", "on_offer": "offered", "in_queue": "in_queue", "in_service": "active",
                "on_hold": "on_hold", "wrap_up": "wrap_up", "parked": "parked", "flagged": "flagged",
                "consults": "consults", "agents_busy": "agents", "intake": "intake", "to": "to"}  # fmt: skip
        assert {ours: row[ours] for ours in same} == {ours: queue[theirs] for ours, theirs in same.items()}


async def _agrees_with_intervals(board: dict[str, Any], intervals: Any) -> None:
    for row in board["queues"]:
        mine = [one for one in intervals if one["queue"] == row["name"]]
        for what in ("offered", "abandoned", "expired", "refused"):
            assert row[what] == sum(one[what] for one in mine)
        level = row["service_level"]
        assert level["answered"] == sum(one["answered"] for one in mine)
        assert level["within"] == sum(one["answered_in_target"] for one in mine)
        if mine:
            assert (level["definition"], level["seconds"]) == (mine[0]["service_level_variant"], mine[0]["target_s"])


async def test_agents_count_where_they_serve() -> None:
    served = (
        '[labels.queues]\nsales = { fa = "فروش" }\n[queues.sales.serves]\nskills = { sales = 3 }\n'
        '[queues.other]\n[[rules]]\nqueue = "sales"\n'
    )
    hall = Hall(random.Random(1), policy=parse_policy(served))
    for name, level in (("novice", 1), ("expert", 4)):
        hall.world.add(
            f"agent-{name}", AgentSignedOn, pool="main", agent_id=name, name=name, skills={"sales": level},
            languages=("fa",), capacity=100, attributes={"team": "north"},
        )  # fmt: skip
    hall.live(0)
    await hall.look()
    board = told(hall.board.since(None))
    rows = {row["name"]: row for row in board["queues"]}
    assert (rows["sales"]["agents_ready"], rows["other"]["agents_ready"]) == (1, 2)
    assert rows["sales"]["agents_free"] == 1
    assert (rows["sales"]["labels"], rows["other"]["labels"]) == ({"fa": "فروش"}, {})
    assert {row["team"] for row in board["agents"]} == {"north"}
