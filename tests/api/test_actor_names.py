"""Who did something is told by name: people, agents who signed on, and agents who are somebody that never did."""

import sqlite3
from collections.abc import Callable
from typing import TypeVar

from hub.api.actor_names import names_of_actors
from hub.domain.access.events import Role
from hub.domain.access.people.decide import Profile
from hub.domain.access.people.state import Team
from tests.api.world import World

T = TypeVar("T")
ROOT = "operator:root"


async def test_everybody_who_has_a_name_is_told_by_it_and_nobody_else(world: World) -> None:
    views = sqlite3.connect(":memory:")
    views.execute("CREATE TABLE agents (id TEXT, stream TEXT, name TEXT)")
    views.execute("INSERT INTO agents VALUES ('ann', 'agent-ann', 'Ann on duty')")

    async def read(question: Callable[[sqlite3.Connection], T]) -> T:
        return question(views)

    object.__setattr__(world.services.views, "read", read)
    people = world.services.staff.people
    await people.set_team(Team("agents", "Agents", Role.AGENT), actor=ROOT)
    sara = await people.add(Profile("sara", "Sara Rad", ("agents",), agent_id="sara"), "four plain words", actor=ROOT)
    asked = {"agent:ann", "agent:sara", f"person:{sara.person_id}", "agent:none", "person:none", ROOT, "policy:7"}
    assert await names_of_actors(world.services, asked) == {
        "agent:ann": "Ann on duty",
        "agent:sara": "Sara Rad",
        f"person:{sara.person_id}": "Sara Rad",
    }
    assert await names_of_actors(world.services, {ROOT}) == {}
