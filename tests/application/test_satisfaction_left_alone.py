"""Customers are left alone: no more often asked than the policy says, whoever asks at once and whatever is linked."""

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.application.satisfaction.surveys import Question
from hub.application.satisfaction.watch import SatisfactionWatch
from hub.domain.cases.events import CaseKind, CaseOpened, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import (
    ConsentDenied,
    ConsentGranted,
    ConsentWithdrawn,
    PointBlocked,
    PreferenceChanged,
    PreferredHours,
    Purpose,
)
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.satisfaction.decide import NotAsked, customer_of_survey
from hub.domain.satisfaction.events import SurveyKind
from tests.application.surveys import (
    ANN,
    BOB,
    CALLS,
    DAY,
    HOUR,
    KEY,
    NOON,
    PHONE,
    PHONES,
    Hub,
)
from tests.support.memory import MemoryJournal


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "surveys.json")


class TestLeftAlone:
    @pytest.mark.parametrize("fact", [ConsentDenied, ConsentWithdrawn])
    async def test_who_takes_their_word_back_is_not_asked_until_they_give_it_again(
        self, hub: Hub, fact: type[ConsentDenied | ConsentWithdrawn]
    ) -> None:
        await hub.start(CALLS)
        said = {"channel": Channel.SMS, "purpose": Purpose.SURVEY, "source": "call", "kind": "phone", "value": PHONE}
        said["point"] = contact_point(KEY, "phone", PHONE).point
        await hub.say(ANN, CustomerRegistered(**hub.meta()), fact(**hub.meta(), **said))
        await hub.call()
        await hub.settle()
        assert hub.counted == [("csat", "no_consent")]
        await hub.say(ANN, ConsentGranted(**hub.meta(), **said, text_version="v1"))
        call = await hub.call()
        await hub.settle()
        assert hub.about() == [("csat", call)]

    @pytest.mark.parametrize("gates", ['["block"]', "[]"])
    async def test_whom_a_list_blocks_is_asked_only_where_the_policy_does_not_look_at_lists(
        self, hub: Hub, gates: str
    ) -> None:
        await hub.start(f"{CALLS}[purposes.survey]\ngates = {gates}\n")
        told = {"channel": Channel.SMS, "source": "list", "kind": "phone", "value": PHONE}
        blocked = PointBlocked(**hub.meta(), **told, point=contact_point(KEY, "phone", PHONE).point)
        await hub.say(ANN, CustomerRegistered(**hub.meta()), blocked)
        await hub.call()
        await hub.settle()
        assert hub.counted == [("csat", "asked" if gates == "[]" else "no_consent")]

    @pytest.mark.parametrize(
        ("kind", "severity", "came_of_it"),
        [
            (CaseKind.COMPLAINT, Severity.LOW, "complaint"),
            (CaseKind.PROBLEM, Severity.HIGH, "complaint"),
            (CaseKind.PROBLEM, Severity.NORMAL, "asked"),
        ],
    )
    async def test_who_complains_or_has_a_severe_case_is_not_asked(
        self, hub: Hub, kind: CaseKind, severity: Severity, came_of_it: str
    ) -> None:
        await hub.start(CALLS)
        case = {"case_id": f"case-{ANN.removeprefix('customer-')}-1", "kind": kind, "severity": severity}
        await hub.say(ANN, CustomerRegistered(**hub.meta()), CaseOpened(**hub.meta(), **case, owner="bob", subject="s"))
        await hub.call()
        await hub.settle()
        assert hub.counted == [("csat", came_of_it)]

    async def test_who_was_contacted_today_is_asked_tomorrow(self, hub: Hub) -> None:
        await hub.start(CALLS + "[[frequency]]\nmost = 1\ndays = 1\n")
        first = await hub.call()
        await hub.settle()
        second = await hub.call()
        await hub.settle()
        assert (hub.about(), hub.counted) == ([("csat", first)], [("csat", "asked")])
        slots = [one.event for one in hub.journal.log if isinstance(one.event, ContactSlotReserved)]
        assert [(one.slot_id, one.purpose) for one in slots] == [(hub.asked()[0].survey_id, Purpose.SURVEY)]
        hub.clock.moment += DAY - timedelta(seconds=1)
        await hub.settle()
        assert len(hub.asked()) == 1
        hub.clock.moment += timedelta(seconds=1)
        await hub.settle()
        assert hub.about() == [("csat", first), ("csat", second)]

    async def test_what_is_asked_in_its_own_conversation_takes_no_contact(self, hub: Hub) -> None:
        await hub.start(CALLS.replace('via = ["sms"]\n', "") + "[[frequency]]\nmost = 1\ndays = 1\n")
        for _ in range(2):
            await hub.call()
        await hub.settle()
        assert len(hub.asked()) == 2
        assert not any(isinstance(one.event, ContactSlotReserved) for one in hub.journal.log)

    async def test_nobody_is_asked_at_night_but_when_it_is_over(self, hub: Hub) -> None:
        """In Tehran it is quiet from 21:00 to 09:00, which is 17:30 to 05:30 UTC."""
        await hub.start(CALLS)
        hub.clock.moment = NOON + 6 * HOUR
        call = await hub.call()
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [])
        hub.clock.moment = NOON + 17.5 * HOUR - timedelta(seconds=1)
        await hub.settle()
        assert hub.asked() == []
        hub.clock.moment += timedelta(seconds=1)
        await hub.settle()
        assert (hub.about(), hub.counted) == ([("csat", call)], [("csat", "asked")])

    @pytest.mark.parametrize(("minutes", "is_asked"), [(0, True), (9, True), (11, False)])
    async def test_who_is_still_in_the_conversation_is_asked_there_also_at_night(
        self, hub: Hub, minutes: int, *, is_asked: bool
    ) -> None:
        await hub.start(CALLS.replace('via = ["sms"]', f"delay_minutes = {minutes}"))
        hub.clock.moment = NOON + 6 * HOUR
        await hub.call()
        hub.clock.moment += timedelta(minutes=minutes)
        await hub.settle()
        assert bool(hub.asked()) is is_asked

    async def test_hours_they_prefer_are_kept_and_another_channel_that_is_open_is_taken(self, hub: Hub) -> None:
        await hub.start(CALLS)
        point = contact_point(KEY, "phone", PHONE)
        await hub.say(ANN, CustomerRegistered(**hub.meta()))
        hours = (PreferredHours(days=(1, 2, 3, 4, 5, 6, 7), start="18:00", end="20:00"),)
        told = {"point": point.point, "kind": "phone", "value": PHONE, "source": "call", "hours": hours}
        await hub.say(ANN, PreferenceChanged(**hub.meta(), **told, time_zone="Asia/Tehran"))
        await hub.call()
        await hub.settle()
        assert hub.asked() == []
        hub.clock.moment = NOON.replace(hour=14, minute=30)
        await hub.settle()
        assert len(hub.asked()) == 1

    async def test_where_nobody_can_say_what_time_it_is_they_are_left_in_peace(self, hub: Hub) -> None:
        await hub.start(CALLS.replace("sms", "email"))
        await hub.call()
        mail = {"contact_id": "m-1", "channel": Channel.EMAIL, "address": "ann@example.com", "sender": "s"}
        rest = {"purpose": "", "service": "", "language": "", "subject": "", "text": "", "thread": "m", "pool": "main"}
        await hub.say(ANN, ContactReceived(**hub.meta(), **mail, **rest, standing=Standing()))
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [("csat", "quiet_hours")])

    async def test_who_was_forgotten_is_not_asked(self, hub: Hub) -> None:
        await hub.start(CALLS)
        await hub.call()
        await hub.say(ANN, CustomerForgotten(**hub.meta(), reason="asked for it"))
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [("csat", "forgotten")])

    async def test_two_at_most_in_any_thirty_days_whichever_number_they_call_from(self, hub: Hub) -> None:
        await hub.start(CALLS)
        first = [await hub.call(), await hub.call("+989121234561")]
        await hub.link(CustomersLinked, ANN, BOB)
        await hub.settle()
        await hub.call()
        await hub.settle()
        assert hub.about() == [("csat", one) for one in first]
        assert hub.counted[2:] == [("csat", "capped")]
        hub.clock.moment += 30 * DAY
        later = await hub.call("+989121234561")
        await hub.settle()
        assert hub.about()[2:] == [("csat", later)]


