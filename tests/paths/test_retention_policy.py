"""How long things are kept is said in the path policy, and what is unreasonable is told."""

import re
from pathlib import Path

import pytest

from hub.domain.retention.kinds import (
    CASE_TEXTS,
    CONTACT_TEXTS,
    CUSTOMERS,
    RECORDINGS,
    REJECTED_CONTACTS,
    REJECTS,
    SURVEY_COMMENTS,
    TEXTS,
)
from hub.paths.policy.diff import diff
from hub.paths.policy.parsing import check_text, load_path_policy, parse_path_policy
from hub.paths.policy.retention import Retention
from hub.policies.findings import PolicyError, Severity

REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
PAGE = (Path(__file__).parents[2] / "docs" / "paths.md").read_text().split("## What is kept for how long", 1)[1]


def found(table: str, severity: Severity, reopening: float = 0.0) -> list[tuple[int, str, str]]:
    text = f"[retention]\n{table}\n{REST}"
    told = check_text(text, "p", reopening_days=reopening)
    return [(one.line, one.field, one.message) for one in told if one.severity is severity and "stage" not in one.field]


@pytest.mark.parametrize("days", [1, 36_500])
def test_a_day_is_the_least_and_a_hundred_years_the_most(days: int) -> None:
    assert parse_path_policy(f"[retention]\nrejects = {days}\n{REST}").retention.days() == {"rejects": days}


def test_what_is_left_out_is_kept() -> None:
    assert load_path_policy().retention.days() == {}
    policy = parse_path_policy(f"[retention]\ncontact_texts = 30\nrejects = 7\n{REST}")
    assert policy.retention.days() == {"contact_texts": 30, "rejects": 7}


def test_every_kind_can_be_said_and_is_on_the_page() -> None:
    kinds = {*TEXTS, REJECTS, REJECTED_CONTACTS, CUSTOMERS}
    assert set(Retention.model_fields) == kinds
    assert set(re.findall(r"^\| `(\w+)`", PAGE, re.MULTILINE)) == kinds
    [example] = re.findall(r"```\n(.*?)```", PAGE, re.DOTALL)
    assert parse_path_policy(example + REST).retention.days() == {CUSTOMERS: 3650, "contact_texts": 730}


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("contact_texts = 0", "0 days can't be: 1 to 36500, or leave it out to keep it for ever"),
        ("contact_texts = -1", "-1 days can't be: 1 to 36500, or leave it out to keep it for ever"),
        ("contact_texts = 36_501", "36501 days can't be: 1 to 36500, or leave it out to keep it for ever"),
        ('contact_texts = "30"', "'30' can't be taken: input should be a valid integer"),
        ("contact_texts = 1.5", "1.5 can't be taken: input should be a valid integer"),
        (
            "letters = 30",
            "there is no such field; known are case_texts, contact_texts, customers_without_contact, recordings, "
            "rejected_contacts, rejects, survey_comments",
        ),
    ],
)
def test_days_and_kinds_that_can_not_be_are_refused(table: str, message: str) -> None:
    assert found(table, Severity.ERROR) == [(2, f"field retention.{table.split(maxsplit=1)[0]}", message)]
    with pytest.raises(PolicyError):
        parse_path_policy(f"[retention]\n{table}\n{REST}")


def test_texts_that_are_gone_while_work_may_be_reopened_are_told() -> None:
    message = (
        "is shorter than the 7.5 days for which the routing policy reopens work that was over: its agent would find it "
        "without its texts; keep them at least as long"
    )
    place = (2, "field retention.contact_texts")
    assert found("contact_texts = 7", Severity.WARNING, reopening=7.5) == [(*place, message)]
    assert found("contact_texts = 7", Severity.WARNING, reopening=7) == []
    assert found("case_texts = 6", Severity.WARNING, reopening=7) == []


def test_what_does_nothing_is_told() -> None:
    message = "does nothing: rejected contacts are gone after 90 days anyway"
    place = (2, "field retention.rejected_contacts")
    assert found("rejected_contacts = 91", Severity.WARNING) == [(*place, message)]
    assert found("rejected_contacts = 90", Severity.WARNING) == []


def test_what_is_forgotten_with_its_customer_before_is_told() -> None:
    kinds = [CONTACT_TEXTS, CASE_TEXTS, SURVEY_COMMENTS, RECORDINGS]
    message = "does nothing for most: who was not heard of for 365 days is wholly forgotten before"
    for days, told in ((366, True), (365, False)):
        text = "".join(f"{kind} = {days}\n" for kind in (*kinds, REJECTS))
        expected = [(line, f"field retention.{kind}", message) for line, kind in enumerate(kinds, 2) if told]
        assert found(f"{text}{CUSTOMERS} = 365", Severity.NOTE) == expected
        assert found(text, Severity.NOTE) == []
    assert found(f"{CUSTOMERS} = 365", Severity.NOTE) == []


def test_a_diff_tells_what_is_kept_otherwise() -> None:
    old, new = (parse_path_policy(f"[retention]\n{table}\n{REST}") for table in ("contact_texts = 30", "rejects = 7"))
    assert [str(one) for one in diff(old, new).settings] == [
        "retention.contact_texts: 30 -> not there",
        "retention.rejects: not there -> 7",
    ]
