"""What arbitration is told of the occasion, and what is looked at for it: no more than was asked for."""

import pytest

from hub.domain.account.events import AccountRegistered
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import PreferenceChanged, PreferredHours
from hub.domain.decision.events import Outcome
from hub.paths.arbitration.arbitrate import Why
from hub.paths.decision.question import Question
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender
from tests.paths.decisions import ACME, ANN, PHONE, POLICY, World, at, consent, inbound, meta, outbound

YES = (ANN, consent(at(-1), PHONE, Channel.SMS, True))


def weighing(contexts: str) -> World:
    return World(YES, policy=f"{POLICY}\n[arbitration]\ncontexts = [{contexts}]\n")


@pytest.mark.parametrize(
    ("contexts", "question", "weight"),
    [
        ('{ weight = 2.0, senders = ["campaign"] }', outbound(), 2.0),
        ('{ weight = 2.0, senders = ["agent"] }', outbound(), 1.0),
        ('{ weight = 3.0, services = ["billing"] }', outbound(service="billing"), 3.0),
        ('{ weight = 3.0, services = ["billing"] }', outbound(service="sales"), 1.0),
    ],
)
def test_who_speaks_and_what_it_is_about_weighs(contexts: str, question: Question, weight: float) -> None:
    [action] = weighing(contexts).decide(question).actions
    assert action.factors.context == weight


def test_what_is_drawn_is_drawn_by_the_seed_of_the_question() -> None:
    world = World(YES, policy=f"{POLICY}\n[arbitration]\nexplores = true\n")
    drawn = [world.decide(outbound(seed=seed)).actions[0].factors.chance for seed in (1, 2, 1)]
    assert drawn[0] == drawn[2] != drawn[1]


def test_what_is_worth_nothing_is_told_as_such() -> None:
    found = World(YES, policy=POLICY.replace("sms = 4", "sms = 400")).decide(outbound(channels=(Channel.SMS,)))
    assert (found.outcome, found.place, found.actions) == (Outcome.NOTHING, None, ())
    assert [(one.proposition, one.why) for one in found.arbitrated.not_proposed] == [("fibre", Why.NO_VALUE)]


def test_only_what_was_asked_for_is_looked_at() -> None:
    found = World(YES).decide(outbound(propositions=("tv",)))
    assert list(found.asked) == list(found.looked.fit) == list(found.looked.levers) == list(found.held_out) == [1]
    assert sorted(World(YES).decide(inbound(sender=Sender.HUB)).looked.fit) == [0, 1, 2]


def test_the_hours_they_asked_for_are_kept() -> None:
    fact = {"point": PHONE.point, "kind": "phone", "value": PHONE.value, "source": "call", "time_zone": "Asia/Tehran"}
    hours = (PreferredHours(days=(1, 2, 3, 4, 5, 6, 7), start="17:00", end="18:00"),)
    said = PreferenceChanged(**meta(at(-1)), **fact, hours=hours)
    found = World(YES, (ANN, said)).decide(outbound(by=at(9), channels=(Channel.SMS,)))
    assert (found.outcome, found.at) == (Outcome.LATER, at(5))
    assert found.places[0].verdicts[4].reason is Reason.NOT_PREFERRED


@pytest.mark.parametrize(("kind", "holder"), [("B2B", ACME), ("B2C", ANN)])
def test_who_acts_for_a_firm_is_drawn_with_it(kind: str, holder: str) -> None:
    firm = AccountRegistered(**meta(at(-1)), kind="legal_id", value="1", segment=kind, name="Acme")
    found = World(YES, (ACME, firm)).decide(outbound())
    assert found.held_out[1].inputs["holder"] == holder
