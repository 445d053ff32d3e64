"""How much more an agent could have of each channel is what routing would let them have."""

from dataclasses import replace

import pytest

from hub.application.agents.room import rooms_of
from hub.projections.agents import HeldInteraction
from hub.router.policy.parsing import parse_policy
from tests.api.world import AGENT

POLICY = parse_policy(
    '[channels.phone]\nunits = 100\n[channels.web]\nunits = 25\nceiling = 2\n[queues.a]\n[[rules]]\nqueue = "a"\n'
)
FREE = replace(AGENT, capacity=100, units_in_use=0, ceilings={}, units={}, interactions=())


def room(**more) -> dict[str, int]:
    return {one.channel: one.room for one in rooms_of(replace(FREE, **more), POLICY)}


def held(channel: str, units: int) -> HeldInteraction:
    return HeldInteraction("interaction-1", "a", channel, "active", units, interrupted=False)


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, {"phone": 1, "web": 2}),
        ({"ceilings": {"web": 9}}, {"phone": 1, "web": 4}),
        ({"units": {"web": 50}, "ceilings": {"web": 9}}, {"phone": 1, "web": 2}),
        ({"units_in_use": 25, "interactions": (held("web", 25),)}, {"phone": 0, "web": 1}),
        ({"units_in_use": 120}, {"phone": 0, "web": 0}),
        ({"closed_channels": ("web",)}, {"phone": 1, "web": 0}),
        ({"state": "away"}, {"phone": 1, "web": 2}),
        ({"state": "gone"}, {"phone": 0, "web": 0}),
        ({"state": "signed_off"}, {"phone": 0, "web": 0}),
        ({"interactions": (held("sms", 10),), "units_in_use": 10}, {"phone": 0, "web": 2, "sms": 0}),
    ],
)
def test_room_by_channel(more: dict[str, object], expected: dict[str, int]) -> None:
    assert room(**more) == expected
