"""The path policy's surveys: each mistake is told by line, and the first rule that fits decides."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.domain.contact import Channel, Standing
from hub.domain.satisfaction.events import SurveyKind
from hub.domain.satisfaction.occasion import Occasion
from hub.paths.policy.diff import diff
from hub.paths.policy.parsing import check_text, parse_path_policy
from hub.paths.policy.surveys import SurveyRule, Surveys
from hub.policies.findings import Severity

STAGES = "".join(f'[[stages]]\nname = "{name}"\nwhen = {{ purchases = {{ at_least = {least} }} }}\n'
                 for name, least in (("lapsed", 9), ("retention", 5), ("enhancement", 1)))  # fmt: skip
REST = f'[[value_tiers]]\nname = "standard"\n{STAGES}[[stages]]\nname = "acquisition"\n'
RULE = '[[surveys.rules]]\nask = "csat"\nabout = "interaction"\n'
CASE = '[[surveys.rules]]\nask = "csat"\nabout = "case"\n'
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
PAGE = (Path(__file__).parents[2] / "docs" / "paths.md").read_text()


def found(text: str, severity: Severity) -> list[tuple[int, str]]:
    return [
        (one.line, f"{one.field}: {one.message}") for one in check_text(text + REST, "p") if one.severity is severity
    ]


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[surveys]\nwindow_days = 0\n", 2, "surveys.window_days: 0 can't be taken: input should be greater than 0"),
        ("[surveys]\nanswer_within_days = 0\n", 2, "surveys.answer_within_days: 0 can't be taken"),
        ("[surveys]\nmost = -1\n", 2, "surveys.most: -1 can't be taken"),
        ("[surveys]\nshare = 1\n", 2, "there is no such field; known are answer_within_days, most, rules, seed"),
        (RULE + "share = 1.5\n", 4, "rules.1.share: 1.5 can't be taken: input should be less than or equal to 1"),
        (RULE + "share = -0.1\n", 4, "surveys.rules.1.share: -0.1 can't be taken"),
        (RULE + "delay_minutes = -1\n", 4, "surveys.rules.1.delay_minutes: -1 can't be taken"),
        (RULE + "via = []\n", 4, "surveys.rules.1.via: names no channel: nobody could be asked"),
        (RULE + 'via = ["in_person"]\n', 4, "nobody is reached by in_person: name some of phone, sms, email, web"),
        (RULE + 'via = ["fax"]\n', 4, "surveys.rules.1.via.1: 'fax' can't be taken"),
        (RULE + 'channel = "fax"\n', 4, "there is no channel 'fax'; known are phone, web, email, sms, in_person"),
        (RULE + 'kind = "B2X"\n', 4, "there is no kind 'B2X'; known are B2C, B2B, B2G"),
        (RULE + 'value_tier = "gold"\n', 4, "there is no value tier 'gold'; known are standard"),
        (RULE + 'stage = "lost"\n', 4, "there is no stage 'lost'"),
        (RULE + 'case_kind = "complaint"\n', 4, "a rule about interactions can't ask for that"),
        (RULE.replace("csat", "stars"), 2, "surveys.rules.1.ask: 'stars' can't be taken"),
        (CASE, 1, "surveys.rules.1.via: is missing: say on which channels to ask about a case"),
        (CASE + 'via = ["sms"]\nqueue = "care"\n', 5, "a rule about cases can't ask for that: leave it out"),
        (CASE + 'via = ["sms"]\ncase_kind = "quarrel"\n', 5, "there is no case kind 'quarrel'; known are complaint"),
    ],
)  # fmt: skip
def test_each_mistake_is_told_by_line(text: str, line: int, message: str) -> None:
    errors = found(text, Severity.ERROR)
    assert [one for one, told in errors if message in told] == [line], errors


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("[surveys]\nmost = 0\n" + RULE, 2, "nobody is ever asked"),
        (RULE + "share = 0\n", 4, "asks nobody of those it fits"),
        (RULE + 'queue = "care"\n' + RULE + 'queue = ["care"]\nkind = "B2B"\n', 5, "never decides: rule 1 comes first"),
        (RULE + 'via = ["email", "web"]\n', 4, "asks nobody: nobody can say what time it is there; write time_zone"),
        (RULE + 'channel = "in_person"\n', 4, "who came in person is reached on another channel only; add via"),
    ],
)
def test_what_is_likely_a_slip_is_told(text: str, line: int, message: str) -> None:
    warnings = found(text, Severity.WARNING)
    assert [one for one, told in warnings if message in told] == [line], warnings


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
