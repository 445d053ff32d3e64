"""Customers are asked how it was when it is over, as the policy says, each once about one thing, over any restart."""

import random
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from hub.application.consents import Consents
from hub.application.path_policies import PathPolicies
from hub.application.paths.whole import Wholes
from hub.application.satisfaction import Question, Satisfaction
from hub.application.satisfaction_reach import Reaching
from hub.application.satisfaction_watch import SatisfactionWatch, read_kept
from hub.domain.account.events import RoleAssigned
from hub.domain.cases.events import CaseKind, CaseOpened, CaseReopened, CaseResolved, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import ConsentDenied, PreferenceChanged, PreferredHours, Purpose
from hub.domain.customer.consent.point import contact_point
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.errors import HubError, RefusedError
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, InteractionReopened
from hub.domain.satisfaction.decide import NotAsked, customer_of_survey
from hub.domain.satisfaction.events import SatisfactionAsked, SurveyKind
from hub.domain.satisfaction.occasion import Occasion
from hub.ports import Append, Unit
from tests.projections.happenings import placement
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEY = b"k" * 32
PHONES = {f"+98912123456{number}": customer_id(KEY, "phone", f"+98912123456{number}") for number in range(4)}
PHONE, ANN = next(iter(PHONES.items()))
BOB = PHONES["+989121234561"]
OFTEN = "[[frequency]]\nmost = 100\ndays = 1\n"
REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
CALLS = '[[surveys.rules]]\nask = "csat"\nabout = "interaction"\nvia = ["sms"]\n'
CASES = '[[surveys.rules]]\nask = "nps"\nabout = "case"\nvia = ["email", "sms"]\n'


class MovedClock:
    """Time that a test moves."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = NOON

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


class Hub:
    """Journal, clock, policies and a watch that follows; `start` again begins a new one on what the old one kept."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.journal = MemoryJournal()
        self.clock = MovedClock()
        self.policies = PathPolicies(self.journal, self.clock)
        self.counted: list[tuple[str, str]] = []
        reaching = Reaching(Consents(self.journal, self.clock, KEY), self.policies)
        wholes = Wholes(self.journal, KEY, lambda stream: (stream,))
        self.satisfaction = Satisfaction(self.journal, self.clock, wholes, reaching, self._count)
        self.watch: SatisfactionWatch | None = None
        self.numbers = 0

    def _count(self, kind: SurveyKind, why: NotAsked | None) -> None:
        self.counted.append((kind.value, why.value if why else "asked"))

    async def start(self, text: str = "") -> SatisfactionWatch:
        if text:
            often = "" if "[[frequency]]" in text else OFTEN
            await self.policies.publish(text + often + REST, actor="operator:eve", command_id="p")
        self.journal.followers.clear()
        watch = SatisfactionWatch(self.satisfaction, self.policies, self.clock, self.file)
        after = await watch.start(await self.journal.head())
        if self.journal.log[after:]:
            watch.follow(self.journal.log[after:])
        self.journal.followers.append(watch.follow)
        self.watch = watch
        return watch

    async def settle(self) -> None:
        assert self.watch is not None
        for _ in range(1_000):
            if not await self.watch.step():
                return
        raise AssertionError("it never comes to rest")

    async def say(self, stream: str, *events: Event) -> None:
        [outcome] = await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])
        assert not isinstance(outcome, Exception)

    def meta(self) -> dict[str, Any]:
        now = self.clock.now()
        return {"at": now, "recorded_at": now, "causation": f"c-{len(self.journal.log)}", "actor": "test"}

    async def call(self, phone: str = PHONE, *, queue: str = "care", pool: str = "main", **more: Any) -> str:
        """Somebody calls, is served, and hangs up."""
        self.numbers += 1
        contact, customer = f"c-{self.numbers}", PHONES[phone]
        if not self.journal.version(customer):
            await self.say(customer, CustomerRegistered(**self.meta()))
        came = {"contact_id": contact, "channel": Channel.PHONE, "address": phone, "sender": "s", "thread": "t"}
        came |= {"purpose": "", "service": "", "language": "fa", "subject": "", "text": "", "pool": pool}
        await self.say(customer, ContactReceived(**self.meta(), **came, standing=Standing()))
        interaction = f"interaction-{self.numbers}"
        told = {"pool": pool, "contact_id": contact, "customer_id": customer, "channel": Channel.PHONE, "thread": "t"}
        told |= {"service": "", "segment": "B2C", "language": "fa", **placement(queue), **more}
        await self.say(interaction, InteractionQueued(**self.meta(), **told))
        await self.end(interaction)
        return interaction

    async def end(self, interaction: str) -> None:
        await self.say(interaction, InteractionEnded(**self.meta(), agent_id="ann", ended_by="customer"))

    async def case(self, kind: CaseKind = CaseKind.PROBLEM, number: int = 1) -> str:
        case = f"case-{ANN.removeprefix('customer-')}-{number}"
        opened = CaseOpened(**self.meta(), case_id=case, kind=kind, severity=Severity.HIGH, owner="bob", subject="s")
        await self.say(ANN, opened)
        return case

    async def resolve(self, case: str) -> None:
        await self.say(ANN, CaseResolved(**self.meta(), case_id=case, resolution="refunded"))

    async def link(self, event: type[CustomersLinked | CustomersUnlinked], one: str, other: str) -> None:
        left, right = (Side(id=stream, kind="phone", since=NOON) for stream in sorted((one, other)))
        told: dict[str, Any] = {**self.meta(), "link_id": f"l-{left.id}-{right.id}", "left": left, "right": right}
        if event is CustomersLinked:
            told["rule"] = "by_hand"
        appends = [Append(one, self.journal.version(one), [event(**told)]) for one in (left.id, right.id)]
        [outcome] = await self.journal.commit([Unit(appends)])
        assert not isinstance(outcome, Exception)

    def asked(self) -> list[SatisfactionAsked]:
        """Each survey once."""
        return [
            one.event for one in self.journal.log
            if isinstance(one.event, SatisfactionAsked) and customer_of_survey(one.event.survey_id) == one.stream
        ]  # fmt: skip

    def about(self) -> list[tuple[str, str]]:
        return [(one.kind.value, one.about) for one in self.asked()]


