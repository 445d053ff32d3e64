"""A pool's story told again: its state follows the log, and stands still where each decision was taken."""

from typing import NamedTuple

from hub.domain.customer.events import ContactReceived
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionInterrupted, InteractionOffered, OfferRescinded
from hub.ports import Recorded
from hub.router.pool.commands import TakeUp
from hub.router.pool.evolve import evolve
from hub.router.pool.interrupting import URGENT
from hub.router.pool.state import PoolState


class Taken(NamedTuple):
    """A contact and the stream of its customer."""

    contact: ContactReceived
    customer_id: str

    def command(self, event: Event, interaction_id: str) -> TakeUp:
        """As it was taken up when this happened."""
        return TakeUp(
            at=event.at,
            id=event.causation,
            actor=event.actor,
            contact=self.contact,
            customer_id=self.customer_id,
            interaction_id=interaction_id,
        )


class Retelling:
    """`before` each event of the log the state is what it was decided in, `after` it what came of it. An offer that
    interrupts other work was decided before that was interrupted, which the log has first: it is held back until then.
    """

    def __init__(self, state: PoolState) -> None:
        self.state = state
        self.contacts: dict[str, Taken] = {}
        """Those that were received and not taken up yet."""
        self._held: list[Recorded] = []

    def before(self, recorded: Recorded) -> PoolState:
        """What the pool knew when this was decided."""
        if self._held and not self._is_made_room_for(recorded):
            self._apply_held()
        if not self.state.adopted:
            self._use_policy_of(recorded.event)
        return self.state

    def after(self, recorded: Recorded) -> None:
        """It happened. Call `before` first."""
        event = recorded.event
        if isinstance(event, ContactReceived):
            if event.pool == self.state.pool:
                self.contacts[event.contact_id] = Taken(event, recorded.stream)
        elif _makes_room(event):
            self._held.append(recorded)
        else:
            self._apply_held()
            self._apply(recorded)
            if self.contacts:
                self.contacts.pop(getattr(event, "contact_id", ""), None)

    def _use_policy_of(self, event: Event) -> None:
        """Before the first policy was adopted on record, each decision's own word says by which it was made."""
        version = getattr(event, "policy", "")
        state = self.state
        if version and version != state.policy.version and version in state.policies:
            state.use(state.policies.get(version))

    def _is_made_room_for(self, recorded: Recorded) -> bool:
        event, first = recorded.event, self._held[0].event
        return (
            (isinstance(event, InteractionOffered) or _makes_room(event))
            and event.causation == first.causation
            and getattr(event, "agent_id", "") == getattr(first, "agent_id", "")
        )

    def _apply_held(self) -> None:
        held, self._held = self._held, []
        for one in held:
            self._apply(one)

    def _apply(self, recorded: Recorded) -> None:
        evolve(self.state, recorded.stream, recorded.version, recorded.event)


def _makes_room(event: Event) -> bool:
    return isinstance(event, InteractionInterrupted) or (isinstance(event, OfferRescinded) and event.reason == URGENT)
