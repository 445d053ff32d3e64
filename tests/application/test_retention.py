"""What the path policy says is kept no longer goes: each kind when it is due, once a day, whatever crashes."""

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.policies.paths import PathPolicies
from hub.application.privacy import retention as application
from hub.application.privacy.forgetting import Forgetting
from hub.application.privacy.retention import Applied, Elsewhere, Pause, Retention
from hub.application.privacy.retention_elsewhere import QuietCustomers, RejectFiles
from hub.application.privacy.retention_watch import RetentionWatch
from hub.domain.cases.events import CaseKind, CaseNoted, CaseOpened, CaseResolved, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.event import Event
from hub.domain.retention.events import RetentionApplied
from hub.domain.satisfaction.events import SatisfactionRecorded, SurveyKind
from hub.journal.errors import StoreError
from hub.paths.policy.parsing import DEFAULT
from hub.ports import Append, Unit
from hub.projections import customers
from tests.api.world import FakePersonalKeys
from tests.support.clocks import MovedClock
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY = timedelta(days=1)
ANN, BOB = "customer-ann", "customer-bob"


class Counted:
    """A kind elsewhere, with things of these ages in days."""

    def __init__(self, clock: MovedClock, *ages: int) -> None:
        self.things = [clock.now() - age * DAY for age in ages]

    async def __call__(self, before: datetime, _actor: str, _pause: Pause, /, *, pretend: bool) -> int:
        old = [one for one in self.things if one < before]
        if not pretend:
            self.things = [one for one in self.things if one not in old]
        return len(old)


class World:
    """A journal, and a policy that a test writes."""

    def __init__(self) -> None:
        self.journal = MemoryJournal()
        self.clock = MovedClock(NOON)
        self.keys = FakePersonalKeys()
        self.policies = PathPolicies(self.journal, self.clock)
        self.rejects = Counted(self.clock, 5, 40)
        self.views = LinkViews(self.journal, customers.PROJECTION)
        forgetting = Forgetting(self.journal, self.clock, self.keys)
        self.elsewhere: dict[str, Elsewhere] = {
            "rejects": self.rejects,
            "customers_without_contact": QuietCustomers(self.journal, self.clock, forgetting, self.views),
        }

    def retention(self) -> Retention:
        """As after a restart."""
        return Retention(self.journal, self.clock, self.policies, self.elsewhere)

    async def keep(self, **days: int) -> None:
        table = "".join(f"{kind} = {count}\n" for kind, count in days.items())
        await self.policies.publish(f"{DEFAULT}\n[retention]\n{table}", actor="operator:a", command_id="c")

    async def say(self, stream: str, *events: Event) -> None:
        [outcome] = await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])
        assert not isinstance(outcome, Exception)

    def meta(self, days_ago: int, actor: str = "adapter:x") -> dict[str, Any]:
        at = self.clock.now() - days_ago * DAY
        return {"at": at, "recorded_at": at, "causation": "c", "actor": actor}

    async def contact(self, stream: str, days_ago: int) -> None:
        await self.say(
            stream,
            ContactReceived(
                **self.meta(days_ago), contact_id=f"c-{len(self.journal.log)}", channel=Channel.SMS, address="a",
                sender="", thread="t", purpose="service", service="", language="", subject="s",
                text=f"{days_ago} days ago", standing=Standing(), pool="main",
            ),
        )  # fmt: skip

    async def register(self, stream: str, days_ago: int) -> None:
        await self.say(stream, CustomerRegistered(**self.meta(days_ago)))

    def texts(self) -> list[str]:
        return [one.event.text for one in self.journal.log if isinstance(one.event, ContactReceived)]

    def applied(self) -> list[RetentionApplied]:
        return [one.event for one in self.journal.log if isinstance(one.event, RetentionApplied)]


@pytest.fixture
def world() -> World:
    return World()


def told(done: list[Applied]) -> dict[str, int]:
    return {one.kind: one.count for one in done}


async def test_without_a_table_everything_is_kept(world: World) -> None:
    await world.contact(ANN, 5_000)
    assert await world.retention().apply_due() == []
    assert world.texts() == ["5000 days ago"]
    assert world.applied() == []


