"""What follows from anything that happens to a call: one pure function, by which every call lives."""

from dataclasses import replace

from hub.channels.phone import entering, lines, recording, signals
from hub.channels.phone.actions import Action, Remember, SetTimer, Signal, go_on_in, hear_its_end, speak
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.entering import CONFIRM, DIGITS
from hub.channels.phone.happenings import (
    Arrived,
    CameBack,
    Confirmed,
    Gone,
    Happening,
    Kept,
    Listening,
    NotSwitched,
    PickedUp,
    Played,
    Pressed,
    PutOnHold,
    Recorded,
    Resumed,
    TimeUp,
    Told,
)
from hub.channels.phone.layout import arrange, main_bridge, places
from hub.channels.phone.orders import told
from hub.channels.phone.settings import PhoneSettings

Step = tuple[Call, list[Action]]


def begin(thread: str, happening: Arrived, settings: PhoneSettings) -> Step:
    """A customer calls."""
    nothing = Call(thread, Phase.ENTERING, channel=happening.channel)
    after, actions = entering.arrived(thread, happening, settings)
    begins: list[Action] = [hear_its_end(happening.channel, settings.app)]
    if language := settings.line(happening.dialled).language:
        begins.append(speak(happening.channel, language))
    return after, [*begins, *arrange(nothing, after, "", settings), *actions]


def decide(call: Call, happening: Happening, settings: PhoneSettings) -> Step:
    """The call after it, and what is to be done, in this order. What does not concern the call changes nothing."""
    after, actions = _step(call, happening, settings)
    gone = call.channel if any(_hands_over(action) for action in actions) else _gone(happening)
    before = _as_if_silent(call) if isinstance(happening, Resumed) else call
    after = replace(after, bridged=after.bridged or main_bridge(after) in places(after).values())
    after, told = recording.notice(call, after, settings)
    again = isinstance(happening, Resumed)
    after, first, last = recording.record(call, after, happening.at, settings, again=again)
    return after, [*first, *arrange(before, after, gone, settings), *last, *actions, *told]


def _gone(happening: Happening) -> str:
    match happening:
        case Gone():
            return happening.channel
        case Played():
            return happening.playback
        case _:
            return ""


def _step(call: Call, happening: Happening, settings: PhoneSettings) -> Step:
    match happening:
        case Told():
            return told(call, happening, settings)
        case Gone():
            return lines.gone(call, happening, settings)
        case PickedUp() | CameBack():
            return lines.there(call, happening, settings)
        case Listening():
            return lines.listening(call, happening)
        case Pressed():
            enters = call.phase is Phase.ENTERING
            return entering.pressed(call, happening, settings) if enters else lines.pressed(call, happening, settings)
        case Played():
            return _played(call, happening, settings)
        case PutOnHold():
            return lines.put_on_hold(call, happening)
        case Recorded() | NotSwitched() | Kept():
            return recording.happened(call, happening, settings)
        case Confirmed():
            return _confirmed(call, happening, settings)
        case TimeUp():
            return _time_up(call, happening, settings)
        case Resumed():
            return _resumed(call, happening, settings)
        case _:
            return call, []


def _played(call: Call, happening: Played, settings: PhoneSettings) -> Step:
    if not call.playing or happening.playback != call.playing:
        return call, []
    if call.phase is Phase.ENTERING:
        return entering.played(call, happening, settings)
    return lines.played(call, happening, settings)


def _confirmed(call: Call, happening: Confirmed, settings: PhoneSettings) -> Step:
    if happening.signal:
        return lines.confirmed(call, happening)
    if call.phase is Phase.OVER and happening.accepted:
        return call, [Remember(call.thread)]
    if call.phase is not Phase.REPORTING:
        return call, []
    if not happening.accepted:
        return _to_the_pbx(call, [], settings)
    return replace(call, phase=Phase.WAITING), [SetTimer(CONFIRM, None)]


def _time_up(call: Call, happening: TimeUp, settings: PhoneSettings) -> Step:
    if happening.name == DIGITS and call.phase is Phase.ENTERING and not call.playing:
        return entering.time_up(call, happening, settings)
    if happening.name == CONFIRM and call.phase is Phase.REPORTING:
        return _to_the_pbx(call, [signals.left(call, happening.at, 0)], settings)
    return call, []


def _to_the_pbx(call: Call, told: list[Signal], settings: PhoneSettings) -> Step:
    """The hub does not take it: the PBX's own queue does."""
    over = replace(call, phase=Phase.OVER, legs=(), playing="", channel="")
    return over, [go_on_in(call.channel, settings.fallback_context, call.dialled), *told]


def _hands_over(action: Action) -> bool:
    return getattr(action, "path", "").endswith("/continue")


def _resumed(call: Call, happening: Resumed, settings: PhoneSettings) -> Step:
    """Go on where it stood. What was being said is said again, or is over."""
    keeps = [recording.keep(running) for running in call.finishing if running.seconds >= 0]
    after, actions = _stands(call, happening, settings)
    return after, [*keeps, *actions]


def _stands(call: Call, happening: Resumed, settings: PhoneSettings) -> Step:
    if call.phase is Phase.ENTERING:
        return entering.again(call, settings)
    if call.phase is Phase.REPORTING:
        return entering.reporting(call, settings)
    if call.phase is Phase.OVER:
        return call, ([] if call.contact_id or not call.since else [signals.left(call, happening.at, 0)])
    if call.playing and call.phase is Phase.TALKING:
        return recording.notice_again(call, settings)
    if call.playing:
        return lines.played(call, Played(happening.at, call.playing), settings)
    return call, []


def _as_if_silent(call: Call) -> Call:
    """The same lines, nobody of them hearing anything: so that everything is arranged anew."""
    legs = tuple(replace(leg, accepted=False) for leg in call.legs)
    phase = call.phase if call.phase is Phase.OVER or not call.channel else Phase.ENTERING
    return replace(call, phase=phase, legs=legs, playing="", bridged=False)
