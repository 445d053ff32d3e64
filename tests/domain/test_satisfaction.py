"""Given what a customer was asked before, when something ends, then they are asked how it was, or not, for a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.satisfaction import decide
from hub.domain.satisfaction.decide import (
    NotAsked,
    SurveyRules,
    Surveys,
    customer_of_survey,
    drawn,
    evolve,
    kept_from,
    survey_id,
)
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
HER = "customer-" + "ab" * 16
FIRST = survey_id(HER, 1)
RULES = SurveyRules(most=2, window=timedelta(days=30), answer_within=timedelta(days=7))
CSAT = SurveyKind.CSAT


def meta(day: float = 0) -> dict[str, Any]:
    at = NOON + timedelta(days=day)
    return {"at": at, "recorded_at": at, "causation": "command-1", "actor": "policy:1"}


def after(*events: Event) -> Surveys:
    surveys = Surveys()
    for event in events:
        surveys = evolve(surveys, event)
    return surveys


def ask(surveys: Surveys, about: str = "case-1", day: float = 0, **more: Any) -> list[Event]:
    told = {"kind": CSAT, "channel": Channel.SMS, "rules": RULES, **more}
    return decide.ask(surveys, HER, about=about, **told, **meta(day))


def test_who_is_drawn_is_asked_and_the_draw_is_on_record() -> None:
    [event] = ask(Surveys())
    assert event == SatisfactionAsked(
        **meta(), survey_id=FIRST, kind=CSAT, about="case-1", channel=Channel.SMS,
        expires_at=NOON + timedelta(days=7), share=1.0, draw=drawn(RULES, CSAT, "case-1"),
    )  # fmt: skip
    assert customer_of_survey(FIRST) == HER
    assert [customer_of_survey(text) for text in ("survey-1", "case-ab-1", "survey-ab-x", "survey--1")] == [""] * 4


def test_about_one_thing_nobody_is_asked_the_same_twice() -> None:
    known = after(*ask(Surveys()))
    assert ask(known) == []
    assert kept_from(known.asked, CSAT, "case-1", NOON, RULES) is NotAsked.ALREADY
    assert len(ask(known, kind=SurveyKind.NPS)) == 1


def test_the_window_slides() -> None:
    known = after(*ask(Surveys(), "a", 0), *ask(Surveys(), "b", 10))
    assert kept_from(known.asked, CSAT, "c", NOON + timedelta(days=29.99), RULES) is NotAsked.CAPPED
    assert len(ask(known, "c", 30)) == 1


def test_what_linked_streams_were_asked_counts_too() -> None:
    elsewhere = after(*ask(Surveys(), "a"), *ask(Surveys(), "b")).asked
    assert ask(Surveys(), "c", elsewhere=elsewhere) == []
    assert ask(Surveys(), "a", elsewhere=elsewhere[:1]) == []


def test_a_share_of_all_occasions_is_drawn_and_the_seed_says_which() -> None:
    rules = SurveyRules(shares={CSAT: 0.2}, seed=7)
    occasions = [f"interaction-{number}" for number in range(2000)]
    asked = {one for one in occasions if ask(Surveys(), one, rules=rules)}
    assert 330 < len(asked) < 470
    assert asked == {one for one in occasions if ask(Surveys(), one, rules=rules)}
    others = SurveyRules(shares={CSAT: 0.2}, seed=8)
    assert asked != {one for one in occasions if ask(Surveys(), one, rules=others)}
    assert kept_from((), SurveyKind.NPS, "a", NOON, rules) is NotAsked.NOT_DRAWN


def test_an_answer_is_taken_once_and_in_time() -> None:
    known = after(*ask(Surveys()))
    [answer] = decide.record(known, FIRST, score=4, comment="well", **meta(6.99))
    told = {"survey_id": FIRST, "kind": CSAT, "about": "case-1"}
    assert answer == SatisfactionRecorded(**meta(6.99), **told, score=4, comment="well")
    answered = evolve(known, answer)
    assert decide.record(answered, FIRST, score=4, comment="well", **meta(9)) == []
    with pytest.raises(RefusedError, match="is answered already"):
        decide.record(answered, FIRST, score=5, **meta(6.99))
    with pytest.raises(RefusedError, match="could be answered until 2026-01-12 12:00"):
        decide.record(known, FIRST, score=4, **meta(7))
    with pytest.raises(NotFoundError, match="there is no survey"):
        decide.record(known, survey_id(HER, 2), score=4, **meta())


@pytest.mark.parametrize(
    ("kind", "score", "is_taken"),
    [(CSAT, 0, False), (CSAT, 1, True), (CSAT, 5, True), (CSAT, 6, False)]
    + [(SurveyKind.NPS, score, taken) for score, taken in ((-1, False), (0, True), (10, True), (11, False))],
)
def test_each_kind_has_its_scores(kind: SurveyKind, score: int, is_taken: bool) -> None:
    known = after(*ask(Surveys(), kind=kind))
    if is_taken:
        assert len(decide.record(known, FIRST, score=score, **meta())) == 1
    else:
        with pytest.raises(InvalidError) as refused:
            decide.record(known, FIRST, score=score, **meta())
        assert refused.value.field == "score"


def test_a_comment_has_an_end_and_other_facts_change_nothing() -> None:
    known = after(*ask(Surveys()), CustomerRegistered(**meta()))
    assert len(known.asked) == 1
    with pytest.raises(InvalidError) as refused:
        decide.record(known, FIRST, score=4, comment="x" * 10_001, **meta())
    assert refused.value.field == "comment"


@for_all(
    st.lists(
        st.tuples(st.floats(0, 20, allow_nan=False), st.integers(0, 12), st.sampled_from(SurveyKind)), max_size=40
    ),
    st.integers(0, 3),
    st.sampled_from([0.0, 0.5, 1.0]),
)
def test_within_no_window_is_anybody_asked_more_often_than_the_rules_say(
    occasions: list[tuple[float, int, SurveyKind]], most: int, share: float
) -> None:
    rules = SurveyRules(shares=dict.fromkeys(SurveyKind, share), most=most, window=timedelta(days=30), seed=most)
    surveys, day = Surveys(), 0.0
    for later, about, kind in occasions:
        day += later
        for event in ask(surveys, str(about), day, kind=kind, rules=rules):
            surveys = evolve(surveys, event)
    asked = [one.asked_at for one in surveys.asked]
    assert all(sum(end - rules.window < at <= end for at in asked) <= most for end in asked)
    assert len({(one.kind, one.about) for one in surveys.asked}) == len(surveys.asked)
    if not share:
        assert not asked
