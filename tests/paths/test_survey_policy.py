"""The path policy's surveys: each mistake is told by line, and the first rule that fits decides."""

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.contact import Channel, Standing
from hub.domain.satisfaction.events import SurveyKind
from hub.domain.satisfaction.occasion import Occasion
from hub.paths.policy.diff import diff
from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.paths.policy.surveys import REACHABLE, About, SurveyRule, Surveys
from hub.policies.findings import Severity

STAGES = "".join(f'[[stages]]\nname = "{name}"\nwhen = {{ purchases = {{ at_least = {least} }} }}\n'
                 for name, least in (("lapsed", 9), ("retention", 5), ("enhancement", 1)))  # fmt: skip
REST = f'[[value_tiers]]\nname = "standard"\n{STAGES}[[stages]]\nname = "acquisition"\n'
RULE = '[[surveys.rules]]\nask = "csat"\nabout = "interaction"\n'
CASE = '[[surveys.rules]]\nask = "csat"\nabout = "case"\n'
CHANNELS = [channel.value for channel in Channel]
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = (Path(__file__).parents[2] / "docs" / "paths.md").read_text()


def found(text: str, severity: Severity) -> list[str]:
    return [str(one) for one in check_text(text + REST, "p") if one.severity is severity]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[surveys]\nwindow_days = 0\n",
            "line 2, field surveys.window_days: 0 can't be taken: input should be greater than 0",
        ),
        (
            "[surveys]\nanswer_within_days = 0\n",
            "line 2, field surveys.answer_within_days: 0 can't be taken: input should be greater than 0",
        ),
        (
            "[surveys]\nmost = -1\n",
            "line 2, field surveys.most: -1 can't be taken: input should be greater than or equal to 0",
        ),
        (
            "[surveys]\nshare = 1\n",
            "line 2, field surveys.share: there is no such field; known are answer_within_days, most, rules, "
            "seed, window_days",
        ),
        (
            RULE + "share = 1.5\n",
            "line 4, field surveys.rules.1.share: 1.5 can't be taken: input should be less than or equal to 1",
        ),
        (
            RULE + "share = -0.1\n",
            "line 4, field surveys.rules.1.share: -0.1 can't be taken: input should be greater than or equal to 0",
        ),
        (
            RULE + "delay_minutes = -1\n",
            "line 4, field surveys.rules.1.delay_minutes: -1 can't be taken: input should be greater than or "
            "equal to 0",
        ),
        (RULE + "via = []\n", "line 4, field surveys.rules.1.via: names no channel: nobody could be asked"),
        (
            RULE + 'via = ["in_person"]\n',
            f"line 4, field surveys.rules.1.via: nobody is reached by in_person: name some of {', '.join(REACHABLE)}",
        ),
        (
            RULE + 'via = ["fax"]\n',
            "line 4, field surveys.rules.1.via.1: 'fax' can't be taken: input should be "
            f"{', '.join(map(repr, CHANNELS[:-1]))} or {CHANNELS[-1]!r}",
        ),
        (
            RULE + 'channel = "fax"\n',
            f"line 4, field surveys.rules.1.channel: there is no channel 'fax'; known are {', '.join(CHANNELS)}",
        ),
        (
            RULE + 'kind = "B2X"\n',
            "line 4, field surveys.rules.1.kind: there is no kind 'B2X'; known are B2C, B2B, B2G",
        ),
        (
            RULE + 'value_tier = "gold"\n',
            "line 4, field surveys.rules.1.value_tier: there is no value tier 'gold'; known are standard",
        ),
        (
            RULE + 'stage = "lost"\n',
            "line 4, field surveys.rules.1.stage: there is no stage 'lost'; known are acquisition, "
            "enhancement, retention, lapsed",
        ),
        (
            RULE + 'case_kind = "complaint"\n',
            "line 4, field surveys.rules.1.case_kind: a rule about interactions can't ask for that: leave it out",
        ),
        (
            RULE.replace("csat", "stars"),
            "line 2, field surveys.rules.1.ask: 'stars' can't be taken: input should be 'csat' or 'nps'",
        ),
        (CASE, "line 1, field surveys.rules.1.via: is missing: say on which channels to ask about a case"),
        (
            CASE + 'via = ["sms"]\nqueue = "care"\n',
            "line 5, field surveys.rules.1.queue: a rule about cases can't ask for that: leave it out",
        ),
        (
            CASE + 'via = ["sms"]\ncase_kind = "quarrel"\n',
            "line 5, field surveys.rules.1.case_kind: there is no case kind 'quarrel'; known are complaint, "
            "problem, return, request",
        ),
        (
            RULE + RULE.replace("csat", "nps") + 'value_tier = "gold"\n',
            "line 7, field surveys.rules.2.value_tier: there is no value tier 'gold'; known are standard",
        ),
    ],
)
def test_each_mistake_is_told_by_line(text: str, message: str) -> None:
    assert found(text, Severity.ERROR) == [message]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[surveys]\nmost = 0\n" + RULE,
            "line 2, field surveys.most: nobody is ever asked: write 1 or more, or drop the rules",
        ),
        (
            RULE + "share = 0\n",
            "line 4, field surveys.rules.1.share: asks nobody of those it fits, nor does any rule after it",
        ),
        (
            RULE + 'queue = "care"\n' + RULE + 'queue = ["care"]\nkind = "B2B"\n',
            "line 5, field surveys.rules.2: never decides: rule 1 comes first and takes all of these; move it "
            "up, or drop it",
        ),
        (
            RULE + 'via = ["email", "web"]\n',
            "line 4, field surveys.rules.1.via: asks nobody: nobody can say what time it is there; write "
            "time_zone under [quiet_hours]",
        ),
        (
            RULE + 'channel = "in_person"\n',
            "line 4, field surveys.rules.1.channel: asks nobody: who came in person is reached on another "
            "channel only; add via",
        ),
    ],
)
def test_what_is_likely_a_slip_is_told(text: str, message: str) -> None:
    assert found(text, Severity.WARNING) == [message]