async def test_texts_go_when_they_are_older_than_their_days(world: World) -> None:
    for days_ago in (40, 31, 30, 29, 0):
        await world.contact(ANN, days_ago)
    await world.keep(contact_texts=30)
    assert told(await world.retention().apply_due()) == {"contact_texts": 3}
    assert world.texts() == ["", "", "", "29 days ago", "0 days ago"]
    [fact] = world.applied()
    policy = await world.policies.policy()
    assert (fact.kind, fact.days, fact.until, fact.count) == ("contact_texts", 30, NOON - 30 * DAY, 3)
    assert (fact.position, fact.actor) == (3, f"policy:{policy.version}")
    assert world.journal.scrubbed == 1
    assert next(one.event.subject for one in world.journal.log if isinstance(one.event, ContactReceived)) == ""


async def test_it_is_done_once_a_day_and_goes_on_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(application, "SPAN", 2)
    for days_ago in (31, 30, 29, 28, 27, 26):
        await world.contact(ANN, days_ago)
    await world.keep(contact_texts=30)
    assert told(await world.retention().apply_due()) == {"contact_texts": 2}
    assert await world.retention().apply_due() == []
    await world.clock.sleep(23 * 3600)
    assert await world.retention().apply_due() == []
    await world.clock.sleep(2 * 3600)
    assert told(await world.retention().apply_due()) == {"contact_texts": 1}
    assert world.texts() == ["", "", "", "28 days ago", "27 days ago", "26 days ago"]
    assert [fact.position for fact in world.applied()] == [2, 3]


async def test_other_days_count_at_once(world: World) -> None:
    await world.contact(ANN, 20)
    await world.keep(contact_texts=30)
    assert told(await world.retention().apply_due()) == {"contact_texts": 0}
    await world.keep(contact_texts=10)
    assert told(await world.retention().apply_due()) == {"contact_texts": 1}


async def test_an_event_that_is_recorded_out_of_order_holds_nothing_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application, "SPAN", 3)
    for days_ago in (40, -5_000, 39, 38, 37, 1):
        await world.contact(ANN, days_ago)
    await world.keep(contact_texts=30)
    assert told(await world.retention().apply_due()) == {"contact_texts": 4}
    assert world.texts() == ["", "-5000 days ago", "", "", "", "1 days ago"]
    assert world.applied()[0].position == 1


async def test_a_crash_on_the_way_is_made_good(world: World) -> None:
    for days_ago in (40, 39):
        await world.contact(ANN, days_ago)
    await world.keep(contact_texts=30)
    world.journal.fail_next = 1
    [half_done] = await world.retention().apply_due()
    assert half_done.problem == "disk full"
    assert world.applied() == []
    assert told(await world.retention().apply_due()) == {"contact_texts": 0}
    assert world.texts() == ["", ""]
    assert world.journal.scrubbed == 2


async def test_texts_of_a_case_go_when_it_is_settled(world: World) -> None:
    case = {"case_id": "case-ann-1"}
    await world.register(ANN, 100)
    await world.say(
        ANN,
        CaseOpened(**world.meta(90), **case, kind=CaseKind.COMPLAINT, severity=Severity.LOW, subject="s", text="t"),
        CaseNoted(**world.meta(80), **case, text="angry"),
    )
    await world.keep(case_texts=30)
    assert told(await world.retention().apply_due()) == {"case_texts": 0}
    await world.say(
        ANN,
        CaseResolved(**world.meta(2), **case, resolution="refunded", text="sorry"),
        CaseNoted(**world.meta(-5), **case, text="called again"),
    )
    await world.clock.sleep(20 * 86_400)
    assert told(await world.retention().apply_due()) == {"case_texts": 0}
    await world.clock.sleep(10 * 86_400)
    assert told(await world.retention().apply_due()) == {"case_texts": 3}
    notes = [one.event.text for one in world.journal.log if isinstance(one.event, CaseNoted)]
    assert notes == ["", "called again"]
    await world.clock.sleep(10 * 86_400)
    assert told(await world.retention().apply_due()) == {"case_texts": 1}


async def test_comments_go_and_scores_stay(world: World) -> None:
    survey: dict[str, Any] = {"survey_id": "s", "kind": SurveyKind.NPS, "about": "interaction-1", "score": 9}
    await world.say(ANN, SatisfactionRecorded(**world.meta(40), **survey, comment="Negar was kind"))
    await world.keep(survey_comments=30, contact_texts=1)
    assert told(await world.retention().apply_due()) == {"survey_comments": 1, "contact_texts": 0}
    [answer] = [one.event for one in world.journal.log if isinstance(one.event, SatisfactionRecorded)]
    assert (answer.score, answer.comment) == (9, "")


