"""A policy says what it means, and its mistakes are named where they are."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Channel, Standing
from hub.policies.toml_lines import line_of, lines_of
from hub.router.policy.classify import Classifier
from hub.router.policy.parsing import CONDITIONS, Policy, PolicyError, Rule, ServiceLevel, load_policy, parse_policy
from tests.router.pools import contact

ROOT = Path(__file__).parents[2]

SOUND = """
[queues.sales]
[queues.general]
[[rules]]
service = "sales"
queue = "sales"
skills = { sales = 3 }
[[rules]]
queue = "general"
"""


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as refused:
        parse_policy(text, "p.toml")
    return str(refused.value).splitlines()


def test_what_is_not_said_has_defaults():
    policy = parse_policy(SOUND)

    queue = policy.queues["sales"]
    assert queue.service_level == ServiceLevel(seconds=20.0, share=0.8)
    assert (queue.short_abandon_seconds, queue.offer_timeout_seconds, queue.wrap_up) == (5.0, 20.0, ())
    assert policy.units("phone") == 100
    assert policy.decline_backoff_seconds == 60.0


def test_the_version_follows_the_text():
    assert parse_policy(SOUND).version == parse_policy(SOUND).version
    assert len(parse_policy(SOUND).version) == 12
    assert parse_policy(SOUND).version != parse_policy(SOUND + "\n").version


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("sales = 3", "sales = 7", "line 7, rule 1, field skills.sales: level 7 is not between 1 and 5"),
        ("sales = 3", "sales = 0", "line 7, rule 1, field skills.sales: level 0 is not between 1 and 5"),
        ("sales = 3", 'sales = "3"', "line 7, rule 1, field skills.sales: '3' can't be taken: input should be a valid"),
        ("sales = 3", "sales = true", "line 7, rule 1, field skills.sales: True can't be taken: input should be a"),
        ('queue = "general"', 'queue = "genral"', "line 9, rule 2, field queue: there is no queue 'genral'; known are"),
        ('service = "sales"', 'channel = "fax"', "line 5, rule 1, field channel: there is no channel 'fax'; known are"),
        ('service = "sales"', 'segment = "X"', "line 5, rule 1, field segment: there is no segment 'X'; known are B2C"),
        ('service = "sales"', 'lifecycle_stage = "x"', "line 5, rule 1, field lifecycle_stage: there is no lifecycle"),
        ('service = "sales"', 'service = ""', "line 5, rule 1, field service: is empty: leave it out where anything"),
        ('service = "sales"', 'servce = "sales"', "line 5, rule 1, field servce: there is no such field; known are"),
        ('queue = "general"', "", "line 8, rule 2, field queue: is missing"),
        ("[queues.general]", "[queues.general]\noffer_timeout_seconds = 0", "line 4, queue general, field offer_time"),
        (
            "[queues.general]",
            "[queues.general]\nservice_level = { seconds = 20, share = 1.5 }",
            "line 4, queue general, field service_level.share: 1.5 can't be taken: input should be less than or equal",
        ),
        (
            "[queues.general]",
            "[queues.general.service_level]\npart = 1",
            "line 4, queue general, field service_level.part: there is no such field; known are seconds, share",
        ),
        ("[queues.sales]", "[channels.fone]\n[queues.sales]", "line 2, channel fone: there is no channel 'fone'"),
        ("[queues.sales]", "[channels.web]\nunits = 0\n[queues.sales]", "line 3, channel web, field units: 0 can't be"),
        ("[queues.sales]", 'version = "1"\n[queues.sales]', "line 2, field version: there is no such field"),
        ("[queues.sales]", "backoff = 1\n[queues.sales]", "line 2, field backoff: there is no such field; known are"),
    ],
)
def test_a_mistake_is_named_by_line_rule_and_field(old, new, expected):
    found = mistakes(SOUND.replace(old, new, 1))

    assert any(line.startswith(f"p.toml: {expected}") for line in found), found


def test_every_mistake_is_named_in_the_order_of_the_file():
    text = (
        SOUND.replace("sales = 3", "sales = 7").replace('queue = "general"', "queue = 1").replace("[queues.s", "[q.s")
    )

    assert [line.split(":")[1].split(",")[0].strip() for line in mistakes(text)] == ["line 2", "line 7", "line 9"]


def test_a_star_is_anything():
    policy = parse_policy(SOUND.replace('service = "sales"', 'service = "sales"\nchannel = "*"\nlanguage = "*"'))

    assert policy.rules[0].conditions == (None, None, None, None, "sales", None)
    assert mistakes(SOUND.replace('"sales"\nskills', '"*"\nskills'))[0].startswith("p.toml: line 6, rule 1, field qu")


def test_a_policy_must_take_every_contact():
    [found] = mistakes(SOUND.replace('queue = "general"', 'queue = "general"\nchannel = "web"'))

    assert found.startswith("p.toml: line 4, field rules: no rule takes what all others leave: add one")


def test_what_is_not_toml_is_refused_with_its_line():
    [found] = mistakes("[queues.sales\n")

    assert "this is not TOML" in found
    assert "line 1" in found


def test_a_file_that_is_not_there_is_refused(tmp_path):
    with pytest.raises(PolicyError, match="can't be read"):
        load_policy(tmp_path / "none.toml")


def test_keys_are_found_in_every_way_to_write_them():
    text = """# a comment
