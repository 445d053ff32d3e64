"""Mistakes that other systems are known for, each played through the whole application: here they don't happen."""

import asyncio
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from hub.application.paths.contacts_facts import WantedContact
from hub.application.paths.decisions import Decided
from hub.domain.contact import Channel, Direction, Identifier
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.decision.events import Outcome
from hub.domain.errors import InvalidError
from hub.paths.consent.decide import Scope
from hub.paths.consent.purposes import Confidence
from hub.paths.propositions.model import Sender
from tests.paths.voice_policies import OPEN_ALL_NIGHT, STRICT, Cap
from tests.paths.voices import BERLIN, MAIL, OFFICE, RUSSIAN, TEHRAN, Point, Voices

HERE = ZoneInfo("Asia/Tehran")
NIGHTS_TOO = OPEN_ALL_NIGHT._replace(saturday=None, caps=(Cap(1, 24),), zone="Asia/Tehran")


@pytest.fixture
async def voices(tmp_path: Path) -> AsyncIterator[Voices]:
    """Everybody was met two days ago, and said yes to everything but to calls; it is noon in Tehran."""
    voices = Voices(tmp_path)
    await voices.open()
    await voices.publish(STRICT.text)
    voices.clock.moment = _local("2026-03-23 12:00")
    for point in (TEHRAN, MAIL, BERLIN, RUSSIAN, OFFICE):
        await voices.meet(point)
        await _yes(voices, point)
    voices.clock.moment = _local("2026-03-25 12:00")
    yield voices
    await voices.close()


def _local(text: str, zone: ZoneInfo = HERE) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=zone).astimezone(ZoneInfo("UTC"))


async def _yes(voices: Voices, point: Point) -> None:
    await voices.consents.grant(voices.statement(point), point.channels[-1], Purpose.PROMOTIONAL, "v1", None)


async def _sell(voices: Voices, point: Point, *, sender: Sender = Sender.CAMPAIGN, by: float = 0) -> Decided:
    """Somebody wants to send an advertisement in their own words, by text message or mail."""
    until = voices.clock.now() + timedelta(hours=by) if by else None
    told = {"purpose": Purpose.PROMOTIONAL, "proposes": False, "sender": sender, "by": until}
    return await voices.decide(point, voices.question(Direction.OUTBOUND, Channel.SMS, Channel.EMAIL, **told))


async def _slots(voices: Voices) -> set[str]:
    return {one.event.slot_id for one in await voices.log() if isinstance(one.event, ContactSlotReserved)}


async def test_a_cap_of_one_a_day_lets_2300_and_0000_not_both_pass(voices: Voices) -> None:
    """Caps by the day of the calendar do."""
    await voices.publish(NIGHTS_TOO.text)
    voices.clock.moment = _local("2026-03-25 23:00")
    assert (await _sell(voices, TEHRAN)).event.outcome is Outcome.NOW
    voices.clock.moment = _local("2026-03-26 00:00")
    second = await _sell(voices, TEHRAN, by=40)
    assert (second.event.outcome, second.event.due_at) == (Outcome.LATER, _local("2026-03-26 23:00"))
    assert second.event.closed == {"capped": 1}


async def test_two_who_decide_at_once_take_one_slot_before_anything_is_delivered(
    voices: Voices, tmp_path: Path
) -> None:
    """Caps that are counted when a message is delivered let both pass."""
    elsewhere = Voices(tmp_path)
    elsewhere.clock, elsewhere.commands = voices.clock, 1_000
    await elsewhere.open()
    try:
        asking = [_sell(one, TEHRAN) for one in (voices, elsewhere, voices, elsewhere)]
        outcomes = sorted(decided.event.outcome for decided in await asyncio.gather(*asking))
    finally:
        await elsewhere.close()
    assert outcomes == ["nothing", "nothing", "nothing", "now"]
    assert len(await _slots(voices)) == 1


@pytest.mark.parametrize("sender", Sender)
async def test_caps_hold_for_campaigns_as_for_everybody(voices: Voices, sender: Sender) -> None:
    """And what an agent did on their own counts for them all."""
    await voices.contact(TEHRAN, direction=Direction.OUTBOUND, purpose="promotional")
    voices.clock.moment += timedelta(hours=20)
    assert (await _sell(voices, TEHRAN, sender=sender)).event.closed["capped"] == 1
    voices.clock.moment += timedelta(hours=4)
    assert (await _sell(voices, TEHRAN, sender=sender)).event.outcome is Outcome.NOW


