"""What a signal of an adapter asks of the routing pool."""

from collections.abc import Callable, Mapping
from datetime import datetime

from hub.domain.contact import CallbackOutcome, ConversationEvent, ConversationSignal, utc
from hub.domain.errors import InvalidError
from hub.domain.ids import interaction_of_offer
from hub.router.pool.commands import (
    Accept,
    AgentLeft,
    CloseDesk,
    Command,
    CustomerLeft,
    Decline,
    EndVisit,
    Hold,
    MissAgent,
    MissCallback,
    OpenDesk,
    ParkVisit,
    PassVisitOn,
    ReachCallback,
    RequestCallback,
    Resume,
    SwitchRecording,
    TakeVisit,
    WantNext,
)


def asked_of_pool(signal: ConversationEvent, now: datetime) -> Command | None:
    """None: it does not concern the pool. Raises InvalidError where it does not say enough."""
    make = _ASKS.get(signal.signal)
    if make is None:
        return None
    for field in _TAKES.get(signal.signal, ()):
        if not getattr(signal, field):
            raise InvalidError(f"{signal.signal} takes the {field} that came with the command", field)
    if signal.offer_id and signal.signal in _OF_OFFERS and not interaction_of_offer(signal.offer_id):
        raise InvalidError(f"{signal.offer_id!r} is no offer: use the offer_id that came with the command", "offer_id")
    return make(signal, now)


def _customer_left(signal: ConversationEvent, now: datetime) -> Command:
    return CustomerLeft(now, signal.id, "customer", signal.channel, signal.thread, signal.dropped)


def _callback_requested(signal: ConversationEvent, now: datetime) -> Command:
    due = moment(signal.due, "due") if signal.due else None
    return RequestCallback(now, signal.id, "customer", signal.channel, signal.thread, due, signal.address_of)


def moment(told: datetime, field: str) -> datetime:
    """In UTC. Raises InvalidError where it does not exist there."""
    try:
        return utc(told)
    except OverflowError:
        raise InvalidError("this time is out of range", field) from None


def _callback_reached(signal: ConversationEvent, now: datetime) -> Command:
    return ReachCallback(now, signal.id, _adapter(signal), signal.agent_id, signal.interaction_id)


def _callback_missed(signal: ConversationEvent, now: datetime) -> Command:
    return MissCallback(
        now, signal.id, _adapter(signal), signal.agent_id, signal.interaction_id, signal.outcome.value
    )  # fmt: skip


def _offer_accepted(signal: ConversationEvent, now: datetime) -> Command:
    return Accept(now, signal.id, _agent(signal), signal.agent_id, signal.offer_id)


def _offer_declined(signal: ConversationEvent, now: datetime) -> Command:
    is_busy = signal.outcome is CallbackOutcome.BUSY
    return Decline(now, signal.id, _agent(signal), signal.agent_id, signal.offer_id, signal.reason, is_busy)


def _agent_missed(signal: ConversationEvent, now: datetime) -> Command:
    return MissAgent(now, signal.id, _adapter(signal), signal.agent_id, signal.interaction_id, signal.outcome.value)


def _agent_left(signal: ConversationEvent, now: datetime) -> Command:
    return AgentLeft(now, signal.id, _agent(signal), signal.agent_id, signal.interaction_id)


def _held(signal: ConversationEvent, now: datetime) -> Command:
    return Hold(now, signal.id, _agent(signal), signal.agent_id, signal.interaction_id)


def _resumed(signal: ConversationEvent, now: datetime) -> Command:
    return Resume(now, signal.id, _agent(signal), signal.agent_id, signal.interaction_id)


def _recording_switched(signal: ConversationEvent, now: datetime) -> Command:
    if signal.state is None:
        raise InvalidError("recording_switched takes a state: paused, running or off", "state")
    return SwitchRecording(now, signal.id, _agent(signal), signal.agent_id, signal.interaction_id, signal.state)


def _desk_opened(signal: ConversationEvent, now: datetime) -> Command:
    desk = signal.desk
    if desk is None:
        raise InvalidError("desk_opened takes the desk: its branch, its name, and what the agent does there", "desk")
    return OpenDesk(
        now, signal.id, _agent(signal), signal.agent_id, desk.name, desk.branch, desk.desk, desk.skills, desk.languages
    )


def _desk_closed(signal: ConversationEvent, now: datetime) -> Command:
    return CloseDesk(now, signal.id, _agent(signal), signal.agent_id)


