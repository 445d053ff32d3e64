"""The places that are announced are those of the order in which waiting work goes."""

import pytest

from hub.application.outbound.places import places_in
from hub.router.policy.parsing import parse_policy
from tests.router.pools import PoolInHand

POLICY = """
order = "growing"
[queues.care]
age_weight = 1.0
[queues.other]
[[rules]]
service = "urgent"
queue = "care"
priority = 5
[[rules]]
service = "other"
queue = "other"
[[rules]]
queue = "care"
"""


@pytest.fixture
def pool() -> PoolInHand:
    return PoolInHand(parse_policy(POLICY))


def test_everybody_who_waits_has_the_place_in_which_they_go(pool: PoolInHand) -> None:
    for number, service in enumerate(["", "", "urgent", "other", ""]):
        pool.arrives(f"c{number}", service=service)
        pool.passes(60)
    now = pool.now.timestamp()
    places = places_in(pool.state, "care", now)
    assert [one.removeprefix("interaction-") for one in places] == ["c2", "c0", "c1", "c4"]
    assert [place.number for place in places.values()] == [1, 2, 3, 4]
    matcher = pool.state.matcher
    for interaction_id, place in places.items():
        assert matcher.waiting_at(pool.state.interactions[interaction_id].work, now) == place.number
    assert list(places_in(pool.state, "other", now)) == ["interaction-c3"]
    went = [pool.signs_on(f"a{number}")[-1].correlation for number in range(5)]
    assert [one for one in went if one != "interaction-c3"] == list(places)


def test_who_is_offered_to_an_agent_has_no_place(pool: PoolInHand) -> None:
    pool.arrives("c1")
    pool.arrives("c2")
    pool.signs_on("ann")
    assert list(places_in(pool.state, "care", pool.now.timestamp())) == ["interaction-c2"]


def test_the_wait_is_the_place_times_the_pace_of_the_queue(pool: PoolInHand) -> None:
    for number in range(9):
        pool.arrives(f"c{number}")
    now = pool.now.timestamp()
    assert {place.estimated_wait_seconds for place in places_in(pool.state, "care", now).values()} == {None}
    for agent in ("ann", "bob", "cleo", "dora", "eli", "fay"):
        [*_, offered] = pool.signs_on(agent)
        pool.passes(10)
        pool.accepts(agent, offered.offer_id)
    seconds = pool.state.paces["care"].seconds
    assert seconds is not None
    places = places_in(pool.state, "care", pool.now.timestamp())
    assert [place.estimated_wait_seconds for place in places.values()] == [seconds, 2 * seconds, 3 * seconds]


def test_in_a_queue_that_is_too_long_or_unknown_nobody_is_told(pool: PoolInHand) -> None:
    for number in range(3):
        pool.arrives(f"c{number}")
    now = pool.now.timestamp()
    assert places_in(pool.state, "care", now, most=2) == {}
    assert len(places_in(pool.state, "care", now, most=3)) == 3
    assert places_in(pool.state, "nowhere", now) == {}
