"""What the provider is to do with a call, in its language (TwiML)."""

import re
from typing import NamedTuple
from xml.etree.ElementTree import Element, SubElement, tostring

from hub.channels.voice_webhooks.settings import VoiceSettings

QUEUE = "hub"
_NO_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_SILENCE_SECONDS = 20


class Place(NamedTuple):
    """In line; None: not known."""

    place: int | None = None
    seconds: float | None = None


def turned_away() -> str:
    """They hear the busy tone, and the provider counts no answered call."""
    response = Element("Response")
    SubElement(response, "Reject", reason="busy")
    return _text(response)


def in_line(thread: str, settings: VoiceSettings, greeting: str = "") -> str:
    """They wait, and what they hear is asked for again and again."""
    response = Element("Response")
    _say(response, greeting, settings)
    SubElement(response, "Enqueue", waitUrl=settings.url("wait", thread=thread), waitUrlMethod="POST").text = QUEUE
    return _text(response)


def while_waiting(thread: str, place: Place, settings: VoiceSettings) -> str:
    """What they hear of it once."""
    response = Element("Response")
    heard = response
    if settings.callback_digit:
        heard = SubElement(response, "Gather", numDigits="1", timeout="1", action=settings.url("key", thread=thread))
    for words in _place(place, settings):
        _say(heard, words, settings)
    if settings.callback_digit:
        _say(heard, settings.words.callback, settings)
    if settings.music:
        SubElement(heard, "Play").text = settings.music
    else:
        SubElement(heard, "Pause", length=str(_SILENCE_SECONDS))
    return _text(response)


def _place(place: Place, settings: VoiceSettings) -> list[str]:
    words = settings.words
    if place.place is None:
        return []
    said = [words.next_in_line if place.place <= 1 else words.before_you.replace("{callers}", str(place.place - 1))]
    if place.seconds is not None and place.seconds >= 60:
        said.append(words.minutes.replace("{minutes}", str(round(place.seconds / 60))))
    return said


def with_agent(endpoint: str, over_url: str, settings: VoiceSettings) -> str:
    """The agent's phone rings; how that went is told at this address."""
    response = Element("Response")
    dial = SubElement(response, "Dial", timeout=str(settings.ring_seconds), action=over_url, method="POST")
    kind, _, rest = endpoint.partition(":")
    if kind == "client":
        SubElement(dial, "Client").text = _NO_XML.sub("", rest)
    elif kind in ("sip", "sips"):
        SubElement(dial, "Sip").text = _NO_XML.sub("", endpoint)
    else:
        SubElement(dial, "Number").text = _NO_XML.sub("", endpoint)
    return _text(response)


def last_words(words: str, settings: VoiceSettings) -> str:
    """They are said, then it is over."""
    response = Element("Response")
    _say(response, words, settings)
    SubElement(response, "Hangup")
    return _text(response)


def refusal(reason: str, thread: str, settings: VoiceSettings) -> str:
    """Why, and where that is wanted a message."""
    mail, words = settings.voicemail, settings.words.of_refusal(reason)
    if mail is None or reason not in mail.reasons:
        return last_words(words, settings)
    response = Element("Response")
    _say(response, words, settings)
    _say(response, mail.prompt, settings)
    SubElement(
        response, "Record", maxLength=str(mail.max_seconds), playBeep="true", finishOnKey="#",
        action=settings.url("over", thread=thread),
        recordingStatusCallback=settings.url("message", thread=thread),
    )  # fmt: skip
    SubElement(response, "Hangup")
    return _text(response)


def _say(parent: Element, words: str, settings: VoiceSettings) -> None:
    if words.strip():
        SubElement(parent, "Say", language=settings.words.language).text = _NO_XML.sub("", words)


def _text(response: Element) -> str:
    return '<?xml version="1.0" encoding="UTF-8"?>' + tostring(response, encoding="unicode")
