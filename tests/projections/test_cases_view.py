"""The list of cases is what the domain's own fold of the same log says, however the log is cut into batches."""

import random
import sqlite3
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.account.events import AccountRegistered
from hub.domain.cases import decide
from hub.domain.cases.events import CaseKind, Severity, TaskOutcome
from hub.domain.cases.identity import customer_of_case
from hub.domain.cases.state import Cases, evolve
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import HubError
from hub.projections import cases
from hub.projections.cases import BEGINNING, CaseRow, Place, TaskRow, Wanted, place_after
from hub.projections.live import live
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.projections.histories import CHANCE, LIVES, START, Log

CUSTOMERS = [f"customer-{number:032x}" for number in range(5)]
DAYS = st.integers(0, 12)


class Desk:
    """People work on cases of a few customers."""

    def __init__(self, chance: random.Random) -> None:
        self.chance, self.log, self.now = chance, Log(gap=2), START
        self.cases: Cases = {}
        self.no: dict[str, int] = {}
        firm = {"kind": "legal_id", "value": "1", "segment": "B2B", "name": "Saman"}
        self.log.add("account-1", AccountRegistered(**self.meta(), **firm))
        for customer in CUSTOMERS:
            self.log.add(customer, CustomerRegistered(**self.meta()))

    def meta(self) -> dict[str, Any]:
        return {"at": self.now, "recorded_at": self.now, "causation": "test", "actor": "test"}

    def run(self, steps: int) -> Log:
        for _ in range(steps):
            self.now += timedelta(milliseconds=self.chance.choice([0, 1, 3_600_000, 86_400_000]))
            self.step()
        return self.log

    def step(self) -> None:
        known, chance = list(self.cases), self.chance
        if not known or chance.random() < 0.25:
            customer = chance.choice(CUSTOMERS)
            number = 1 + sum(customer_of_case(one) == customer for one in known)
            given = {
                "kind": chance.choice(list(CaseKind)),
                "severity": chance.choice(list(Severity)),
                "owner": self.owner(),
            }
            account = chance.choice(["", "account-1"])
            self.say(customer, account, decide.open_case, self.cases, customer, number, **given, due_at=self.due(),
                     account_id=account, subject="s")  # fmt: skip
            return
        case = chance.choice(known)
        todo: list[tuple[Any, tuple[Any, ...]]] = [
            (decide.rate, (chance.choice(list(Severity)),)), (decide.assign, (self.owner(),)),
            (decide.change_due, (self.due(),)), (decide.fall_overdue, ()), (decide.resolve, ("refunded",)),
            (decide.note, ("n",)), (decide.reopen, ()), (decide.give_task, (chance.choice(["billing", "depot"]),)),
            (decide.end_task, (1, chance.choice(list(TaskOutcome)))),
        ]  # fmt: skip
        rule, arguments = chance.choice(todo)
        self.say(customer_of_case(case), self.cases[case].account_id, rule, self.cases, case, *arguments)

    def say(self, customer: str, account: str, rule: Any, *arguments: Any, **more: Any) -> None:
        try:
            events = rule(*arguments, **more, **self.meta())
        except HubError:
            return
        for event in events:
            position = self.log.add(customer, event)
            self.no.setdefault(event.case_id, position)
            self.cases = evolve(self.cases, event)
        if account:
            for event in decide.for_account(events):
                self.log.add(account, event)

    def owner(self) -> str:
        return self.chance.choice(["", "ann", "bob"])

    def due(self) -> Any:
        return self.chance.choice([None, self.now + timedelta(days=self.chance.randrange(1, 5))])


def views(log: Log, batch: int = 7) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(), log.read, log.decode, batch).run()
    return connection


def all_of(connection: sqlite3.Connection, wanted: Wanted, limit: int = 3) -> list[CaseRow]:
    found: list[CaseRow] = []
    after = BEGINNING
    while page := cases.cases(connection, wanted, limit, after):
        found += page
        after = place_after(page[-1])
    return found


