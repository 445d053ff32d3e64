"""What desktops show of a policy: the calendar, and names in each language, checked like everything else."""

import pytest

from hub.policies.findings import Severity
from hub.router.policy.checker import check_text
from hub.router.policy.desk import Calendar, Weekday
from hub.router.policy.parsing import PolicyError, parse_policy
from hub.router.pool.reasons import Why, why_of
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

TEXT = '{more}\n[agents]\naway_reasons = ["lunch"]\n[queues.a]\nwrap_up = ["sold"]\n[[rules]]\nqueue = "a"\n'


def warned(more: str) -> list[str]:
    return [one.field for one in check_text(TEXT.format(more=more), "p") if one.severity is Severity.WARNING]


def test_days_are_counted_as_the_policy_says_or_as_in_iran() -> None:
    usual = parse_policy(TEXT.format(more="")).locale
    assert (usual.calendar, usual.first_day, usual.weekend) == (Calendar.JALALI, Weekday.SATURDAY, (Weekday.FRIDAY,))
    assert usual.languages == ("fa", "en")
    said = parse_policy(TEXT.format(more='[locale]\ncalendar = "gregorian"\nfirst_day = "monday"\nweekend = []')).locale
    assert (said.calendar, said.first_day, said.weekend) == (Calendar.GREGORIAN, Weekday.MONDAY, ())


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ('[locale]\nweekend = ["caturday"]', "locale.weekend.1"),
        ("[locale]\nlanguages = []", "locale.languages"),
        ('[labels.queues.a]\nf = "x"', "labels.queues.a.f"),
        ('[labels.queues.a]\nfa = " "', "labels.queues.a.fa"),
        ("[labels.colours]", "labels.colours"),
    ],
)
def test_what_can_not_be_shown_is_refused(more: str, field: str) -> None:
    with pytest.raises(PolicyError, match=field):
        parse_policy(TEXT.format(more=more))


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [("queues", "a", "b"), ("away_reasons", "lunch", "nap"), ("wrap_up", "sold", "kept")],
)
def test_a_label_for_nothing_is_a_slip(kind: str, right: str, wrong: str) -> None:
    assert warned(f'[labels.{kind}.{right}]\nfa = "x"') == []
    assert len(warned(f'[labels.{kind}.{wrong}]\nfa = "x"')) == 1


@pytest.mark.parametrize(
    ("order", "choice"),
    [
        ("priority", "longest_idle"), ("age", "highest_level"), ("deadline", "least_occupied"),
        ("growing", "fewest_today"), ("skill", "round_robin"),
    ],
)  # fmt: skip
def test_the_reasons_of_an_offer_are_told_in_codes(order: str, choice: str) -> None:
    pool = PoolInHand(policy(top=f'order = "{order}"', general=f'agent_choice = "{choice}"'))
    pool.signs_on("anna")
    offered = pool.arrives("c1")[-1]
    assert why_of(offered.reasons) == Why(order, choice)  # type: ignore[attr-defined]


def test_what_people_decided_and_whom_the_work_waited_for_is_told_too() -> None:
    pool = PoolInHand(policy())
    pool.signs_on("anna")
    offered = pool.arrives("c1", known_agents={"direct": "anna"})[-1]
    assert why_of(offered.reasons) == Why("priority", "known_agent")  # type: ignore[attr-defined]
    assert why_of(("given by operator:super",)) == Why("", "given")
    assert why_of(("pulled by anna from queue sales, which lets agents choose", "40 units free")) == Why("", "pulled")
    assert why_of(()) == why_of(("some", "thing")) == Why()
