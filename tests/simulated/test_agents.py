import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from hub.simulated.agents import SimulatedAgents
from hub.simulated.behaviour import AgentProfile, Reaction, Step, Work, WrapUp
from hub.simulated.client import Answer, ApiError, HubClient
from hub.simulated.proposals import Proposals
from tests.simulated.fake_hub import FakeHub, eventually

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
TEAM = [AgentProfile("ana", "Ana", {"sales": 3}), AgentProfile("ben", "Ben", {"sales": 2})]


@dataclass
class Scripted:
    """Behaves as each test says."""

    reactions: dict[str, Reaction] = field(default_factory=dict)
    talk_seconds: float = 0.02
    rest_seconds: float = 0.0

    def reaction(self, work: Work) -> Reaction:
        return self.reactions.get(work.interaction, Reaction("accept"))

    def talk(self, work: Work) -> float:  # noqa: ARG002
        return self.talk_seconds

    def answer(self, work: Work) -> str:  # noqa: ARG002
        return ""

    def wrap_up(self, work: Work) -> WrapUp:  # noqa: ARG002
        return WrapUp(0.01, "resolved")

    def rest(self, work: Work) -> float:  # noqa: ARG002
        return self.rest_seconds

    def back_after(self, agent_id: str) -> float:  # noqa: ARG002
        return 0.01


@asynccontextmanager
async def at_work(
    hub: FakeHub, behaviour: Scripted, seen: list[Step] | None = None, *, proposes: bool = False
) -> AsyncIterator[SimulatedAgents]:
    async with HubClient(hub.url, "key") as client:
        agents = SimulatedAgents(
            client,
            TEAM,
            behaviour,
            on_change=lambda work: seen.append(work.step) if seen is not None else None,
            proposals=Proposals(client, random.Random(1), lambda: NOON) if proposes else None,
        )
        running = asyncio.create_task(agents.run())
        await agents.ready()
        await agents.sign_on_all()
        yield agents
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    fake = FakeHub()
    await fake.start()
    yield fake
    await fake.stop()


async def test_an_offer_is_accepted_spoken_ended_and_wrapped_up(hub: FakeHub) -> None:
    steps: list[Step] = []
    async with at_work(hub, Scripted(), steps) as agents:
        await hub.until(await hub.offer(1, "ana"), "completed")
        await asyncio.sleep(0.02)
        assert agents.counts["completed"] == 1
        assert not agents.works
    assert steps == [Step.OFFERED, Step.TALKING, Step.WRAPPING_UP, Step.DONE]


async def test_what_came_of_each_action_is_said_before_the_wrap_up(hub: FakeHub) -> None:
    hub.unanswered = ["fibre", "tv"]
    async with at_work(hub, Scripted()) as agents:
        await hub.until(await hub.offer(1, "ana"), "completed")
        await asyncio.sleep(0.02)
        assert agents.counts["completed"] == 1
    assert [verb for verb, _ in hub.requests][-4:] == ["wrap-up", "responses", "responses", "wrap-up"]


async def test_what_the_hub_proposes_is_said_and_what_came_of_it_is_on_record(hub: FakeHub) -> None:
    hub.unanswered = ["fibre", "tv"]
    async with at_work(hub, Scripted(), proposes=True) as agents:
        await hub.until(await hub.offer(1, "ana"), "completed")
        await eventually(lambda: agents.counts["completed"])
    assert [said["proposition"] for said in hub.responses] == ["fibre", "tv"]
    verbs = [verb for verb, _ in hub.requests]
    assert verbs[-4:] == ["responses", "responses", "end", "wrap-up"], "before they end it: nothing is left to refuse"


async def test_what_was_not_said_to_who_hung_up_is_on_record_before_the_wrap_up(hub: FakeHub) -> None:
    hub.unanswered = ["fibre"]
    async with at_work(hub, Scripted(talk_seconds=60), proposes=True):
        interaction = await hub.offer(1, "ana")
        await hub.until(interaction, "active")
        await hub.customer_leaves(interaction)
        await hub.until(interaction, "completed")
    assert [verb for verb, _ in hub.requests][-3:] == ["wrap-up", "responses", "wrap-up"]


async def test_offers_to_others_are_left_alone(hub: FakeHub) -> None:
    async with at_work(hub, Scripted()) as agents:
        await hub.offer(1, "somebody else")
        await hub.until(await hub.offer(2, "ben"), "completed")
        assert hub.phases["interaction-1"] == "offered"
        assert agents.counts["offered"] == 1


