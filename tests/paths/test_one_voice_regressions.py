"""What the laws of one voice found out, each as the shortest story that showed it."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.decision.events import Outcome
from tests.paths.voice_policies import STRICT
from tests.paths.voices import MAIL, OFFICE, TEHRAN, Voices


@pytest.fixture
async def voices(tmp_path: Path) -> AsyncIterator[Voices]:
    """Ann, met two days ago, who likes to hear of what is new by text message; it is noon."""
    voices = Voices(tmp_path)
    await voices.open()
    await voices.publish(STRICT.text)
    await voices.meet(TEHRAN)
    voices.clock.moment += timedelta(days=2)
    await voices.consents.grant(voices.statement(TEHRAN), Channel.SMS, Purpose.PROMOTIONAL, "v1", None)
    yield voices
    await voices.close()


async def test_a_case_that_was_settled_by_a_clock_that_stepped_back_is_settled(voices: Voices) -> None:
    case = await voices.open_case(TEHRAN)
    voices.clock.moment -= timedelta(milliseconds=3)
    await voices.settle(case)
    asked = voices.question(Direction.OUTBOUND, Channel.SMS, purpose=Purpose.PROMOTIONAL)
    decided = await voices.decide(TEHRAN, asked)
    assert (decided.event.outcome, decided.event.closed.get("complaint")) == (Outcome.NOW, None)


async def test_who_came_to_us_just_now_is_sold_nothing_though_routing_was_not_told_yet(voices: Voices) -> None:
    await voices.contact(TEHRAN)
    asked = voices.question(Direction.OUTBOUND, Channel.SMS, purpose=Purpose.PROMOTIONAL)
    assert (await voices.decide(TEHRAN, asked)).event.closed["conversation"] == 1
    voices.clock.moment += timedelta(hours=STRICT.hold_hours)
    assert (await voices.decide(TEHRAN, asked)).event.outcome is Outcome.NOW


async def test_a_contact_that_was_made_later_than_its_slot_counts_from_when_it_was_made(voices: Voices) -> None:
    asked = voices.question(Direction.OUTBOUND, Channel.SMS, purpose=Purpose.PROMOTIONAL)
    decided = await voices.decide(TEHRAN, asked)
    voices.clock.moment += timedelta(hours=3)
    made = {"contact_id": decided.event.decision_id, "channel": Channel.SMS, "purpose": "promotional"}
    await voices.contact(TEHRAN, direction=Direction.OUTBOUND, **made)
    voices.clock.moment += timedelta(hours=22)
    assert (await voices.decide(TEHRAN, asked)).event.closed["capped"] == 1
    voices.clock.moment += timedelta(hours=2)
    assert (await voices.decide(TEHRAN, asked)).event.outcome is Outcome.NOW


async def test_it_is_decided_the_same_by_whichever_identifier_they_are_asked_for(voices: Voices) -> None:
    for point in (MAIL, OFFICE):
        await voices.meet(point)
        await voices.consents.grant(voices.statement(point), Channel.EMAIL, Purpose.PROMOTIONAL, "v1", None)
    await voices.link(MAIL, OFFICE)
    voices.clock.moment += timedelta(days=2)
    told = {"purpose": Purpose.TRANSACTIONAL, "proposes": False}
    asked = voices.question(Direction.OUTBOUND, Channel.EMAIL, **told)
    decided = [(await voices.decide(point, asked)).event for point in (MAIL, OFFICE)]
    assert decided[0].inputs == decided[1].inputs
    assert decided[0].said == decided[1].said
    for event in decided:
        assert (await voices.taken_again(event))[0] == event.inputs


async def test_who_came_by_several_channels_at_once_came_by_the_same_for_everybody(voices: Voices) -> None:
    await voices.meet(MAIL)
    await voices.link(TEHRAN, MAIL)
    asked = voices.question(Direction.OUTBOUND, Channel.SMS, Channel.EMAIL, purpose=Purpose.PROMOTIONAL)
    for point in (TEHRAN, MAIL):
        await voices.contact(point)
    decided = [(await voices.decide(point, asked)).event.inputs for point in (TEHRAN, MAIL)]
    assert decided[0] == decided[1]