@pytest.mark.parametrize(
    ("moment", "may"),
    [
        ("2026-03-25 20:59:59", True),
        ("2026-03-25 21:00", False),
        ("2026-03-25 23:59:59", False),
        ("2026-03-26 00:00", False),
        ("2026-03-26 08:59:59", False),
        ("2026-03-26 09:00", True),
        ("2026-03-26 12:00", True),
        ("2026-03-29 08:59:59", False),  # the night in which an hour is missing in Berlin
        ("2026-03-29 09:00", True),
        ("2026-10-25 08:59:59", False),  # the one that has an hour twice
        ("2026-10-25 09:00", True),
    ],
)
async def test_quiet_hours_over_midnight_are_the_night_and_not_the_day(voices: Voices, moment: str, may: bool) -> None:
    """Where 21:00-09:00 is read as the time between 09:00 and 21:00, people are called at night."""
    voices.clock.moment = _local(moment, ZoneInfo("Europe/Berlin"))
    decided = await _sell(voices, BERLIN, by=24)
    assert (decided.event.outcome is Outcome.NOW) == may
    if not may:
        assert decided.event.due_at is not None
        there = decided.event.due_at.astimezone(ZoneInfo("Europe/Berlin"))
        assert (there.hour, there.minute) == (9, 0)


@pytest.mark.parametrize("hour", range(0, 24, 3))
async def test_where_nobody_knows_what_time_it_is_nothing_is_sent(voices: Voices, hour: int) -> None:
    """Where quiet hours hold only where the zone is known, everybody else is called at night."""
    voices.clock.moment = _local(f"2026-03-26 {hour:02}:00")
    decided = await _sell(voices, RUSSIAN, by=100)
    assert (decided.event.outcome, decided.event.due_at) == (Outcome.NOTHING, None)
    assert decided.event.closed["unknown_zone"] == 1


@pytest.mark.parametrize("first", [(MAIL, TEHRAN), (TEHRAN, MAIL)])
async def test_who_unsubscribed_is_unsubscribed_whatever_they_are_linked_with(
    voices: Voices, first: tuple[Point, Point]
) -> None:
    """Merged profiles take the yes of one for both."""
    told = voices.statement(MAIL)
    await voices.consents.unsubscribe(told, Channel.EMAIL, Scope.POINT)
    link = await voices.link(*first)
    for point in (MAIL, TEHRAN):
        decided = await voices.decide(
            point, voices.question(Direction.OUTBOUND, Channel.EMAIL, purpose=Purpose.PROMOTIONAL, proposes=False)
        )
        assert (decided.event.outcome, decided.event.closed) == (Outcome.NOTHING, {"withdrawn": 1})
    allowed = await _sell(voices, MAIL)
    assert [said.point for said in allowed.event.said] == [voices.point_id(TEHRAN)]
    await voices.unlink(MAIL, link)
    assert (await _sell(voices, MAIL)).event.closed["withdrawn"] == 1


async def test_who_unsubscribed_everywhere_is_told_of_nothing_new_in_a_chat_or_a_branch_until_they_come_back(
    voices: Voices,
) -> None:
    """Where nobody ever says yes or no, a list by addresses knows of none; nor of the address they had first today."""
    await voices.link(TEHRAN, MAIL)
    told = {"purpose": Purpose.PROMOTIONAL, "confidence": Confidence.VERIFIED}

    async def prompts() -> set[Outcome]:
        asked = [voices.question(Direction.INBOUND, one, **told) for one in (Channel.WEB, Channel.IN_PERSON)]
        return {(await voices.decide(MAIL, one)).event.outcome for one in asked}

    assert await prompts() == {Outcome.NOW}
    stop = voices.statement(TEHRAN), Channel.SMS, Scope.EVERYWHERE
    assert {one.stream for one in await voices.consents.unsubscribe(*stop)} == {TEHRAN.stream, MAIL.stream}
    assert await voices.consents.unsubscribe(*stop) == []
    assert await prompts() == {Outcome.NOTHING}
    voices.clock.moment += timedelta(minutes=1)
    await _yes(voices, TEHRAN)
    assert await prompts() == {Outcome.NOW}
    assert (await _sell(voices, TEHRAN)).event.said[0].point == voices.point_id(TEHRAN)
    assert (await _sell(voices, BERLIN)).event.outcome is Outcome.NOW


async def test_a_no_of_somebody_else_to_all_paths_is_none_of_who_only_names_their_address(voices: Voices) -> None:
    await voices.contact(TEHRAN, Identifier(kind=OFFICE.kind, value=OFFICE.value))
    await voices.consents.unsubscribe(voices.statement(OFFICE), Channel.EMAIL, Scope.EVERYWHERE)
    here = voices.question(Direction.INBOUND, Channel.WEB, purpose=Purpose.PROMOTIONAL, confidence=Confidence.VERIFIED)
    assert (await voices.decide(TEHRAN, here)).event.outcome is Outcome.NOW
    assert (await voices.decide(OFFICE, here)).event.outcome is Outcome.NOTHING


