"""Whom to ask how it was, and what an answer makes happen."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any, NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind

SCORES: Mapping[SurveyKind, range] = {SurveyKind.CSAT: range(1, 6), SurveyKind.NPS: range(11)}
COMMENT_LENGTH = 10_000
_SURVEY = "survey-"
_EVERYBODY = MappingProxyType({SurveyKind.CSAT: 1.0, SurveyKind.NPS: 1.0})


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """Of how many, and how often."""

    shares: Mapping[SurveyKind, float] = field(default_factory=lambda: _EVERYBODY)
    """Of each kind the share of occasions, 0 to 1, that are asked about."""
    most: int = 2
    """So many surveys within `window` at most, whatever the kind."""
    window: timedelta = timedelta(days=30)
    answer_within: timedelta = timedelta(days=7)
    seed: int = 0
    """With another one others are drawn."""


class NotAsked(StrEnum):
    """Why somebody is not asked."""

    ALREADY = "already"
    """About this they were asked before."""
    CAPPED = "capped"
    """They were asked often enough of late."""
    NOT_DRAWN = "not_drawn"


class Survey(NamedTuple):
    """One that was asked."""

    survey_id: str
    kind: SurveyKind
    about: str
    asked_at: datetime
    expires_at: datetime
    score: int | None = None
    comment: str = ""


@dataclass(frozen=True, slots=True)
class Surveys:
    """What a customer was asked and what they answered, oldest first."""

    asked: tuple[Survey, ...] = ()


def evolve(surveys: Surveys, event: Event) -> Surveys:
    """The surveys after one more fact; facts of other kinds change nothing here."""
    match event:
        case SatisfactionAsked():
            new = Survey(event.survey_id, event.kind, event.about, event.at, event.expires_at)
            return replace(surveys, asked=(*surveys.asked, new))
        case SatisfactionRecorded():
            return replace(surveys, asked=tuple(_answered(one, event) for one in surveys.asked))
        case _:
            return surveys


def survey_id(customer: str, number: int) -> str:
    """The `number`-th survey of this customer's stream, counted from 1."""
    return f"{_SURVEY}{customer.removeprefix(CUSTOMER)}-{number}"


def customer_of_survey(survey: str) -> str:
    """The stream a survey lives in; empty if the text is no survey id."""
    head, _, number = survey.removeprefix(_SURVEY).rpartition("-")
    return CUSTOMER + head if survey.startswith(_SURVEY) and head and number.isdecimal() else ""


def drawn(rules: SurveyRules, kind: SurveyKind, about: str) -> float:
    """Between 0 and 1, the same for the same seed, kind and occasion: asking again draws no second time."""
    digest = hashlib.sha256(f"{rules.seed}\x1f{kind}\x1f{about}".encode()).digest()
    return int.from_bytes(digest[:8]) / 2**64


def kept_from(
    surveys: Iterable[Survey], kind: SurveyKind, about: str, at: datetime, rules: SurveyRules
) -> NotAsked | None:
    """Why this customer is not asked about this; None: they are. `surveys` are those of all streams that are one
    customer. The window slides: it holds what was asked in (at - window, at]."""
    asked = list(surveys)
    if any((one.kind, one.about) == (kind, about) for one in asked):
        return NotAsked.ALREADY
    if sum(at - rules.window < one.asked_at <= at for one in asked) >= rules.most:
        return NotAsked.CAPPED
    return NotAsked.NOT_DRAWN if drawn(rules, kind, about) >= rules.shares.get(kind, 0.0) else None


def ask(
    surveys: Surveys,
    customer: str,
    *,
    kind: SurveyKind,
    about: str,
    channel: Channel,
    rules: SurveyRules,
    elsewhere: Iterable[Survey] = (),
    **meta: Any,
) -> list[Event]:
    """Ask, unless something keeps the customer from it. `elsewhere`: what was asked in linked streams."""
    if kept_from((*surveys.asked, *elsewhere), kind, about, meta["at"], rules) is not None:
        return []
    asked = SatisfactionAsked(
        **meta, survey_id=survey_id(customer, len(surveys.asked) + 1), kind=kind, about=about, channel=channel,
        expires_at=meta["at"] + rules.answer_within, share=rules.shares[kind], draw=drawn(rules, kind, about),
    )  # fmt: skip
    return [asked]


def record(surveys: Surveys, survey: str, *, score: int, comment: str = "", **meta: Any) -> list[Event]:
    """The customer answers, once and in time. Nothing to do when they gave this answer already."""
    known = next((one for one in surveys.asked if one.survey_id == survey), None)
    if known is None:
        raise NotFoundError(f"there is no survey {survey}")
    scores = SCORES[known.kind]
    if score not in scores:
        raise InvalidError(f"a score of {known.kind} is {scores[0]} to {scores[-1]}", "score")
    if len(comment) > COMMENT_LENGTH:
        raise InvalidError(f"a comment has at most {COMMENT_LENGTH:,} characters", "comment")
    if known.score is not None:
        if (known.score, known.comment) == (score, comment):
            return []
        raise RefusedError(f"survey {survey} is answered already")
    if meta["at"] >= known.expires_at:
        raise RefusedError(f"survey {survey} could be answered until {known.expires_at:%Y-%m-%d %H:%M}: it is over")
    told = {"survey_id": survey, "kind": known.kind, "about": known.about}
    return [SatisfactionRecorded(**meta, **told, score=score, comment=comment)]


def _answered(survey: Survey, event: SatisfactionRecorded) -> Survey:
    if survey.survey_id != event.survey_id:
        return survey
    return survey._replace(score=event.score, comment=event.comment)
