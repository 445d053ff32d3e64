"""How many contacts a path can take: as dealers tell, less what was decided since; for calls as agents are free."""

from datetime import timedelta
from typing import Any

import pytest

from hub.application.paths.capacities import COUNTED_FOR, PathCapacities
from hub.domain.contact import Channel, Direction
from hub.domain.customer.slots.events import ContactSlotReleased
from hub.domain.decision.events import Asked, Outcome, PathDecided, Said
from hub.domain.errors import InvalidError
from hub.paths.decision.question import Question
from hub.paths.gates.capacity import Free
from hub.paths.propositions.model import Sender
from hub.ports import Recorded
from tests.paths.decisions import at as moment
from tests.paths.decisions import meta, outbound
from tests.support.memory import MemoryJournal

BY = {"actor": "adapter:dealers", "command_id": "c"}
PHONE, SMS = Channel.PHONE, Channel.SMS


class Clock:
    speed = 1.0

    def __init__(self) -> None:
        self.moment = moment(0)

    def now(self) -> Any:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class World:
    def __init__(self) -> None:
        self.journal, self.clock, self.agents, self.counted = MemoryJournal(), Clock(), 2, 0
        self.capacities = PathCapacities(self.journal, self.clock, self._free)
        self.journal.followers.append(self.capacities.follow)

    def _free(self, _: Channel) -> int:
        self.counted += 1
        return self.agents

    async def tell(self, places: int, **more: Any) -> None:
        told = {"channel": PHONE, "speaker": "dealer-7", "more_at": None, **more}
        await self.capacities.tell(places=places, **told, **BY)

    def decided(self, name: str, outcome: Outcome = Outcome.NOW, **asked: Any) -> None:
        told = {
            "direction": Direction.OUTBOUND,
            "channels": (PHONE,),
            "sender": "dealer",
            "speaker": "dealer-7",
            **asked,
        }
        event = PathDecided(
            **meta(self.clock.now()), decision_id=name, customer_id="customer-ann", asked=Asked(**told), policy="p",
            seed=1, inputs="", outcome=outcome, said=(Said(proposition="", channel=PHONE),),
        )  # fmt: skip
        self._log(event)

    def released(self, name: str) -> None:
        about = {"slot_id": name, "customer_id": "customer-ann", "policy": "p", "reason": "cancelled"}
        self._log(ContactSlotReleased(**meta(self.clock.now()), **about))

    def _log(self, event: Any) -> None:
        one = Recorded(len(self.journal.log) + 1, "customer-ann", self.journal.version("customer-ann") + 1, event)
        self.journal.log.append(one)
        self.capacities.follow([one])

    def free(self, **more: Any) -> dict[tuple[Channel, str], Free]:
        asked: Question = outbound(**{"channels": (PHONE, SMS), "sender": Sender.DEALER, "speaker": "dealer-7", **more})
        return dict(self.capacities.free(asked))


@pytest.fixture
def world() -> World:
    return World()


async def test_what_a_dealer_told_counts_down_as_contacts_are_decided_and_up_as_they_are_given_back(
    world: World,
) -> None:
    assert world.free() == {}
    await world.tell(2)
    world.decided("d-1")
    world.decided("d-2", Outcome.LATER)
    world.decided("d-3", speaker="dealer-8")
    assert world.free() == {(PHONE, "dealer-7"): Free(1)}
    world.decided("d-4")
    world.decided("d-5")
    assert world.free() == {(PHONE, "dealer-7"): Free(0)}
    world.released("d-1")
    world.released("d-1")
    assert world.free() == {(PHONE, "dealer-7"): Free(1)}


async def test_told_again_it_begins_anew(world: World) -> None:
    await world.tell(1)
    world.decided("d-1")
    await world.tell(5, more_at=moment(3))
    world.released("d-1")
    assert world.free() == {(PHONE, "dealer-7"): Free(5, moment(3))}


async def test_who_starts_later_knows_what_was_told(world: World) -> None:
    await world.tell(3)
    other = PathCapacities(world.journal, world.clock)
    await other.start()
    assert dict(other.free(outbound(channels=(PHONE,), sender=Sender.DEALER, speaker="dealer-7"))) == world.free()
    await PathCapacities(MemoryJournal(), world.clock).start()


@pytest.mark.parametrize(
    ("sender", "speaker", "limited"),
    [
        (Sender.HUB, "", True), (Sender.CAMPAIGN, "spring", True), (Sender.AGENT, "", True),
        (Sender.AGENT, "ann", False), (Sender.DEALER, "dealer-9", False),
    ],
)  # fmt: skip
def test_a_call_that_we_make_needs_an_agent(world: World, sender: Sender, speaker: str, limited: bool) -> None:
    found = world.free(sender=sender, speaker=speaker)
    assert found == ({(PHONE, speaker or sender.value): Free(2)} if limited else {})


def test_agents_are_counted_once_in_a_while(world: World) -> None:
    for _ in range(5):
        world.free(sender=Sender.HUB)
    assert world.counted == 1
    world.clock.moment += COUNTED_FOR
    world.agents = 0
    assert list(world.free(sender=Sender.HUB).values()) == [Free(0)]


@pytest.mark.parametrize(
    ("told", "field"), [({"speaker": " "}, "speaker"), ({"places": -1}, "places"), ({"more_at": moment(-1)}, "more_at")]
)
async def test_what_can_be_no_capacity_is_refused_by_its_field(world: World, told: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        await world.tell(**{"places": 1, **told})
    assert refused.value.field == field
    assert world.journal.log == []