async def test_a_rehearsal_counts_and_changes_nothing(world: World) -> None:
    await world.register(ANN, 50)
    await world.contact(ANN, 40)
    await world.keep(contact_texts=30, rejects=30, customers_without_contact=39)
    before = list(world.journal.log)
    rehearsed = await world.retention().apply("operator:cli", pretend=True)
    assert told(rehearsed) == {"contact_texts": 1, "rejects": 1, "customers_without_contact": 1}
    assert world.journal.log == before
    assert (world.journal.scrubbed, len(world.rejects.things), world.keys.gone) == (0, 2, [])
    done = await world.retention().apply("operator:cli")
    assert done == rehearsed
    assert {fact.actor for fact in world.applied()} == {"operator:cli"}
    assert len(world.rejects.things) == 1


async def test_who_was_not_heard_of_is_forgotten_wholly(world: World) -> None:
    for stream, days_ago in ((ANN, 900), (BOB, 900), ("customer-carl", 900)):
        await world.register(stream, days_ago)
    await world.contact(ANN, 800)
    await world.contact(BOB, 10)
    since = NOON - 900 * DAY
    sides = {"left": Side(id=ANN, since=since), "right": Side(id="customer-carl", since=since)}
    for stream in (ANN, "customer-carl"):
        await world.say(stream, CustomersLinked(**world.meta(700), **sides, link_id="l", rule="by_hand"))
    await world.keep(customers_without_contact=365)
    assert told(await world.retention().apply_due()) == {"customers_without_contact": 1}
    assert sorted(world.keys.gone) == [ANN, "customer-carl"]
    facts = [one.event for one in world.journal.log if isinstance(one.event, CustomerForgotten)]
    assert {fact.reason for fact in facts} == {"not heard of since 2025-03-01"}
    assert {fact.actor for fact in facts} == {f"policy:{(await world.policies.policy()).version}"}
    await world.clock.sleep(2 * 86_400)
    assert told(await world.retention().apply_due()) == {"customers_without_contact": 0}


async def test_files_of_refused_rows_go_by_their_age(tmp_path: Path, world: World) -> None:
    for name, days_ago in (("a.csv.rejects.jsonl", 31), ("b.csv.rejects.jsonl", 29), ("progress.json", 99)):
        (tmp_path / name).write_text("{}")
        moment = (world.clock.now() - days_ago * DAY).timestamp()
        os.utime(tmp_path / name, (moment, moment))
    files = RejectFiles(tmp_path)
    before = world.clock.now() - 30 * DAY
    assert await files(before, "a", application.no_pause, pretend=True) == 1
    assert await files(before, "a", application.no_pause, pretend=False) == 1
    assert sorted(os.listdir(tmp_path)) == ["b.csv.rejects.jsonl", "progress.json"]
    assert await RejectFiles(tmp_path / "none")(before, "a", application.no_pause, pretend=False) == 0


class Unreachable:
    """A kind elsewhere that nobody gets at."""

    async def __call__(self, _before: datetime, _actor: str, _pause: Pause, /, *, pretend: bool) -> int:  # noqa: ARG002
        raise OSError("no route to the bus")


async def test_a_kind_that_can_not_be_done_holds_up_no_other_and_is_due_again(world: World) -> None:
    await world.register(ANN, 50)
    await world.contact(ANN, 40)
    await world.keep(rejects=30, contact_texts=30, customers_without_contact=9_000)
    world.elsewhere = {"rejects": Unreachable(), "customers_without_contact": Unreachable()}
    for pretend in (True, False):
        done = {one.kind: (one.count, one.problem) for one in await world.retention().apply("a", pretend=pretend)}
        failed = (0, "no route to the bus")
        assert done == {"rejects": failed, "contact_texts": (1, ""), "customers_without_contact": failed}
    assert [fact.kind for fact in world.applied()] == ["contact_texts"]
    world.elsewhere = {"rejects": world.rejects}
    assert told(await world.retention().apply_due()) == {"rejects": 1}


class Failing:
    """Fails the first time, wholly; then in part."""

    def __init__(self) -> None:
        self.asked = 0

    async def apply_due(self) -> list[Applied]:
        self.asked += 1
        if self.asked == 1:
            raise StoreError("disk full")
        return [Applied("contact_texts", 30, NOON, 7), Applied("rejects", 30, NOON, 0, "no such bus")]


async def test_the_hub_looks_again_and_again(world: World, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    failing = Failing()
    watch = RetentionWatch(failing, world.clock)
    await watch.look()
    assert "trying on: disk full" in caplog.text
    await watch.look()
    assert "7 of contact_texts" in caplog.text
    assert "retention of rejects can't be applied now, trying on: no such bus" in caplog.text
