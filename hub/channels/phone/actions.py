"""What a call asks of the world: requests to the PBX, reports to the hub, times, files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from hub.channels.phone.call import Running
from hub.domain.contact import Contact


@dataclass(frozen=True, slots=True)
class Request:
    """One request of ARI. `calls`: the channel it makes; that it fails means that nobody is there. `headers`: of the
    invitation it sends. `records`: the recording it makes. `fulfils`: what may be told once it is carried out, and not
    before."""

    method: str
    path: str
    params: Mapping[str, str] = field(default_factory=dict)
    calls: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    records: str = ""
    fulfils: "Signal | None" = None


@dataclass(frozen=True, slots=True)
class Report:
    """A contact for the hub."""

    contact: Contact


@dataclass(frozen=True, slots=True)
class Signal:
    """Something that happened in the conversation, for the hub. `details`: as of a conversation's event."""

    id: str
    thread: str
    signal: str
    at: datetime
    details: Mapping[str, str | bool | datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Wake the call then; `seconds` None: do not."""

    name: str
    seconds: float | None


@dataclass(frozen=True, slots=True)
class Keep:
    """Put a finished recording where it belongs, and report it. A voicemail is a contact of its own."""

    recording: Running
    kind: str


@dataclass(frozen=True, slots=True)
class Remember:
    """The hub knows of this call, though the PBX took it: its record is no news."""

    thread: str


_NONE: Mapping[str, str] = {}

Action = Request | Report | Signal | SetTimer | Keep | Remember


def answer(channel: str) -> Request:
    return Request("POST", f"/channels/{channel}/answer")


def hear_its_end(channel: str, app: str) -> Request:
    """Why a line ended is told only to who asks."""
    return Request("POST", f"/applications/{app}/subscription", {"eventSource": f"channel:{channel}"})


def speak(channel: str, language: str) -> Request:
    """Whatever Asterisk says on this line is said in it. Asterisk writes `fa_IR` where others write `fa-IR`."""
    params = {"variable": "CHANNEL(language)", "value": language.replace("-", "_")}
    return Request("POST", f"/channels/{channel}/variable", params)


def hang_up(channel: str) -> Request:
    return Request("DELETE", f"/channels/{channel}")


def turn_away(channel: str, cause: int) -> Request:
    """The caller hears why (Q.850)."""
    return Request("DELETE", f"/channels/{channel}", {"reason_code": str(cause)})


def go_on_in(channel: str, context: str, extension: str) -> Request:
    params = {"context": context, "extension": extension, "priority": "1"}
    return Request("POST", f"/channels/{channel}/continue", params)


def play(channel: str, playback: str, sounds: tuple[str, ...]) -> Request:
    return Request("POST", f"/channels/{channel}/play/{playback}", {"media": ",".join(sounds)})


def stop_playing(playback: str) -> Request:
    return Request("DELETE", f"/playbacks/{playback}")


def ring(
    channel: str,
    endpoint: str,
    app: str,
    words: str,
    seconds: int,
    caller_id: str,
    headers: Mapping[str, str] = _NONE,
) -> Request:
    """Call somebody; who picks up comes to `app` with these words."""
    params = {"endpoint": endpoint, "app": app, "appArgs": words, "timeout": str(seconds), "callerId": caller_id}
    return Request("POST", f"/channels/{channel}", params, calls=channel, headers=headers)