async def test_a_no_is_not_forgotten_with_who_said_it(voices: Voices) -> None:
    await voices.consents.unsubscribe(voices.statement(MAIL), Channel.EMAIL, Scope.POINT)
    await voices.link(TEHRAN, OFFICE)
    await voices.forgetting.forget(MAIL.stream, "asked to be", **voices.command())
    await voices.crash()
    await voices.meet(MAIL)
    renewed = voices.consents.customer_of(MAIL.kind, MAIL.value)
    assert renewed != MAIL.stream
    question = voices.question(Direction.OUTBOUND, Channel.EMAIL, purpose=Purpose.PROMOTIONAL, proposes=False)
    decided = await voices.decide_for(renewed, question)
    assert decided.event.closed["withdrawn"] == 1


@pytest.mark.parametrize("said_at", [TEHRAN, MAIL])
async def test_a_no_to_all_paths_is_not_forgotten_with_who_said_it(voices: Voices, said_at: Point) -> None:
    """Who comes back is sold nothing, wherever they are, until they say yes again; nor is another one held to it."""
    await voices.link(TEHRAN, MAIL)
    await voices.consents.unsubscribe(voices.statement(said_at), said_at.channels[-1], Scope.EVERYWHERE)
    for point in (TEHRAN, MAIL):
        await voices.forgetting.forget(point.stream, "asked to be", **voices.command())
    await voices.crash()
    known = [Identifier(kind=one.kind, value=one.value, verified=True) for one in (TEHRAN, MAIL)]
    voices.clock.moment += timedelta(minutes=1)
    await voices.contact(TEHRAN, *known)
    renewed = voices.consents.customer_of(TEHRAN.kind, TEHRAN.value)
    told = {"purpose": Purpose.PROMOTIONAL, "confidence": Confidence.VERIFIED}
    here = [voices.question(Direction.INBOUND, one, **told) for one in (Channel.WEB, Channel.IN_PERSON)]
    assert {(await voices.decide_for(renewed, one)).event.outcome for one in here} == {Outcome.NOTHING}
    assert (await voices.decide(OFFICE, here[0])).event.outcome is Outcome.NOW
    voices.clock.moment += timedelta(minutes=1)
    await _yes(voices, TEHRAN)
    assert {(await voices.decide_for(renewed, one)).event.outcome for one in here} == {Outcome.NOW}


@pytest.mark.parametrize("came", [MAIL, OFFICE])
async def test_a_reply_goes_to_who_wrote_though_two_were_made_one(voices: Voices, came: Point) -> None:
    """Where the merged contact has one address, the other one's letters are answered there."""
    link = await voices.link(MAIL, OFFICE)
    for asked_for in (MAIL, OFFICE):
        assert await _answered_at(voices, asked_for, came) == [voices.point_id(came)]
    await voices.unlink(MAIL, link)
    assert await _answered_at(voices, came, came) == [voices.point_id(came)]


async def _answered_at(voices: Voices, point: Point, came: Point) -> list[str]:
    told = {"purpose": Purpose.REPLY, "proposes": False, "came_in": voices.came_in(came), "sender": Sender.AGENT}
    decided = await voices.decide(point, voices.question(Direction.OUTBOUND, Channel.SMS, Channel.EMAIL, **told))
    return [said.point for said in decided.event.said]


@pytest.mark.parametrize("came", [MAIL, OFFICE])
async def test_what_an_agent_writes_back_is_addressed_to_who_wrote(voices: Voices, came: Point) -> None:
    await voices.link(MAIL, OFFICE)
    contact = await voices.contact(came)
    talk = await voices.queue(came, contact)
    for asked_for in (MAIL, OFFICE):
        told = await _write_back(voices, asked_for, talk)
        assert (told.address, told.thread, told.customer_id) == (came.value, contact, came.stream)


async def test_nobody_is_answered_in_a_conversation_of_somebody_else(voices: Voices) -> None:
    """As soon as a wrong link is gone, what was asked of the one is not sent to the other."""
    link = await voices.link(MAIL, OFFICE)
    talk = await voices.queue(OFFICE, await voices.contact(OFFICE))
    await voices.unlink(MAIL, link)
    before = await voices.journal.head()
    with pytest.raises(InvalidError, match="another customer") as refused:
        await _write_back(voices, MAIL, talk)
    assert refused.value.field == "interaction_id"
    assert await voices.journal.head() == before


async def _write_back(voices: Voices, point: Point, talk: str) -> ContactDispatched:
    wanted = WantedContact(
        point.stream, Purpose.REPLY, Sender.AGENT, tuple(Channel), text="it is paid back", interaction_id=talk
    )
    command = voices.command()
    await voices.parts.contacts.ask(wanted, request=command["command_id"], **command)
    return [one.event for one in await voices.log() if isinstance(one.event, ContactDispatched)][-1]
