"""What follows from anything that happens to a call: the rules are those of all phones, what is done is Kamailio's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.channels.command import Command
from hub.channels.kamailio.settings import KamailioSettings
from hub.channels.kamailio.standing import turn
from hub.channels.kamailio.wire import Order, Stands, place
from hub.channels.phone import signals
from hub.channels.phone.actions import Action as AnyAction
from hub.channels.phone.actions import Report, SetTimer, Signal
from hub.channels.phone.call import Call, Leg, Phase
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import Arrived, Gone, Happening, Told

Action = Order | Report | Signal | SetTimer
Step = tuple[Call, list[Action]]

_OF_ONE_MORE = frozenset({"consult_answered", "participant_joined"})
_MOVES = frozenset({"transferred", "pulled_back"})
_LEFT_ALONE = 0


def arrived(stands: Stands, settings: KamailioSettings) -> Step:
    """A customer calls."""
    came = Arrived(stands.began, stands.key, stands.caller, stands.dialled)
    call, actions = begin(stands.thread, came, settings.phone)
    return call, _ours(actions)


def step(call: Call, happening: Happening, settings: KamailioSettings) -> Step:
    """The call after it, and what is to be done, in this order."""
    if isinstance(happening, Told):
        told = _beyond_us(call, happening.command, happening.at)
        if told is not None:
            return told
    after, actions = decide(call, happening, settings.phone)
    if _is_parted(call, after, happening):
        return strayed(call, happening.at)
    gone = happening.channel if isinstance(happening, Gone) else ""
    return after, [*orders(call, after, gone, settings), *_ours(actions)]


def strayed(call: Call, at: datetime) -> Step:
    """Customer and agent speak, and the hub has it otherwise: they are not parted, and the hub hears that the customer
    waits no more."""
    return replace(call, phase=Phase.OVER, legs=()), [signals.left(call, at, _LEFT_ALONE)]


def orders(before: Call, after: Call, gone: str, settings: KamailioSettings) -> list[Action]:
    """What leads from one to the other; `gone`, a line, went by itself."""
    edge, key = place(before.thread)
    unring = [
        Order(edge, "unring", key, turn(leg))
        for leg in before.legs
        if not leg.up and leg.id != gone and after.leg(leg.id) is None
    ]
    if _holds(before) and not _holds(after):
        return [] if gone == before.channel else [*unring, _let_go(before, after, settings)]
    new = [leg for leg in after.legs if before.leg(leg.id) is None]
    return [*unring, *(ring(after, leg, settings) for leg in new)]


def ring(call: Call, leg: Leg, settings: KamailioSettings) -> Order:
    """One phone. Heard twice it rings once."""
    edge, key = place(call.thread)
    return Order(edge, "ring", key, turn(leg), (str(settings.ring_seconds * 1000), *settings.uris(leg.agent_id)))


def to_fallback(thread: str, settings: KamailioSettings) -> Order:
    """The hub does not take it."""
    edge, key = place(thread)
    if settings.fallback:
        return Order(edge, "forward", key, 0, (settings.fallback,))
    return refuse(thread, 503)


def refuse(thread: str, status: int) -> Order:
    """The caller hears it as a tone."""
    edge, key = place(thread)
    return Order(edge, "refuse", key, 0, (str(status), "Not Taken"))


def _let_go(before: Call, after: Call, settings: KamailioSettings) -> Order:
    edge, key = place(before.thread)
    if any(leg.up for leg in before.legs):
        return Order(edge, "end", key)
    if before.phase is Phase.REPORTING and not after.last_words:
        return to_fallback(before.thread, settings)
    return refuse(before.thread, settings.status(after.last_words))


def _holds(call: Call) -> bool:
    return bool(call.channel) and call.phase is not Phase.OVER


def _is_parted(before: Call, after: Call, happening: Happening) -> bool:
    """Whether the customer would be taken from who speaks with them: a proxy can't, it can only end the call."""
    if isinstance(happening, Gone) or not _holds(after):
        return False
    return any(leg.up and after.leg(leg.id) is None for leg in before.legs)


def _beyond_us(call: Call, command: Command, at: datetime) -> Step | None:
    """A call here has two ends, and is never called back. None: nothing of that is asked for."""
    leg = Leg(f"leg-{command.id}", command.agent_id, offer_id=command.offer_id, consult_id=command.consult_id)
    if command.command in _OF_ONE_MORE:
        return call, [signals.agent_left(replace(call, interaction_id=command.interaction_id), leg, at)]
    if command.command == "offered" and command.consult_id:
        asked = replace(call, interaction_id=command.interaction_id)
        return call, [signals.offer_declined(asked, leg, at, _NO_ROUTE)]
    if command.command == "dial":
        missed = replace(call, interaction_id=command.interaction_id, agent_id=command.agent_id)
        told = signals.missed(missed, at, _NO_ROUTE)
        return call, [replace(told, id=f"{command.id}-missed")]
    if command.command in _MOVES and any(leg.up for leg in call.legs):
        return strayed(call, at)
    return None


_NO_ROUTE = 3


def _ours(actions: Sequence[AnyAction]) -> list[Action]:
    """Without what is asked of an Asterisk."""
    return [one for one in actions if isinstance(one, Report | Signal | SetTimer)]
