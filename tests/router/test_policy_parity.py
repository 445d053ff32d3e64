"""The same customer is served as well on every channel: rows that say otherwise by the channel alone are told."""

import pytest

from hub.policies.findings import Severity
from hub.router.policy.checker import check
from hub.router.policy.parsing import load_policy, parse_policy

HEAD = "[queues.desk]\n[queues.mail]\n[queues.vip]\npriority = 5\n"
LAST = '[[rules]]\nqueue = "desk"\n'


def notes(*rules: str) -> list[str]:
    text = HEAD + "".join(f"[[rules]]\n{rule}\n" for rule in rules) + LAST
    return [
        str(one).partition(": ")[2]
        for one in check(parse_policy(text))
        if one.severity is Severity.NOTE and "channel alone" in one.message
    ]


@pytest.mark.parametrize(
    ("rules", "unlike"),
    [
        (
            ('service = "a"\nqueue = "desk"\nskills = { a = 2 }', 'service = "a"\nchannel = "sms"\nqueue = "desk"'),
            "skills",
        ),
        (
            ('service = "a"\nqueue = "desk"', 'service = "a"\nchannel = "sms"\nqueue = "desk"\npriority = 3'),
            "priority",
        ),
        (('service = "a"\nqueue = "desk"', 'service = "a"\nchannel = "sms"\nqueue = "vip"'), "priority"),
        (
            (
                'service = "a"\nqueue = "desk"\nskills = { a = 1 }\nsteps = [{ after_seconds = 9, skills = {} }]',
                'service = "a"\nchannel = "sms"\nqueue = "desk"\nskills = { a = 1 }\npriority = 1',
            ),
            "skills and priority",
        ),
        (
            (
                'channel = "email"\nservice = "a"\nqueue = "desk"',
                'channel = "sms"\nservice = "a"\nqueue = "desk"\npriority = 1',
            ),
            "priority",
        ),
    ],
)
def test_rows_that_differ_by_channel_alone_are_told_with_what_they_differ_in(
    rules: tuple[str, str], unlike: str
) -> None:
    assert notes(*rules) == [f"differs from rule 1 by channel alone, in {unlike}: is that meant?"]


def test_it_is_the_row_with_the_channel_that_is_told_of() -> None:
    text = HEAD + '[[rules]]\nchannel = "email"\nqueue = "vip"\n' + LAST
    [told] = [one for one in check(parse_policy(text)) if "channel alone" in one.message]
    assert (told.field, told.message.partition(",")[0]) == ("rule 1", "differs from rule 2 by channel alone")


@pytest.mark.parametrize(
    "rules",
    [
        ('channel = "email"\nqueue = "mail"\nlanguages = ["fa"]',),
        ('service = "a"\nqueue = "desk"', 'service = "b"\nchannel = "sms"\nqueue = "vip"'),
        ('service = "a"\nqueue = "desk"', 'service = "a"\nvalue_tier = "high"\nchannel = "sms"\nqueue = "vip"'),
        ('service = "a"\nqueue = "desk"', 'service = "a"\nqueue = "vip"'),
    ],
)
def test_where_it_goes_and_whom_it_is_about_may_differ(rules: tuple[str, ...]) -> None:
    assert notes(*rules) == []


def test_the_policy_that_ships_serves_all_channels_alike() -> None:
    assert [one for one in check(load_policy()) if "channel alone" in one.message] == []