def test_all_mistakes_of_a_rule_are_told() -> None:
    """What is asked for by a case as by an interaction, and each name that nobody knows."""
    text = CASE + 'channel = "phone"\nqueue = "care"\nkind = ["B2X", "B2A", "B2B"]\nstage = "old"\n'
    foreign = "a rule about cases can't ask for that: leave it out"
    assert found(text, Severity.ERROR) == [
        "line 1, field surveys.rules.1.via: is missing: say on which channels to ask about a case",
        f"line 4, field surveys.rules.1.channel: {foreign}",
        f"line 5, field surveys.rules.1.queue: {foreign}",
        "line 6, field surveys.rules.1.kind: there is no kind 'B2A'; known are B2C, B2B, B2G",
        "line 6, field surveys.rules.1.kind: there is no kind 'B2X'; known are B2C, B2B, B2G",
        "line 7, field surveys.rules.1.stage: there is no stage 'old'; known are acquisition, enhancement, retention, "
        "lapsed",
    ]


def test_all_that_is_likely_a_slip_is_told_of_each_rule() -> None:
    text = "[surveys]\nmost = 0\n" + RULE + RULE + RULE + 'share = 0\nvia = ["web"]\n'
    never = "never decides: rule 1 comes first and takes all of these; move it up, or drop it"
    assert found(text, Severity.WARNING) == [
        "line 2, field surveys.most: nobody is ever asked: write 1 or more, or drop the rules",
        f"line 6, field surveys.rules.2: {never}",
        f"line 9, field surveys.rules.3: {never}",
        "line 12, field surveys.rules.3.share: asks nobody of those it fits, nor does any rule after it",
        "line 13, field surveys.rules.3.via: asks nobody: nobody can say what time it is there; write time_zone under "
        "[quiet_hours]",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "", "[surveys]\nmost = 0\n", RULE + 'queue = "care"\n' + RULE, RULE + RULE.replace("csat", "nps"),
        RULE + 'kind = "B2B"\n' + RULE + 'queue = "care"\n', CASE + 'via = "sms"\n'.replace('"sms"', '["sms"]'),
        RULE + 'channel = "in_person"\nvia = ["sms"]\n',
        '[quiet_hours]\ntime_zone = "Asia/Tehran"\n' + RULE + 'via = ["email"]\n',
        '[purposes.survey]\ngates = ["consent"]\n' + RULE + 'via = ["email"]\n',
    ],
)  # fmt: skip
def test_nothing_is_to_be_said_about_what_is_right(text: str) -> None:
    assert found(text, Severity.ERROR) == found(text, Severity.WARNING) == []


def test_without_a_word_about_surveys_nobody_is_asked() -> None:
    assert parse_path_policy(REST).surveys == Surveys()
    assert Surveys().rules == ()


def test_what_is_written_is_what_holds() -> None:
    text = "[surveys]\nmost = 1\nwindow_days = 90\nanswer_within_days = 3.5\nseed = 7\n" + RULE
    surveys = parse_path_policy(text + 'delay_minutes = 90\nshare = 0.2\nvia = ["email", "sms"]\n' + REST).surveys
    limits, [rule] = surveys.limits, surveys.rules
    assert (limits.most, limits.window, limits.answer_within) == (1, timedelta(days=90), timedelta(days=3.5))
    assert (limits.seed, rule.delay, rule.share) == (7, timedelta(hours=1.5), 0.2)
    assert rule.channels(occasion()) == (Channel.EMAIL, Channel.SMS)


