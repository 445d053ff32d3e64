"""Each field of a policy takes what it should, and says what is wrong with the rest."""

from datetime import UTC, datetime

import pytest

from hub.policies.hours import is_open
from hub.router.matching.order import AgentChoice, Order
from hub.router.policy.parsing import Action, PolicyError, Who, WrapUpRule, parse_policy

FULL = """
order = "growing"
time_zone = "Asia/Tehran"

[agents]
heartbeat_seconds = 20
not_answering = "channel"
away_reasons = ["lunch"]

[channels.email]
units = 50
ceiling = 4

[hours.office]
saturday = ["08:00-12:00", "13:00-17:00"]
holidays = "iran"

[hours.abroad]
time_zone = "Europe/Paris"
saturday = ["08:00-12:00"]

[holidays.iran]
2027-03-20 = "closed"
2027-03-27 = { name = "short", open = ["09:00-10:00"] }

[queues.a]
service_level = { variant = "of_offered" }
hours = "office"
closed = "callback"
full = { to = "b" }
limit = 5
callback = { attempts = 2 }
agent_choice = "round_robin"
wrap_up_rule = "timed"

[queues.b]
hours = "abroad"

[[rules]]
language = "en-GB"
queue = "a"
known_agent = { who = ["last_agent"] }
steps = [{ after_seconds = 20, skills = { sales = 2 } }]

[[rules]]
queue = "b"
"""


def test_choices_are_read_from_their_words():
    policy = parse_policy(FULL)
    queue = policy.queues["a"]

    assert (policy.order, queue.agent_choice, queue.wrap_up_rule) == (
        Order.GROWING, AgentChoice.ROUND_ROBIN, WrapUpRule.TIMED,
    )  # fmt: skip
    assert (queue.closed.action, queue.full.action, queue.full.to, queue.nobody.action) == (
        Action.CALLBACK, Action.MOVE, "b", Action.WAIT,
    )  # fmt: skip
    assert policy.rules[0].known_agent.who == (Who.LAST_AGENT,)
    assert policy.ceilings() == {"email": 4}
    assert policy.text == FULL


def test_a_queue_that_an_earlier_policy_knew_has_the_defaults():
    policy = parse_policy(FULL)

    assert policy.queue("gone").offer_timeout_seconds == 20
    assert policy.hours_of("gone") is None


