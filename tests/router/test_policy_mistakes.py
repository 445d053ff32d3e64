"""One look at a policy finds all its mistakes that don't hinder each other, whatever kind they are of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.router.policy.checker import check_text
from hub.router.policy.parsing import PolicyError, parse_policy

TEN = """
order = "oldest"
[channels.phone]
units = 0
[channels.fone]
[hours.office]
time_zone = "Asia/Tehran"
holidays = "iran"
[hours.desk]
monday = ["9-12", "08:00-10:00", "17:00-13:00"]
[queues.sales]
hours = "ofice"
full = { to = "slaes" }
offer_timeout_seconds = "20"
[queues.desk]
closed = "callback"
[[staff]]
skills = { sales = 3 }
[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 2 }
steps = [{ after_seconds = 30 }, { after_seconds = 20 }]
[[rules]]
service = "desk"
queu = "desk"
"""


def told(text: str) -> list[str]:
    return [f"{one.line}: {one.field}: {one.message}" for one in check_text(text, "p.toml")]


def begins(found: list[str], expected: list[str]) -> None:
    assert len(found) == len(expected), found
    for one, start in zip(found, expected, strict=True):
        assert one.startswith(start), one


def test_shapes_values_references_and_what_leaves_work_waiting_are_told_at_once():
    begins(
        told(TEN),
        [
            "2: field order: 'oldest' can't be taken: input should be 'priority'",
            "4: channel phone, field units: 0 can't be taken",
            "5: channel fone: there is no channel 'fone'; known are phone",
            "6: hours office: never open: give it days (monday",
            "8: hours office, field holidays: there are no holidays 'iran': write a table [holidays.iran]",
            "10: hours desk, field monday: '9-12' is not a part of a day: write it like \"08:00-17:30\"; '17:00-13:00'",
            "12: queue sales, field hours: there are no hours 'ofice': write a table [hours.ofice]",
            "13: queue sales, field full.to: there is no queue 'slaes'; known are sales, desk",
            "14: queue sales, field offer_timeout_seconds: '20' can't be taken",
            "16: queue desk, field closed: this queue has no callback: add callback = {",
            "19: field rules: no rule takes what all others leave: add one that names only a queue",
            "23: rule 1, field steps.2.after_seconds: comes after 30 s, so it must be more than that",
            "24: rule 2, field queue: is missing",
            "26: rule 2, field queu: there is no such field; known are",
        ],
    )


BASE = """
order = "growing"
[agents]
heartbeat_seconds = 20
[channels.phone]
units = 50
[hours.office]
monday = ["08:00-12:00"]
holidays = "iran"
[holidays.iran]
2027-03-20 = { name = "short", open = ["09:00-12:00"] }
[queues.a]
hours = "office"
full = { to = "b" }
overflow = { after_seconds = 5, to = "b" }
age_weight = 1
[queues.b]
callback = { attempts = 2 }
closed = "callback"
[[rules]]
segment = "B2B"
queue = "a"
skills = { sales = 2 }
known_agent = { seconds = 40 }
steps = [{ after_seconds = 10, skills = { sales = 1 } }, { after_seconds = 20, priority = 2 }]
[[rules]]
queue = "b"
languages = ["fa", "en"]
[[staff]]
skills = { sales = 3 }
languages = ["fa"]
"""

EDITS = [
    ('"growing"', '"growth"'),
    ("heartbeat_seconds = 20", "heartbeat_seconds = 0"),
    ("units = 50", "units = 50\n[channels.fax]"),
    ('["08:00-12:00"]', '["8-12", "9-13"]'),
    ('holidays = "iran"', 'holidays = "persia"'),
    ('2027-03-20 = { name = "short", open = ["09:00-12:00"] }', '2027-13-20 = "x"'),
    ('hours = "office"', 'hours = "ofice"'),
    ('full = { to = "b" }', 'full = { to = "c" }'),
    ('overflow = { after_seconds = 5, to = "b" }', 'overflow = { after_seconds = 5, to = "d" }'),
    ("age_weight = 1", 'age_weight = "1"'),
    ("callback = { attempts = 2 }", "callback = { attempts = 0 }"),
    ('segment = "B2B"', 'segment = "B3B"'),
    ('queue = "a"\nskills', 'queue = "e"\nskills'),
    ("{ sales = 2 }", "{ sales = 7 }"),
    ("seconds = 40", "secnds = 40"),
    ("after_seconds = 20", "after_seconds = 10"),
    ("priority = 2", "priority = 2000"),
    ('languages = ["fa", "en"]', 'languages = ["f a", "e n"]'),
    ("[[staff]]\nskills = { sales = 3 }", '[[staff]]\nskills = { sales = "3" }'),
]


def test_without_edits_nothing_is_wrong():
    assert parse_policy(BASE)
    for old, new in EDITS:
        assert BASE.count(old) == 1, old
        assert said(BASE.replace(old, new)), new


def said(text: str) -> set[str]:
    """Without lines, which other edits move."""
    return {line.split(": ", 1)[1] for line in told(text) if not line.startswith("0")}


@given(st.sets(st.sampled_from(EDITS), min_size=2))
def test_a_mistake_is_told_as_if_it_were_the_only_one(edits):
    text = BASE
    for old, new in edits:
        text = text.replace(old, new)

    assert set.union(*(said(BASE.replace(old, new)) for old, new in edits)) == said(text)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        # What may only follow from the mistake is not told.
        ("[queues.b]", "[queue.b]", ["field queue: there is no such field"]),
        ("[hours.office]", "[hour.office]", ["field hour: there is no such field"]),
        ("[holidays.iran]", "[holiday.iran]", ["field holiday: there is no such field"]),
        ('[[rules]]\nqueue = "b"', '[[rules]]\nqueue = 3', ["rule 2, field queue: 3 can't be taken"]),
        ('monday = ["08:00-12:00"]', "monday = 3", ["hours office, field monday: 3 is not a list of parts"]),
        ('monday = ["08:00-12:00"]', "mondy = []", ["hours office, field mondy: there is no such field"]),
        ("callback = { attempts = 2 }", "callback = 3", ["queue b, field callback: 3 can't be"]),
        ("skills = { sales = 3 }", "skills = { sales = 0 }", ["staff 1, field skills.sales: level 0 is not between"]),
        ("[[staff]]", "[[staffs]]", ["field staffs: there is no such field"]),
        ('{ after_seconds = 10, skills', "{ skills", ["rule 1, field steps.1.after_seconds: is missing"]),
        ('{ after_seconds = 5, to = "b" }', '{ to = "b" }', ["queue a, field overflow.after_seconds: is missing"]),
        ('{ name = "short", open = ["09:00-12:00"] }', '""', ["holidays iran, field 2027-03-20.name: is empty"]),
    ],
)  # fmt: skip
def test_what_may_only_follow_from_a_mistake_is_not_told(old, new, expected):
    assert BASE.count(old) == 1
    begins([line.split(": ", 1)[1] for line in told(BASE.replace(old, new))], expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ["field queues: is missing", "field rules: is missing"]),
        ('rules = 3\n[queues.a]\nfull = { to = "x" }', ["field rules: 3", "queue a, field full.to: there is no queue"]),
        ('queues = 3\n[[rules]]\nqueue = "a"\npriority = "x"', ["field queues: 3 can't be", "rule 1, field priority"]),
        ('rules = [3]\n[queues.a]\nhours = "x"', ["rule 1: 3 can't be taken", "queue a, field hours: there are no"]),
        ('hours = 3\n[queues.a]\nhours = "x"\n[[rules]]\nqueue = "y"', ["field hours: 3", "rule 1, field queue: ther"]),
        ('channels = { fone = 3 }\n[queues.a]\n[[rules]]\nqueue = "a"', ["channel fone: 3 can't", "channel fone:"]),
    ],
)  # fmt: skip
def test_whole_sections_may_be_wrong(text, expected):
    begins([line.split(": ", 1)[1] for line in told(text)], expected)


def test_work_that_would_wait_for_nobody_is_told_with_other_mistakes():
    text = BASE.replace('languages = ["fa"]', "").replace("heartbeat_seconds = 20", "heartbeat_seconds = 0")

    begins(told(text), ["4: field agents.heartbeat_seconds: 0", "26: rule 2: nobody can take its work, at any age"])


def test_who_is_named_in_place_of_the_staff_counts_in_a_policy_with_mistakes_too():
    staff = parse_policy(BASE).staff
    text = BASE.replace('languages = ["fa"]', "").replace("heartbeat_seconds = 20", "heartbeat_seconds = 0")

    assert [one.line for one in check_text(text, "p.toml", staff)] == [4]


LINES = ["", "x = 3", "[queues.a.b]", "queue = []", "steps = [3]", "[[rules.steps]]", "hours = 3"]


@given(st.lists(st.tuples(st.integers(1, 40), st.sampled_from(LINES)), max_size=6))
def test_whatever_is_written_is_taken_or_refused_with_its_mistakes(edits):
    lines = BASE.splitlines()
    for number, line in edits:
        lines[number % len(lines)] = line
    text = "\n".join(lines)
    try:
        found = check_text(text, "p.toml")
    except PolicyError as error:
        found = str(error).partition("this is not TOML")[1]
    assert found or parse_policy(text)
