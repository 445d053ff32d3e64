"""What a pool makes of the matcher: needs prepared by the policy, units by agent, agents meant by name."""

from typing import Any

from hub.domain.contact import Channel
from hub.domain.interaction.events import InteractionOffered, OfferAccepted
from hub.router.policy.parsing import parse_policy
from hub.router.pool import commands
from hub.router.pool.evolve import evolve
from hub.router.pool.state import PoolState
from tests.router.pools import PoolInHand

POLICY = parse_policy("""
[channels.web]
units = 50

[channels.email]
units = 20
interruptible = true

[channels.phone]
interrupts = true

[queues.sales]
[queues.general]

[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 2 }
steps = [{ after_seconds = 30, skills = { sales = 1 } }]

[[rules]]
channel = "web"
language = "fa"
queue = "sales"
languages = ["contact"]

[[rules]]
queue = "general"
""")


def _signs_on(pool: PoolInHand, agent_id: str, units: dict[str, int], **skills: int) -> None:
    pool.handle(commands.SignOn, agent_id=agent_id, name=agent_id, skills=skills, units=units)


def _offers(events: list[Any]) -> list[tuple[str, int]]:
    return [(one.agent_id, one.units) for one in events if isinstance(one, InteractionOffered)]


def test_what_the_policy_names_is_known_before_it_is_asked_for():
    state = PoolState(POLICY, "main")
    before = [(need.skills, need.channel, need.units) for need in state.matcher.roster.needs()]

    assert len(before) == len(set(before)) == 9
    assert {channel for _, channel, _ in before} == {"web", "email", "phone"}
    assert {skills for skills, _, _ in before} == {(), (("sales", 1),), (("sales", 2),)}
    pool = PoolInHand(POLICY)
    pool.arrives("c", service="sales")
    assert len(list(pool.state.matcher.roster.needs())) == 9
    lines = set(pool.state.matcher.waiting.lines())
    pool.state.matcher.waiting.clean_up()
    assert set(pool.state.matcher.waiting.lines()) == lines


def test_an_offer_says_and_takes_what_it_takes_of_its_agent():
    pool = PoolInHand(POLICY)
    _signs_on(pool, "quick", {"web": 30})
    _signs_on(pool, "usual", {})
    offered = [one for number in range(5) for one in pool.arrives(f"c{number}", channel=Channel.WEB)]

    assert _offers(offered) == [*3 * [("quick", 30)], *2 * [("usual", 50)]]
    assert pool.state.agent("quick").seat.free == 10
    assert pool.state.agent("usual").seat.free == 0


def test_what_was_booked_is_known_from_the_offer_alone():
    pool = PoolInHand(POLICY)
    _signs_on(pool, "quick", {"web": 30})
    [*_, offered] = pool.arrives("c", channel=Channel.WEB)
    pool.accepts("quick", offered.offer_id)
    log = [one for one in pool.log if not one.stream.startswith("agent-")]
    again = PoolState(POLICY, "main")
    for one in log:
        evolve(again, *one)

    [need] = again.agent("quick").seat.held.values()
    assert need.units == 30


def test_work_given_by_a_supervisor_takes_what_it_takes_of_its_agent():
    pool = PoolInHand(POLICY)
    _signs_on(pool, "quick", {"web": 70})
    pool.arrives("c1", service="sales", channel=Channel.WEB)
    events = pool.assigns("interaction-c1", "quick")

    assert _offers(events) == [("quick", 70)]
    assert any(isinstance(one, OfferAccepted) for one in events)
    assert pool.state.agent("quick").seat.free == 30


def test_an_urgent_call_pauses_as_much_as_it_takes_of_its_agent():
    pool = PoolInHand(POLICY)
    _signs_on(pool, "a", {"phone": 60, "email": 50})
    for number in range(2):
        [*_, offered] = pool.arrives(f"mail {number}", channel=Channel.EMAIL)
        pool.accepts("a", offered.offer_id)
    assert pool.state.agent("a").seat.free == 0
    events = pool.arrives("call")

    assert _offers(events) == [("a", 60)]
    assert pool.state.agent("a").seat.free == 40
    assert len(pool.state.agent("a").interrupted) == 2