@pytest.fixture
def hub(tmp_path: Path) -> Hub:
    return Hub(tmp_path / "surveys.json")


async def test_nobody_is_asked_as_long_as_the_policy_says_nothing(hub: Hub) -> None:
    await hub.start()
    await hub.call()
    case = await hub.case()
    await hub.resolve(case)
    await hub.settle()
    assert (hub.asked(), hub.counted) == ([], [])


async def test_after_a_conversation_the_customer_is_asked_where_the_policy_says(hub: Hub) -> None:
    await hub.start(CALLS)
    call = await hub.call()
    await hub.settle()
    [asked] = hub.asked()
    version = (await hub.policies.policy()).version
    assert (asked.kind, asked.about, asked.causation, asked.actor) == ("csat", call, call, f"policy:{version}")
    assert (asked.channel, asked.contact_id, asked.thread, asked.language) == (Channel.SMS, "c-1", "", "fa")
    assert (asked.about_channel, asked.queue, asked.agent_id, asked.segment) == ("phone", "care", "ann", "B2C")
    assert hub.counted == [("csat", "asked")]


async def test_on_its_own_channel_it_goes_on_in_the_conversation(hub: Hub) -> None:
    await hub.start(CALLS.replace('via = ["sms"]\n', ""))
    await hub.call()
    await hub.settle()
    [asked] = hub.asked()
    assert (asked.channel, asked.thread) == (Channel.PHONE, "t")


async def test_when_a_case_is_settled_its_customer_is_asked_on_the_first_channel_that_reaches_them(hub: Hub) -> None:
    await hub.start(CASES)
    await hub.call()
    case = await hub.case()
    await hub.resolve(case)
    await hub.settle()
    [asked] = hub.asked()
    assert (asked.kind, asked.about, asked.channel, asked.contact_id) == ("nps", case, Channel.SMS, "c-1")
    assert (asked.about_channel, asked.queue, asked.agent_id) == ("sms", "", "bob")


class TestRules:
    @pytest.mark.parametrize(
        ("rule", "more", "is_asked"),
        [
            ('queue = "care"', {}, True),
            ('queue = ["sales", "chat"]', {}, False),
            ('channel = "phone"', {}, True),
            ('channel = ["web"]', {}, False),
            ('kind = "B2B"', {}, False),
            ('kind = "B2B"', {"segment": "B2B"}, True),
            ('value_tier = "standard"', {"value_tier": "standard"}, True),
            ('stage = "lapsed"', {"lifecycle_stage": "retention"}, False),
            ("share = 0.0", {}, False),
        ],
    )
    async def test_a_rule_says_of_what_it_asks(
        self, hub: Hub, rule: str, more: dict[str, Any], *, is_asked: bool
    ) -> None:
        await hub.start(f"{CALLS}{rule}\n")
        await hub.call(**more)
        await hub.settle()
        assert bool(hub.asked()) is is_asked

    async def test_the_first_rule_that_fits_decides(self, hub: Hub) -> None:
        await hub.start(f'{CALLS}queue = "care"\nshare = 0.0\n{CALLS}')
        await hub.call()
        other = await hub.call(queue="sales")
        await hub.settle()
        assert hub.about() == [("csat", other)]
        assert sorted(hub.counted) == [("csat", "asked"), ("csat", "not_drawn")]

    async def test_a_case_of_a_kind_can_be_left_out(self, hub: Hub) -> None:
        await hub.start(f'{CASES}case_kind = ["problem", "return"]\n')
        await hub.call()
        problem, request = await hub.case(), await hub.case(CaseKind.REQUEST, 2)
        await hub.resolve(request)
        await hub.resolve(problem)
        await hub.settle()
        assert hub.about() == [("nps", problem)]

    @pytest.mark.parametrize("more", [{"consult_of": "interaction-9"}, {"pool": "history"}, {"customer_id": ""}])
    async def test_what_no_customer_had_to_do_with_here_is_not_asked_about(
        self, hub: Hub, more: dict[str, Any]
    ) -> None:
        await hub.start(CALLS)
        await hub.call(**more)
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [])


