"""What docs/policies.md tells authors is what the hub does."""

import re
import tomllib
from pathlib import Path

import pytest
from pydantic import BaseModel

from hub.domain.contact import Channel, Standing
from hub.policies.hours import WEEKDAYS
from hub.router.policy.classify import Classifier, Traits
from hub.router.policy.desk import Locale
from hub.router.policy.model import (
    AgentRules,
    Base,
    ChannelPolicy,
    KnownAgent,
    Policy,
    Queue,
    Rule,
    RuleStep,
    Staff,
    WeekHours,
)
from hub.router.policy.parsing import PolicyError, parse_policy

PAGE = (Path(__file__).parents[2] / "docs" / "policies.md").read_text()
NOTHING = {"anything", "any", "anybody", "any code", "none", "nobody", "never", "not offered", "always open", "closed",
           "must be there", "the queue's", "the policy's", "as before", "true for email, sms, web"}  # fmt: skip


def blocks(kind):
    return re.findall(rf"```{kind}\n(.*?)\n```", PAGE, re.DOTALL)


def table(heading):
    """Field and default of each row of the first table under a heading."""
    section = re.split(r"\n##+ ", PAGE.split(f"# {heading}", 1)[1])[0]
    for row in re.findall(r"^\| (`.*?) \| (.*?) \|", section, re.MULTILINE):
        for name in WEEKDAYS if "monday" in row[0] else re.findall(r"`(.*?)`", row[0]):
            yield name, row[1].strip("`")


@pytest.mark.parametrize(
    ("heading", "model"),
    [
        ("The decision table", Rule),
        ("Steps", RuleStep),
        ("Who knows", KnownAgent),
        ("Queues", Queue),
        ("Hours and holidays", WeekHours),
        ("Channels", ChannelPolicy),
        ("Locale and labels", Locale),
    ],
)
def test_every_field_is_told_with_its_default(heading: str, model: type[BaseModel]):
    told = dict(table(heading))

    assert set(told) == set(model.model_fields)
    for name, default in told.items():
        assert_default(model, name, default)


def test_the_fields_of_all_work_and_all_agents_are_told_with_their_defaults():
    told = dict(table("For all"))

    assert {name for name in told if "agents." not in name} == {"order", "time_zone", "decline_backoff_seconds"}
    assert {name for name in told if "agents." in name} == {f"agents.{name}" for name in AgentRules.model_fields}
    for name, default in told.items():
        model = AgentRules if "agents." in name else Policy
        assert_default(model, name.removeprefix("agents."), default)


def assert_default(model, name, told):
    field = model.model_fields[name]
    default = field.get_default(call_default_factory=True)
    if told in NOTHING:
        assert field.is_required() or not default or default == Base()
    elif told.startswith(("{", "[")):
        written = tomllib.loads(f"x = {told}")["x"]
        assert written == (default.model_dump() if isinstance(default, BaseModel) else list(default))
    elif isinstance(default, bool):
        assert told == str(default).lower()
    elif isinstance(default, int | float):
        assert told == f"{default:g}"
    else:
        assert told == str(default)


def test_the_example_does_what_it_says():
    [example] = blocks("toml")
    classifier = Classifier(parse_policy(example))
    asked = Traits(*Standing().model_dump().values(), channel="phone", service="support", language="")
    standard = classifier.classify_traits(asked)
    high = classifier.classify_traits(asked._replace(value_tier="high"))
    other = classifier.classify_traits(asked._replace(service="sales", channel="web"))

    assert (standard.queue, standard.skills, standard.priority, standard.languages) == (
        "support", {"support": 2}, 0, (),
    )  # fmt: skip
    assert (high.queue, high.skills, high.priority, high.languages) == ("support", {"support": 4}, 10, ("fa", "en"))
    assert [(step.after_seconds, step.skills, step.languages) for step in high.steps[1:]] == [
        (30, {"support": 2}, ("fa", "en"))
    ]
    assert (other.queue, other.skills, other.units) == ("general", {}, 25)


def test_the_hours_and_the_staff_shown_can_be_taken():
    _, hours, _, staff = blocks("text")
    policy = parse_policy(f'[queues.q]\nhours = "office"\n{hours}\n[[rules]]\nqueue = "q"\n{staff}')

    assert [holiday.name for holiday in policy.holidays["iran"].values()] == ["Nowruz", "last day of the year"]
    assert policy.staff == (Staff(count=12, skills={"sales": 4}, languages=("fa", "en"), attributes={"site": "north"}),)


def test_the_mistake_shown_is_worded_as_the_hub_words_it():
    with pytest.raises(PolicyError) as refused:
        parse_policy('[queues.q]\n[[rules]]\nqueue = "q"\nskills = { english = 7 }', "my_policy.toml")

    assert str(refused.value).split(", ", 1)[1] == blocks("text")[0].split(", ", 1)[1]


def test_the_channels_are_those_there_are():
    assert f"Channels: {', '.join(Channel)}.\n" in PAGE
