"""From a contact to what it asks for, and why a rule did or did not take it."""

import pytest

from hub.domain.contact import Channel
from hub.router.policy.classify import Classifier, Traits
from hub.router.policy.parsing import Who, parse_policy
from hub.router.policy.requirement import Step

POLICY = """
[channels.email]
units = 10
interruptible = true

[channels.phone]
interrupts = true

[queues.sales]
priority = 2
serves = { skills = { sales = 1 }, languages = ["fa"] }
[queues.general]

[[rules]]                                           # 1
service = "sales"
queue = "sales"
skills = { sales = 4 }
languages = ["contact"]
attributes = { site = "north" }
known_agent = { who = ["case_agent", "last_agent"], seconds = 20 }
steps = [
  { after_seconds = 30, skills = { sales = 2 } },
  { after_seconds = 60, attributes = {}, priority = 9 },
  { after_seconds = 90, anyone = true },
]

[[rules]]                                           # 2
language = "en"
queue = "general"
languages = ["contact", "fa"]

[[rules]]                                           # 3
language = "en-GB"
queue = "general"
priority = 5

[[rules]]                                           # 4
service = "sales"
language = "de-CH"
queue = "sales"

[[rules]]                                           # 5
queue = "general"
"""


def asked(**given):
    values = {
        "segment": "B2C", "value_tier": "standard", "lifecycle_stage": "acquisition",
        "channel": "phone", "service": "", "language": "", **given,
    }  # fmt: skip
    return Traits(**values)


@pytest.fixture
def classifier():
    return Classifier(parse_policy(POLICY))


def rule(requirement):
    return requirement.reasons[0].split(":")[0]


def test_each_step_asks_for_what_the_one_before_did_but_for_what_it_names(classifier):
    sales = classifier.classify_traits(asked(service="sales", language="fa"))

    assert sales.steps == (
        Step(0.0, {"sales": 4}, ("fa",), {"site": "north"}, 2),
        Step(30.0, {"sales": 2}, ("fa",), {"site": "north"}, 2),
        Step(60.0, {"sales": 2}, ("fa",), {}, 9),
        Step(90.0, {"sales": 1}, ("fa",), {}, 9),
    )
    assert (sales.skills, sales.languages, sales.attributes, sales.priority) == (
        {"sales": 4}, ("fa",), {"site": "north"}, 2,
    )  # fmt: skip


def test_who_knows_the_customer_comes_along(classifier):
    known = classifier.classify_traits(asked(service="sales")).known_agent

    assert known is not None
    assert (known.who, known.seconds, known.days, known.only_ready) == (
        (Who.CASE_AGENT, Who.LAST_AGENT), 20, 30, False,
    )  # fmt: skip
    assert classifier.classify_traits(asked()).known_agent is None


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("fa", ("fa",)),
        ("en-GB", ("en-GB", "en")),
        ("en_US", ("en_US", "en")),
        ("FA", ("FA", "fa")),
        ("", ()),
    ],
)
def test_the_language_of_the_contact_is_asked_of_the_agent_whole_or_its_first_part(classifier, language, expected):
    assert classifier.classify_traits(asked(service="sales", language=language)).languages == expected


def test_the_language_of_the_contact_stands_where_the_rule_has_it(classifier):
    assert classifier.classify_traits(asked(language="en-US")).languages == ("en-US", "en", "fa")


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"language": "en"}, "rule 2"),
        ({"language": "EN_us"}, "rule 2"),
        ({"language": "en-GB"}, "rule 2"),
        ({"language": "eng"}, "rule 5"),
        ({"language": "de"}, "rule 5"),
        ({"language": "de-CH", "service": "sales"}, "rule 4"),
        ({"language": "de_ch", "service": "sales"}, "rule 4"),
        ({"language": "de", "service": "sales"}, "rule 1"),
        ({"language": "en", "service": "sales"}, "rule 1"),
    ],
)
def test_a_rule_may_ask_for_the_whole_language_or_its_first_part(classifier, given, expected):
    assert rule(classifier.classify_traits(asked(**given))) == expected


def test_the_channel_says_how_work_is_handled(classifier):
    mail = classifier.classify_traits(asked(channel="email"))
    call = classifier.classify_traits(asked())
    chat = classifier.classify_traits(asked(channel="web"))

    assert (mail.units, mail.interruptible, mail.interrupts, mail.asynchronous) == (10, True, False, True)
    assert (call.units, call.interruptible, call.interrupts, call.asynchronous) == (100, False, True, False)
    assert (chat.units, chat.interruptible, chat.interrupts, chat.asynchronous) == (100, False, False, True)


def test_work_that_comes_by_another_way_than_a_rule_asks_for_what_the_queue_serves(classifier):
    moved = classifier.of_queue("sales", "email", "overflow from queue general")

    assert moved.queue == "sales"
    assert moved.steps == (Step(0.0, {"sales": 1}, ("fa",), {}, 2),)
    assert (moved.units, moved.known_agent, moved.reasons) == (10, None, ("overflow from queue general",))


def test_every_rule_says_whether_it_took_the_contact_and_why_not(classifier):
    checks = classifier.explain_traits(asked(service="sales", language="de-CH"))

    assert [(check.rule, check.matched, check.decided) for check in checks] == [
        (1, True, False), (2, False, False), (3, False, False), (4, True, True), (5, True, False),
    ]  # fmt: skip
    assert [check.why_not for check in checks] == [
        "", "language is de-ch, not en", "language is de-ch, not en-GB", "", "",
    ]  # fmt: skip
    assert classifier.explain_traits(asked())[0].why_not == "service is not known, not sales"


def test_of_rules_that_name_equally_many_the_first_in_the_file_decides_whatever_they_name():
    rules = [("service", "x"), ("segment", "B2C"), ("service", "sales")]
    written = "".join(f'[[rules]]\n{name} = "{value}"\nqueue = "q"\n' for name, value in rules)
    classifier = Classifier(parse_policy(f'[queues.q]\n{written}[[rules]]\nqueue = "q"'))

    assert rule(classifier.classify_traits(asked(service="sales"))) == "rule 2"


def test_only_languages_have_a_first_part(classifier):
    assert rule(classifier.classify_traits(asked(service="sales-abroad"))) == "rule 5"
    assert not classifier.explain_traits(asked(service="sales-abroad"))[0].matched


def test_a_language_for_each_contact_does_not_fill_the_memory(classifier):
    for number in range(10_000):
        found = classifier.classify_traits(asked(service="sales", language=f"x{number}"))
        assert found.languages == (f"x{number}",)

    assert len(classifier._made) <= 4096


def test_channels_say_by_themselves_whether_work_may_be_parked():
    policy = parse_policy('[channels.sms]\nasynchronous = false\n[channels.web]\n[queues.q]\n[[rules]]\nqueue = "q"')

    assert {name.value: policy.channel(name).asynchronous for name in Channel} == {
        "phone": False, "in_person": False, "email": True, "sms": False, "web": True,
    }  # fmt: skip
