"""What happens on the lines of a call: somebody picks up, presses a key, hangs up."""

from dataclasses import replace

from hub.channels.phone import signals
from hub.channels.phone.actions import Action, Report, Request, SetTimer, answer, hang_up, hear_its_end, play
from hub.channels.phone.call import Call, Leg, Phase, Role, Running
from hub.channels.phone.causes import dropped
from hub.channels.phone.entering import CONFIRM, DIGITS, given_up
from hub.channels.phone.happenings import CameBack, Confirmed, Gone, Listening, PickedUp, Played, Pressed, PutOnHold
from hub.channels.phone.orders import connected, dial_customer
from hub.channels.phone.recording import VOICEMAIL
from hub.channels.phone.settings import PhoneSettings

Step = tuple[Call, list[Action]]


def there(call: Call, happening: PickedUp | CameBack, settings: PhoneSettings) -> Step:
    """A line of the call is open."""
    if isinstance(happening, CameBack):
        return _came_back(call, happening, settings)
    return _picked_up(call, happening)


def _picked_up(call: Call, happening: PickedUp) -> Step:
    """An agent or a customer who was called."""
    if happening.channel == call.channel and call.phase is Phase.DIALLING:
        talks = replace(call, phase=Phase.TALKING, answered=True, since=call.since or happening.at)
        return talks, [signals.reached(call, happening.at)]
    leg = call.leg(happening.channel)
    if leg is None or leg.up:
        return call, []
    leg = replace(leg, up=True)
    call = call.with_leg(leg)
    if not leg.accepted:
        return call, [signals.offer_accepted(call, leg, happening.at)]
    return _given(call, leg), []


def _given(call: Call, leg: Leg) -> Call:
    """This line, which the hub gave the conversation, is open now."""
    if leg.role is not Role.AGENT:
        return call
    if call.phase is Phase.DIALLING:
        return call if call.channel else dial_customer(call)
    return connected(call)


def _came_back(call: Call, happening: CameBack, settings: PhoneSettings) -> Step:
    """Their new line takes the place of the one that was lost, or never got through. Who was given nothing here is not
    let in."""
    old = whose(call, happening.phone, settings)
    if old is None:
        return call, [hang_up(happening.channel)]
    new = replace(old, id=happening.channel, up=True)
    call = replace(call, legs=tuple(new if leg is old else leg for leg in call.legs))
    opens: list[Action] = [hear_its_end(happening.channel, settings.app), answer(happening.channel)]
    return (call if old.up else _given(call, new)), opens


def whose(call: Call, phone: str, settings: PhoneSettings) -> Leg | None:
    """The line of this phone's agent, where the hub gave them a part in the call."""
    theirs = (leg for leg in call.legs if settings.agent_endpoint.format(agent=leg.agent_id) == phone)
    return next((leg for leg in theirs if leg.accepted and call.phase is not Phase.OVER), None)


def listening(call: Call, happening: Listening) -> Step:
    """The ear of somebody who listens is there: it is theirs now."""
    if call.leg(happening.leg) is None:
        return call, [Request("DELETE", f"/channels/{happening.channel}")]
    return call, [Request("POST", f"/bridges/ear-{happening.leg}/addChannel", {"channel": happening.channel})]


def pressed(call: Call, happening: Pressed, settings: PhoneSettings) -> Step:
    """A key while waiting or talking."""
    if happening.channel == call.channel:
        wishes = call.phase is Phase.WAITING and happening.digit == settings.callback_digit
        return call, ([signals.callback_requested(call, happening.at)] if wishes else [])
    agent = call.leg(happening.channel)
    if agent is not None and agent.agent_id == call.agent_id and happening.digit == settings.recording.pause_digit:
        wished = replace(call, switch=f"{call.thread}-switch-{call.number}", number=call.number + 1)
        return replace(wished, paused_by="" if call.paused_by else agent.agent_id), []
    return call, []