def occasion(**more: Any) -> Occasion:
    told = {"channel": Channel.PHONE, "queue": "care", **more}
    return Occasion("interaction-1", "customer-1", NOON, Standing(), "ann", **told)


def test_the_first_rule_that_fits_decides_for_each_kind_apart() -> None:
    text = f'{RULE}queue = "sales"\n{RULE}channel = "phone"\nshare = 0.5\n{RULE}{RULE.replace("csat", "nps")}'
    surveys = parse_path_policy(text + REST).surveys
    first, second, third, nps = surveys.rules
    assert surveys.rule_for(SurveyKind.CSAT, occasion()) is second
    assert surveys.rule_for(SurveyKind.CSAT, occasion(queue="sales")) is first
    assert surveys.rule_for(SurveyKind.CSAT, occasion(channel=Channel.WEB)) is third
    assert surveys.rule_for(SurveyKind.NPS, occasion(queue="sales")) is nps
    assert (
        surveys.rule_for(SurveyKind.CSAT, Occasion("case-1", "c", NOON, Standing(), "ann", case_kind="return")) is None
    )
    assert third.channels(occasion(channel=Channel.WEB)) == (Channel.WEB,)


@pytest.mark.parametrize(
    ("condition", "like_it"),
    [
        ({"kind": "B2B"}, {"standing": Standing(segment="B2B")}),
        ({"value_tier": "high"}, {"standing": Standing(value_tier="high")}),
        ({"stage": "lapsed"}, {"standing": Standing(lifecycle_stage="lapsed")}),
        ({"queue": "sales"}, {"queue": "sales"}),
        ({"channel": "web"}, {"channel": Channel.WEB}),
        ({"case_kind": "return"}, {"case_kind": "return"}),
    ],
)
def test_a_rule_is_about_what_fits_each_of_its_conditions(condition: dict[str, Any], like_it: dict[str, Any]) -> None:
    rule = SurveyRule.model_validate({"ask": "csat", "about": "interaction", **condition})
    assert rule.fits(replace(occasion(), **like_it))
    assert not rule.fits(occasion())


def test_the_rules_of_a_kind_are_those_that_may_decide() -> None:
    nps, case = RULE.replace("csat", "nps"), CASE + 'via = ["sms"]\n'
    surveys = parse_path_policy(f'{RULE}queue = "sales"\n{case}{nps}{RULE}{REST}').surveys
    first, of_cases, of_nps, last = surveys.rules
    assert surveys.rules_of(SurveyKind.CSAT, About.INTERACTION) == [first, last]
    assert surveys.rules_of(SurveyKind.CSAT, About.CASE) == [of_cases]
    assert surveys.rules_of(SurveyKind.NPS, About.INTERACTION) == [of_nps]
    assert surveys.rules_of(SurveyKind.NPS, About.CASE) == []


def test_where_no_channel_is_known_there_is_none_to_ask_on() -> None:
    rule = SurveyRule.model_validate({"ask": "csat", "about": "interaction"})
    assert rule.channels(occasion(channel=None)) == ()


def test_a_diff_tells_what_changes() -> None:
    old, new = (parse_path_policy(f"{RULE}share = {share}\n{REST}") for share in (0.1, 0.2))
    assert [str(one) for one in diff(old, new).settings] == ["surveys.rules.1.share: 0.1 -> 0.2"]


def test_the_page_tells_every_field_with_its_default() -> None:
    told = dict(re.findall(r"^\| `surveys\.(\w+)` \| `(.*?)` \|", PAGE, re.MULTILINE))
    fields = {name: str(field.default) for name, field in Surveys.model_fields.items() if name != "rules"}
    assert told == fields
    section = PAGE.split("## Asking how it was")[1].split("\n## ")[0]
    table = section.split("| field of a rule |")[1]
    names = [
        name
        for line in table.splitlines()
        if line.startswith("| `")
        for name in re.findall(r"`(\w+)`", line.split("|")[1])
    ]
    assert names == list(SurveyRule.model_fields)
    for name, default in (("share", "1.0"), ("delay_minutes", "0.0")):
        assert f"| `{name}` | `{default}` |" in table
        assert str(SurveyRule.model_fields[name].default) == default


def test_the_example_on_the_page_is_right() -> None:
    [example] = re.findall(r"```\n(\[surveys\].*?)```", PAGE, re.DOTALL)
    assert found(example, Severity.ERROR) == found(example, Severity.WARNING) == []
