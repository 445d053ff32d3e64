"""What a call tells the hub, in the hub's words."""

from datetime import datetime

from hub.channels.command import Command
from hub.channels.phone.actions import Signal
from hub.channels.phone.call import Call, Leg
from hub.channels.phone.causes import dropped, outcome, why_not
from hub.domain.contact import RecordingState


def left(call: Call, at: datetime, cause: int) -> Signal:
    """The customer hung up: always under the same id, however often it is found out."""
    return Signal(f"{call.thread}-left", call.thread, "customer_left", at, {"dropped": dropped(cause)})


def offer_accepted(call: Call, leg: Leg, at: datetime) -> Signal:
    """The agent picked up."""
    details = {"interaction_id": call.interaction_id, "agent_id": leg.agent_id, "offer_id": leg.offer_id}
    return _signal(call, "offer_accepted", leg, at, details)


def offer_declined(call: Call, leg: Leg, at: datetime, cause: int) -> Signal:
    """The agent's phone did not take it."""
    details = {
        "interaction_id": call.interaction_id,
        "agent_id": leg.agent_id,
        "offer_id": leg.offer_id,
        "reason": why_not(cause),
        "outcome": outcome(cause).value,
    }
    return _signal(call, "offer_declined", leg, at, details)


def agent_missed(call: Call, leg: Leg, at: datetime, cause: int) -> Signal:
    """Who has the conversation can't be reached."""
    details = {"interaction_id": call.interaction_id, "agent_id": leg.agent_id, "outcome": outcome(cause).value}
    return _signal(call, "agent_missed", leg, at, details)


def agent_left(call: Call, leg: Leg, at: datetime) -> Signal:
    """Somebody of the company hung up."""
    interaction = leg.consult_id or call.interaction_id
    return _signal(call, "agent_left", leg, at, {"interaction_id": interaction, "agent_id": leg.agent_id})


def put_on_hold(call: Call, leg: Leg, at: datetime, *, on: bool) -> Signal:
    """The agent did so by the phone."""
    name = "held" if on else "resumed"
    details = {"interaction_id": call.interaction_id, "agent_id": leg.agent_id}
    return Signal(f"{leg.id}-{name}-{call.number}", call.thread, name, at, details)


def recording_switched(call: Call, at: datetime, state: RecordingState) -> Signal:
    """What the agent wished of the recording is so."""
    details = {"interaction_id": call.interaction_id, "agent_id": call.agent_id, "state": state.value}
    return Signal(call.switch, call.thread, "recording_switched", at, details)


def callback_requested(call: Call, at: datetime) -> Signal:
    """The customer would rather be called."""
    return Signal(f"{call.thread}-callback", call.thread, "callback_requested", at)


def reached(call: Call, at: datetime) -> Signal:
    """Who was called is on the line."""
    if call.contact_id:
        return Signal(f"{call.contact_id}-sent", call.thread, "sent", at, {"contact_id": call.contact_id})
    details = {"interaction_id": call.interaction_id, "agent_id": call.agent_id}
    return Signal(f"{call.channel}-reached", call.thread, "callback_reached", at, details)


def missed(call: Call, at: datetime, cause: int) -> Signal:
    """Who was called did not answer."""
    if call.contact_id:
        details = {"contact_id": call.contact_id, "reason": outcome(cause).value}
        return Signal(f"{call.contact_id}-failed", call.thread, "failed", at, details)
    details = {
        "interaction_id": call.interaction_id,
        "agent_id": call.agent_id,
        "outcome": outcome(cause).value,
    }
    return Signal(f"{call.thread}-{call.number}-missed", call.thread, "callback_missed", at, details)


def _signal(call: Call, name: str, leg: Leg, at: datetime, details: dict[str, str]) -> Signal:
    """A leg is made once, and each of these happens to it once."""
    return Signal(f"{leg.id}-{name}", call.thread, name, at, details)


def ghost(command: Command, at: datetime) -> Signal:
    """The hub speaks of a call that does not stand: whoever called has left."""
    return Signal(f"{command.thread}-left", command.thread, "customer_left", at, {"dropped": True})


def not_sent(command: Command, at: datetime) -> Signal:
    """Nobody was named who would speak."""
    details = {"contact_id": command.contact_id, "reason": "a call needs an agent who speaks"}
    return Signal(f"{command.contact_id}-failed", command.thread, "failed", at, details)
