"""What the hub decides about a conversation, as what the provider is asked to do with its line."""

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from hub.channels.command import Command
from hub.channels.voice_webhooks import signals
from hub.channels.voice_webhooks.line import Line, State
from hub.channels.voice_webhooks.parse import is_number
from hub.channels.voice_webhooks.render import in_line, last_words, refusal, with_agent
from hub.channels.voice_webhooks.settings import VoiceSettings
from hub.domain.contact import CallbackOutcome, ConversationEvent

_AGENT = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,63}")
LONGEST = 4000
"""Characters that the provider takes of what a new call is to do."""


@dataclass(frozen=True, slots=True)
class Redirect:
    """The call goes on with this."""

    sid: str
    twiml: str


@dataclass(frozen=True, slots=True)
class NewCall:
    """Once, whatever happens: `key` names it for ever. `missed` is what is told where it can't be made; until `until`
    it is tried again."""

    key: str
    to: str
    twiml: str
    status_url: str
    missed: ConversationEvent
    until: datetime | None


Action = Redirect | NewCall | ConversationEvent
Step = tuple[Line, list[Action]]


def told(line: Line, command: Command, address: str, at: datetime, settings: VoiceSettings) -> Step:
    """The line after it, and what is to be asked for. `address`: the customer's, of what has to be dialled."""
    line = replace(line, interaction_id=command.interaction_id or line.interaction_id)
    if command.command == "send":
        return _send(line, command, at, settings)
    if command.command == "dial":
        return _dial(line, command, address, at, settings)
    order = _ORDERS.get(command.command)
    return (line, []) if order is None else order(line, command, at, settings)


def _redirected(line: Line, twiml: str) -> Step:
    return line, ([Redirect(line.sid, twiml)] if line.sid else [])


def _given_to(line: Line, agent_id: str, command: Command, at: datetime, settings: VoiceSettings) -> Step:
    """What is no name of an agent is not rung: it would be read as another address."""
    line = replace(line, agent_id=agent_id, state=State.TALKING)
    if not _AGENT.fullmatch(agent_id):
        return line, [signals.agent_missed(line, command.id, at, CallbackOutcome.FAILED)]
    return _redirected(line, with_agent(settings.endpoint(agent_id), _over(line, command, settings), settings))


def _over(line: Line, command: Command, settings: VoiceSettings) -> str:
    return settings.url("dialled", thread=line.thread, turn=command.id, agent=line.agent_id)


def _answered(line: Line, command: Command, at: datetime, settings: VoiceSettings) -> Step:
    return _given_to(line, command.agent_id, command, at, settings)


def _transferred(line: Line, command: Command, at: datetime, settings: VoiceSettings) -> Step:
    if command.warm:
        return _given_to(line, command.to_agent, command, at, settings)
    return _waits(line, command, at, settings)


def _waits(line: Line, _: Command, __: datetime, settings: VoiceSettings) -> Step:
    if line.state is not State.TALKING:
        return replace(line, agent_id=""), []
    return _redirected(replace(line, state=State.WAITING, agent_id=""), in_line(line.thread, settings))


def _refused(line: Line, command: Command, _: datetime, settings: VoiceSettings) -> Step:
    return _redirected(replace(line, state=State.GOODBYE), refusal(command.reason, line.thread, settings))


def _ended(line: Line, _: Command, __: datetime, settings: VoiceSettings) -> Step:
    if line.state is State.GOODBYE:
        return line, []
    return _redirected(replace(line, state=State.GOODBYE), last_words(settings.words.goodbye, settings))


def _let_go(line: Line, _: Command, __: datetime, settings: VoiceSettings) -> Step:
    free = replace(line, sid="", state=State.FREE, agent_id="")
    return free, _redirected(line, last_words(settings.words.goodbye, settings))[1]


def _freed(line: Line, _: Command, __: datetime, ___: VoiceSettings) -> Step:
    return replace(line, sid="", state=State.FREE, agent_id=""), []


def _cannot_join(line: Line, command: Command, at: datetime, _: VoiceSettings) -> Step:
    return line, [signals.cannot_join(command, at)]


def _dial(line: Line, command: Command, address: str, at: datetime, settings: VoiceSettings) -> Step:
    """The customer first: the agent has taken the work, and rings next."""
    line = replace(line, sid="", state=State.DIALLING, agent_id=command.agent_id)
    missed = signals.callback_missed(line, command.id, at, CallbackOutcome.FAILED)
    if not is_number(address) or not _AGENT.fullmatch(command.agent_id):
        return replace(line, state=State.FREE), [missed]
    twiml = with_agent(settings.endpoint(command.agent_id), _over(line, command, settings), settings)
    status = settings.url("placed", thread=line.thread, turn=command.id, agent=command.agent_id)
    return line, [NewCall(command.id, address, twiml, status, missed, None)]


def _send(line: Line, command: Command, at: datetime, settings: VoiceSettings) -> Step:
    """With an agent who speaks, or else the words are spoken. The line of the conversation, if one stands, goes on."""
    twiml, reason = _spoken(line, command, settings)
    if not is_number(command.address):
        reason = "it has no number that can be called"
    missed = signals.failed(command.contact_id, line.thread, at, reason or "it could not be called")
    if reason:
        return line, [missed]
    status = settings.url("placed", thread=line.thread, contact=command.contact_id)
    return line, [NewCall(command.contact_id, command.address, twiml, status, missed, command.report_by)]


def _spoken(line: Line, command: Command, settings: VoiceSettings) -> tuple[str, str]:
    """What the call is to do; or why it can't."""
    if command.agent_id:
        if not _AGENT.fullmatch(command.agent_id):
            return "", "the agent has no phone"
        over = settings.url("dialled", thread=line.thread, contact=command.contact_id)
        return with_agent(settings.endpoint(command.agent_id), over, settings), ""
    twiml = last_words(command.text, settings)
    if not command.text.strip():
        return "", "there is nothing to say, and no agent who speaks"
    return twiml, "" if len(twiml) <= LONGEST else "it is too long to be spoken"


_ORDERS: dict[str, Callable[[Line, Command, datetime, VoiceSettings], Step]] = {
    "answered": _answered,
    "transferred": _transferred,
    "pulled_back": _waits,
    "refused": _refused,
    "expired": _refused,
    "ended": _ended,
    "callback_scheduled": _let_go,
    "callback_missed": _freed,
    "consult_answered": _cannot_join,
    "participant_joined": _cannot_join,
}
"""What is not here asks nothing of the line."""