[queues."a queue"]
wrap_up = [
  "one", # with a ] in a comment
  "two",
]
service_level.seconds = 5
[[rules]]
queue = '''
[[rules]]
'''
[rules.skills]
x = 1
[[rules]]
skills = { y = 2 }
"""
    lines = lines_of(text)

    assert lines["queues", "a queue"] == 2
    assert lines["queues", "a queue", "wrap_up"] == 3
    assert lines["queues", "a queue", "service_level", "seconds"] == 7
    assert lines["rules", 0, "queue"] == 9
    assert lines["rules", 0, "skills", "x"] == 13
    assert lines["rules", 1] == 14
    assert lines["rules", 1, "skills", "y"] == 15
    assert line_of(lines, ("rules", 1, "queue")) == 14
    assert line_of(lines, ("channels",)) == 1


VALUES = st.sampled_from([None, "aa", "bb"])


@given(
    conditions=st.lists(st.tuples(*[VALUES] * 6), max_size=12),
    asked=st.tuples(*[st.sampled_from(["aa", "bb", "cc"])] * 6),
)
def test_the_rule_that_names_most_decides_then_the_first_in_the_file(conditions, asked):
    rules = [Rule(queue="q", **dict(zip(CONDITIONS, row, strict=True))) for row in [*conditions, (None,) * 6]]
    matching = [
        (-sum(value is not None for value in rule.conditions), number)
        for number, rule in enumerate(rules)
        if all(value in (None, given_value) for value, given_value in zip(rule.conditions, asked, strict=True))
    ]
    policy = Policy.model_construct(version="v", channels={}, queues={}, rules=tuple(rules))

    assert Classifier(policy)._rule_number(asked) == min(matching)[1]


def test_standing_channel_and_service_are_what_rules_ask_for():
    policy = parse_policy(
        SOUND
        + """
[[rules]]
service = "sales"
segment = "B2B"
channel = "email"
queue = "sales"
priority = 7
languages = ["en"]
[channels.email]
units = 10
"""
    )
    classifier = Classifier(policy)
    business = Standing(segment="B2B", value_tier="high", lifecycle_stage="lapsed")
    mail = classifier.classify(contact("1", service="sales", standing=business, channel=Channel.EMAIL))
    call = classifier.classify(contact("2", service="sales", standing=business))

    assert (mail.queue, mail.priority, mail.languages, mail.units) == ("sales", 7, ("en",), 10)
    assert mail.reasons == ("rule 3: segment B2B, channel email, service sales -> queue sales",)
    assert (call.priority, call.skills, call.units) == (0, {"sales": 3}, 100)
    assert classifier.classify(contact("3")).reasons == ("rule 2: anything else -> queue general",)


def test_the_default_policy_knows_the_services_of_the_demo_on_all_channels():
    policy = load_policy()
    classifier = Classifier(policy)

    for service in ("sales", "support", "billing", "complaints"):
        for channel in Channel:
            requirement = classifier.classify(contact("c", service=service, channel=channel))
            assert (requirement.queue, requirement.skills) == (service, {service: 1})
    other = classifier.classify(contact("c", service="something else"))
    assert (other.queue, other.skills) == ("general", {})
    assert set(policy.channels) == set(Channel)


def test_the_bank_policy_knows_its_services_and_value_tiers():
    classifier = Classifier(load_policy(ROOT / "examples" / "policies" / "bank_calls.toml"))

    for service in ("regular", "regular_english", "internet", "stock_exchange", "new_customer", "callback"):
        found = [
            classifier.classify(contact("c", service=service, standing=Standing(value_tier=tier)))
            for tier in ("standard", "high")
        ]
        assert [one.priority for one in found] == [0, 10]
        assert {one.queue for one in found} == {service}
        assert all(one.skills == {service: 1} for one in found)
    assert classifier.classify(contact("c")).queue == "regular"
