"""What Asterisk says, as happenings of calls."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.channels.phone.happenings import (
    Arrived,
    CameBack,
    Gone,
    Happening,
    Listening,
    PickedUp,
    Played,
    Pressed,
    PutOnHold,
    Recorded,
)

_HIDDEN = ("prohib", "unavailable")
_NAMED = re.compile(r"(?:play|talk)-(?P<thread>.+)-\d+|voicemail-(?P<message>.+)")
_CAUSE_FOLLOWS = 0.5
"""Seconds until the end of a line is told with its cause, at the latest."""


class Heard(NamedTuple):
    """A happening and its call: by thread, else by the channel it is about."""

    happening: Happening
    thread: str = ""
    channel: str = ""
    later: float = 0
    """Seconds after which it happens, where nothing better was heard."""


def read(event: Mapping[str, Any], at: datetime) -> Heard | None:
    """None: it concerns no call."""
    match event.get("type"):
        case "StasisStart":
            return _started(event, at)
        case "ChannelDestroyed" | "StasisEnd":
            channel = event["channel"]["id"]
            later = _CAUSE_FOLLOWS if event["type"] == "StasisEnd" else 0
            return Heard(Gone(at, channel, event.get("cause", 0)), channel=channel, later=later)
        case "ChannelDtmfReceived":
            channel = event["channel"]["id"]
            return Heard(Pressed(at, channel, event["digit"]), channel=channel)
        case "ChannelHold" | "ChannelUnhold":
            channel = event["channel"]["id"]
            return Heard(PutOnHold(at, channel, on=event["type"] == "ChannelHold"), channel=channel)
        case "PlaybackFinished":
            name = event["playback"]["id"]
            return _about(name, Played(at, name))
        case "RecordingFinished" | "RecordingFailed":
            recording = event["recording"]
            failed = event["type"] == "RecordingFailed"
            return _about(recording["name"], Recorded(at, recording["name"], recording.get("duration", 0), failed))
    return None


def _started(event: Mapping[str, Any], at: datetime) -> Heard | None:
    channel, words = event["channel"], event.get("args", [])
    match words:
        case ["in", *_]:
            return arrived(channel, words)
        case ["leg" | "customer", thread]:
            return Heard(PickedUp(at, channel["id"]), thread=thread)
        case ["back"]:
            return Heard(CameBack(at, channel["id"], str(channel["name"]).rpartition("-")[0]))
        case ["ear", thread, leg]:
            return Heard(Listening(at, channel["id"], leg), thread=thread)
    return None


def arrived(channel: Mapping[str, Any], words: list[str]) -> Heard:
    """A customer's call, from what Asterisk says of its channel: the same whenever it is asked."""
    dialled = words[1] if len(words) > 1 else ""
    shown = not any(part in words[2] for part in _HIDDEN) if len(words) > 2 else True
    number = str(channel["caller"]["number"])[:320] if shown else ""
    caller = number if re.search(r"\d", number) else ""
    began = datetime.fromisoformat(channel["creationtime"])
    return Heard(Arrived(began, channel["id"], caller, dialled), thread=thread_of(channel["id"]))


def _about(name: str, happening: Happening) -> Heard | None:
    found = _NAMED.fullmatch(name)
    return Heard(happening, thread=found["thread"] or found["message"]) if found else None


def words_of(channel: Mapping[str, Any], app: str) -> list[str] | None:
    """With which words a channel came to this app; None: it is elsewhere."""
    place = channel.get("dialplan", {})
    if place.get("app_name") != "Stasis":
        return None
    said = str(place.get("app_data", "")).split(",")
    return said[1:] if said[0] == app else None


def thread_of(channel: str) -> str:
    """Of a customer's call, by the name that Asterisk gave it."""
    return f"call-{channel}"
