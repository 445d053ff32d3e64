"""Each agent and each piece of work is named with the rule that keeps or excludes it."""

from typing import Any

from hub.router.matching.candidates import Rule, candidates, choices
from hub.router.matching.matcher import Matcher
from hub.router.matching.order import Order
from tests.router.matchers import add_agent, add_asking, add_equipped, add_work


def test_each_agent_is_named_with_the_rule_that_keeps_or_excludes_them():
    matcher = Matcher()
    fluent, work = {"sales": 2}, add_asking(
        matcher, "w", 5.0, {"sales": 2}, languages=("fa",), attributes={"team": "red"}, channel="phone", units=60
    )  # fmt: skip
    given: dict[str, Any] = {"languages": ("fa",), "attributes": {"team": "red"}}
    seats = {
        name: add_equipped(matcher, name, 1.0, {"sales": 1} if name == "skill" else fluent, **{**given, **other})
        for name, other in {
            "not_signed_on": {}, "not_ready": {}, "resting": {}, "skill": {}, "language": {"languages": ("en",)},
            "attribute": {"attributes": {}}, "already_offered": {}, "declined_before": {}, "channel_closed": {},
            "ceiling": {"ceilings": {"phone": 1}}, "capacity": {"capacity": 50}, "fits": {}, "fits too": {},
        }.items()
    }  # fmt: skip
    matcher.sign(seats["not_signed_on"], False)
    matcher.set_ready(seats["not_ready"], False)
    matcher.rest(seats["resting"], 50.0)
    matcher.reserve(work, seats["already_offered"])
    matcher.reserve(
        matcher.work("held", 0.0, matcher.line("q", matcher.need({}, channel="phone", units=1))), seats["ceiling"]
    )
    matcher.bar(seats["declined_before"], work, 50.0)
    matcher.set_closed(seats["channel_closed"], frozenset({"phone"}))
    matcher.wait(work)

    found = candidates(matcher, work, 10.0)
    assert [(one.agent_id, one.rank) for one in found[:2]] == [("fits", 1), ("fits too", 2)]
    assert {one.agent_id: one.rule.value for one in found[2:]} == {
        name: name for name in seats if not name.startswith("fits")
    }
    assert all(one.rank is None for one in found[2:])
    assert found[0].inputs == {
        "idle_since": 1.0, "level": 2, "units_in_use": 0, "capacity": 100, "today": 0, "turn": 0, "pace": 1.0
    }  # fmt: skip
    matcher.bind(work, seats["fits too"])
    assert {one.agent_id: one.rule for one in candidates(matcher, work, 10.0)}["fits"] is Rule.RESERVED_FOR_ANOTHER


def test_each_waiting_work_is_named_with_its_place_for_an_agent():
    matcher = Matcher(Order.SKILL)
    agent = add_agent(matcher, "a", 0.0, sales=1, support=4)
    add_work(matcher, "sales", 1.0, sales=1)
    add_asking(matcher, "support", 2.0, {"support": 1}, queue="help", priority=3, credit=5.0)
    add_work(matcher, "other", 0.0, other=1)

    found = choices(matcher, agent, 12.0)
    assert [(one.work_id, one.queue, one.rule, one.rank) for one in found] == [
        ("support", "help", Rule.FITS, 1),
        ("sales", "q", Rule.FITS, 2),
        ("other", "q", Rule.SKILL, None),
    ]
    assert found[0].inputs == {"age": 15.0, "priority": 3, "weight": 0.0, "target": 0.0, "level": 4}