class TestDelay:
    async def test_they_are_asked_after_the_delay_of_the_rule_that_decides(self, hub: Hub) -> None:
        await hub.start(f'{CALLS}queue = "sales"\n{CALLS}delay_minutes = 60\n')
        call = await hub.call()
        await hub.settle()
        hub.clock.moment += HOUR - timedelta(seconds=1)
        await hub.settle()
        assert hub.asked() == []
        hub.clock.moment += timedelta(seconds=1)
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_what_is_open_again_meanwhile_is_asked_about_when_it_is_over_again(self, hub: Hub) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n{CASES}delay_minutes = 60\n")
        call = await hub.call()
        case = await hub.case()
        await hub.resolve(case)
        await hub.settle()
        hub.clock.moment += HOUR / 2
        await hub.say(call, InteractionReopened(**hub.meta(), contact_id="c-2", **placement("care")))
        await hub.say(ANN, CaseReopened(**hub.meta(), case_id=case, severity=Severity.HIGH, owner="bob"))
        hub.clock.moment += HOUR
        await hub.settle()
        assert hub.asked() == []
        await hub.end(call)
        await hub.resolve(case)
        hub.clock.moment += HOUR
        await hub.settle()
        assert sorted(hub.about()) == [("csat", call), ("nps", case)]

    async def test_a_complaint_that_is_opened_meanwhile_keeps_them_from_being_asked(self, hub: Hub) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n")
        await hub.call()
        await hub.settle()
        await hub.case(CaseKind.COMPLAINT)
        hub.clock.moment += HOUR
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [("csat", "complaint")])

    @pytest.mark.parametrize(
        ("until", "kind", "is_settled", "came_of_it"),
        [
            (None, CaseKind.COMPLAINT, False, "complaint"),
            (None, CaseKind.COMPLAINT, True, "asked"),
            (None, CaseKind.REQUEST, False, "asked"),
            (NOON + timedelta(seconds=1), CaseKind.COMPLAINT, False, "asked"),
        ],
    )
    async def test_a_complaint_of_an_account_keeps_those_from_being_asked_who_act_for_it(
        self, hub: Hub, until: datetime | None, kind: CaseKind, *, is_settled: bool, came_of_it: str
    ) -> None:
        await hub.start(f"{CALLS}delay_minutes = 60\n")
        await hub.call()
        role = {"account_id": "account-1", "number": 1, "customer_id": ANN, "role": "buyer", "since": NOON}
        await hub.say(ANN, RoleAssigned(**hub.meta(), **role, until=until))
        case = {"case_id": f"case-{BOB.removeprefix('customer-')}-1"}
        opened = CaseOpened(**hub.meta(), **case, kind=kind, severity=Severity.LOW, account_id="account-1")
        await hub.say("account-1", opened)
        if is_settled:
            await hub.say("account-1", CaseResolved(**hub.meta(), **case, resolution="refunded"))
        hub.clock.moment += HOUR
        await hub.settle()
        assert hub.counted == [("csat", came_of_it)]

    async def test_what_was_over_long_ago_is_not_asked_about_any_more(self, hub: Hub) -> None:
        await hub.start(CALLS)
        await hub.call()
        hub.clock.moment += 7 * DAY
        await hub.settle()
        assert hub.counted == [("csat", "too_late")]


