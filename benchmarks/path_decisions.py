"""What a decision costs: `python -m benchmarks.path_decisions [--propositions N] [--json]`.

The pure core alone: a customer of whom everything is known is asked about, with all gates and scores. What loads the
customer from the store is not in here."""

import argparse
import gc
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from statistics import median, quantiles
from time import thread_time_ns
from typing import Any

from hub.domain.cases.events import Severity
from hub.domain.cases.open_cases import OpenCase
from hub.domain.contact import Channel, Direction, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint
from hub.domain.customer.consent.state import About, ConsentBook, Said, Stance
from hub.domain.customer.purchases.state import Purchase
from hub.domain.decision.events import Outcome
from hub.paths.arbitration.responses import Cell, Counts, table_of
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.decide import decide_path
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.record import path_decided
from hub.paths.decision.rules import rules_of
from hub.paths.decision.state import PathState, Reach
from hub.paths.frequency.ledger import Entry
from hub.paths.frequency.section import Whose
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.known import Known, customer_at
from hub.paths.propositions.model import Sender
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import standing
from hub.paths.time.zones import Zone

NOON = datetime(2026, 3, 4, 8, 30, tzinfo=UTC)
CHANNELS = (Channel.PHONE, Channel.SMS, Channel.EMAIL, Channel.WEB)
PHONE = ContactPoint("point-1", "phone", "+989121234567")
TEHRAN = Zone("Asia/Tehran", "number")
ROUNDS = 3_000


def policy(propositions: int) -> PathPolicy:
    """Each with conditions, levers and a holdout, on all four channels."""
    rows = "".join(
        f"""
[[propositions]]
name = "p{number}"
kind = "product"
eligible = {{ kind = ["B2C", "B2B"], spent = {{ below = {10_000 + number}, within_days = 90 }} }}
applicable = {{ stage = ["enhancement", "retention"], days_since_purchase = {{ below = {60 + number} }} }}
suitable = {{ holds = {{ p{(number + 1) % propositions} = false }} }}
channels = ["phone", "sms", "email", "web"]
days_granted = 14
contribution = {1_000 + number}
contact_cost = {{ phone = 40, sms = 4 }}
levers = [{{ name = "loyal", weight = 20, when = {{ tenure_days = {{ at_least = {30 * number} }} }} }}]
"""
        for number in range(propositions)
    )
    holdouts = "".join(
        f'[[holdouts]]\ncampaign = "c{number}"\nshare = 10.0\npropositions = ["p{number}"]\n'
        for number in range(0, propositions, 10)
    )
    tables = '[[value_tiers]]\nname = "standard"\n'
    stages = '[[stages]]\nname = "enhancement"\nwhen = { purchases = { at_least = 1 } }\n'
    rest = '[[stages]]\nname = "acquisition"\n[quiet_hours]\ntime_zone = "Asia/Tehran"\n'
    return parse_path_policy(tables + stages + rest + holdouts + rows)


def state(rules: PathPolicy, *, angry: bool = False, contacts: int = 20) -> PathState:
    """Somebody with purchases, consents on every channel, and contacts of the last weeks."""
    facts = Facts(
        registered_at=NOON - timedelta(days=400),
        purchases=tuple(Purchase(NOON - timedelta(days=day), 100, "IRR") for day in range(50, 10, -2)),
    )
    stands = standing(facts, rules, NOON)
    cases = (OpenCase("case-1", Severity.HIGH, ""),) if angry else ()
    known = Known(customer_at(facts, stands, "IRR", NOON), stands.lifecycle_stage, open_cases=cases)
    said = Stance(Said.GRANTED, NOON - timedelta(days=90), None, "web form", "v1")
    book = ConsentBook(
        {PHONE.point: PHONE}, {About(PHONE.point, channel, Purpose.PROMOTIONAL): said for channel in CHANNELS}
    )
    reaches = tuple(Reach("customer-1", PHONE.point, channel, Confidence.VERIFIED, TEHRAN) for channel in CHANNELS)
    ledger = tuple(
        Entry(NOON - timedelta(days=8 + number), Channel.SMS, Purpose.PROMOTIONAL, f"s{number}")
        for number in range(contacts, 0, -1)
    )
    of_routing: Standing = stands.of_routing()
    ledgers = {Whose.CUSTOMER: ledger}
    return PathState("customer-1", known, of_routing, reaches, consent=book, ledgers=ledgers)


def question(direction: Direction, at: datetime = NOON, channels: tuple[Channel, ...] = CHANNELS) -> Question:
    return Question(
        "decision-1", at, direction, channels, Sender.AGENT, Purpose.PROMOTIONAL,
        by=None if direction is Direction.INBOUND else at + timedelta(days=1),
        came_in=CameIn(Channel.PHONE, PHONE.point), confidence=Confidence.VERIFIED,
    )  # fmt: skip


def timed(work: Callable[[], Any]) -> dict[str, float]:
    """Microseconds of the processor, after warming up: what others do on the machine counts for little."""
    for _ in range(200):
        work()
    gc.collect()
    gc.freeze()
    took = []
    for _ in range(ROUNDS):
        began = thread_time_ns()
        work()
        took.append((thread_time_ns() - began) / 1_000)
    gc.unfreeze()
    return {"median_us": round(median(took), 1), "p99_us": round(quantiles(took, n=100)[98], 1)}


def measured(propositions: int) -> dict[str, dict[str, float]]:
    """By what is asked."""
    rules_text = policy(propositions)
    rules, known, angry = rules_of(rules_text), state(rules_text), state(rules_text, angry=True)
    cells = {
        Cell("B2C", "standard", "enhancement", channel.value, f"p{number}"): Counts(40 + number, number % 9)
        for number in range(propositions)
        for channel in CHANNELS
    }
    table = table_of(cells)
    inbound, outbound = question(Direction.INBOUND), question(Direction.OUTBOUND)
    one = question(Direction.INBOUND, channels=(Channel.PHONE,))
    night = question(Direction.OUTBOUND, NOON + timedelta(hours=11))
    decision = decide_path(inbound, known, rules, table)
    assert decision.outcome is Outcome.NOW
    assert decide_path(night, known, rules, table).outcome is Outcome.LATER
    meta = {"recorded_at": NOON, "causation": "c", "actor": "agent:x"}
    return {
        "inbound, 1 channel": timed(lambda: decide_path(one, known, rules, table)),
        f"inbound, {len(CHANNELS)} channels": timed(lambda: decide_path(inbound, known, rules, table)),
        "inbound, open complaint": timed(lambda: decide_path(inbound, angry, rules, table)),
        "outbound, now": timed(lambda: decide_path(outbound, known, rules, table)),
        "outbound, at night until the morning": timed(lambda: decide_path(night, known, rules, table)),
        "as an event, with its digest": timed(lambda: path_decided(decision, known, **meta)),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--propositions", type=int, default=50)
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    found = measured(given.propositions)
    if given.json:
        print(json.dumps(found))
        return
    print(f"{given.propositions} propositions, {ROUNDS:,} decisions each")
    for name, one in found.items():
        print(f"{name:40} {one['median_us']:8.1f} us median {one['p99_us']:8.1f} us p99")


if __name__ == "__main__":
    main()
