"""An interaction that is open, as the live feed knows it: who is told of what happens to it."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.application.views.customer_view import TRAITS

ALL = "*"


class Topic(NamedTuple):
    """What a stream can be about. `name` is an id, or `*` for all of the kind."""

    kind: str
    """`agent`, `queue`, `customer`, `case`, `account`, `steward` or `board`."""
    name: str


AGENTS = Topic("agent", ALL)
QUEUES = Topic("queue", ALL)
CASES = Topic("case", ALL)
STEWARD = Topic("steward", ALL)
"""Who is one customer with whom, of all customers."""
WORDLESS = frozenset((CASES, STEWARD))
"""Who follows these hears that something happened, and nothing of what people said of it."""
BOARD = Topic("board", ALL)
"""The wallboard: no event concerns it, it is looked up and told beside them."""


@dataclass(slots=True)
class OpenInteraction:
    """What the later events of an interaction don't repeat. `customer` is None for what agents ask each other."""

    queue: Topic
    """Change it by `enter`."""
    customer: Topic | None
    customer_id: str
    channel: str
    service: str
    contact_id: str
    queued_at: datetime
    traits: tuple[str, ...] = ("",) * len(TRAITS)
    """What it was routed by, in the order of TRAITS."""
    agent_id: str = ""
    """Who has it, or parked it."""
    asked: tuple[str, ...] = ()
    """Agents with an open offer of it."""
    others: tuple[str, ...] = ()
    """Who else listens: participants, and the agent who asks for advice."""
    of_work: tuple[Topic, ...] = field(init=False)
    """Its queue and its customer."""

    def __post_init__(self) -> None:
        self.enter(self.queue)

    def enter(self, queue: Topic) -> None:
        """It is in this queue now."""
        self.queue = queue
        self.of_work = (queue, self.customer) if self.customer else (queue,)


def topics_of(known: OpenInteraction | None, agent_id: str = "") -> tuple[Topic, ...]:
    """The agent the event names, whoever has it or is asked where it names none, and all who listen; its queue and its
    customer."""
    if known is None:
        return (Topic("agent", agent_id),) if agent_id else ()
    if known.others:
        agents = dict.fromkeys([agent_id or known.agent_id, known.agent_id, *known.others])
        return (*(Topic("agent", one) for one in agents if one), *known.of_work)
    if agent_id or known.agent_id:
        return (Topic("agent", agent_id or known.agent_id), *known.of_work)
    return (*(Topic("agent", one) for one in known.asked), *known.of_work)
