"""When a conversation is recorded: from the moment customer and agent speak, with pauses, until they part."""

from dataclasses import replace
from datetime import datetime

from hub.channels.phone.actions import Action, Keep, Request
from hub.channels.phone.call import Call, Phase, Running
from hub.channels.phone.happenings import Kept, Recorded
from hub.channels.phone.layout import main_bridge, places
from hub.channels.phone.settings import PhoneSettings

VOICEMAIL = "voicemail-"
"""How the names of messages begin."""


def record(after: Call, at: datetime, settings: PhoneSettings) -> tuple[Call, list[Action], list[Action]]:
    """The call with its recording as it should be; what must be asked before anybody leaves, and what after."""
    if after.recording is not None and after.recording.name.startswith(VOICEMAIL):
        return after, [], []
    bridge = main_bridge(after)
    in_bridge = [channel for channel, place in places(after).items() if place == bridge]
    speaks = after.channel in in_bridge and after.phase is Phase.TALKING
    if after.recording is None:
        if not speaks or not settings.recording.covers(after.queue):
            return after, [], []
        running = Running(f"talk-{after.thread}-{after.number}", at)
        params = {"name": running.name, "format": "wav", "ifExists": "overwrite"}
        started = replace(after, recording=running, paused=False, number=after.number + 1)
        return started, [], [Request("POST", f"/bridges/{bridge}/record", params, records=running.name)]
    name = after.recording.name
    if not in_bridge:
        stopped = replace(
            after, recording=None, paused=False, by_hand=False, finishing=(*after.finishing, after.recording)
        )
        return stopped, [Request("POST", f"/recordings/live/{name}/stop")], []
    pause = after.by_hand or not speaks
    if pause == after.paused:
        return after, [], []
    method = "POST" if pause else "DELETE"
    return replace(after, paused=pause), [Request(method, f"/recordings/live/{name}/pause")], []


def recorded(call: Call, happening: Recorded) -> tuple[Call, list[Action]]:
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


def kept(call: Call, happening: Kept) -> tuple[Call, list[Action]]:
    """It is where it belongs."""
    return replace(call, finishing=tuple(one for one in call.finishing if one.name != happening.name)), []
