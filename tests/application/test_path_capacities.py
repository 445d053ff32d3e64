"""How many contacts a path can take: as dealers tell, less what was decided since; for calls as agents are free."""

from typing import Any

import pytest

from hub.application.paths.capacities import COUNTED_FOR, PathCapacities
from hub.application.paths.whole import Facts
from hub.domain.capacity.events import PathPlaceGivenBack, path_stream
from hub.domain.contact import Channel, Direction
from hub.domain.decision.events import Asked, Outcome, PathDecided, Said
from hub.domain.errors import InvalidError
from hub.paths.decision.question import Question
from hub.paths.gates.capacity import Free
from hub.paths.propositions.model import Sender
from hub.ports import Append, Unit
from tests.paths.decisions import at as moment
from tests.paths.decisions import meta, outbound
from tests.support.clocks import MovedClock
from tests.support.memory import MemoryJournal

BY = {"actor": "adapter:dealers", "command_id": "c"}
PHONE, SMS = Channel.PHONE, Channel.SMS


class World:
    """A journal of paths, and what two processes make of it."""

    def __init__(self) -> None:
        self.journal, self.clock, self.agents, self.counted = MemoryJournal(), MovedClock(moment(0)), 2, 0
        self.capacities = PathCapacities(self.journal, self.clock, self._free)
        self.journal.followers.append(self.capacities.follow)

    def _free(self, _: Channel) -> int:
        self.counted += 1
        return self.agents

    async def tell(self, places: int, **more: Any) -> None:
        told = {"channel": PHONE, "speaker": "dealer-7", "more_at": None, **more}
        await self.capacities.tell(places=places, **told, **BY)

    async def decided(self, name: str, outcome: Outcome = Outcome.NOW, slot_id: str = "", **asked: Any) -> None:
        told = {"direction": Direction.OUTBOUND, "channels": (PHONE,), "sender": "dealer", **asked}
        told.setdefault("speaker", "dealer-7")
        event = PathDecided(
            **meta(self.clock.now()), decision_id=name, customer_id="customer-ann", asked=Asked(**told), policy="p",
            seed=1, inputs="", outcome=outcome, said=(Said(proposition="", channel=PHONE),),
        )  # fmt: skip
        limits = await self.capacities.read(question(speaker=told["speaker"]))
        await self.write(limits.taken(event, slot_id, meta(self.clock.now())))

    async def given_back(self, name: str) -> None:
        given = PathPlaceGivenBack(**meta(self.clock.now()), contact_id=name)
        await self.write([(path_stream(PHONE, "dealer-7"), given)])

    async def write(self, facts: Facts) -> None:
        for stream, event in facts:
            await self.journal.commit([Unit([Append(stream, self.journal.version(stream), [event])])])

    async def free(self, **more: Any) -> dict[tuple[Channel, str], Free]:
        return dict((await self.capacities.read(question(**more))).capacity)


def question(**more: Any) -> Question:
    asked: Question = outbound(**{"channels": (PHONE, SMS), "sender": Sender.DEALER, "speaker": "dealer-7", **more})
    return asked


@pytest.fixture
def world() -> World:
    return World()


async def test_what_a_dealer_told_counts_down_as_contacts_are_decided_and_up_as_they_are_given_back(
    world: World,
) -> None:
    assert await world.free() == {}
    await world.tell(2)
    await world.decided("d-1")
    await world.decided("d-2", Outcome.LATER)
    await world.decided("d-3", speaker="dealer-8")
    assert await world.free() == {(PHONE, "dealer-7"): Free(1)}
    await world.decided("d-4")
    assert await world.free() == {(PHONE, "dealer-7"): Free(0)}
    await world.given_back("d-1")
    await world.given_back("d-1")
    assert await world.free() == {(PHONE, "dealer-7"): Free(1)}


async def test_told_again_it_begins_anew(world: World) -> None:
    await world.tell(1)
    await world.decided("d-1")
    await world.tell(5, more_at=moment(3))
    await world.given_back("d-1")
    assert await world.free() == {(PHONE, "dealer-7"): Free(5, moment(3))}


async def test_who_starts_later_knows_what_was_told_and_who_took_a_place_since(world: World) -> None:
    await world.tell(3)
    await world.decided("d-1")
    other = PathCapacities(world.journal, world.clock)
    await other.start()
    assert (await other.read(question())).capacity == await world.free() == {(PHONE, "dealer-7"): Free(2)}
    await PathCapacities(MemoryJournal(), world.clock).start()


async def test_a_place_taken_in_one_process_is_gone_in_the_other(world: World) -> None:
    await world.tell(2)
    other = PathCapacities(world.journal, world.clock)
    await other.start()
    assert (await other.read(question())).capacity == {(PHONE, "dealer-7"): Free(2)}
    await world.decided("d-1")
    assert (await other.read(question())).capacity == {(PHONE, "dealer-7"): Free(1)}


async def test_a_contact_takes_one_place_and_is_not_in_its_own_way(world: World) -> None:
    await world.tell(1)
    await world.decided("d-1")
    await world.decided("d-2", slot_id="d-1")
    assert await world.free() == {(PHONE, "dealer-7"): Free(0)}
    assert await world.free(slot_id="d-1") == {(PHONE, "dealer-7"): Free(1)}


async def test_paths_that_nobody_limits_cost_nothing(world: World) -> None:
    await world.tell(1)
    before = world.journal.loaded
    assert (await world.capacities.read(question(speaker="dealer-8"))).versions == {}
    assert world.journal.loaded == before


@pytest.mark.parametrize(
    ("sender", "speaker", "limited"),
    [
        (Sender.HUB, "", True), (Sender.CAMPAIGN, "spring", True), (Sender.AGENT, "", True),
        (Sender.AGENT, "ann", False), (Sender.DEALER, "dealer-9", False),
    ],
)  # fmt: skip
async def test_a_call_that_we_make_needs_an_agent(world: World, sender: Sender, speaker: str, limited: bool) -> None:
    found = await world.free(sender=sender, speaker=speaker)
    assert found == ({(PHONE, speaker or sender.value): Free(2)} if limited else {})


async def test_agents_are_counted_once_in_a_while(world: World) -> None:
    for _ in range(5):
        await world.free(sender=Sender.HUB)
    assert world.counted == 1
    world.clock.moment += COUNTED_FOR
    world.agents = 0
    assert list((await world.free(sender=Sender.HUB)).values()) == [Free(0)]


@pytest.mark.parametrize(
    ("told", "field"), [({"speaker": " "}, "speaker"), ({"places": -1}, "places"), ({"more_at": moment(-1)}, "more_at")]
)
async def test_what_can_be_no_capacity_is_refused_by_its_field(world: World, told: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        await world.tell(**{"places": 1, **told})
    assert refused.value.field == field
    assert world.journal.log == []
