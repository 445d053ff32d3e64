"""Asks customers by a text message how it was, and understands the number that comes back."""

import re
import unicodedata
from datetime import datetime

from hub.channels.command import Command
from hub.channels.link import Link
from hub.channels.sms.book import Asked, Book
from hub.domain.contact import Channel, ConversationEvent, ConversationSignal
from hub.domain.satisfaction.decide import COMMENT_LENGTH, SCORES
from hub.domain.satisfaction.events import SurveyKind

_QUESTIONS = {
    "en": {
        SurveyKind.CSAT: "How satisfied were you with us? Answer with a number: 1 not at all, 5 very much.",
        SurveyKind.NPS: "Would you recommend us? Answer with a number: 0 by no means, 10 by all means.",
    },
    "fa": {
        SurveyKind.CSAT: "چقدر از ما راضی بودید؟ با یک عدد پاسخ دهید: ۱ هیچ، ۵ بسیار.",
        SurveyKind.NPS: "ما را به دیگران پیشنهاد می‌کنید؟ با یک عدد پاسخ دهید: ۰ هرگز، ۱۰ حتماً.",
    },
}


def question(command: Command, language: str, now: datetime) -> Command | None:
    """The message that asks, to be sent as any other. None: nobody knows where to, or it is too late."""
    if not command.address or command.kind not in SCORES or (command.expires_at and now >= command.expires_at):
        return None
    words = _QUESTIONS[next((one for one in _QUESTIONS if command.language.lower().startswith(one)), language)]
    asked = {"contact_id": f"{command.survey_id}.{command.kind}", "text": words[SurveyKind(command.kind)]}
    return command.model_copy(update={**asked, "purpose": "survey"})


async def answered(link: Link, book: Book, thread: str, name: str, text: str, at: datetime) -> bool:
    """Whether a message answers what was asked in its thread, in time: a number in its range stands first."""
    asked = book.asked(thread)
    said = _score(text, asked.kind) if asked is not None and at.isoformat() < asked.until else None
    if asked is None or said is None:
        return False
    confirmed = await link.conversation(
        ConversationEvent(
            id=f"{name}.answer", channel=Channel.SMS, thread=thread, occurred_at=at, survey_id=asked.survey_id,
            signal=ConversationSignal.SURVEY_ANSWERED, score=said[0], comment=said[1],
        )
    )  # fmt: skip
    return confirmed.status == "accepted"


def remember(book: Book, thread: str, command: Command) -> None:
    """A number there is an answer from now on."""
    until = command.expires_at.isoformat() if command.expires_at else "9999"
    book.ask(thread, Asked(command.survey_id, command.kind, until))


def _score(text: str, kind: str) -> tuple[int, str] | None:
    plain = "".join(str(unicodedata.decimal(one)) if one.isdecimal() else one for one in text).strip()
    first, _, rest = plain.partition("\n")
    found = re.fullmatch(r"(\d{1,2})\s*[.!]?", first.strip())
    if found is None or int(found[1]) not in SCORES[SurveyKind(kind)]:
        return None
    return int(found[1]), rest.strip()[:COMMENT_LENGTH]
