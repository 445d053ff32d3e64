"""Calls as they stand after some happenings, and what the last of these asked for."""

from datetime import UTC, datetime
from itertools import count

from hub.channels.command import Command
from hub.channels.phone.actions import Action, Request, Signal
from hub.channels.phone.call import Call, Phase
from hub.channels.phone.decide import begin, decide
from hub.channels.phone.happenings import (
    Arrived,
    Confirmed,
    Happening,
    PickedUp,
    Told,
)
from hub.channels.phone.settings import PhoneSettings, Recording

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PLAIN = PhoneSettings()
RECORDED = PhoneSettings(recording=Recording(queues=("*",)))
_numbers = count()


def told(command: str, **fields: object) -> Told:
    said = {"interaction_id": "interaction-1", "queue": "care", **fields}
    about = Command(id=f"c{next(_numbers)}", at=NOON, command=command, channel="phone", thread="call-c1", **said)  # type: ignore[arg-type]
    return Told(NOON, about)


def lived(*happenings: Happening, settings: PhoneSettings = PLAIN) -> tuple[Call, list[Action]]:
    """A call after all this, and what the last of it asked for."""
    call, actions = begin("call-c1", Arrived(NOON, "c1", "+98211", "1000"), settings)
    for happening in happenings:
        call, actions = decide(call, happening, settings)
    return call, actions


WAITS = (Confirmed(NOON, "", accepted=True),)
OFFERED = told("offered", agent_id="ann", offer_id="o1")
LEG = "leg-call-c1-0"
RINGS = (*WAITS, OFFERED)
TALKS = (*RINGS, PickedUp(NOON, LEG), told("answered", agent_id="ann"))


def asked(actions: list[Action]) -> list[str]:
    return [f"{one.method} {one.path}" for one in actions if isinstance(one, Request)]


def signals(actions: list[Action]) -> list[str]:
    return [one.signal for one in actions if isinstance(one, Signal)]


def free() -> Call:
    return Call("call-c1", Phase.FREE, caller="+98211")
