"""Given a decision, then what is written down and shown of it tells all it was decided by, whole and once."""

from dataclasses import replace

import pytest

from hub.domain.cases.events import Severity
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.decision.events import Drawn, Outcome, PathDecided, Said
from hub.domain.grant.events import Response
from hub.paths.arbitration.arbitrate import Candidate, NotProposed, Why
from hub.paths.arbitration.score import Factors
from hub.paths.consent.purposes import Confidence, Gate
from hub.paths.decision.decide import Decision
from hub.paths.decision.question import Question
from hub.paths.decision.record import capacity_of, inputs_digest, path_decided, question_of
from hub.paths.decision.showing import candidates, not_proposed
from hub.paths.gates.capacity import Free
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.propositions.model import Sender
from tests.paths.decisions import (
    ACME,
    ANN,
    MAIL,
    PHONE,
    POLICY,
    World,
    at,
    complaint,
    consent,
    granted,
    inbound,
    outbound,
)

YES = (ANN, consent(at(-1), PHONE, Channel.SMS, True))


def names(decision: Decision) -> list[str]:
    return [one.proposition for one in decision.actions]


@pytest.mark.parametrize(
    "question",
    [
        outbound(
            by=at(9), point=PHONE.point, speaker="dealer-7", service="moving", interaction_id="interaction-1",
            slot_id="slot-1", seed=7, propositions=("fibre", "tv"), sender=Sender.DEALER,
        ),
        outbound(purpose=Purpose.SERVICE, proposes=False),
        inbound(confidence=Confidence.CLAIMED),
    ],
)  # fmt: skip
def test_what_was_decided_tells_the_whole_question(question: Question) -> None:
    """Else who takes it again would decide something else."""
    world = World(YES)
    told = {"recorded_at": at(1), "causation": "c", "actor": "test"}
    event = path_decided(world.decide(question), world.state(question), seen=4, answers=2, **told)
    assert question_of(event) == question
    assert (event.at, event.recorded_at, event.seen, event.answers, event.actor) == (at(0), at(1), 4, 2, "test")
    assert (event.decision_id, event.customer_id, event.account_id) == ("decision-1", ANN, ACME)


def written(world: World, question: Question) -> PathDecided:
    told = {"recorded_at": at(1), "causation": "c", "actor": "test"}
    return path_decided(world.decide(question), world.state(question), **told)


def test_what_was_decided_is_written_down_with_all_it_was_decided_by() -> None:
    world = World(YES)
    world.more = {"capacity": {(Channel.SMS, "campaign"): Free(3, at(2)), (Channel.EMAIL, "hub"): Free(0)}}
    event = written(world, outbound())
    assert (event.outcome, event.due_at, event.policy) == (Outcome.NOW, at(0), world.policy.version)
    assert event.said == (Said(proposition="fibre", channel=Channel.SMS, point=PHONE.point),)
    assert event.closed == {"default_denied": 1, "not_applicable": 1}
    assert event.drawn == (Drawn(campaign="spring", holder=ANN, held_out=False),)
    assert capacity_of(event) == world.more["capacity"]


def test_a_contact_that_proposes_nothing_is_written_down_and_shown_by_its_paths() -> None:
    world, question = World(), outbound(purpose=Purpose.SERVICE, proposes=False)
    decision, event = world.decide(question), written(world, question)
    assert event.said == (Said(proposition="", channel=Channel.SMS, point=PHONE.point),)
    shown = list(candidates(decision, world.rules))
    assert [(one.proposition, one.channel, one.path) for one in shown] == [
        ("", Channel.SMS, PHONE.point), ("", Channel.EMAIL, MAIL.point),
    ]  # fmt: skip
    assert shown == [
        Candidate("", one.channel, one.path, place.verdicts) for one, place in zip(shown, decision.places, strict=True)
    ]


def test_what_is_proposed_is_shown_by_its_paths_too() -> None:
    world = World(YES)
    shown = [one for one in candidates(world.decide(outbound()), world.rules) if one.proposition == "fibre"]
    assert [(one.channel, one.path) for one in shown] == [(Channel.SMS, PHONE.point), (Channel.EMAIL, MAIL.point)]


