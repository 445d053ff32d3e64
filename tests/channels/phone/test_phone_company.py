"""Several phones of the company on one real call, and calls that begin here: channels and bridges as ARI tells them."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest

from hub import app
from hub.channels.phone.ari import Ari
from hub.domain.ids import consult_id
from hub.router.pool.commands import Conference, Consult, Join, SignOn, Transfer
from hub.settings import Settings
from tests.channels.phone.test_phone_calls import POLICY, Centre, centre, happens, phones, running
from tests.support.asterisk import Asterisk, agent, caller, sipp

__all__ = ["centre"]
pytestmark = pytest.mark.acceptance


async def becomes(holds: Callable[[], Awaitable[bool]], seconds: float = 40) -> None:
    async with asyncio.timeout(seconds):
        while not await holds():
            await asyncio.sleep(0.05)


async def conversation(centre: Centre) -> str:
    """The one that was taken up."""
    accepted: Any = await happens(lambda: centre.events("OfferAccepted"))
    return str(accepted.correlation)


async def test_a_cold_transfer_rings_the_other_and_lets_the_first_go(asterisk: Asterisk, centre: Centre) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with agent(asterisk, "ann") as ann, caller(asterisk) as customer:
        interaction = await conversation(centre)
        await centre.ask(SignOn, agent_id="bob", name="Bob", skills={})
        async with agent(asterisk, "bob") as bob:
            await centre.ask(Transfer, agent_id="ann", interaction_id=interaction, to_agent="bob")
            assert await ann.over() == 0
            assert customer.running
            await becomes(lambda: _accepted(centre, 2))
            await asterisk.hung_up_by("bob")
            assert await bob.over() == 0
        assert await customer.over() == 0
    ended: Any = await happens(lambda: centre.events("InteractionEnded"))
    assert ended.agent_id == "bob"


async def test_in_a_conference_all_three_are_in_one_bridge(asterisk: Asterisk, centre: Centre) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with agent(asterisk, "ann") as ann, caller(asterisk) as customer:
        interaction = await conversation(centre)
        await centre.ask(SignOn, agent_id="bob", name="Bob", skills={})
        async with agent(asterisk, "bob") as bob:
            advice = consult_id(interaction, "advice")
            await centre.ask(Consult, agent_id="ann", interaction_id=interaction, consult_id=advice, to_agent="bob")
            await asterisk.bridges("consult-", 2)
            await centre.ask(Conference, agent_id="ann", interaction_id=interaction)
            await asterisk.bridges("talk-", 3)
            await asterisk.hung_up_by("bob")
            assert await bob.over() == 0
            await asterisk.bridges("talk-", 2)
        assert ann.running
        assert customer.running


@pytest.mark.parametrize("mode", ["monitor", "coach"])
async def test_who_listens_has_an_ear_of_their_own_and_is_not_in_the_bridge(
    asterisk: Asterisk, centre: Centre, mode: str
) -> None:
    await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
    async with (
        asterisk.ari() as pbx,
        agent(asterisk, "ann"),
        caller(asterisk) as customer,
        agent(asterisk, "cid") as supervisor,
    ):
        interaction = await conversation(centre)
        await centre.ask(Join, interaction_id=interaction, agent_id="cid", mode=mode)
        await asterisk.bridges("ear-", 2)
        await asterisk.bridges("talk-", 2)
        names = [str(one["id"]) for one in await pbx.get("/channels")]
        assert [name for name in names if name.startswith("hears-leg-")]
        await asterisk.hung_up_by("cid")
        assert await supervisor.over() == 0
        await becomes(lambda: _none_of(pbx, "ear-"))
        assert customer.running
        await asterisk.bridges("talk-", 2)


async def _accepted(centre: Centre, times: int) -> bool:
    return len(await centre.events("OfferAccepted")) == times


async def _none_of(pbx: Ari, kind: str) -> bool:
    return not [one for one in await pbx.get("/bridges") if one["id"].startswith(kind)]


async def test_a_number_that_is_keyed_in_comes_to_the_hub_as_a_claim(asterisk: Asterisk, tmp_path: Path) -> None:
    ask = {"prompt": ["sound:beep"], "max_digits": 2}
    async with (
        _hub(tmp_path, POLICY) as hub,
        running(hub, phones(asterisk, tmp_path / "phone", ask_number=ask)),
        caller(asterisk, "caller_enters", "-key", "first", "4", "-key", "second", "7", pause=1) as customer,
    ):
        await happens(lambda: Centre(hub).events("ContactReceived"))
        found: list[Any] = await Centre(hub).events("IdentifierObserved")
        assert {(one.kind, one.value): one.verified for one in found}[("customer_number", "47")] is False
        assert customer.running


async def test_who_would_rather_be_called_is_called_once_an_agent_is_there(asterisk: Asterisk, tmp_path: Path) -> None:
    policy = POLICY.replace("[queues.care]", "[queues.care]\ncallback = { attempts = 2, retry_seconds = 60 }")
    more = {"callback_digit": "9", "customer_endpoint": "PJSIP/{number}@trunk", "goodbye": []}
    async with _hub(tmp_path, policy) as hub, running(hub, phones(asterisk, tmp_path / "phone", **more)):
        centre = Centre(hub)
        async with caller(asterisk, "caller_presses", "-key", "digit", "9", pause=1) as customer:
            assert await customer.over() == 0
        assert await centre.events("InteractionAbandoned") == []
        async with (
            agent(asterisk, "ann") as ann,
            sipp("agent_answers", port=asterisk.trunk) as called,
        ):
            await centre.ask(SignOn, agent_id="ann", name="Ann", skills={})
            await happens(lambda: centre.events("CallbackReached"))
            await asterisk.hung_up_by("trunk")
            assert await called.over() == 0
            assert await ann.over() == 0
        await happens(lambda: centre.events("InteractionEnded"))


def _hub(tmp_path: Path, policy: str) -> app.Hub:
    (tmp_path / "policy.toml").write_text(policy)
    return app.Hub(Settings(data_dir=tmp_path / "var", api_port=0, policy=tmp_path / "policy.toml"))
