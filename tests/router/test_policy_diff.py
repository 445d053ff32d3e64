"""What another policy would change, in settings and in routing."""

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.router.policy.classify import Classifier, Traits
from hub.router.policy.diff import diff
from hub.router.policy.parsing import parse_policy

OLD = """
[agents]
away_reasons = ["lunch"]
[channels.email]
units = 50
[hours.office]
monday = ["08:00-12:00"]
holidays = "x"
[holidays.x]
2027-03-21 = "Nowruz"
[queues.sales]
hours = "office"
[queues.general]
limit = 5
full = { to = "sales" }
[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 3 }
known_agent = { who = ["last_agent"], seconds = 20 }
[[rules]]
queue = "general"
"""


def differences(*changes):
    text = OLD
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return diff(parse_policy(OLD), parse_policy(text))


def test_a_policy_that_does_the_same_has_no_differences():
    same = differences(
        ('service = "sales"', '# the same\nservice = "sales"'), ("[agents]", "[agents]\ngrace_seconds = 120")
    )

    assert (same.settings, same.routing) == ((), ())
    assert same.before != same.after
    assert same.as_text().endswith("They do the same.\n")


def test_settings_are_told_by_their_path():
    changed = differences(
        ('["lunch"]', '["lunch", "training"]'),
        ("units = 50", "units = 25"),
        ("08:00-12:00", "09:00-12:00"),
        ('2027-03-21 = "Nowruz"', '2027-03-21 = { name = "Nowruz", open = ["09:00-10:00"] }\n2027-03-22 = "Nowruz"'),
        ("limit = 5\n", ""),
        ('full = { to = "sales" }', ""),
        ("[queues.general]", "[queues.vip]\npriority = 3\n[queues.general]"),
    )

    assert [str(change) for change in changed.settings] == [
        "agents.away_reasons: [lunch] -> [lunch, training]",
        "channels.email.units: 50 -> 25",
        "holidays.x.2027-03-21.open: [] -> [09:00-10:00]",
        "holidays.x.2027-03-22: not there -> there",
        "holidays.x.2027-03-22.name: not there -> Nowruz",
        "hours.office.monday: [08:00-12:00] -> [09:00-12:00]",
        "queues.general.full: to queue sales -> refuse",
        "queues.general.limit: 5 -> not there",
        "queues.vip: not there -> there",
        "queues.vip.priority: not there -> 3",
    ]
    assert changed.routing == ()


def test_what_is_routed_differently_is_told_before_and_after():
    changed = differences(
        ("[[rules]]", '[[rules]]\nservice = "sales"\nvalue_tier = "high"\nqueue = "general"\npriority = 9\n[[rules]]')
    )

    [change] = changed.routing
    assert str(change.region) == "value tier high, service sales"
    assert str(change.before) == ("queue sales, priority 0, sales 3; first last agent for 20 s, remembered 30 days")
    assert str(change.after) == "queue general, priority 9"
    assert changed.as_json()["routing"] == [
        {
            "where": {"value_tier": ["high"], "service": ["sales"]},
            "before": {
                "queue": "sales", "steps": ("priority 0, sales 3",),
                "known_agent": "last agent for 20 s, remembered 30 days",
            },
            "after": {"queue": "general", "steps": ("priority 9",), "known_agent": ""},
        }
    ]  # fmt: skip
    assert json.loads(json.dumps(changed.as_json()))["settings"] == []
    assert "Routed differently:\n  value tier high, service sales:\n    before: queue sales" in changed.as_text()


def test_more_than_anybody_reads_is_counted():
    rules = "".join(f'[[rules]]\nservice = "s{n}"\npriority = {n}\nqueue = "sales"\n' for n in range(1, 601))
    changed = differences(("[[rules]]", f"{rules}[[rules]]"))

    assert (len(changed.routing), changed.routing_total) == (500, 600)
    assert changed.as_text().endswith("  and 100 more combinations\n")


def test_a_setting_of_the_queue_that_reaches_a_rule_is_seen_in_both():
    changed = differences(("[queues.general]", "[queues.general]\npriority = 4"))

    assert [str(change) for change in changed.settings] == ["queues.general.priority: 0 -> 4"]
    assert [(str(one.region), one.before.steps, one.after.steps) for one in changed.routing] == [
        ("service other than sales", ("priority 0",), ("priority 4",))
    ]


ROWS = st.lists(
    st.tuples(
        st.sampled_from(["", 'service = "x"', 'service = "y"']),
        st.sampled_from(["", 'segment = "B2B"', 'value_tier = "high"', 'channel = "sms"']),
        st.sampled_from(["", 'language = "en"', 'language = "en-GB"']),
        st.sampled_from(["", "priority = 2", "skills = { a = 1 }", 'languages = ["contact"]']),
        st.sampled_from(["q", "r"]),
    ),
    max_size=5,
)


def written(rows):
    rules = "".join(f'[[rules]]\n{chr(10).join(row[:-1])}\nqueue = "{row[-1]}"\n' for row in rows)
    return parse_policy(f'[queues.q]\n[queues.r]\n{rules}[[rules]]\nqueue = "q"\n')


@settings(max_examples=60, deadline=None)
@given(old=ROWS, new=ROWS)
def test_contacts_are_routed_differently_if_and_only_if_it_says_so(old, new):
    before, after = Classifier(written(old)), Classifier(written(new))
    changes = diff(written(old), written(new)).routing
    tags = {row[2].split('"')[1].lower() for row in [*old, *new] if row[2]}

    for service in ("x", "y", ""):
        for segment, tier, channel in (("B2B", "low", "phone"), ("B2C", "high", "sms"), ("B2B", "high", "sms")):
            for language in ("en", "en-gb", ""):
                traits = Traits(segment, tier, "lapsed", channel, service, language)
                was, becomes = before.classify_traits(traits), after.classify_traits(traits)
                atom = language if language in tags else language[:2]
                told = [one for one in changes if all(
                    ((atom if where.condition == "language" else getattr(traits, where.condition)) in where.values)
                    != where.other_than for where in one.region.where
                )]  # fmt: skip
                assert len(told) <= 1
                if (was.queue, was.steps) != (becomes.queue, becomes.steps):
                    assert (told[0].before.queue, told[0].after.queue) == (was.queue, becomes.queue)
                elif told:
                    assert language == "", "only a contact in no language can't tell whose language is asked for"
