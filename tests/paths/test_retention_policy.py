"""How long things are kept is said in the path policy, and what is unreasonable is told."""

import re
from pathlib import Path

import pytest

from hub.domain.retention.kinds import CUSTOMERS, REJECTED_CONTACTS, REJECTS, TEXTS
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
        ("contact_texts = 0", "0 days can't be: 1 to 36500, or leave it out"),
        ("contact_texts = -1", "-1 days can't be"),
        ("contact_texts = 99999", "99999 days can't be"),
        ('contact_texts = "30"', "can't be taken"),
        ("contact_texts = 1.5", "can't be taken"),
        ("letters = 30", "there is no such field; known are case_texts, contact_texts"),
    ],
)
def test_days_and_kinds_that_can_not_be_are_refused(table: str, message: str) -> None:
    [(line, field, told)] = found(table, Severity.ERROR)
    assert (line, message in told) == (2, True), told
    assert field == f"field retention.{table.split(maxsplit=1)[0]}"
    with pytest.raises(PolicyError):
        parse_path_policy(f"[retention]\n{table}\n{REST}")


def test_texts_that_are_gone_while_work_may_be_reopened_are_told() -> None:
    [(line, field, message)] = found("contact_texts = 6", Severity.WARNING, reopening=7)
    assert (line, field) == (2, "field retention.contact_texts")
    assert "shorter than the 7 days for which the routing policy reopens work" in message
    assert found("contact_texts = 7", Severity.WARNING, reopening=7) == []
    assert found("case_texts = 6", Severity.WARNING, reopening=7) == []


def test_what_does_nothing_is_told() -> None:
    [(_, field, message)] = found("rejected_contacts = 91", Severity.WARNING)
    assert (field, "gone after 90 days anyway" in message) == ("field retention.rejected_contacts", True)
    assert found("rejected_contacts = 90", Severity.WARNING) == []
    [(_, field, message)] = found("contact_texts = 400\ncustomers_without_contact = 365", Severity.NOTE)
    assert (field, "wholly forgotten before" in message) == ("field retention.contact_texts", True)


def test_a_diff_tells_what_is_kept_otherwise() -> None:
    old, new = (parse_path_policy(f"[retention]\n{table}\n{REST}") for table in ("contact_texts = 30", "rejects = 7"))
    assert [str(one) for one in diff(old, new).settings] == [
        "retention.contact_texts: 30 -> not there",
        "retention.rejects: not there -> 7",
    ]
