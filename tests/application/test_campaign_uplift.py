"""Whoever was decided on counts once, in the group that was drawn, with what they did in time: told from any log as a
slow count of it does."""

import asyncio
from datetime import timedelta
from typing import Any

from hypothesis import given as for_all
from hypothesis import settings
from hypothesis import strategies as st

from hub.application.paths.campaign_uplift import campaign_uplift
from hub.application.policies.paths import PathPolicies
from hub.domain.contact import Channel, Direction, Standing
from hub.domain.customer.purchases.events import PurchaseRecorded, PurchaseReversed
from hub.domain.decision.events import Asked, Drawn, Outcome, PathDecided
from hub.domain.event import Event
from hub.domain.grant.events import PropositionAnswered, Response
from hub.paths.holdout.uplift import Group, uplift
from hub.ports import Append, Unit
from tests.application.lived_paths import LivedClock
from tests.paths.decisions import POLICY, at, meta
from tests.support.memory import MemoryJournal

DAYS = 2
HOURS = st.integers(0, 24 * 4)
PEOPLE = st.lists(
    st.fixed_dictionaries(
        {
            "asked": st.lists(HOURS, max_size=2),
            "held_out": st.booleans(),
            "buys": st.lists(st.tuples(HOURS, st.booleans()), max_size=2),
            "answers": st.lists(
                st.tuples(HOURS, st.sampled_from(["tv", "fibre"]), st.sampled_from(list(Response))), max_size=2
            ),
        }
    ),
    max_size=12,
)


def decided(number: int, hours: int, policy: str, held_out: bool) -> Event:
    name = f"customer-{number}"
    asked = Asked(direction=Direction.INBOUND, channels=(Channel.PHONE,), sender="agent")
    drawn = (Drawn(campaign="spring", holder=name, held_out=held_out),)
    return PathDecided(
        **meta(at(hours)), decision_id=f"decision-{name}-{hours}", customer_id=name, asked=asked, policy=policy, seed=1,
        inputs="", outcome=Outcome.NOTHING, drawn=drawn,
    )  # fmt: skip


def done(number: int, one: dict[str, Any]) -> list[Event]:
    facts: list[Event] = []
    for place, (hours, returned) in enumerate(one["buys"]):
        name = f"{number}-{place}"
        facts.append(PurchaseRecorded(**meta(at(hours)), purchase_id=name, amount=1, currency="IRR"))
        if returned:
            facts.append(PurchaseReversed(**meta(at(hours)), purchase_id=name, reason="broken"))
    for place, (hours, proposition, response) in enumerate(one["answers"]):
        said = {"presentation_id": str(place), "terms_hash": "0", "channel": Channel.PHONE, "sender": "agent"}
        about = {"grant_id": f"grant-customer-{number}-1", "proposition": proposition, "policy": "1"}
        until = at(hours + 1) if response is Response.DEFERRED else None
        facts.append(
            PropositionAnswered(
                **meta(at(hours)), **about, **said, standing=Standing(), response=response, deferred_until=until
            )
        )
    return facts


@settings(max_examples=60, deadline=None)
@for_all(PEOPLE)
def test_the_groups_are_those_of_a_slow_count(people: list[dict[str, Any]]) -> None:
    told = asyncio.run(counted(people))
    asked = [one for one in people if one["asked"]]
    if not asked:
        assert told == []
        return
    [row] = told
    for name, held_out in (("treated", False), ("held_out", True)):
        group = [one for one in asked if one["held_out"] is held_out]
        assert row[name] == {
            "holders": len(group),
            "accepted": sum(accepted_in_time(one) for one in group),
            "bought": sum(bought_in_time(one) for one in group),
        }
    groups = [Group(row[name]["bought"], row[name]["holders"]) for name in ("treated", "held_out")]
    if not all(one.customers for one in groups):
        assert row["uplift"]["bought"] is None
        return
    expected = uplift(*groups)
    assert row["uplift"]["bought"]["difference"] == expected.difference
    assert (row["uplift"]["bought"]["low"], row["uplift"]["bought"]["high"]) == tuple(expected.interval)
    assert row["propositions"]["tv"] == row["uplift"]["accepted"]


def bought_in_time(one: dict[str, Any]) -> bool:
    return any(is_in_time(one, hours) for hours, returned in one["buys"] if not returned)


def accepted_in_time(one: dict[str, Any]) -> bool:
    """Only the proposition that belongs to the campaign counts."""
    return any(
        is_in_time(one, hours)
        for hours, proposition, response in one["answers"]
        if proposition == "tv" and response is Response.ACCEPTED
    )


def is_in_time(one: dict[str, Any], hours: int) -> bool:
    first = at(min(one["asked"]))
    return first <= at(hours) < first + timedelta(days=DAYS)


async def counted(people: list[dict[str, Any]]) -> list[dict[str, Any]]:
    journal, clock = MemoryJournal(), LivedClock()
    policies = PathPolicies(journal, clock)
    await policies.publish(POLICY, actor="a", command_id="c")
    version = (await policies.in_force()).version
    for number, one in enumerate(people):
        facts = [decided(number, hours, version, one["held_out"]) for hours in sorted(one["asked"])]
        facts += done(number, one)
        if facts:
            await journal.commit([Unit([Append(f"customer-{number}", 0, facts)])])
    return await campaign_uplift(journal, policies, days=DAYS)
