"""G2: is a complaint open, or a conversation? Who is angry, or is just being helped, is sold nothing."""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Annotated, NamedTuple

from pydantic import Field, PlainValidator

from hub.domain.cases.events import Severity
from hub.domain.cases.open_cases import OpenCases
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Told, Verdict
from hub.policies.sections import Section

_REPLY = Verdict(Gate.SERVICE_STATE, True, Reason.REPLY)
_NOTHING_OPEN = Verdict(Gate.SERVICE_STATE, True, Reason.NOTHING_OPEN)


def _severity(written: object) -> object:
    names = {one.name.lower(): one for one in Severity}
    if isinstance(written, str) and written in names:
        return names[written]
    raise ValueError(f"{written!r} is no severity: {', '.join(names)}")


class ServiceState(Section):
    """From which severity on an open case keeps a customer, and all people of an account, from being sold anything; and
    for how long after a conversation nothing is sent unasked."""

    severity: Annotated[Severity, PlainValidator(_severity)] = Severity.HIGH
    hold_hours: int = Field(default=24, ge=0, le=24 * 30)


class Conversation(NamedTuple):
    """A conversation with the customer; `ended_at` None: it is open. `interaction_id` empty: they came to us, and no
    conversation began with that: it was turned away, belongs to another one, or routing is just being told."""

    interaction_id: str
    channel: Channel
    ended_at: datetime | None


def service_gate(
    section: ServiceState,
    cases: OpenCases,
    conversations: Iterable[Conversation],
    purpose: Purpose,
    at: datetime,
    *,
    they_came: bool = False,
) -> Verdict:
    """`cases`: of the customer and of the account. The answer to what they asked is never held, on no channel. Who came
    of their own accord is in a conversation: that one holds nothing back, a complaint does."""
    if purpose is Purpose.REPLY:
        return _REPLY
    severe = [one for one in cases if one.severity >= section.severity]
    if severe:
        told: list[Told] = [{"case_id": one.case_id, "severity": int(one.severity)} for one in severe]
        inputs: Inputs = {"from": int(section.severity), "cases": told}
        return Verdict(Gate.SERVICE_STATE, False, Reason.COMPLAINT, inputs)
    holding = [] if they_came or not conversations else list(_holding(section, conversations, at))
    if holding:
        held_by: list[Told] = [
            {
                "interaction_id": one.interaction_id,
                "channel": one.channel.value,
                "ended_at": one.ended_at.isoformat() if one.ended_at else None,
            }
            for one in holding
        ]
        inputs = {"hold_hours": section.hold_hours, "conversations": held_by}
        return Verdict(Gate.SERVICE_STATE, False, Reason.CONVERSATION, inputs, _until(section, holding))
    return _NOTHING_OPEN


def _holding(section: ServiceState, conversations: Iterable[Conversation], at: datetime) -> Iterator[Conversation]:
    """Those that are open, and those that ended less than so many hours ago."""
    hold = timedelta(hours=section.hold_hours)
    return (one for one in conversations if one.ended_at is None or at < one.ended_at + hold)


def _until(section: ServiceState, holding: Iterable[Conversation]) -> datetime | None:
    """When the last of them holds no more; None: one is open."""
    ends = [one.ended_at for one in holding]
    known = [end for end in ends if end is not None]
    return max(known) + timedelta(hours=section.hold_hours) if len(known) == len(ends) else None