class TestLeftAlone:
    async def test_who_said_no_at_that_address_is_not_asked_there(self, hub: Hub) -> None:
        await hub.start(CALLS)
        point = contact_point(KEY, "phone", PHONE)
        await hub.say(ANN, CustomerRegistered(**hub.meta()))
        no = {"channel": Channel.SMS, "purpose": Purpose.SURVEY, "source": "call", "kind": "phone", "value": PHONE}
        await hub.say(ANN, ConsentDenied(**hub.meta(), **no, point=point.point))
        await hub.call()
        await hub.settle()
        assert (hub.asked(), hub.counted) == ([], [("csat", "no_consent")])

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


class TestRestart:
    async def test_what_waits_is_asked_after_a_restart_and_nothing_twice(self, hub: Hub) -> None:
        watch = await hub.start(f"{CALLS}delay_minutes = 60\n")
        call = await hub.call()
        await hub.settle()
        watch.keep()
        kept = read_kept(hub.file) if hub.file else None
        assert kept is not None
        assert [(one.about, one.due) for one in kept.waiting] == [(call, NOON + HOUR)]
        await hub.start()
        hub.clock.moment += HOUR
        await hub.settle()
        for _ in range(2):
            await hub.start()
            await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_what_was_over_after_it_was_written_down_last_is_found_in_the_log(self, hub: Hub) -> None:
        watch = await hub.start(CALLS)
        await hub.settle()
        watch.keep()
        call = await hub.call()
        await hub.start()
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_without_what_was_written_down_it_begins_anew_from_now_on(self, hub: Hub) -> None:
        await hub.start(CALLS)
        await hub.call()
        assert hub.file is not None
        hub.file.write_text("{}")
        await hub.start()
        later = await hub.call()
        await hub.settle()
        assert hub.about() == [("csat", later)]

    async def test_what_could_not_be_written_is_asked_later(self, hub: Hub) -> None:
        watch = await hub.start(CALLS)
        call = await hub.call()
        hub.journal.fail_next = 1
        with pytest.raises(OSError, match="disk full"):
            await watch.step()
        await hub.settle()
        assert hub.about() == [("csat", call)]

    async def test_one_that_can_not_be_decided_on_does_not_hold_up_the_others(self, hub: Hub) -> None:
        class Broken(MemoryJournal):
            broken = "interaction-1"

            async def load(self, streams: Any, after: Any = None) -> Any:
                if self.broken in streams:
                    raise HubError("it was sealed with another key")
                return await super().load(streams, after)

        await hub.start(CALLS)
        first, second = await hub.call(), await hub.call("+989121234561")
        hub.journal.__class__ = Broken
        await hub.settle()
        assert hub.about() == [("csat", second)]
        hub.journal.__class__ = MemoryJournal
        hub.clock.moment += timedelta(seconds=30)
        await hub.settle()
        assert hub.about() == [("csat", second), ("csat", first)]

    async def test_two_hubs_on_one_log_ask_once(self, hub: Hub) -> None:
        first = await hub.start(CALLS)
        second = SatisfactionWatch(hub.satisfaction, hub.policies, hub.clock)
        await second.start(0)
        hub.journal.followers.append(second.follow)
        call = await hub.call()
        await first.step()
        await second.step()
        assert hub.about() == [("csat", call)]
        assert sorted(hub.counted) == [("csat", "already"), ("csat", "asked")]


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


async def test_a_customer_answers_in_time_and_once_also_after_they_were_linked(hub: Hub) -> None:
    await hub.start(CALLS)
    await hub.call("+989121234561")
    await hub.call()
    await hub.link(CustomersLinked, ANN, BOB)
    await hub.settle()
    survey = hub.asked()[0].survey_id
    told = {"actor": "adapter:sms", "command_id": "m-1"}
    [recorded] = await hub.satisfaction.answer(survey, 4, "", **told)
    assert recorded.stream == customer_of_survey(survey)
    with pytest.raises(RefusedError, match="answered already"):
        await hub.satisfaction.answer(survey, 5, "", **told)
    hub.clock.moment += 7 * DAY
    with pytest.raises(RefusedError, match="it is over"):
        await hub.satisfaction.answer(hub.asked()[1].survey_id, 5, "", **told)


async def test_a_case_that_is_settled_belongs_to_the_stream_in_its_name(hub: Hub) -> None:
    """What an account is told of a case asks nobody a second time."""
    await hub.start(CASES)
    await hub.call()
    case = await hub.case()
    await hub.say("account-1", CaseResolved(**hub.meta(), case_id=case, resolution="refunded"))
    await hub.settle()
    assert (hub.asked(), hub.counted) == ([], [])


def test_an_occasion_tells_whether_it_is_a_case() -> None:
    case = Occasion("case-1", ANN, NOON, Standing(), "bob", case_kind="problem")
    assert case.is_case
    assert not Occasion("interaction-1", ANN, NOON, Standing(), "ann", Channel.WEB).is_case