@pytest.mark.parametrize(
    ("queue", "moment", "expected"),
    [
        ("a", datetime(2027, 3, 13, 4, 30, tzinfo=UTC), True),
        ("a", datetime(2027, 3, 13, 4, 29, tzinfo=UTC), False),
        ("a", datetime(2027, 3, 20, 6, 0, tzinfo=UTC), False),
        ("a", datetime(2027, 3, 27, 6, 0, tzinfo=UTC), True),
        ("a", datetime(2027, 3, 27, 7, 0, tzinfo=UTC), False),
        ("b", datetime(2027, 3, 20, 7, 0, tzinfo=UTC), True),
        ("b", datetime(2027, 3, 20, 6, 59, tzinfo=UTC), False),
    ],
)
def test_a_queue_is_open_by_its_own_clock_and_its_own_holidays(queue, moment, expected):
    assert is_open(parse_policy(FULL).hours_of(queue), moment) is expected


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ('"lunch"', "3", "line 8, field agents.away_reasons.1: 3 can't be taken: input should be a valid string"),
        ('"growing"', '"x"', "line 2, field order: 'x' can't be taken: input should be 'priority', 'age'"),
        ('"Asia/Tehran"', '"Asia/Tehrn"', "line 3, field time_zone: there is no time zone 'Asia/Tehrn': use an IANA"),
        ("= 20\nnot", "= nan\nnot", "line 6, field agents.heartbeat_seconds: nan can't be taken: input should be a"),
        ("= 20\nnot", "= 0\nnot", "line 6, field agents.heartbeat_seconds: 0 can't be taken: input should be greater"),
        ('["08:00-12:00", "13:00-17:00"]', '["9-12"]', "line 15, hours office, field saturday: '9-12' is not a part"),
        ('["08:00-12:00", "13:00-17:00"]', '"x"', "line 15, hours office, field saturday: 'x' is not a list of parts"),
        ("2027-03-20 =", "2027-02-30 =", "line 23, holidays iran, field 2027-02-30: '2027-02-30' is no date: write"),
        ("2027-03-20 =", "20270320 =", "line 23, holidays iran, field 20270320: '20270320' is no date: write it"),
        ('name = "short", ', "", "line 24, holidays iran, field 2027-03-27.name: is missing"),
        ('"of_offered"', '"x"', "line 27, queue a, field service_level.variant: 'x' can't be taken: input should be"),
        ('{ to = "b" }', '{ too = "b" }', "line 30, queue a, field full: {'too': 'b'} can't be taken: write \"wait\""),
        ('{ to = "b" }', '"move"', 'line 30, queue a, field full: \'move\' can\'t be taken: write "wait", "refuse"'),
        ("limit = 5", "limit = -1", "line 31, queue a, field limit: -1 can't be taken: input should be greater than"),
        ("attempts = 2", "attempts = 0", "line 32, queue a, field callback.attempts: 0 can't be taken: input should"),
        ("{ attempts = 2 }", "3", "line 32, queue a, field callback: 3 can't be taken: write a table of fields"),
        ('"round_robin"', '"fastest"', "line 33, queue a, field agent_choice: 'fastest' is for simulations: the hub"),
        ("limit = 5", "serves = { skill = { x = 1 } }", "line 31, queue a, field serves.skill: there is no such field"),
        ("limit = 5", 'serves = { languages = ["e"] }', "line 31, queue a, field serves.languages.1: 'e' is no"),
        ("limit = 5", 'serves = { languages = ["contact"] }', "line 31, queue a, field serves.languages.1: 'cont"),
        ('"en-GB"', '"en-GB"\nlanguages = ["contact", "f a"]', "line 41, rule 1, field languages.2: 'f a' is no"),
        ("sales = 2 }", 'sales = 2 }, languages = ["en_GB"]', "line 43, rule 1, field steps.1.languages.1: 'en_GB'"),
        ("[[rules]]", '[[staff]]\nlanguages = ["contact"]\n[[rules]]', "line 40, staff 1, field languages.1: 'cont"),
        ('"en-GB"', '"en GB"', "line 40, rule 1, field language: 'en GB' is no language tag: write it like fa, en"),
        ('["last_agent"]', "[]", "line 42, rule 1, field known_agent.who: [] can't be taken: list should have at"),
        ('"last_agent"', '"x"', "line 42, rule 1, field known_agent.who.1: 'x' can't be taken: input should be"),
        ("sales = 2", "sales = 6", "line 43, rule 1, field steps.1.skills.sales: level 6 is not between 1 and 5"),
        ("{ sales = 2 }", "{ sales = 2 }, to = 1", "line 43, rule 1, field steps.1.to: there is no such field; known"),
        ("order", 'text = "x"\norder', "line 2, field text: there is no such field: the text is the file itself"),
        ("[[rules]]", "[staff]\n[[rules]]", "line 39, field staff: {} can't be taken: input should be a valid list"),
        ("[channels.email]", "[channels]\nemail = 3\n[x]", "line 11, channel email: 3 can't be taken: write a table"),
        ("[channels.email]", "[[channels]]", "line 10, field channels: [{'units': 50, 'ceiling': 4}] can't be taken"),
    ],
)
def test_what_a_field_cannot_be_is_said_where_it_stands(old, new, expected):
    assert old in FULL
    with pytest.raises(PolicyError) as refused:
        parse_policy(FULL.replace(old, new, 1))

    assert any(str(finding).startswith(expected) for finding in refused.value.findings), str(refused.value)
