"""What is to be said later is held to everything that will be so by then, and only time is looked at anew."""

from dataclasses import replace

import pytest

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.decision.events import Outcome
from hub.paths.consent.purposes import Confidence, Gate
from hub.paths.decision.question import CameIn
from hub.paths.gates.verdict import Reason
from hub.paths.propositions.model import Sender
from tests.paths.decisions import ANN, BEN, MAIL, PHONE, World, at, consent, inbound, outbound

YES = (ANN, consent(at(-1), PHONE, Channel.SMS, True))


def yes_until(hours: float) -> tuple[str, object]:
    return ANN, consent(at(-1), PHONE, Channel.SMS, True, expires_at=at(hours))


@pytest.mark.parametrize(
    ("until", "outcome", "moment"),
    [(21, Outcome.NOTHING, None), (20.9, Outcome.NOTHING, None), (21.1, Outcome.LATER, at(21))],
)
def test_a_yes_that_runs_out_before_the_morning_is_not_waited_with(until, outcome, moment) -> None:
    found = World(yes_until(until)).decide(outbound(11, by=at(90), channels=(Channel.SMS,)))
    assert (found.outcome, found.at) == (outcome, moment)


def test_where_it_waits_every_gate_is_shown_as_it_will_be() -> None:
    for said in (YES, yes_until(50)):
        found = World(said).decide(outbound(11, by=at(90), channels=(Channel.SMS,)))
        place = found.place
        assert place is not None
        assert (place.purpose, place.at, place.is_open) == (Purpose.PROMOTIONAL, at(21), True)
        assert (place.reach.channel, place.reach.point) == (Channel.SMS, PHONE.point)
        assert [verdict.gate for verdict in place.verdicts] == [
            Gate.IDENTITY, Gate.CONSENT, Gate.BLOCK, Gate.SERVICE_STATE, Gate.QUIET_HOURS, Gate.FREQUENCY,
            Gate.CAPACITY,
        ]  # fmt: skip
        assert place.verdicts[4].inputs["local"] == "2026-03-03T09:00+03:30"


def test_a_yes_that_runs_out_keeps_one_path_back_and_not_the_other() -> None:
    other = (BEN, consent(at(-1), MAIL, Channel.EMAIL, True))
    found = World(yes_until(15), other).decide(outbound(11, by=at(90)))
    assert (found.outcome, found.at) == (Outcome.LATER, at(21))
    assert found.place is not None
    assert found.place.reach.channel is Channel.EMAIL


def test_of_a_contact_that_proposes_nothing_no_proposition_is_looked_at() -> None:
    found = World().decide(outbound(purpose=Purpose.SERVICE, proposes=False, sender=Sender.HUB))
    assert (found.looked.fit, found.looked.conflict, found.looked.levers, found.held_out) == ({}, {}, {}, {})


def test_who_is_here_is_reached_where_they_are_on_each_channel() -> None:
    """One came in at their number; on the other channels there is no contact point."""
    question = inbound(channels=(Channel.PHONE, Channel.WEB), came_in=CameIn(Channel.PHONE, PHONE.point))
    world = World()
    reaches = [place.reach for place in world.decide(replace(question, confidence=Confidence.VERIFIED)).places]
    assert {(one.stream, one.channel, one.point, one.confidence) for one in reaches} == {
        (ANN, Channel.PHONE, PHONE.point, Confidence.VERIFIED), (ANN, Channel.WEB, "", Confidence.VERIFIED),
    }  # fmt: skip
    nowhere = [place.reach for place in world.decide(replace(question, came_in=None)).places]
    assert {(one.channel, one.point) for one in nowhere} == {(Channel.PHONE, ""), (Channel.WEB, "")}


def test_how_often_they_were_contacted_is_asked_of_each_moment() -> None:
    found = World(YES).decide(outbound(11, by=at(90), channels=(Channel.SMS,)))
    [before] = [place.verdicts[5] for place in found.places]
    assert found.place is not None
    assert before.reason is found.place.verdicts[5].reason is Reason.WITHIN_CAPS