async def test_declined_work_is_out_of_their_hands(hub: FakeHub) -> None:
    async with at_work(hub, Scripted({"interaction-1": Reaction("decline", 0.01)})) as agents:
        await hub.until(await hub.offer(1, "ana"), "waiting")
        await asyncio.sleep(0.02)
        assert not agents.busy("ana")
        assert agents.counts["declined"] == 1


async def test_a_customer_who_hangs_up_goes_straight_to_wrap_up(hub: FakeHub) -> None:
    async with at_work(hub, Scripted(talk_seconds=60)):
        interaction = await hub.offer(1, "ana")
        await hub.until(interaction, "active")
        await hub.customer_leaves(interaction)
        await hub.until(interaction, "completed")
    assert ("end", interaction) not in hub.requests


async def test_who_missed_an_offer_comes_back(hub: FakeHub) -> None:
    async with at_work(hub, Scripted({"interaction-1": Reaction("ignore")})) as agents:
        interaction = await hub.offer(1, "ana")
        hub.agents["ana"] = "not_answering"
        await hub.tell(interaction, "OfferTimedOut", {"offer_id": "offer-1-1", "agent_id": "ana"})
        await hub.tell("agent-ana", "AgentStateChanged", {"agent_id": "ana", "state": "not_answering"})
        await eventually(lambda: hub.agents["ana"] == "ready")
        assert not agents.works


async def test_an_offer_that_somebody_else_ended_is_dropped(hub: FakeHub) -> None:
    async with at_work(hub, Scripted({"interaction-1": Reaction("accept", 0.05)})) as agents:
        interaction = await hub.offer(1, "ana")
        hub.phases[interaction] = "abandoned"
        await eventually(lambda: agents.counts["lost"])
        assert not agents.works


async def test_a_rescinded_offer_is_not_accepted_any_more(hub: FakeHub) -> None:
    async with at_work(hub, Scripted({"interaction-1": Reaction("accept", 0.1)})):
        interaction = await hub.offer(1, "ana")
        await hub.tell(interaction, "OfferRescinded", {"offer_id": "offer-1-1", "agent_id": "ana", "reason": "gone"})
        await asyncio.sleep(0.2)
    assert ("accept", "offer-1-1") not in hub.requests


async def test_a_break_after_work_ends(hub: FakeHub) -> None:
    async with at_work(hub, Scripted(rest_seconds=0.02)):
        await hub.until(await hub.offer(1, "ana"), "completed")
        await eventually(lambda: hub.requests.count(("state", "ana")) == 2)
    assert hub.agents["ana"] == "ready"


async def test_commands_are_repeated_until_answered(hub: FakeHub) -> None:
    async with at_work(hub, Scripted()):
        hub.silent = 2
        await hub.until(await hub.offer(1, "ana"), "completed")
    assert hub.requests.count(("accept", "offer-1-1")) == 3


async def test_nothing_is_forgotten_when_the_hub_goes_away_and_comes_back(hub: FakeHub) -> None:
    async with at_work(hub, Scripted(talk_seconds=0.3)):
        talking = await hub.offer(1, "ana")
        await hub.until(talking, "active")
        await hub.stop()
        offered = "interaction-2"
        hub.phases[offered], hub.holders[offered] = "offered", "ben"
        await asyncio.sleep(0.4)
        await hub.start()
        await hub.until(talking, "completed")
        await hub.until(offered, "completed")
    assert hub.resumed_after


async def test_work_from_before_they_came_is_taken_up_over_all_pages(hub: FakeHub) -> None:
    for number in range(5):
        hub.phases[f"interaction-{number}"], hub.holders[f"interaction-{number}"] = "active", "ana"
    hub.phases["interaction-7"], hub.holders["interaction-7"] = "wrap_up", "ben"
    hub.agents = {"ana": "ready", "ben": "not_answering"}
    async with at_work(hub, Scripted()) as agents:
        for interaction in hub.phases:
            await hub.until(interaction, "completed")
        assert agents.counts["taken_up"] == 6


async def test_at_the_end_of_the_day_everything_is_quick(hub: FakeHub) -> None:
    async with at_work(hub, Scripted(talk_seconds=600)) as agents:
        interaction = await hub.offer(1, "ana")
        await hub.until(interaction, "active")
        await asyncio.sleep(0.02)
        agents.hurry(0.02)
        await hub.until(interaction, "completed")


async def test_a_refused_key_ends_the_run() -> None:
    async with HubClient(lambda: "http://127.0.0.1:1", "key") as client:
        client.once = _forbidden  # type: ignore[method-assign]
        agents = SimulatedAgents(client, TEAM, Scripted())
        with pytest.raises(ApiError, match="refuses this API key"):
            await agents.sign_on("ana")


async def _forbidden(*_: object) -> object:
    return Answer(403, None)
