"""Whom to ask how it was, and what an answer makes happen."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from hub.domain.satisfaction.occasion import Occasion

SCORES: Mapping[SurveyKind, range] = {SurveyKind.CSAT: range(1, 6), SurveyKind.NPS: range(11)}
COMMENT_LENGTH = 10_000
_SURVEY = "survey-"


@dataclass(frozen=True, slots=True)
class SurveyRules:
    """How often, and how long there is time to answer."""

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
    NOT_DRAWN = "not_drawn"
    CAPPED = "capped"
    """They were asked often enough of late."""
    CONTACTED = "contacted"
    """They were contacted often enough of late, for whatever reason."""
    COMPLAINT = "complaint"
    """A complaint of theirs is open or another severe case, or one of an account they act for."""
    NO_CONSENT = "no_consent"
    """They don't want to be asked there."""
    UNREACHABLE = "unreachable"
    """They never came from an address on a channel that may be used."""
    QUIET_HOURS = "quiet_hours"
    """It is a time of day at which they are left in peace, or nobody can say what time it is there."""
    TOO_LATE = "too_late"
    """It was over so long ago that the time to answer would be over, too."""
    FORGOTTEN = "forgotten"


class Reach(NamedTuple):
    """Where a customer can be asked."""

    channel: Channel
    contact_id: str
    thread: str = ""
    """Empty: a new conversation."""
    language: str = ""


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

    def of(self, streams: Collection[str]) -> tuple[Survey, ...]:
        """Those that belong to these streams: who was linked once knows of the other's, too."""
        return tuple(one for one in self.asked if customer_of_survey(one.survey_id) in streams)


@dataclass(frozen=True, slots=True)
class Circumstances:
    """What decides on asking a customer now, over all their streams."""

    asked: tuple[Survey, ...] = ()
    complaint_open: bool = False
    reach: Reach | NotAsked = NotAsked.UNREACHABLE
    """Where; or why nowhere."""
    held_until: datetime | None = None
    """Of quiet hours, when they end."""


def evolve(surveys: Surveys, event: Event) -> Surveys:
    """The surveys after one more fact; facts of other kinds change nothing here. One that stands in several streams
    counts once."""
    match event:
        case SatisfactionAsked():
            if any(one.survey_id == event.survey_id for one in surveys.asked):
                return surveys
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
    found: Circumstances, kind: SurveyKind, about: str, at: datetime, rules: SurveyRules, share: float
) -> NotAsked | None:
    """Why this customer is not asked about this; None: they are. `share` of all occasions are drawn. The window slides:
    it holds what was asked in (at - window, at]."""
    if any((one.kind, one.about) == (kind, about) for one in found.asked):
        return NotAsked.ALREADY
    if drawn(rules, kind, about) >= share:
        return NotAsked.NOT_DRAWN
    if found.complaint_open:
        return NotAsked.COMPLAINT
    if sum(at - rules.window < one.asked_at <= at for one in found.asked) >= rules.most:
        return NotAsked.CAPPED
    return found.reach if isinstance(found.reach, NotAsked) else None


def ask(
    found: Circumstances, occasion: Occasion, *, kind: SurveyKind, rules: SurveyRules, share: float, **meta: Any
) -> list[SatisfactionAsked]:
    """Ask, unless something keeps the customer from it."""
    about, reach = occasion.about, found.reach
    if isinstance(reach, NotAsked) or kept_from(found, kind, about, meta["at"], rules, share) is not None:
        return []
    number = 1 + sum(customer_of_survey(one.survey_id) == occasion.customer for one in found.asked)
    asked = SatisfactionAsked(
        **meta, survey_id=survey_id(occasion.customer, number), kind=kind, about=about, channel=reach.channel,
        expires_at=meta["at"] + rules.answer_within, share=share, draw=drawn(rules, kind, about),
        contact_id=reach.contact_id, thread=reach.thread, language=reach.language,
        about_channel=(occasion.channel or reach.channel).value, queue=occasion.queue, agent_id=occasion.agent_id,
        segment=occasion.standing.segment,
    )  # fmt: skip
    return [asked]


def for_others(asked: SatisfactionAsked) -> SatisfactionAsked:
    """The same for the other streams of the customer: that they were asked, not where."""
    return asked.model_copy(update={"contact_id": "", "thread": "", "language": ""})


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
