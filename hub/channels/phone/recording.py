"""When a conversation is recorded: from the moment customer and agent speak, with pauses, until they part."""

from dataclasses import replace
from datetime import datetime

from hub.channels.phone.actions import Action, Keep, Request, Signal, play, stop_playing
from hub.channels.phone.call import Call, Phase, Running
from hub.channels.phone.happenings import Kept, NotSwitched, Recorded
from hub.channels.phone.layout import main_bridge, places
from hub.channels.phone.settings import PhoneSettings, Sounds
from hub.channels.phone.signals import recording_switched
from hub.domain.contact import RecordingState

VOICEMAIL = "voicemail-"
"""How the names of messages begin."""
LONGEST_SECONDS = 20 * 60
"""Of one file, 19 MB: what goes on for longer is recorded in several."""


Parts = tuple[Call, list[Action], list[Action]]
"""The call, what must be asked before anybody leaves, and what after."""


def notice(before: Call, after: Call, settings: PhoneSettings) -> tuple[Call, list[Action]]:
    """Who first hears anything when an agent is there, as they were called, or heard it ring until then, is told here
    that they are recorded; all others were told when they came."""
    said = settings.recording.notice
    speaks_now = after.phase is Phase.TALKING and after.answered and not before.answered
    if not (said and speaks_now and not after.playing and settings.recording.covers(after.queue)):
        return after, []
    return _say(after, said)


def notice_again(call: Call, settings: PhoneSettings) -> tuple[Call, list[Action]]:
    """Nobody knows what of it they heard: it is said from its beginning, and nothing is recorded before its end."""
    stopped: list[Action] = [stop_playing(call.playing)]
    said = settings.recording.notice
    if not (said and settings.recording.covers(call.queue)):
        return replace(call, playing=""), stopped
    saying, actions = _say(call, said)
    return saying, [*stopped, *actions]


def _say(call: Call, sounds: Sounds) -> tuple[Call, list[Action]]:
    playback = f"play-{call.thread}-{call.number}"
    return replace(call, playing=playback, number=call.number + 1), [play(call.channel, playback, sounds)]


def record(before: Call, after: Call, at: datetime, settings: PhoneSettings, *, again: bool = False) -> Parts:
    """The call with its recording as it should be. `again`: nobody knows what became of the agent's last wish."""
    if after.recording is not None and after.recording.name.startswith(VOICEMAIL):
        return after, [], []
    if after.agent_id != before.agent_id:
        after = replace(after, paused_by="", switch="")
    wish = _switched(after, at, settings) if after.switch and (again or after.switch != before.switch) else None
    bridge = main_bridge(after)
    in_bridge = [channel for channel, place in places(after).items() if place == bridge]
    speaks = after.channel in in_bridge and after.phase is Phase.TALKING
    if after.recording is None:
        told: list[Action] = [wish] if wish is not None else []
        begins = speaks and not after.paused_by and settings.recording.covers(after.queue)
        return _begin(after, at, wish) if begins else (after, [], told)
    if not in_bridge:
        stopped, stop = _stop(after, after.recording)
        return stopped, [stop], [wish] if wish is not None else []
    pause = bool(after.paused_by) or not speaks
    if pause == after.paused and wish is None:
        return after, [], []
    method, path = "POST" if pause else "DELETE", f"/recordings/live/{after.recording.name}/pause"
    return replace(after, paused=pause), [Request(method, path, fulfils=wish)], []


def _begin(call: Call, at: datetime, wish: Signal | None) -> Parts:
    running = Running(f"talk-{call.thread}-{call.number}", at)
    params = {
        "name": running.name,
        "format": "wav",
        "ifExists": "overwrite",
        "maxDurationSeconds": str(LONGEST_SECONDS),
    }
    path = f"/bridges/{main_bridge(call)}/record"
    begun = replace(call, recording=running, paused=False, number=call.number + 1)
    return begun, [], [Request("POST", path, params, records=running.name, fulfils=wish)]


def _stop(call: Call, running: Running) -> tuple[Call, Request]:
    over = replace(call, recording=None, paused=False, finishing=(*call.finishing, running))
    return over, Request("POST", f"/recordings/live/{running.name}/stop")


def happened(
    call: Call, happening: Recorded | NotSwitched | Kept, settings: PhoneSettings
) -> tuple[Call, list[Action]]:
    """What Asterisk tells of a recording, and that one is put away."""
    match happening:
        case Recorded():
            return _recorded(call, happening)
        case NotSwitched():
            return _not_switched(call, happening, settings)
        case Kept():
            return replace(call, finishing=tuple(one for one in call.finishing if one.name != happening.name)), []


def _not_switched(call: Call, happening: NotSwitched, settings: PhoneSettings) -> tuple[Call, list[Action]]:
    """What can't be paused is over: better too little on record than a card number. What can't go on begins anew."""
    told = _switched(call, happening.at, settings)
    if call.recording is None:
        return call, [told]
    stopped, stop = _stop(call, call.recording)
    return stopped, [stop, told]


def _switched(call: Call, at: datetime, settings: PhoneSettings) -> Signal:
    wished = RecordingState.PAUSED if call.paused_by else RecordingState.RUNNING
    is_recorded = call.recording is not None or settings.recording.covers(call.queue)
    return recording_switched(call, at, wished if is_recorded else RecordingState.OFF)


def _recorded(call: Call, happening: Recorded) -> tuple[Call, list[Action]]:
    """A recording is a file now. One that failed is gone."""
    running = next((one for one in (*call.finishing, call.recording) if one and one.name == happening.name), None)
    if running is None or running.seconds >= 0:
        return call, []
    finishing = tuple(one for one in call.finishing if one != running)
    over = replace(call, recording=None if call.recording == running else call.recording)
    if running.name.startswith(VOICEMAIL) and call.phase is Phase.VOICEMAIL:
        over = replace(over, phase=Phase.OVER)
    if happening.failed:
        return replace(over, finishing=finishing), []
    whole = replace(running, seconds=max(happening.seconds, 0))
    return replace(over, finishing=(*finishing, whole)), [keep(whole)]


def keep(running: Running) -> Keep:
    """Put away what is whole."""
    return Keep(running, "voicemail" if running.name.startswith(VOICEMAIL) else "recording")
