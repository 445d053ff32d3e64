"""Given what a customer was asked before, when something ends, then they are asked how it was, or not, for a reason."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given as for_all
from hypothesis import strategies as st

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import CustomerRegistered
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.satisfaction import decide
from hub.domain.satisfaction.decide import (
    Circumstances,
    NotAsked,
    Reach,
    Survey,
    SurveyRules,
    Surveys,
    customer_of_survey,
    drawn,
    evolve,
    for_others,
    survey_id,
)
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from hub.domain.satisfaction.occasion import Occasion

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


REACH = Reach(Channel.SMS, "c-1", "t-1", "fa")


def found(surveys: Surveys, elsewhere: tuple[Survey, ...] = (), **more: Any) -> Circumstances:
    return Circumstances(**{"asked": (*surveys.asked, *elsewhere), "reach": REACH, **more})


def occasion(about: str = "case-1") -> Occasion:
    return Occasion(about, HER, NOON, Standing(segment="B2B"), "ann", Channel.PHONE, "care", "c-1", "t-1", "fa")


def ask(
    surveys: Surveys, about: str = "case-1", day: float = 0, kind: SurveyKind = CSAT, rules: SurveyRules = RULES,
    share: float = 1.0, **more: Any,
) -> list[SatisfactionAsked]:  # fmt: skip
    circumstances = found(surveys, **more)
    return decide.ask(circumstances, occasion(about), kind=kind, rules=rules, share=share, **meta(day))


def kept_from(surveys: Surveys, about: str, day: float = 0, share: float = 1.0, **more: Any) -> NotAsked | None:
    return decide.kept_from(found(surveys, **more), CSAT, about, NOON + timedelta(days=day), RULES, share)


def test_who_is_drawn_is_asked_and_the_draw_is_on_record() -> None:
    [event] = ask(Surveys())
    assert event == SatisfactionAsked(
        **meta(), survey_id=FIRST, kind=CSAT, about="case-1", channel=Channel.SMS,
        expires_at=NOON + timedelta(days=7), share=1.0, draw=drawn(RULES, CSAT, "case-1"), contact_id="c-1",
        thread="t-1", language="fa", about_channel="phone", queue="care", agent_id="ann", segment="B2B",
    )  # fmt: skip
    assert customer_of_survey(FIRST) == HER
    assert [customer_of_survey(text) for text in ("survey-1", "case-ab-1", "survey-ab-x", "survey--1")] == [""] * 4


def test_other_streams_of_the_customer_are_told_without_saying_where() -> None:
    [event] = ask(Surveys())
    copy = for_others(event)
    assert (copy.survey_id, copy.contact_id, copy.thread, copy.language) == (FIRST, "", "", "")
    assert after(event, copy) == after(event) == after(copy)
    assert after(copy).of({HER}) == after(copy).asked
    assert after(copy).of({"customer-cd"}) == ()


def test_about_one_thing_nobody_is_asked_the_same_twice() -> None:
    known = after(*ask(Surveys()))
    assert ask(known) == []
    assert kept_from(known, "case-1") is NotAsked.ALREADY
    assert len(ask(known, kind=SurveyKind.NPS)) == 1


def test_the_window_slides() -> None:
    known = after(*ask(Surveys(), "a", 0), *ask(Surveys(asked=(asked("x"),)), "b", 10))
    assert kept_from(known, "c", 29.99) is NotAsked.CAPPED
    assert len(ask(known, "c", 30)) == 1


def asked(about: str) -> Survey:
    return Survey(FIRST, CSAT, about, NOON - timedelta(days=99), NOON)


def test_what_linked_streams_were_asked_counts_too() -> None:
    other = tuple(
        Survey(f"survey-{'cd' * 16}-{number}", CSAT, about, NOON, NOON) for number, about in enumerate("ab", 1)
    )
    assert ask(Surveys(), "c", elsewhere=other) == []
    assert ask(Surveys(), "a", elsewhere=other[:1]) == []
    [event] = ask(Surveys(), "c", elsewhere=other[:1])
    assert event.survey_id == FIRST


def test_a_share_of_all_occasions_is_drawn_and_the_seed_says_which() -> None:
    rules = SurveyRules(seed=7)
    occasions = [f"interaction-{number}" for number in range(2000)]
    drawn_ones = {one for one in occasions if ask(Surveys(), one, rules=rules, share=0.2)}
    assert 330 < len(drawn_ones) < 470
    assert drawn_ones == {one for one in occasions if ask(Surveys(), one, rules=rules, share=0.2)}
    others = SurveyRules(seed=8)
    assert drawn_ones != {one for one in occasions if ask(Surveys(), one, rules=others, share=0.2)}
    assert kept_from(Surveys(), "a", share=0.0) is NotAsked.NOT_DRAWN


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"complaint_open": True}, NotAsked.COMPLAINT),
        ({"reach": NotAsked.NO_CONSENT}, NotAsked.NO_CONSENT),
        ({"reach": NotAsked.UNREACHABLE}, NotAsked.UNREACHABLE),
        ({"complaint_open": True, "reach": NotAsked.NO_CONSENT}, NotAsked.COMPLAINT),
    ],
)
def test_nobody_is_asked_in_a_bad_moment_or_against_their_will(more: dict[str, Any], why: NotAsked) -> None:
    assert ask(Surveys(), **more) == []
    assert kept_from(Surveys(), "case-1", **more) is why


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
    rules = SurveyRules(most=most, window=timedelta(days=30), seed=most)
    surveys, day = Surveys(), 0.0
    for later, about, kind in occasions:
        day += later
        for event in ask(surveys, str(about), day, kind=kind, rules=rules, share=share):
            surveys = evolve(surveys, event)
    moments = [one.asked_at for one in surveys.asked]
    assert all(sum(end - rules.window < at <= end for at in moments) <= most for end in moments)
    assert len({(one.kind, one.about) for one in surveys.asked}) == len(surveys.asked)
    if not share:
        assert not moments
