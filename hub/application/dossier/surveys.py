"""How a customer said it was, and what they were asked and did not answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from hub.domain.event import Event
from hub.domain.satisfaction.decide import Survey, Surveys, evolve
from hub.domain.satisfaction.events import SurveyKind


@dataclass(frozen=True, slots=True)
class ShownSurvey:
    """One that was asked about an interaction or a case; `score` None: not answered."""

    survey_id: str
    kind: SurveyKind
    about: str
    asked_at: datetime
    expires_at: datetime
    score: int | None
    comment: str


def surveys_of(events: Sequence[Event]) -> list[ShownSurvey]:
    """The newest first."""
    surveys = Surveys()
    for event in events:
        surveys = evolve(surveys, event)
    return sorted((_shown(one) for one in surveys.asked), key=lambda one: (one.asked_at, one.survey_id), reverse=True)


def _shown(survey: Survey) -> ShownSurvey:
    what = survey.survey_id, survey.kind, survey.about, survey.asked_at, survey.expires_at
    return ShownSurvey(*what, survey.score, survey.comment)