@given(chance=CHANCE, steps=st.integers(1, 120), batch=st.sampled_from([1, 7, 4_000]))
@LIVES
def test_the_list_is_what_the_cases_are(chance: random.Random, steps: int, batch: int) -> None:
    desk = Desk(chance)
    connection = views(desk.run(steps), batch)
    rows = {one.case_id: one for one in all_of(connection, Wanted())}
    assert rows.keys() == desk.cases.keys()
    for name, case in desk.cases.items():
        row = rows[name]
        assert (row.customer_id, row.no) == (customer_of_case(name), desk.no[name])
        assert (row.kind, row.severity, row.owner, row.account_id) == (
            case.kind,
            case.severity,
            case.owner,
            case.account_id,
        )
        assert (row.due_at, row.opened_at, row.resolved_at) == (case.due_at, case.opened_at, case.resolved_at)
        assert (row.resolution, row.reopened) == (case.resolution, case.reopened)
        open_tasks = [one.department for one in case.tasks if one.outcome is None]
        assert row.open_tasks == {one: open_tasks.count(one) for one in set(open_tasks)}
    in_order = [(one.due_at is None, one.due_at, one.no) for one in rows.values()]
    assert in_order == sorted(in_order)
    now = desk.now + timedelta(days=1)
    overdue = {name for name, case in desk.cases.items() if case.is_overdue(now)}
    told = live(connection, as_of=now)
    assert (told.cases_open, told.cases_overdue) == (sum(case.is_open for case in desk.cases.values()), len(overdue))
    assert {one.case_id for one in all_of(connection, Wanted(overdue_at=now))} == overdue
    untold = {name for name in overdue if desk.cases[name].overdue_since != desk.cases[name].due_at}
    assert set(cases.untold(connection, now, 1_000)) == untold
    due = [one.due_at for one in desk.cases.values() if one.is_open and one.due_at and one.overdue_since != one.due_at]
    assert cases.next_untold(connection) == min(due, default=None)


@given(chance=CHANCE, steps=st.integers(1, 120))
@LIVES
def test_each_question_finds_what_it_asks_for(chance: random.Random, steps: int) -> None:
    desk = Desk(chance)
    connection = views(desk.run(steps))
    soon = desk.now + timedelta(days=1)
    questions: list[tuple[Wanted, Any]] = [
        (Wanted(is_open=True), lambda one: one.is_open), (Wanted(is_open=False), lambda one: not one.is_open),
        (Wanted(owner="ann"), lambda one: one.owner == "ann"), (Wanted(owner=""), lambda one: not one.owner),
        (Wanted(severity=3), lambda one: one.severity == 3), (Wanted(kind="return"), lambda one: one.kind == "return"),
        (Wanted(account="account-1"), lambda one: one.account_id == "account-1"),
        (Wanted(customer=CUSTOMERS[0]), lambda one: customer_of_case(one.case_id) == CUSTOMERS[0]),
        (Wanted(due_before=soon), lambda one: one.due_at is not None and one.due_at < soon),
        (Wanted(department="depot"), lambda one: any(t.department == "depot" and t.outcome is None for t in one.tasks)),
        (Wanted(is_open=True, owner="bob"), lambda one: one.is_open and one.owner == "bob"),
    ]  # fmt: skip
    for wanted, holds in questions:
        expected = {name for name, case in desk.cases.items() if holds(case)}
        assert {one.case_id for one in all_of(connection, wanted)} == expected, wanted
    for department in (None, "billing"):
        rows: list[TaskRow] = []
        after = BEGINNING
        while page := cases.tasks(connection, department, 2, after):
            rows += page
            after = place_after(page[-1])
        expected_tasks = {
            (name, one.number) for name, case in desk.cases.items() for one in case.tasks
            if one.outcome is None and department in (None, one.department)
        }  # fmt: skip
        assert {(one.case_id, one.task) for one in rows} == expected_tasks
        assert len(rows) == len(expected_tasks)


def test_a_page_goes_on_behind_what_was_shown_though_others_come_in_between() -> None:
    desk = Desk(random.Random(4))
    desk.run(200)
    before = {one.case_id: one.due_at for one in all_of(views(desk.log), Wanted())}
    page = cases.cases(views(desk.log), Wanted(), 5)
    place = Place(*map(int, str(place_after(page[-1])).split(".")))
    desk.run(100)
    unchanged = [one for one, due in list(before.items())[5:] if desk.cases[one].due_at == due]
    after = [one.case_id for one in cases.cases(views(desk.log), Wanted(), 1_000, place)]
    assert unchanged
    assert [one for one in after if one in unchanged] == unchanged


@pytest.mark.parametrize(
    ("question", "index"),
    [
        ("resolved_ms IS NULL AND (due_ms, no) > (0, 0) ORDER BY due_ms, no", "cases_open"),
        ("resolved_ms IS NULL AND owner = 'a' AND (due_ms, no) > (0, 0) ORDER BY due_ms, no", "cases_open_of_owner"),
        ("(due_ms, no) > (0, 0) ORDER BY due_ms, no", "cases_in_order"),
    ],
)
def test_lists_need_no_sorting(question: str, index: str) -> None:
    plan = views(Log()).execute(f"EXPLAIN QUERY PLAN SELECT * FROM cases WHERE {question}").fetchall()
    assert [index in row[3] and "TEMP B-TREE" not in row[3] for row in plan] == [True]
