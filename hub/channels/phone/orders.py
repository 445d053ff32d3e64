"""What the hub decides about a call, carried out on it."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from hub.channels.command import Command
from hub.channels.phone import signals
from hub.channels.phone.actions import Action, SetTimer, play
from hub.channels.phone.call import Call, Leg, Phase, Role
from hub.channels.phone.entering import CONFIRM, DIGITS
from hub.channels.phone.happenings import Told
from hub.channels.phone.settings import PhoneSettings
from hub.domain.contact import RecordingState

Step = tuple[Call, list[Action]]
_DIALLABLE = re.compile(r"\+?[0-9*#]{2,32}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
_THREAD = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,199}")
"""Lines are named after it: another one, which only another adapter gives, would be read as more of a URL."""
_ROLES = {"monitor": Role.MONITOR, "coach": Role.COACH}


def told(call: Call, happening: Told, settings: PhoneSettings) -> Step:
    """Carry it out. What a call that is over is told has come too late."""
    order = _ORDERS.get(happening.command.command)
    if order is None or call.phase is Phase.OVER:
        return call, []
    command = happening.command
    call = replace(
        call, interaction_id=command.interaction_id or call.interaction_id, queue=command.queue or call.queue
    )
    actions: list[Action] = []
    if call.phase is Phase.REPORTING:
        call, actions = replace(call, phase=Phase.WAITING), [SetTimer(CONFIRM, None)]
    after, more = order(call, happening, settings)
    return after, actions + more


def _waiting(call: Call, happening: Told, settings: PhoneSettings) -> Step:
    sounds = _place(happening.command) if settings.announce else ()
    busy = call.playing or call.phase is not Phase.WAITING or not call.answered
    if busy or not sounds or any(leg.up for leg in call.legs):
        return call, []
    return _say(call, sounds)


def _place(command: Command) -> tuple[str, ...]:
    if command.place is None:
        return ()
    said = ["sound:queue-youarenext"]
    if command.place > 1:
        said = ["sound:queue-thereare", f"number:{command.place - 1}", "sound:queue-callswaiting"]
    if command.estimated_wait_s is not None and command.estimated_wait_s >= 60:
        said += ["sound:queue-holdtime", f"number:{round(command.estimated_wait_s / 60)}", "sound:queue-minutes"]
    return (*said, "sound:queue-thankyou")


def _say(call: Call, sounds: tuple[str, ...]) -> Step:
    playback = f"play-{call.thread}-{call.number}"
    saying = replace(call, playing=playback, number=call.number + 1)
    return saying, [play(call.channel, playback, sounds)]


def goodbye(call: Call, reason: str, sounds: tuple[str, ...]) -> Step:
    """The last words; nobody is on the line but the customer."""
    last = replace(call, phase=Phase.GOODBYE, last_words=reason, answered=True, legs=(), agent_id="", playing="")
    if not call.channel:
        return replace(last, phase=Phase.OVER), []
    return _say(last, sounds) if sounds else (replace(last, phase=Phase.OVER), [])


def _refused(call: Call, happening: Told, settings: PhoneSettings) -> Step:
    reason = happening.command.reason
    why = settings.refused.get(reason, settings.refused.get("", ()))
    return goodbye(call, reason, (*why, *_opening(happening, settings)))


def _opening(happening: Told, settings: PhoneSettings) -> tuple[str, ...]:
    """A day of the week says nothing of a time that is a week away or more."""
    opens, said = happening.command.opens_at, settings.opening
    if opens is None or said is None or not timedelta() < opens - happening.at < timedelta(days=6):
        return ()
    there = opens.astimezone(said.time_zone)
    minutes = (f"number:{there.minute}",) if there.minute else ()
    return (*said.prompt, f"sound:digits/day-{there.isoweekday() % 7}", f"number:{there.hour}", *minutes)


def _offered(call: Call, happening: Told, _: PhoneSettings) -> Step:
    command = happening.command
    known = call.leg_of(command.agent_id)
    if known is not None:
        return call.with_leg(replace(known, offer_id=command.offer_id)), []
    role = Role.CONSULT if command.consult_id else Role.AGENT
    return _ring(call, command.agent_id, role, offer_id=command.offer_id, consult_id=command.consult_id), []


def _offer_over(call: Call, happening: Told, _: PhoneSettings) -> Step:
    offer = happening.command.offer_id
    over = [leg for leg in call.legs if leg.offer_id == offer and not leg.accepted]
    return (call if happening.command.reason == "accepted" else call.without(*over)), []


def _answered(call: Call, happening: Told, _: PhoneSettings) -> Step:
    return _given_to(call, happening.command.agent_id), []


def _given_to(call: Call, agent_id: str) -> Call:
    """This agent has it; who was rung beside them is let go."""
    agent = call.leg_of(agent_id)
    others = [leg for leg in call.legs if leg.role is Role.AGENT and leg.agent_id != agent_id]
    call = replace(call.without(*others), agent_id=agent_id, held=False)
    if agent is None:
        call = _ring(call, agent_id, Role.AGENT, accepted=True)
    else:
        call = call.with_leg(replace(agent, role=Role.AGENT, accepted=True, consult_id=""))
    return connected(call) if agent is not None and agent.up else replace(call, phase=_without_agent(call))


def _without_agent(call: Call) -> Phase:
    return Phase.WAITING if call.phase is Phase.TALKING else call.phase


def connected(call: Call) -> Call:
    """The agent is there: they and the customer speak."""
    if call.phase not in (Phase.WAITING, Phase.TALKING) or not call.channel:
        return call
    return replace(call, phase=Phase.TALKING, answered=True, playing="")


def _ring(
    call: Call, agent_id: str, role: Role, *, accepted: bool = False, offer_id: str = "", consult_id: str = ""
) -> Call:
    """What is no name of a phone is not rung: it would be read as another address."""
    if not _NAME.fullmatch(agent_id):
        return call
    leg = Leg(f"leg-{call.thread}-{call.number}", agent_id, role, False, accepted, offer_id, consult_id)
    return replace(call, number=call.number + 1, legs=(*call.legs, leg))


def _dial(call: Call, happening: Told, _: PhoneSettings) -> Step:
    """The agent first: no customer picks up and finds nobody. The number may be another one than they called from."""
    call = replace(call, caller="".join(happening.command.address.split()) or call.caller)
    if call.channel and call.phase is not Phase.FREE:
        return _given_to(call, happening.command.agent_id), []
    call = replace(call, phase=Phase.DIALLING, channel="", agent_id=happening.command.agent_id, last_words="")
    if not (_DIALLABLE.fullmatch(call.caller) and _NAME.fullmatch(call.agent_id) and _THREAD.fullmatch(call.thread)):
        return replace(call, phase=_nobody(call), number=call.number + 1), [signals.missed(call, happening.at, 1)]
    agent = call.leg_of(call.agent_id)
    if agent is None:
        return _ring(call, call.agent_id, Role.AGENT, accepted=True), []
    call = call.with_leg(replace(agent, accepted=True))
    return (dial_customer(call) if agent.up else call), []


def _nobody(call: Call) -> Phase:
    return Phase.OVER if call.contact_id else Phase.FREE


def dial_customer(call: Call) -> Call:
    """Call the customer: the agent is on the line."""
    return replace(
        call, channel=f"customer-{call.thread}-{call.number}", answered=False, number=call.number + 1, playing=""
    )


def _callback_scheduled(call: Call, _: Told, settings: PhoneSettings) -> Step:
    if not call.channel:
        return replace(call, phase=Phase.FREE), []
    after, actions = goodbye(call, "callback", settings.goodbye)
    return (replace(after, phase=Phase.FREE, channel="") if after.phase is Phase.OVER else after), actions


def _callback_missed(call: Call, happening: Told, _: PhoneSettings) -> Step:
    phase = Phase.FREE if happening.command.retry_at else Phase.OVER
    return replace(call, phase=phase, channel="", legs=(), agent_id=""), []


def _held(call: Call, _: Told, __: PhoneSettings) -> Step:
    return replace(call, held=True), []


def _resumed(call: Call, _: Told, __: PhoneSettings) -> Step:
    return replace(call, held=False), []


def _recording(call: Call, happening: Told, _: PhoneSettings) -> Step:
    """Nothing is recorded, or all is again: told when it is so."""
    command = happening.command
    if command.agent_id != call.agent_id:
        return call, []
    pauses = command.state == RecordingState.PAUSED
    return replace(call, paused_by=command.agent_id if pauses else "", switch=f"switch-{command.id}"), []


def _transferred(call: Call, happening: Told, settings: PhoneSettings) -> Step:
    command = happening.command
    if not command.warm:
        return _pulled_back(call, happening, settings)
    leaver = call.leg_of(command.agent_id)
    call = call.without(leaver) if leaver is not None else call
    return _given_to(call, command.to_agent), []


def _pulled_back(call: Call, happening: Told, _: PhoneSettings) -> Step:
    """The agent is out with whom they consulted; the customer waits."""
    out = [leg for leg in call.legs if leg.agent_id == happening.command.agent_id or leg.role is Role.CONSULT]
    waits = replace(call.without(*out), agent_id="", held=False)
    if not call.channel:
        return replace(waits, phase=Phase.FREE), []
    return replace(waits, phase=Phase.WAITING if call.phase is Phase.TALKING else call.phase), []


def _consult_answered(call: Call, happening: Told, _: PhoneSettings) -> Step:
    return _joined(call, happening.command, Role.CONSULT), []


def _participant_joined(call: Call, happening: Told, _: PhoneSettings) -> Step:
    return _joined(call, happening.command, _ROLES.get(happening.command.mode, Role.CONFERENCE)), []


def _joined(call: Call, command: Command, role: Role) -> Call:
    leg = call.leg_of(command.agent_id)
    if leg is None:
        return _ring(call, command.agent_id, role, accepted=True, consult_id=command.consult_id)
    if leg.agent_id == call.agent_id:
        return call
    return call.with_leg(replace(leg, role=role, accepted=True, consult_id=command.consult_id))


def _let_go(call: Call, happening: Told, _: PhoneSettings) -> Step:
    agent_id = happening.command.agent_id
    return call.without(*(leg for leg in call.legs if leg.agent_id == agent_id != call.agent_id)), []


def _ended(call: Call, _: Told, __: PhoneSettings) -> Step:
    if call.phase in (Phase.GOODBYE, Phase.VOICEMAIL):
        return call, []
    return replace(call, phase=Phase.OVER, legs=(), playing=""), [SetTimer(DIGITS, None)]


def _nothing(call: Call, _: Told, __: PhoneSettings) -> Step:
    return call, []


_ORDERS: dict[str, Callable[[Call, Told, PhoneSettings], Step]] = {
    "waiting": _waiting,
    "refused": _refused,
    "expired": _refused,
    "moved": _nothing,
    "offered": _offered,
    "offer_over": _offer_over,
    "answered": _answered,
    "dial": _dial,
    "send": _dial,
    "callback_scheduled": _callback_scheduled,
    "callback_missed": _callback_missed,
    "held": _held,
    "resumed": _resumed,
    "recording": _recording,
    "transferred": _transferred,
    "pulled_back": _pulled_back,
    "consult_answered": _consult_answered,
    "consult_ended": _let_go,
    "participant_joined": _participant_joined,
    "participant_left": _let_go,
    "ended": _ended,
}
"""What is not here asks nothing of a phone."""
