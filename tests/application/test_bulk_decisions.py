"""Many customers are decided on as each of them alone would be, once in a campaign, and read and written together."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub.application.paths.bulk import BulkDecisions, Campaign, Entry, Refusal, Row, Tally, check_campaign
from hub.application.paths.capacities import Unlimited
from hub.application.paths.decisions import AskedAs, PathDecisions
from hub.application.paths.in_force import Responses, RulesInForce
from hub.application.paths.together import Together
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicyInForce
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import ContactPoint, contact_point
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.customer.slots.events import ContactSlotReserved
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.decision.rules import rules_of
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Append, Recorded, Unit
from tests.domain.consents import KEY
from tests.paths.decisions import POLICY, consent, meta
from tests.paths.decisions import at as moment
from tests.support.memory import MemoryJournal

ACME = f"account-{7:032x}"
SPRING = Campaign("spring", Purpose.PROMOTIONAL, (Channel.SMS, Channel.EMAIL), ("fibre",), moment(48))
POINTS = [contact_point(KEY, "phone", f"+98912123{number:04d}") for number in range(40)]
PEOPLE = [customer_id(KEY, "phone", point.value) for point in POINTS]


class Clock:
    speed = 1.0

    def now(self) -> Any:
        return moment(0)

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nobody waits {seconds} s here")


class Counting(MemoryJournal):
    """Counts what is asked of it."""

    def __init__(self) -> None:
        super().__init__()
        self.asked = 0

    async def load(self, streams: Sequence[str], after: Any = None) -> dict[str, list[Recorded]]:
        self.asked += 1
        return await super().load(streams, after)


def person(number: int, *more: Event, consents: bool = True) -> Unit:
    """With a phone, and a yes to being told something on it."""
    point = POINTS[number]
    known = meta(moment(-2))
    facts = [
        CustomerRegistered(**known),
        IdentifierObserved(**known, kind="phone", value=point.value, verified=True),
        *([consent(moment(-1), point, Channel.SMS, said=True)] if consents else []),
        *more,
    ]
    return Unit([Append(PEOPLE[number], 0, facts)])


def employed(*numbers: int) -> list[Unit]:
    """The first of them brings the account."""
    known = meta(moment(-2))
    facts: list[Event] = [AccountRegistered(**known, kind="legal_id", value="1", segment="B2B", name="Acme")]
    units = []
    for place, number in enumerate(numbers, 1):
        role = RoleAssigned(
            **known, account_id=ACME, number=place, customer_id=PEOPLE[number], role="buyer", since=moment(-2)
        )
        facts.append(role)
        units.append(person(number, role))
    return [*units, Unit([Append(ACME, 0, facts)])]


def decisions_on(journal: Any) -> PathDecisions:
    rules = RulesInForce(PathPolicyInForce(parse_path_policy(POLICY)))

    def point_of(kind: str, value: str) -> ContactPoint:
        return contact_point(KEY, kind, value)

    wholes = Wholes(journal, KEY, lambda stream: (stream,))
    return PathDecisions(journal, Clock(), wholes, rules, Responses({}, 0), point_of, Unlimited(), lambda: 7)


async def ask(
    journal: Any, numbers: Sequence[int], campaign: Campaign = SPRING, *, writes: bool = True, account: str = ""
) -> list[Entry | Refusal]:
    bulk = BulkDecisions(decisions_on(Together(journal, writes=writes)), Clock())
    rows = [Row(place, PEOPLE[number], account) for place, number in enumerate(numbers, 1)]
    return await bulk.decide(campaign, rows, rules_of(parse_path_policy(POLICY)), "operator:cli")


def entries(answers: Sequence[Entry | Refusal]) -> list[Entry]:
    return [one for one in answers if isinstance(one, Entry)]


async def facts(journal: Any, kind: type[Event]) -> list[Recorded]:
    return [one for one in await journal.read(0, 10_000) if isinstance(one.event, kind)]


async def test_each_is_decided_on_as_if_alone_and_all_are_read_at_once() -> None:
    journal, alone = Counting(), MemoryJournal()
    for one in (journal, alone):
        await one.commit([person(number, consents=number % 3 > 0) for number in range(30)])
    found = entries(await ask(journal, range(30)))
    assert [one.row.customer_id for one in found] == PEOPLE[:30]
    assert (journal.asked, journal.commits) == (1, 2)
    for entry in found:
        told = await decisions_on(alone).decide(
            entry.row.customer_id, SPRING.question(moment(0)), request=SPRING.request,
            asked_as=AskedAs.CAMPAIGN, actor="operator:cli", command_id=SPRING.request,
        )  # fmt: skip
        [event] = [one.event for one in journal.log if one.version > 2 and isinstance(one.event, PathDecided)
                   and one.event.decision_id == entry.decision_id]  # fmt: skip
        assert isinstance(event, PathDecided)
        assert replace_seen(event) == replace_seen(told.event)
        assert (entry.outcome, entry.at) == (event.outcome, event.due_at)
        assert [(entry.channel, entry.point)] * len(event.said) == [(one.channel, one.point) for one in event.said]
        assert entry.propositions == tuple(one.proposition for one in event.said)
    assert {one.outcome for one in found} == {Outcome.NOW, Outcome.NOTHING}
    assert {one.why for one in found} == {(), ("default_denied",)}
    slots = await facts(journal, ContactSlotReserved)
    assert len(slots) == sum(one.outcome is Outcome.NOW for one in found) == 20


def replace_seen(event: PathDecided) -> PathDecided:
    return event.model_copy(update={"seen": 0})


async def test_run_again_nobody_is_decided_on_twice() -> None:
    journal = MemoryJournal()
    await journal.commit([person(number) for number in range(10)])
    first = entries(await ask(journal, range(6)))
    again = entries(await ask(journal, range(10)))
    assert [one._replace(is_repeat=False) for one in again[:6]] == first
    assert [one.is_repeat for one in again] == [True] * 6 + [False] * 4
    assert len(await facts(journal, PathDecided)) == 10
    other = entries(await ask(journal, range(10), replace(SPRING, name="summer")))
    assert {one.outcome for one in other} == {Outcome.LATER}
    assert {one.why for one in other} == {("capped",)}


async def test_people_of_one_account_are_decided_on_one_after_another() -> None:
    journal = MemoryJournal()
    await journal.commit(employed(*range(12)))
    found = entries(await ask(journal, range(12)))
    assert len(found) == 12
    slots = [one for one in await facts(journal, ContactSlotReserved) if one.stream == ACME]
    assert len(slots) == 3  # as many as the policy allows an account in a week
    assert sum(one.outcome is Outcome.NOW for one in found) == 3


async def test_who_is_named_by_two_ids_is_decided_on_once() -> None:
    journal = MemoryJournal()
    left, right = (Side(id=stream, since=moment(-2)) for stream in sorted(PEOPLE[:2]))
    link = CustomersLinked(**meta(moment(-1)), rule="by_hand", link_id="link-1", left=left, right=right)
    await journal.commit([person(0, link), person(1, link)])
    found = entries(await ask(journal, [0, 1]))
    assert sorted(one.is_repeat for one in found) == [False, True]
    assert len({one.decision_id for one in found}) == 1


async def test_what_is_only_tried_is_not_written() -> None:
    journal = MemoryJournal()
    await journal.commit([person(number) for number in range(5)])
    before = len(journal.log)
    tried = entries(await ask(journal, range(5), writes=False))
    assert {one.outcome for one in tried} == {Outcome.NOW}
    assert len(journal.log) == before
    assert [one.is_repeat for one in entries(await ask(journal, range(5)))] == [False] * 5


async def test_bad_rows_are_refused_with_a_reason_and_the_others_are_decided_on() -> None:
    journal = MemoryJournal()
    forgotten = CustomerForgotten(**meta(moment(-1)), reason="they asked")
    await journal.commit([person(0), person(1, forgotten), person(3)])
    await ask(journal, [3], replace(SPRING, channels=(Channel.SMS,)))
    answers = await ask(journal, [0, 1, 2, 3])
    assert [one.row.number for one in entries(answers)] == [1]
    refused = {one.row: one.reason for one in answers if isinstance(one, Refusal)}
    assert list(refused) == [2, 3, 4]
    assert "was forgotten" in refused[2]
    assert refused[3] == f"there is no customer {PEOPLE[2]}"
    assert "on other words" in refused[4]
    [missing] = await ask(journal, [0], replace(SPRING, name="other"), account=ACME)
    assert isinstance(missing, Refusal)
    assert (missing.field, missing.reason) == ("account_id", f"there is no account {ACME}")
    await journal.commit(employed(1))
    [stranger] = await ask(journal, [0], replace(SPRING, name="other"), account=ACME)
    assert isinstance(stranger, Refusal)
    assert (stranger.field, stranger.reason) == ("account_id", f"customer {PEOPLE[0]} does not act for account {ACME}")
    tally = Tally()
    tally.add(answers)
    assert (tally.decided, tally.repeats, tally.refused) == (1, 0, 3)
    assert (tally.outcomes, tally.channels) == ({"now": 1}, {"sms": 1})


async def test_who_can_be_reached_nowhere_has_no_path() -> None:
    journal = MemoryJournal()
    await journal.commit([person(0)])
    [found] = entries(await ask(journal, [0], replace(SPRING, channels=(Channel.EMAIL,))))
    assert (found.outcome, found.why) == (Outcome.NOTHING, ("no_path",))


async def test_on_a_real_store_two_campaigns_at_once_keep_the_caps(tmp_path: Path) -> None:
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    other = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    try:
        await journal.commit([*(person(number) for number in range(12, 40)), *employed(*range(12))])
        found = await asyncio.gather(
            ask(journal, range(40)), ask(other, range(40), replace(SPRING, name="summer", by=None))
        )
        decided = [one for answers in found for one in entries(answers)]
        assert len(decided) == 80
        slots = [one.event for one in await facts(journal, ContactSlotReserved) if one.stream == ACME]
        assert len(slots) == 3
        taken = [one for one in decided if one.outcome is Outcome.NOW]
        now = {one.decision_id for one in taken}
        at_once = [one for one in slots if isinstance(one, ContactSlotReserved) and one.decision_id in now]
        assert len({one.customer_id for one in taken}) == len(taken) == 28 + len(at_once)
    finally:
        await journal.close()
        await other.close()


@pytest.mark.parametrize(
    ("changed", "field", "said"),
    [
        ({"name": " "}, "name", "1 to 64 characters"),
        ({"name": "x" * 65}, "name", "1 to 64 characters"),
        ({"propositions": ("glass",)}, "propositions", "no proposition 'glass'"),
        ({"propositions": ("sorry",)}, "purpose", "sorry is for recovery contacts, not for promotional"),
        ({"propositions": ("sorry",), "purpose": Purpose.RECOVERY}, "propositions", "not for campaigns"),
        ({"channels": (Channel.IN_PERSON,)}, "channels", "fibre is said on email, phone, sms, web alone"),
        ({"channels": ()}, "channels", "at least one channel"),
        ({"by": moment(-1)}, "by", "this moment is over"),
        ({"propositions": (), "purpose": Purpose.SERVICE}, "purpose", "not for service"),
        (
            {"proposes": False, "propositions": (), "sends": True, "channels": (Channel.SMS, Channel.PHONE)},
            "text",
            "a call",
        ),
    ],
)
def test_what_could_be_said_to_nobody_is_not_asked(changed: dict[str, Any], field: str, said: str) -> None:
    rules = rules_of(parse_path_policy(POLICY))
    with pytest.raises(InvalidError, match=said) as caught:
        check_campaign(replace(SPRING, **changed), rules, moment(0))
    assert caught.value.field == field


def test_a_campaign_needs_something_to_propose_or_words_of_its_own() -> None:
    plain = rules_of(parse_path_policy('[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'))
    asked = partial(Campaign, "spring", Purpose.SURVEY, (Channel.SMS,))
    with pytest.raises(InvalidError, match="proposes nothing"):
        check_campaign(asked(), plain, moment(0))
    check_campaign(asked(proposes=False), plain, moment(0))
    check_campaign(replace(SPRING, propositions=()), rules_of(parse_path_policy(POLICY)), moment(0))
    assert asked().question(moment(0)).at - moment(0) == timedelta(0)
