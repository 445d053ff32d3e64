"""What a line tells the hub, in the hub's words."""

from datetime import datetime
from typing import Any

from hub.channels.command import Command
from hub.channels.voice_webhooks.line import Line
from hub.domain.contact import CallbackOutcome, Channel, ConversationEvent, ConversationSignal


def left(thread: str, at: datetime, *, dropped: bool = False) -> ConversationEvent:
    """The customer hung up: always under the same id, however often it is found out."""
    return _event(f"{thread}-left", thread, ConversationSignal.CUSTOMER_LEFT, at, dropped=dropped)


def callback_requested(thread: str, at: datetime) -> ConversationEvent:
    """The customer would rather be called."""
    return _event(f"{thread}-callback", thread, ConversationSignal.CALLBACK_REQUESTED, at)


def agent_missed(line: Line, turn: str, at: datetime, outcome: CallbackOutcome) -> ConversationEvent:
    """Who was given it can't be reached. `turn`: the order that gave it to them."""
    return _event(
        f"{turn}-missed", line.thread, ConversationSignal.AGENT_MISSED, at,
        interaction_id=line.interaction_id, agent_id=line.agent_id, outcome=outcome,
    )  # fmt: skip


def agent_left(line: Line, turn: str, at: datetime) -> ConversationEvent:
    """Who had it hung up."""
    return _event(
        f"{turn}-left", line.thread, ConversationSignal.AGENT_LEFT, at,
        interaction_id=line.interaction_id, agent_id=line.agent_id,
    )  # fmt: skip


def cannot_join(command: Command, at: datetime) -> ConversationEvent:
    """A line between two phones has no third."""
    return _event(
        f"{command.id}-out", command.thread, ConversationSignal.AGENT_LEFT, at,
        interaction_id=command.consult_id or command.interaction_id, agent_id=command.agent_id,
    )  # fmt: skip


def reached(line: Line, turn: str, at: datetime) -> ConversationEvent:
    """Who is called back is on the line."""
    return _event(
        f"{turn}-reached", line.thread, ConversationSignal.CALLBACK_REACHED, at,
        interaction_id=line.interaction_id, agent_id=line.agent_id,
    )  # fmt: skip


def callback_missed(line: Line, turn: str, at: datetime, outcome: CallbackOutcome) -> ConversationEvent:
    """Who is called back did not answer."""
    return _event(
        f"{turn}-missed", line.thread, ConversationSignal.CALLBACK_MISSED, at,
        interaction_id=line.interaction_id, agent_id=line.agent_id, outcome=outcome,
    )  # fmt: skip


def sent(contact_id: str, thread: str, at: datetime) -> ConversationEvent:
    """Who was to be called answered."""
    return _event(f"{contact_id}-sent", thread, ConversationSignal.SENT, at, contact_id=contact_id)


def failed(contact_id: str, thread: str, at: datetime, reason: str) -> ConversationEvent:
    """They were not called, or did not answer."""
    return _event(
        f"{contact_id}-failed", thread, ConversationSignal.FAILED, at, contact_id=contact_id, reason=reason[:200]
    )


def _event(name: str, thread: str, signal: ConversationSignal, at: datetime, **more: Any) -> ConversationEvent:
    return ConversationEvent(id=name, channel=Channel.PHONE, thread=thread, signal=signal, occurred_at=at, **more)