async def test_two_who_ask_one_customer_at_once_never_both_get_through(hub: Hub) -> None:
    """Decided for two numbers of one customer at the same moment: the second is decided again."""
    await hub.start("[surveys]\nmost = 1\n" + CALLS)
    calls = [await hub.call(), await hub.call("+989121234561")]
    await hub.link(CustomersLinked, ANN, BOB)
    policy = await hub.policies.policy()
    inner: list[Any] = []

    async def ask(about: str) -> None:
        occasion = await hub.satisfaction.occasion(about)
        assert occasion is not None
        question = Question(SurveyKind.CSAT, occasion, (Channel.SMS,))
        inner.append(await hub.satisfaction.ask(question, policy, actor="a", command_id=about))

    class Raced(MemoryJournal):
        raced = False

        async def commit(self, units: Any) -> Any:
            if not self.raced:
                self.raced = True
                await ask(calls[1])
            return await super().commit(units)

    hub.journal.__class__ = Raced
    await ask(calls[0])
    assert [one.not_asked for one in inner] == [None, NotAsked.CAPPED]
    assert len(hub.asked()) == 1


@given(st.integers(0, 2**32), st.integers(1, 3), st.integers(5, 60))
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
async def test_within_no_window_is_a_customer_asked_too_often_whatever_links_come(
    seed: int, most: int, steps: int
) -> None:
    chance, hub, window = random.Random(seed), Hub(), timedelta(days=3)
    rules = f"{CALLS}{CALLS.replace('csat', 'nps')}share = 0.6\n"
    await hub.start(f"[quiet_hours]\ndaily = []\n[surveys]\nmost = {most}\nwindow_days = 3\n{rules}")
    linked: set[tuple[str, str]] = set()
    streams = list(PHONES.values())
    for phone in PHONES:
        await hub.call(phone)
    known = 0
    for _ in range(steps):
        hub.clock.moment += timedelta(hours=chance.choice([0, 0, 1, 30]))
        pair = tuple(sorted(chance.sample(streams, 2)))
        match chance.choice(["call", "call", "call", "link", "unlink", "settle", "restart"]):
            case "call":
                await hub.call(chance.choice(list(PHONES)))
            case "link" if pair not in linked:
                await hub.link(CustomersLinked, *pair)
                linked.add(pair)  # type: ignore[arg-type]
            case "unlink" if linked:
                gone = chance.choice(sorted(linked))
                await hub.link(CustomersUnlinked, *gone)
                linked.discard(gone)
            case "settle":
                await hub.settle()
            case "restart":
                assert hub.watch is not None
                second = SatisfactionWatch(hub.satisfaction, hub.policies, hub.clock)
                await second.start(0)
                second.follow(hub.journal.log)
                while await second.step():
                    pass
        asked = hub.asked()
        for number in range(known, len(asked)):
            end = asked[number].at
            whole = _component(customer_of_survey(asked[number].survey_id), linked)
            within = [
                one for one in asked[: number + 1]
                if end - window < one.at <= end and customer_of_survey(one.survey_id) in whole
            ]  # fmt: skip
            assert len(within) <= most
        known = len(asked)
    await hub.settle()
    assert len(set(hub.about())) == len(hub.about())
    assert len({one.survey_id for one in hub.asked()}) == len(hub.asked())


def _component(stream: str, links: set[tuple[str, str]]) -> set[str]:
    found, waiting = set[str](), [stream]
    while waiting:
        one = waiting.pop()
        if one not in found:
            found.add(one)
            waiting += [other for pair in links if one in pair for other in pair]
    return found
