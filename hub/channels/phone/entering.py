"""What a caller goes through before they wait: a greeting, a choice, a number."""

from dataclasses import replace

from hub.channels.phone.actions import Action, Report, SetTimer, play
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.happenings import Arrived, Played, Pressed, TimeUp
from hub.channels.phone.settings import PhoneSettings, Sounds
from hub.domain.contact import Channel, Contact, Identifier, Path

Step = tuple[Call, list[Action]]
DIGITS, CONFIRM = "digits", "confirm"
"""Times: for the next key, and for the hub's word."""
_STEPS = ("greeting", "menu", "number")


def arrived(thread: str, happening: Arrived, settings: PhoneSettings) -> Step:
    """A call begins."""
    line = settings.line(happening.dialled)
    call = Call(
        thread,
        Phase.ENTERING,
        caller=happening.caller,
        channel=happening.channel,
        dialled=happening.dialled,
        service=line.service,
        since=happening.at,
        answered=settings.answer_at_once,
    )
    return _next_step(call, settings)


def played(call: Call, _: Played, settings: PhoneSettings) -> Step:
    """A prompt was said: now it is waited for keys, or on it goes."""
    call = replace(call, playing="")
    if call.step == "greeting":
        return _next_step(call, settings)
    return call, [SetTimer(DIGITS, _patience(call, settings))]


def pressed(call: Call, happening: Pressed, settings: PhoneSettings) -> Step:
    """A key. It stops the prompt."""
    if happening.channel != call.channel or call.step == "greeting":
        return call, []
    call, digit = replace(call, playing=""), happening.digit
    if call.step == "menu":
        return _chosen(call, digit, settings)
    asked = settings.ask_number
    digits = call.digits if digit == "#" else call.digits + digit
    call = replace(call, digits=digits)
    if digit == "#" or asked is None or len(digits) >= asked.max_digits:
        return _entered(call, settings)
    return call, [SetTimer(DIGITS, asked.seconds)]


def time_up(call: Call, _: TimeUp, settings: PhoneSettings) -> Step:
    """No key came."""
    return _chosen(call, "", settings) if call.step == "menu" else _entered(call, settings)


def again(call: Call, settings: PhoneSettings) -> Step:
    """The step from its beginning: nobody knows what the caller heard of it."""
    call = replace(call, playing="", digits="")
    return _begin(call, call.step, settings)


def _chosen(call: Call, digit: str, settings: PhoneSettings) -> Step:
    menu = settings.menu
    if menu is None:
        return _next_step(call, settings)
    if digit in menu.choices:
        return _next_step(replace(call, service=menu.choices[digit]), settings)
    call = replace(call, attempts=call.attempts + 1)
    return _next_step(call, settings) if call.attempts >= menu.attempts else _begin(call, "menu", settings)


def _entered(call: Call, settings: PhoneSettings) -> Step:
    return _next_step(replace(call, entered=call.digits, digits=""), settings)


def _next_step(call: Call, settings: PhoneSettings) -> Step:
    """An unanswered call hears nothing and presses nothing: it goes straight to the hub."""
    left = _STEPS[_STEPS.index(call.step) + 1 :] if call.step else _STEPS
    step = next((one for one in left if call.answered and _prompt(call, one, settings)), "")
    return _begin(call, step, settings) if step else reporting(call, settings)


def _begin(call: Call, step: str, settings: PhoneSettings) -> Step:
    playback = f"play-{call.thread}-{call.number}"
    asked = replace(call, step=step, playing=playback, number=call.number + 1)
    return asked, [SetTimer(DIGITS, None), play(call.channel, playback, _prompt(call, step, settings))]


def _prompt(call: Call, step: str, settings: PhoneSettings) -> Sounds:
    if step == "greeting":
        return settings.greeting + (settings.recording.notice if settings.recording.queues else ())
    if step == "menu":
        return settings.menu.prompt if settings.menu and settings.line(call.dialled).menu else ()
    asked = settings.ask_number
    return asked.prompt if asked and (not asked.services or call.service in asked.services) else ()


def _patience(call: Call, settings: PhoneSettings) -> float:
    asked = settings.menu if call.step == "menu" else settings.ask_number
    return asked.seconds if asked else 1


def reporting(call: Call, settings: PhoneSettings) -> Step:
    """The hub is told of the call: once it has confirmed, the caller waits there."""
    waits = replace(call, phase=Phase.REPORTING, playing="", step="", digits="")
    times: list[Action] = [SetTimer(DIGITS, None), SetTimer(CONFIRM, settings.hub_patience_seconds)]
    return waits, [*times, Report(contact_of(waits, settings))]


def contact_of(call: Call, settings: PhoneSettings) -> Contact:
    """The same for the same call, whenever it is made. Nobody has proved that the number is theirs."""
    if call.since is None:
        raise ValueError(f"call {call.thread} has no beginning")
    line = settings.line(call.dialled)
    named = [Identifier(kind="phone", value=call.caller)] if call.caller else []
    if call.entered and settings.ask_number:
        named.append(Identifier(kind=settings.ask_number.kind, value=call.entered))
    return Contact(
        id=call.thread,
        path=Path(channel=Channel.PHONE, address=call.caller, sender=line.sender),
        occurred_at=call.since,
        identifiers=tuple(named),
        thread=call.thread,
        service=call.service,
        language=line.language,
    )


def given_up(call: Call, settings: PhoneSettings) -> Contact:
    """Who hung up before they were in line: on record, and no work."""
    return contact_of(call, settings).model_copy(update={"subject": "Hung up before being in line", "auto": True})
