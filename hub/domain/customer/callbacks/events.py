"""What becomes of a callback that an agent promised."""

from datetime import datetime
from typing import Annotated, ClassVar

from hub.domain.customer.identity import CUSTOMER
from hub.domain.event import Event
from hub.domain.personal import PERSONAL

_CALLBACK = "callback-"


class _Listed(Event):
    """What changes the lists of agents."""

    agents: tuple[str, ...] = ()
    """In whose lists it stood, or stands now."""


class _Terms(Event):
    """What holds from now on."""

    callback_id: str
    agent_id: str
    """Who says so, whoever entered it: `actor`."""
    due: datetime
    for_agent: str = ""
    """Who is to call, first; empty: anybody whom the queue serves."""
    queue: str
    number: Annotated[str, PERSONAL]
    note: Annotated[str, PERSONAL] = ""


class CallbackPromised(_Terms):
    """An agent promised the customer that they will be called."""

    service: str = ""
    language: str = ""
    """Of the conversation in which it was promised: that one is in `correlation`."""


class CallbackChanged(_Terms, _Listed):
    """It will be at another time, on another number, or made by somebody else."""

    SCHEMA: ClassVar[int] = 2


class CallbackCancelled(_Listed):
    """They will not be called."""

    SCHEMA: ClassVar[int] = 2

    callback_id: str
    agent_id: str
    reason: Annotated[str, PERSONAL] = ""


class CallbackOpened(_Listed):
    """Its time has come: it is work that agents are offered."""

    SCHEMA: ClassVar[int] = 2

    callback_id: str
    interaction_id: str


CALLBACK_EVENTS = (CallbackPromised, CallbackChanged, CallbackCancelled, CallbackOpened)


def callback_id(customer: str, number: int) -> str:
    """The `number`-th callback promised in this customer's stream, counted from 1."""
    return f"{_CALLBACK}{customer.removeprefix(CUSTOMER)}-{number}"


def customer_of_callback(callback: str) -> str:
    """The stream a promised callback lives in; empty if the text is no callback's id."""
    head, _, number = callback.removeprefix(_CALLBACK).rpartition("-")
    return CUSTOMER + head if callback.startswith(_CALLBACK) and head and number.isdecimal() else ""
