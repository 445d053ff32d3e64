"""Given a customer's cases, when people work on them, then each step is a fact once, and none that makes no sense."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.cases import decide, open_cases
from hub.domain.cases.events import (
    CaseAssigned,
    CaseInteractionAttached,
    CaseKind,
    CaseNoted,
    CaseOpened,
    CaseRated,
    CaseReopened,
    CaseResolved,
    CaseTaskEnded,
    CaseTaskGiven,
    Severity,
    TaskOutcome,
)
from hub.domain.cases.identity import case_id, customer_of_case
from hub.domain.cases.open_cases import OpenCases, case_agent, worst
from hub.domain.cases.state import Case, Cases, cases_at, evolve
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import HubError, InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HER = "customer-" + "ab" * 16
FIRST, SECOND = case_id(HER, 1), case_id(HER, 2)
META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "command-1", "actor": "agent:ann"}
BILL: dict[str, Any] = {"kind": CaseKind.COMPLAINT, "subject": "a wrong bill"}


def after(*events: Event) -> Cases:
    cases: Cases = {}
    for event in events:
        cases = evolve(cases, event)
    return cases


def opened(number: int = 1, **more: Any) -> CaseOpened:
    told = {"severity": Severity.NORMAL, "owner": "ann", "case_id": case_id(HER, number), **BILL, **more}
    return CaseOpened(**META, **told)


def resolved(case: str = FIRST) -> CaseResolved:
    return CaseResolved(**META, case_id=case, resolution="refunded")


def test_a_case_is_opened_with_all_that_is_told_of_it() -> None:
    due = NOON + timedelta(days=3)
    told = {"severity": Severity.HIGH, "owner": "ann", "due_at": due, "account_id": "account-1", "request_id": "r-1"}
    [event, attached] = decide.open_case(
        {}, HER, 1, **BILL, **told, text="three times", interaction_id="interaction-1", **META
    )
    assert event == CaseOpened(**META, case_id=FIRST, **BILL, **told, text="three times")
    assert attached == CaseInteractionAttached(**META, case_id=FIRST, interaction_id="interaction-1")
    case = after(event, attached)[FIRST]
    assert case == Case(FIRST, CaseKind.COMPLAINT, Severity.HIGH, "ann", due, "account-1", NOON, "r-1",
                        interactions=("interaction-1",))  # fmt: skip


def test_the_same_request_opens_one_case() -> None:
    known = after(opened(request_id="r-1"))
    assert decide.open_case(known, HER, 2, **BILL, request_id="r-1", **META) == []
    assert len(decide.open_case(known, HER, 2, **BILL, request_id="r-2", **META)) == 1
    assert len(decide.open_case(known, HER, 2, **BILL, **META)) == 1


@pytest.mark.parametrize(("wanted", "field"), [({"subject": " "}, "subject"), ({"due_at": NOON}, "due_at")])
def test_what_is_no_case_is_refused(wanted: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refused:
        decide.open_case({}, HER, 1, **BILL | wanted, **META)
    assert refused.value.field == field


def test_an_id_tells_in_whose_stream_the_case_lives() -> None:
    assert customer_of_case(FIRST) == HER
    for text in ("case-1", "case--1", f"interaction-{'ab' * 16}-1", FIRST + "x", "", "case-ab-"):
        assert customer_of_case(text) == ""


def test_severity_owner_and_due_time_change_once() -> None:
    known, later = after(opened()), NOON + timedelta(days=1)
    [rated] = decide.rate(known, FIRST, Severity.CRITICAL, reason="again", **META)
    [given] = decide.assign(known, FIRST, "bob", **META)
    [due] = decide.change_due(known, FIRST, later, **META)
    case = after(opened(), rated, given, due)[FIRST]
    assert (case.severity, case.owner, case.due_at) == (Severity.CRITICAL, "bob", later)
    changed = after(opened(), rated, given, due)
    assert decide.rate(changed, FIRST, Severity.CRITICAL, **META) == []
    assert decide.assign(changed, FIRST, "bob", **META) == []
    assert decide.change_due(changed, FIRST, later, **META) == []
    with pytest.raises(InvalidError):
        decide.change_due(changed, FIRST, NOON, **META)


def test_overdue_is_a_matter_of_time_alone() -> None:
    case = after(opened(due_at=NOON + timedelta(days=1)))[FIRST]
    assert [case.is_overdue(NOON + timedelta(days=n)) for n in (0, 0.999, 1)] == [False, False, True]
    settled = after(opened(due_at=NOON + timedelta(days=1)), resolved())[FIRST]
    assert not settled.is_overdue(NOON + timedelta(days=9))
    assert not after(opened())[FIRST].is_overdue(NOON + timedelta(days=99))


def test_a_note_may_be_written_whenever_there_is_something_to_write() -> None:
    for known in (after(opened()), after(opened(), resolved())):
        assert decide.note(known, FIRST, "paid", **META) == [CaseNoted(**META, case_id=FIRST, text="paid")]
    with pytest.raises(InvalidError):
        decide.note(after(opened()), FIRST, " ", **META)


def test_tasks_of_departments_are_given_and_ended() -> None:
    [given] = decide.give_task(after(opened()), FIRST, "billing", text="check it", **META)
    assert given == CaseTaskGiven(**META, case_id=FIRST, task=1, department="billing", text="check it")
    [ended] = decide.end_task(after(opened(), given), FIRST, 1, TaskOutcome.DONE, **META)
    assert isinstance(ended, CaseTaskEnded)
    known = after(opened(), given, ended)
    assert known[FIRST].tasks[0].outcome is TaskOutcome.DONE
    assert decide.end_task(known, FIRST, 1, TaskOutcome.DONE, **META) == []
    with pytest.raises(RefusedError, match="is done already"):
        decide.end_task(known, FIRST, 1, TaskOutcome.CANCELLED, **META)
    with pytest.raises(NotFoundError, match="no task 2"):
        decide.end_task(known, FIRST, 2, TaskOutcome.DONE, **META)
    with pytest.raises(InvalidError):
        decide.give_task(known, FIRST, "  ", **META)


def test_what_departments_still_have_to_do_stands_in_the_way_of_settling() -> None:
    given = CaseTaskGiven(**META, case_id=FIRST, task=1, department="billing")
    with pytest.raises(RefusedError, match=r"open tasks: 1 \(billing\): end them first"):
        decide.resolve(after(opened(), given), FIRST, "refunded", **META)
    ended = CaseTaskEnded(**META, case_id=FIRST, task=1, outcome=TaskOutcome.CANCELLED)
    assert len(decide.resolve(after(opened(), given, ended), FIRST, "refunded", **META)) == 1


def test_interactions_of_several_channels_share_a_case_and_each_is_about_one() -> None:
    known = after(opened(), opened(2))
    [first] = decide.attach(known, FIRST, "interaction-1", **META)
    [second] = decide.attach(known, FIRST, "interaction-2", **META)
    known = after(opened(), opened(2), first, second)
    assert known[FIRST].interactions == ("interaction-1", "interaction-2")
    assert decide.attach(known, FIRST, "interaction-1", **META) == []
    with pytest.raises(RefusedError, match=r"is about case .* detach it there first"):
        decide.attach(known, SECOND, "interaction-1", **META)
    with pytest.raises(RefusedError, match="detach it there first"):
        decide.open_case(known, HER, 3, **BILL, interaction_id="interaction-1", **META)
    [gone] = decide.detach(known, FIRST, "interaction-1", **META)
    known = after(opened(), opened(2), first, second, gone)
    assert decide.detach(known, FIRST, "interaction-1", **META) == []
    assert len(decide.attach(known, SECOND, "interaction-1", **META)) == 1


def test_a_settled_case_is_reopened_with_what_it_was() -> None:
    known = after(opened(severity=Severity.HIGH, account_id="account-1"), resolved())
    assert (known[FIRST].is_open, known[FIRST].resolution) == (False, "refunded")
    assert decide.resolve(known, FIRST, "refunded", **META) == []
    with pytest.raises(RefusedError, match="settled already as 'refunded': reopen it first"):
        decide.resolve(known, FIRST, "repaired", **META)
    [again] = decide.reopen(known, FIRST, reason="no money came", **META)
    facts = {"severity": Severity.HIGH, "owner": "ann", "account_id": "account-1"}
    assert again == CaseReopened(**META, case_id=FIRST, **facts, reason="no money came")
    known = evolve(known, again)
    assert (known[FIRST].is_open, known[FIRST].resolution, known[FIRST].reopened) == (True, "", 1)
    assert decide.reopen(known, FIRST, **META) == []


def test_a_settled_case_is_not_worked_on() -> None:
    known = after(opened(), resolved())
    for refused in (
        lambda: decide.rate(known, FIRST, Severity.LOW, **META),
        lambda: decide.assign(known, FIRST, "bob", **META),
        lambda: decide.change_due(known, FIRST, NOON + timedelta(1), **META),
        lambda: decide.give_task(known, FIRST, "billing", **META),
        lambda: decide.attach(known, FIRST, "interaction-1", **META),
    ):
        with pytest.raises(RefusedError, match="reopen it first"):
            refused()


def test_a_case_that_is_not_there_is_not_found() -> None:
    with pytest.raises(NotFoundError, match=f"there is no case {FIRST}"):
        decide.resolve({}, FIRST, "refunded", **META)


def test_what_an_account_is_told_is_nothing_personal() -> None:
    told: list[Event] = [
        opened(account_id="account-1", text="her words"),
        CaseNoted(**META, case_id=FIRST, text="her words"),
        CaseRated(**META, case_id=FIRST, severity=Severity.CRITICAL, reason="her words"),
        CaseResolved(**META, case_id=FIRST, resolution="refunded", text="her words"),
        CaseReopened(**META, case_id=FIRST, severity=Severity.HIGH, reason="her words"),
    ]
    shared = decide.for_account(told)
    assert [type(one) for one in shared] == [CaseOpened, CaseRated, CaseResolved, CaseReopened]
    assert not any(words in one.model_dump_json() for one in shared for words in ("her words", "a wrong bill"))
    facts = (after(*shared)[FIRST], after(*told)[FIRST])
    assert facts[0] == facts[1]


def test_facts_that_stand_in_two_streams_count_once() -> None:
    told = [opened(), opened(), CustomerRegistered(**META)]
    assert after(*told) == after(opened())
    assert folded(told) == folded([opened()])


class TestCaseAgent:
    def test_the_most_severe_open_case_says_who_is_asked_first(self) -> None:
        told: list[Event] = [opened(1, owner="ann"), opened(2, owner="bob", severity=Severity.HIGH)]
        assert case_agent(folded(told)) == "bob"
        assert case_agent(folded([*told, resolved(SECOND)])) == "ann"
        assert case_agent(folded([*told, CaseRated(**META, case_id=FIRST, severity=Severity.CRITICAL)])) == "ann"
        assert case_agent(folded([*told, CaseAssigned(**META, case_id=SECOND, owner="eve")])) == "eve"

    def test_of_equals_the_oldest_and_nobody_where_nobody_owns_one(self) -> None:
        assert case_agent(folded([opened(1, owner="ann"), opened(2, owner="bob")])) == "ann"
        assert case_agent(folded([opened(1, owner=""), opened(2, owner="bob", severity=Severity.LOW)])) == "bob"
        assert case_agent(folded([opened(1, owner="")])) == ""
        assert case_agent(()) == ""

    def test_the_worst_case_is_told_for_who_wants_to_sell(self) -> None:
        assert worst(()) is None
        assert worst(folded([opened(1), opened(2, severity=Severity.HIGH, owner="")])) is Severity.HIGH


def folded(told: list[Event]) -> OpenCases:
    cases: OpenCases = ()
    for event in told:
        cases = open_cases.evolve(cases, event)
    return cases


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["open", "rate", "assign", "task", "end", "attach", "detach", "resolve", "reopen"]),
        st.integers(1, 3),
        st.integers(1, 3),
    ),
    max_size=20,
)


def take(cases: Cases, step: str, case: str, number: int, **meta: Any) -> list[Event]:
    match step:
        case "open":
            told = {"owner": f"agent-{number}", "severity": Severity(number), "request_id": f"r-{len(cases)}"}
            return decide.open_case(cases, HER, len(cases) + 1, **BILL, **told, **meta)
        case "rate":
            return decide.rate(cases, case, Severity(number), **meta)
        case "assign":
            return decide.assign(cases, case, f"agent-{number}", **meta)
        case "task":
            return decide.give_task(cases, case, "billing", **meta)
        case "end":
            return decide.end_task(cases, case, number, TaskOutcome.DONE, **meta)
        case "attach":
            return decide.attach(cases, case, f"interaction-{number}", **meta)
        case "detach":
            return decide.detach(cases, case, f"interaction-{number}", **meta)
        case "resolve":
            return decide.resolve(cases, case, "done", **meta)
        case _:
            return decide.reopen(cases, case, **meta)


@for_all(STEPS)
def test_whatever_is_done_the_facts_never_contradict(steps: list[tuple[str, int, int]]) -> None:
    history, moments = list[Event](), list[Cases]()
    for minute, (step, case, number) in enumerate(steps):
        known, at = after(*history), NOON + timedelta(minutes=minute)
        try:
            history += take(known, step, case_id(HER, case), number, **META | {"at": at})
        except HubError:
            assert after(*history) == known
        moments.append(after(*history))
        attached = [one for found in moments[-1].values() for one in found.interactions]
        assert len(attached) == len(set(attached))
        assert not any(not one.is_open and any(t.outcome is None for t in one.tasks) for one in moments[-1].values())
    small = {one.case_id: (one.severity, one.owner) for one in folded(history)}
    assert small == {one.case_id: (one.severity, one.owner) for one in after(*history).values() if one.is_open}
    for minute, known in enumerate(moments):
        assert cases_at(history, NOON + timedelta(minutes=minute)) == known


@for_all(STEPS)
def test_what_is_asked_again_is_done_once(steps: list[tuple[str, int, int]]) -> None:
    history = list[Event]()
    for step, case, number in steps:
        if step in ("open", "task"):  # both mean another one unless the request is named
            continue
        known = after(opened(), opened(2), *history)
        try:
            history += take(known, step, case_id(HER, case), number, **META)
        except HubError:
            continue
        assert take(after(opened(), opened(2), *history), step, case_id(HER, case), number, **META) == []