def put_on_hold(call: Call, happening: PutOnHold) -> Step:
    """The agent's phone asks for it: the hub says so to all, and music follows with its command."""
    agent = call.leg(happening.channel)
    if agent is None or agent.agent_id != call.agent_id or not agent.accepted or happening.on == call.held:
        return call, []
    return replace(call, number=call.number + 1), [signals.put_on_hold(call, agent, happening.at, on=happening.on)]


def confirmed(call: Call, happening: Confirmed) -> Step:
    """The hub's word. An agent who picked up too late is let go."""
    if happening.signal == "offer_accepted" and not happening.accepted:
        late = call.leg_of(happening.agent_id)
        return (call.without(late) if late is not None and not late.accepted else call), []
    return call, []


def played(call: Call, happening: Played, settings: PhoneSettings) -> Step:
    """What was said is said: music again, or the end."""
    call = replace(call, playing="")
    if call.phase is Phase.VOICEMAIL:
        return _take_message(call, happening, settings)
    if call.phase is not Phase.GOODBYE:
        return call, []
    if call.last_words == "callback":
        return replace(call, phase=Phase.FREE, channel=""), []
    mail = settings.voicemail
    if mail is None or call.last_words not in mail.reasons:
        return replace(call, phase=Phase.OVER), []
    call = replace(call, phase=Phase.VOICEMAIL)
    if not mail.prompt:
        return _take_message(call, happening, settings)
    playback = f"play-{call.thread}-{call.number}"
    return replace(call, playing=playback, number=call.number + 1), [play(call.channel, playback, mail.prompt)]


def _take_message(call: Call, happening: Played, settings: PhoneSettings) -> Step:
    longest = settings.voicemail.max_seconds if settings.voicemail else 60
    running = Running(VOICEMAIL + call.thread, happening.at)
    params = {
        "name": running.name,
        "format": "wav",
        "maxDurationSeconds": str(longest),
        "maxSilenceSeconds": "5",
        "beep": "true",
        "terminateOn": "#",
        "ifExists": "overwrite",
    }
    request = Request("POST", f"/channels/{call.channel}/record", params, records=running.name)
    return replace(call, recording=running), [request]


def gone(call: Call, happening: Gone, settings: PhoneSettings) -> Step:
    """A line is over."""
    if happening.channel == call.channel:
        return _customer_gone(call, happening, settings)
    leg = call.leg(happening.channel)
    return (call, []) if leg is None else _company_gone(call, leg, happening)


def _customer_gone(call: Call, happening: Gone, settings: PhoneSettings) -> Step:
    over = replace(call, phase=Phase.OVER, legs=(), playing="", channel="")
    times: list[Action] = [SetTimer(DIGITS, None), SetTimer(CONFIRM, None)]
    if call.phase is Phase.DIALLING:
        back = over if call.contact_id else replace(call, phase=Phase.FREE, channel="", number=call.number + 1)
        return back, [signals.missed(call, happening.at, happening.cause)]
    if call.phase is Phase.FREE or call.last_words == "callback":
        return replace(call, phase=Phase.FREE, channel="", playing=""), times
    if call.phase is Phase.ENTERING:
        return over, [*times, Report(given_up(call, settings))]
    told = call.phase in (Phase.REPORTING, Phase.WAITING, Phase.TALKING) and not call.contact_id
    return over, [*times, *([signals.left(call, happening.at, happening.cause)] if told else [])]


def _company_gone(call: Call, leg: Leg, happening: Gone) -> Step:
    without = call.without(leg)
    if not leg.accepted:
        return without, [signals.offer_declined(call, leg, happening.at, happening.cause)]
    has_it = leg.role is Role.AGENT and leg.agent_id == call.agent_id
    if call.contact_id and has_it:
        over = replace(without, phase=Phase.OVER, legs=())
        return over, ([signals.missed(call, happening.at, 3)] if call.phase is Phase.DIALLING else [])
    if not has_it or (leg.up and not dropped(happening.cause)):
        return without, [signals.agent_left(call, leg, happening.at)]
    phase = Phase.FREE if call.phase is Phase.DIALLING else call.phase
    return replace(without, phase=phase, agent_id=""), [signals.agent_missed(call, leg, happening.at, happening.cause)]
