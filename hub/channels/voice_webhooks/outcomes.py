"""What became of a line, as the provider tells: what the hub is to hear, and how the call goes on."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from hub.channels.voice_webhooks import signals
from hub.channels.voice_webhooks.line import Line, State
from hub.channels.voice_webhooks.parse import outcome_of
from hub.channels.voice_webhooks.render import in_line, last_words
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.domain.contact import ConversationEvent

ENDED = frozenset({"completed", "busy", "no-answer", "canceled", "failed"})


class About(NamedTuple):
    """Which order it is about: the provider gives back what it was told with it."""

    turn: str = ""
    agent_id: str = ""
    contact_id: str = ""


class Outcome(NamedTuple):
    """`twiml` is how the call goes on, where the provider asks."""

    line: Line
    told: tuple[ConversationEvent, ...] = ()
    twiml: str = ""


def agent_done(line: Line, about: About, dial_status: str, at: datetime, settings: VoiceSettings) -> Outcome:
    """The agent's phone was not picked up, or one of the two hung up. Of an agent who has it no longer it is late: the
    call is elsewhere, and what is answered is not heard."""
    bye = last_words(settings.words.goodbye, settings)
    if about.contact_id:
        return Outcome(line, twiml=bye)
    if line.agent_id != about.agent_id or line.state not in (State.TALKING, State.DIALLING):
        return Outcome(line, twiml=in_line(line.thread, settings))
    missed = outcome_of(dial_status)
    over = replace(line, state=State.GOODBYE, agent_id="")
    if missed is None:
        return Outcome(over, (signals.agent_left(line, about.turn, at),), bye)
    waits = replace(line, state=State.WAITING, agent_id="")
    return Outcome(waits, (signals.agent_missed(line, about.turn, at, missed),), in_line(line.thread, settings))


def call_over(line: Line, sid: str, status: str, at: datetime) -> Outcome:
    """The customer's call ended. Of another than the one that stands it is late."""
    if line.sid != sid or status not in ENDED:
        return Outcome(line)
    free = replace(line, sid="", state=State.FREE, agent_id="")
    return Outcome(free, (signals.left(line.thread, at, dropped=status == "failed"),))


def placed(line: Line, about: About, sid: str, status: str, at: datetime) -> Outcome:
    """Of a call that we make. That of a contact has no line of its own: it was made, or it was not."""
    missed = outcome_of(status)
    if about.contact_id:
        if missed is not None:
            return Outcome(line, (signals.failed(about.contact_id, line.thread, at, status),))
        is_made = status in ("in-progress", "completed")
        return Outcome(line, (signals.sent(about.contact_id, line.thread, at),) if is_made else ())
    if line.state is not State.DIALLING or line.agent_id != about.agent_id:
        return call_over(line, sid, status, at)
    free = replace(line, sid="", state=State.FREE, agent_id="")
    if missed is not None:
        return Outcome(free, (signals.callback_missed(line, about.turn, at, missed),))
    reached = signals.reached(line, about.turn, at)
    if status == "completed":
        return Outcome(free, (reached, signals.left(line.thread, at)))
    if status == "in-progress":
        return Outcome(replace(line, sid=sid, state=State.TALKING), (reached,))
    return Outcome(line)
