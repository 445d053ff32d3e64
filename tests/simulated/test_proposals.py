import random
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from hub.domain.contact import Channel, Direction
from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.simulated.client import Answer, HubClient
from hub.simulated.consenting import ConsentWire
from hub.simulated.demo_paths import demo_paths, put_in_force
from hub.simulated.population import Population, contact, opinion
from hub.simulated.proposals import Proposals
from tests.simulated.fake_hub import FakeHub

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)
SHIPPED = {"version": "v1", "actor": "operator:settings", "note": "ships with the hub"}


@pytest.fixture
async def hub() -> AsyncIterator[FakeHub]:
    fake = FakeHub()
    await fake.start()
    yield fake
    await fake.stop()


class Notebook:
    """A hub's API that keeps what it is asked for, and has these policies in its history, the newest first."""

    def __init__(self, *versions: dict[str, str]) -> None:
        self.versions = versions
        self.asked: list[tuple[str, Any]] = []

    async def get(self, path: str) -> dict[str, Any]:
        assert path == "/v1/policies/paths/history"
        return {"versions": list(self.versions)}

    async def command(self, method: str, path: str, body: Any) -> Answer:
        self.asked.append((f"{method} {path}", body))
        return Answer(200, {"events": []})


class Takes:
    """A wire that takes everything."""

    def known_as(self, one: Any) -> str:
        return str(one.id)

    async def contact(self, one: Any) -> bool:  # noqa: ARG002
        return True

    async def conversation(self, event: Any) -> bool:  # noqa: ARG002
        return True


async def drawn(hub: FakeHub, times: int, seed: int = 1) -> list[dict[str, Any]]:
    async with HubClient(hub.url, "key") as client:
        proposals = Proposals(client, random.Random(seed), lambda: NOON)
        for _ in range(times):
            hub.unanswered = ["fibre"]
            await proposals.made("interaction-1", "ana")
    return hub.responses


async def test_customers_say_all_there_is_to_say_and_the_same_by_the_same_seed(hub: FakeHub) -> None:
    said = list(await drawn(hub, 60))
    hub.responses.clear()

    assert {one["response"] for one in said} == {"accepted", "declined", "deferred", "not_presented"}
    for one in said:
        assert (one["agent_id"], one["proposition"]) == ("ana", "fibre")
        assert ("terms_hash" in one) == (one["response"] != "not_presented")
        assert ("deferred_until" in one) == (one["response"] == "deferred")
        if until := one.get("deferred_until"):
            assert NOON < datetime.fromisoformat(until) < NOON + timedelta(days=30)
    assert await drawn(hub, 60) == said


async def test_what_nobody_can_be_granted_any_more_was_not_presented(hub: FakeHub) -> None:
    hub.taken_elsewhere = {"fibre"}
    assert {one["response"] for one in await drawn(hub, 20)} == {"not_presented"}


def test_the_demos_policy_has_no_mistake_and_speaks_to_customers_in_two_languages() -> None:
    assert not check_text(demo_paths(), "demo", date(2027, 1, 5))
    propositions = parse_path_policy(demo_paths()).propositions
    assert len(propositions) > 2
    assert all(one.texts.keys() == {"en", "fa"} and one.terms for one in propositions)


@pytest.mark.parametrize("note", ["what the demo's agents propose", "mine"])
async def test_the_policy_is_put_in_force_where_nobody_published_another(note: str) -> None:
    before = {"version": "v2", "actor": "key:demo", "note": note}
    for versions, is_put in (
        ((SHIPPED,), True),
        ((before, SHIPPED), note != "mine"),
        ((SHIPPED, before), note != "mine"),
    ):
        api: Any = Notebook(*versions)
        assert await put_in_force(api) is is_put
        assert [body["text"] for _, body in api.asked] == [demo_paths()] * is_put
        assert all(body["expected_version"] == versions[0]["version"] for _, body in api.asked)


async def test_customers_say_once_by_each_way_what_they_think_of_advertising() -> None:
    api: Any = Notebook()
    wire = ConsentWire(Takes(), api)
    population = Population(random.Random(1))
    addresses = []
    for channel in [*Channel] * 40:
        one = contact(population.story(channel), "c", "t", NOON, direction=Direction.INBOUND)
        assert await wire.contact(one)
        assert await wire.contact(one)
        if channel in (Channel.PHONE, Channel.SMS, Channel.EMAIL):
            addresses.append((channel.value, one.path.address))

    said = {(body["channel"], body["value"]): body["said"] for _, body in api.asked}
    assert len(said) == len(api.asked)
    assert said == {(channel, address): opinion(address) for channel, address in addresses if opinion(address)}
    assert {*said.values()} == {"granted", "denied"}
    assert all(("text_version" in body) == (body["said"] == "granted") for _, body in api.asked)