def _next_wanted(signal: ConversationEvent, now: datetime) -> Command:
    wanted = signal.signal is ConversationSignal.NEXT_WANTED
    return WantNext(now, signal.id, _agent(signal), signal.agent_id, wanted)


def _taken(signal: ConversationEvent, now: datetime) -> Command:
    return TakeVisit(now, signal.id, _agent(signal), signal.channel, signal.thread, signal.agent_id)


def _parked(signal: ConversationEvent, now: datetime) -> Command:
    return ParkVisit(now, signal.id, _agent(signal), signal.channel, signal.thread, signal.agent_id)


def _passed_on(signal: ConversationEvent, now: datetime) -> Command:
    actor = _agent(signal) if signal.agent_id else _adapter(signal)
    if not signal.queue and not signal.to_agent:
        raise InvalidError("passed_on takes the queue, or the agent, it goes to", "queue")
    to = {"queue": signal.queue, "to_agent": signal.to_agent, "reason": signal.reason}
    return PassVisitOn(now, signal.id, actor, signal.channel, signal.thread, signal.agent_id, **to)


def _ended(signal: ConversationEvent, now: datetime) -> Command:
    by = "customer" if signal.wrap_up == NO_SHOW else "agent"
    return EndVisit(
        now, signal.id, _agent(signal), signal.channel, signal.thread, signal.agent_id, signal.wrap_up, by
    )  # fmt: skip


NO_SHOW = "no_show"
"""The wrap-up of a visit whose customer was called, and did not come."""


def _adapter(signal: ConversationEvent) -> str:
    return f"adapter:{signal.channel.value}"


def _agent(signal: ConversationEvent) -> str:
    """Who did it, on their phone."""
    return f"agent:{signal.agent_id}"


_ASKS: Mapping[ConversationSignal, Callable[[ConversationEvent, datetime], Command]] = {
    ConversationSignal.CUSTOMER_LEFT: _customer_left,
    ConversationSignal.CALLBACK_REQUESTED: _callback_requested,
    ConversationSignal.CALLBACK_REACHED: _callback_reached,
    ConversationSignal.CALLBACK_MISSED: _callback_missed,
    ConversationSignal.OFFER_ACCEPTED: _offer_accepted,
    ConversationSignal.OFFER_DECLINED: _offer_declined,
    ConversationSignal.AGENT_MISSED: _agent_missed,
    ConversationSignal.AGENT_LEFT: _agent_left,
    ConversationSignal.HELD: _held,
    ConversationSignal.RESUMED: _resumed,
    ConversationSignal.RECORDING_SWITCHED: _recording_switched,
    ConversationSignal.DESK_OPENED: _desk_opened,
    ConversationSignal.DESK_CLOSED: _desk_closed,
    ConversationSignal.NEXT_WANTED: _next_wanted,
    ConversationSignal.NEXT_UNWANTED: _next_wanted,
    ConversationSignal.TAKEN: _taken,
    ConversationSignal.PARKED: _parked,
    ConversationSignal.PASSED_ON: _passed_on,
    ConversationSignal.ENDED: _ended,
}
_OF_OFFERS = (ConversationSignal.OFFER_ACCEPTED, ConversationSignal.OFFER_DECLINED)
_IN_WORK = ("interaction_id", "agent_id")
_TAKES: Mapping[ConversationSignal, tuple[str, ...]] = {
    ConversationSignal.CALLBACK_REACHED: _IN_WORK,
    ConversationSignal.CALLBACK_MISSED: _IN_WORK,
    ConversationSignal.OFFER_ACCEPTED: ("agent_id", "offer_id"),
    ConversationSignal.OFFER_DECLINED: ("agent_id", "offer_id"),
    ConversationSignal.AGENT_MISSED: _IN_WORK,
    ConversationSignal.AGENT_LEFT: _IN_WORK,
    ConversationSignal.HELD: _IN_WORK,
    ConversationSignal.RESUMED: _IN_WORK,
    ConversationSignal.RECORDING_SWITCHED: _IN_WORK,
    ConversationSignal.DESK_OPENED: ("agent_id",),
    ConversationSignal.DESK_CLOSED: ("agent_id",),
    ConversationSignal.NEXT_WANTED: ("agent_id",),
    ConversationSignal.NEXT_UNWANTED: ("agent_id",),
    ConversationSignal.TAKEN: ("agent_id",),
    ConversationSignal.PARKED: ("agent_id",),
    ConversationSignal.ENDED: ("agent_id",),
}
"""Fields that may not be empty."""
