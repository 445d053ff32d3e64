"""Asks customers by mail how it was, and understands the number that comes back: pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import NamedTuple

from hub.channels.command import Command
from hub.channels.email.settings import Surveys
from hub.domain.satisfaction.decide import COMMENT_LENGTH, SCORES, customer_of_survey
from hub.domain.satisfaction.events import SurveyKind

_NUMBER = re.compile(r"(\d{1,2})(?:\s*/\s*\d{1,2})?\s*[.!]?")
_UNSEEN = " \t\r\n\u200b\u200c\u200e\u200f\ufeff"
"""Also the marks of writing direction that mail programs add."""


class Score(NamedTuple):
    """What a customer answered."""

    survey_id: str
    score: int
    comment: str


class _Words(NamedTuple):
    subject: str
    questions: Mapping[SurveyKind, str]
    how: str
    link: str


_WORDS: Mapping[str, _Words] = {
    "en": _Words(
        "How was it?",
        {
            SurveyKind.CSAT: "How satisfied were you with us? 1: not at all, 5: very much.",
            SurveyKind.NPS: "Would you recommend us to others? 0: by no means, 10: by all means.",
        },
        "Please answer this mail with the number alone in the first line. Below it you may write a few words.",
        "Or answer here:",
    ),
    "fa": _Words(
        "از ما راضی بودید؟",
        {
            SurveyKind.CSAT: "چقدر از ما راضی بودید؟ ۱: هیچ، ۵: بسیار.",
            SurveyKind.NPS: "آیا ما را به دیگران پیشنهاد می‌کنید؟ ۰: به هیچ وجه، ۱۰: حتماً.",
        },
        "لطفاً به این نامه پاسخ دهید و در سطر نخست تنها عدد را بنویسید. زیر آن می‌توانید چند کلمه بنویسید.",
        "یا اینجا پاسخ دهید:",
    ),
}


def question(command: Command, surveys: Surveys, now: datetime) -> Command | None:
    """The mail that asks, to be sent as any other. None: nobody knows where to, or it is too late."""
    if not command.address or command.kind not in SCORES or (command.expires_at and now >= command.expires_at):
        return None
    words = _WORDS[next((one for one in _WORDS if command.language.lower().startswith(one)), surveys.language)]
    paragraphs = [words.questions[SurveyKind(command.kind)], words.how]
    if surveys.link:
        paragraphs.append(f"{words.link} {surveys.link.replace('{survey}', command.survey_id)}")
    name = f"{command.survey_id}.{command.kind}"
    return command.model_copy(
        update={"contact_id": name, "subject": words.subject, "text": "\n\n".join(paragraphs), "purpose": "survey"}
    )


def is_survey(contact_id: str) -> bool:
    """Whether the mail with this name asks how it was."""
    survey, _, kind = contact_id.rpartition(".")
    return kind in SCORES and bool(customer_of_survey(survey))


def answer(contact_id: str, text: str) -> Score | None:
    """What a mail says that answers the one with this name. None: that asked nothing, or this is no number in range
    alone in its first line."""
    if not is_survey(contact_id):
        return None
    survey, _, kind = contact_id.rpartition(".")
    first, _, rest = text.strip(_UNSEEN).partition("\n")
    found = _NUMBER.fullmatch(first.strip(_UNSEEN))
    if found is None or int(found[1]) not in SCORES[SurveyKind(kind)]:
        return None
    return Score(survey, int(found[1]), rest.strip(_UNSEEN)[:COMMENT_LENGTH])