def test_what_is_not_said_is_told_once_with_every_gate_that_is_closed() -> None:
    world = World((ANN, complaint(at(-1), Severity.LOW)))
    decision = world.decide(outbound(purpose=None, sender=Sender.DEALER, channels=(Channel.SMS,)))
    told = {one.proposition: one for one in not_proposed(decision, world.rules)}
    assert sorted(told) == ["fibre", "sorry", "tv"]
    assert [verdict.reason for _, verdict in told["fibre"].closed] == [Reason.DEFAULT_DENIED]
    assert [path.proposition for path, _ in told["tv"].closed] == ["tv", "tv"]
    assert (told["sorry"].why, told["sorry"].closed) == (Why.NO_PATH, ())


def test_what_none_of_the_channels_can_say_is_kept_back_by_no_gate() -> None:
    world = World(YES)
    question = outbound(purpose=None, sender=Sender.AGENT, channels=(Channel.SMS,), propositions=("sorry",))
    assert [(one.why, one.closed) for one in not_proposed(world.decide(question), world.rules)] == [(Why.NO_PATH, ())]


def test_what_was_compared_and_outranked_is_told_as_that_and_not_once_more() -> None:
    world = World(
        YES, policy="[arbitration]\nactions = 1\n" + POLICY.replace('applicable = { stage = "enhancement" }', "")
    )
    decision = world.decide(inbound())
    assert names(decision) == ["tv"]
    told = [(one.proposition, one.why, one.than) for one in not_proposed(decision, world.rules)]
    assert told == [("fibre", Why.OUTRANKED, "tv"), ("sorry", Why.GATE, "")]


def test_the_digest_tells_decisions_apart_by_whatever_was_looked_at() -> None:
    world = World(YES)
    decision = world.decide(outbound())
    first, *others = range(len(decision.asked))
    shut = Verdict(Gate.CONFLICT, False, Reason.CONFLICT)
    looked, told = decision.looked, decision.held_out[first]
    outdone = NotProposed("tv", Why.OUTRANKED, factors=Factors(0.1, 1.0, 1.0, 2.0))
    changed = [
        replace(decision, places=[place._replace(verdicts=place.verdicts[:-1]) for place in decision.places]),
        replace(decision, looked=looked._replace(fit={**looked.fit, first: shut})),
        replace(decision, looked=looked._replace(conflict={**looked.conflict, first: shut})),
        replace(decision, looked=looked._replace(levers={**looked.levers, first: 7.0})),
        replace(decision, held_out={**decision.held_out, first: shut}),
        replace(decision, arbitrated=decision.arbitrated._replace(actions=())),
        replace(decision, asked=others),
        replace(decision, held_out={**decision.held_out, first: told._replace(inputs={"share": 1.0})}),
        replace(decision, held_out={**decision.held_out, first: told._replace(opens_at=at(1))}),
        replace(decision, held_out={**decision.held_out, first: told._replace(opens_at=at(2))}),
        replace(decision, arbitrated=decision.arbitrated._replace(not_proposed=(outdone,))),
    ]
    digests = [inputs_digest(one) for one in (decision, *changed)]
    assert len(set(digests)) == len(digests)
    assert inputs_digest(world.decide(outbound())) == digests[first]


def test_what_was_looked_at_once_has_its_digest_for_ever() -> None:
    """Decisions of years ago are taken again: another digest of the same would say that they were others."""
    assert inputs_digest(World(YES).decide(outbound())) == DIGEST


DIGEST = "8a50dbc41ad53b70a3eb9687a29b50b7"


def test_a_grant_that_stands_is_named_with_what_is_said() -> None:
    world = World(YES)
    world.log += granted(world, at(-0.5), 1, Response.NOT_PRESENTED)
    [said] = written(world, outbound()).said
    assert (said.proposition, said.grant_id) == ("fibre", f"grant-{ANN}-1")


def test_a_campaign_of_several_propositions_is_drawn_and_told_once() -> None:
    world = World(YES, policy=POLICY.replace('propositions = ["tv"]', 'propositions = ["tv", "fibre"]'))
    assert [one.campaign for one in written(world, outbound()).drawn] == ["spring"]
