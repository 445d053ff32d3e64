"""What an audit has counted so far, and what it must remember to find what can't be: a second owner, too much."""

from dataclasses import dataclass, field

from hub.domain.agent.events import FULL_CAPACITY
from hub.domain.interaction.state import Interaction, Phase

FINDINGS_KEPT = 20


@dataclass(slots=True)
class Open:
    """An interaction that is not over. `holder` has it with so many units; `settled`: it has its outcome."""

    state: Interaction
    units: int
    consult: bool = False
    settled: bool = False
    offers: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Open offers: agent and units."""
    holder: tuple[str, int] | None = None
    rests: bool = False
    """It is interrupted: its holder has it, but it takes nothing of them."""


class ImpossibleError(Exception):
    """An event that what was before it does not allow."""

    def __init__(self, one: Open | None) -> None:
        super().__init__(f"it is {one.state.phase.value}" if one else "it is not open")


@dataclass(slots=True)
class Counts:
    """What was counted so far, and what must be remembered to go on."""

    contacts: int = 0
    customers: int = 0
    interactions: int = 0
    answered: int = 0
    abandoned: int = 0
    expired: int = 0
    refused: int = 0
    reopened: int = 0
    consults: int = 0
    duplicates: int = 0
    double_assigned: int = 0
    over_capacity: int = 0
    contradictions: int = 0
    findings: list[str] = field(default_factory=list)
    open: dict[str, Open] = field(default_factory=dict)
    over: set[int] = field(default_factory=set)
    waiting_contacts: set[str] = field(default_factory=set)
    """Received, and not yet taken up."""
    received: set[int] = field(default_factory=set)
    taken: set[int] = field(default_factory=set)
    capacity: dict[str, int] = field(default_factory=dict)
    in_use: dict[str, int] = field(default_factory=dict)

    def find(self, what: str) -> None:
        """Say this of the log."""
        if len(self.findings) < FINDINGS_KEPT:
            self.findings.append(what)

    def require(self, stream: str, *phases: Phase, agent: str | None = None) -> Open:
        """The interaction, in one of these phases (none named: any), with this agent. Raises ImpossibleError."""
        one = self.open.get(stream)
        if one is None or (phases and one.state.phase not in phases):
            raise ImpossibleError(one)
        if agent is not None and one.state.agent_id != agent:
            raise ImpossibleError(one)
        return one

    def take(self, stream: str, agent: str, units: int) -> None:
        """The agent holds so much more."""
        held = self.in_use.get(agent, 0) + units
        if held > self.capacity.get(agent, FULL_CAPACITY):
            self.over_capacity += 1
            self.find(f"{stream}: {agent} holds {held} units with it, more than their capacity")
        self.in_use[agent] = held

    def free(self, agent: str, units: int) -> None:
        """The agent holds so much less."""
        self.in_use[agent] = self.in_use.get(agent, 0) - units
        if not self.in_use[agent]:
            del self.in_use[agent]

    def let_go(self, one: Open) -> None:
        """Whoever has it has it no more."""
        if one.holder is not None and not one.rests:
            self.free(*one.holder)
        one.holder, one.rests = None, False

    def finish(self, stream: str, one: Open) -> None:
        """It is over. Offers that are still open are found: nobody could answer them any more."""
        self.let_go(one)
        for offer, held in one.offers.items():
            self.contradictions += 1
            self.find(f"{stream}: it is over, and offer {offer} to {held[0]} is open")
            self.free(*held)
        del self.open[stream]
        self.over.add(hash(stream))
