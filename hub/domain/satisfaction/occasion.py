"""What customers may be asked about: an interaction with an agent, or a case, once it is over."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from hub.domain.cases.state import Case
from hub.domain.contact import Channel, Standing
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.event import Event
from hub.domain.interaction.events import InteractionEnded, InteractionQueued, InteractionReopened
from hub.domain.interaction.placement import Placement


@dataclass(frozen=True, slots=True)
class Occasion:
    """An interaction or a case, as far as asking about it needs to know it."""

    about: str
    customer: str
    """The stream it belongs to."""
    over_since: datetime | None
    """None: it is not over, or not any more."""
    standing: Standing
    """Of the customer: of an interaction as it was routed."""
    agent_id: str
    """Who had it last; of a case its owner."""
    channel: Channel | None = None
    """None: it is a case, which may have come up on several."""
    queue: str = ""
    contact_id: str = ""
    """The contact that opened the interaction."""
    thread: str = ""
    language: str = ""
    case_kind: str = ""

    @property
    def is_case(self) -> bool:
        """Whether it is one."""
        return self.channel is None


def of_interaction(interaction_id: str, history: Iterable[Event]) -> Occasion | None:
    """An interaction by its events. None: no customer of ours had to do with it, but agents among themselves, or it was
    recorded elsewhere."""
    queued: InteractionQueued | None = None
    ended: InteractionEnded | None = None
    queue = ""
    for event in history:
        if isinstance(event, InteractionQueued):
            queued = event
        elif isinstance(event, InteractionEnded):
            ended = event
        elif isinstance(event, InteractionReopened):
            ended = None
        if isinstance(event, Placement):
            queue = event.queue
    if queued is None or queued.consult_of or queued.pool == HISTORY_POOL or not queued.customer_id:
        return None
    return Occasion(
        about=interaction_id,
        customer=queued.customer_id,
        over_since=ended.at if ended else None,
        standing=Standing(segment=queued.segment, value_tier=queued.value_tier, lifecycle_stage=queued.lifecycle_stage),
        agent_id=ended.agent_id if ended else "",
        channel=queued.channel,
        queue=queue,
        contact_id=queued.contact_id,
        thread=queued.thread,
        language=queued.language,
    )


def of_case(case: Case, customer: str, standing: Standing) -> Occasion:
    """A case of the customer with this stream."""
    return Occasion(
        about=case.case_id,
        customer=customer,
        over_since=case.resolved_at,
        standing=standing,
        agent_id=case.owner,
        case_kind=case.kind.value,
    )
