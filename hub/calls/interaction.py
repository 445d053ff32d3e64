"""What a recorded call was as an interaction: the same facts the router would have written, at the recorded times."""

from datetime import datetime

from hub.calls.recorded_call import RecordedCall
from hub.domain.customer.decide import HISTORY_POOL
from hub.domain.event import Event
from hub.domain.ids import offer_id
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)

REASONS = ("taken from the record",)
UNITS = 0
"""What is over takes nothing of anybody's capacity."""
WRAP_UP_CODE = "history"


def interaction_events(call: RecordedCall, interaction: str, customer: str, now: datetime, actor: str) -> list[Event]:
    """The whole life of a call's interaction, recorded at `now` by `actor`: queued and abandoned, or queued, offered,
    accepted, ended and wrapped up. The queue is the service, or `history` where the record names none."""
    contact = call.contact
    meta = {"recorded_at": now, "causation": contact.id, "correlation": interaction}
    queued = InteractionQueued(
        **meta,
        at=call.queued_at,
        actor=actor,
        pool=HISTORY_POOL,
        queue=call.service or HISTORY_POOL,
        contact_id=contact.id,
        customer_id=customer,
        channel=contact.path.channel,
        thread=contact.thread or contact.id,
        service=call.service,
        priority=0,
        skills={},
        units=UNITS,
        policy=HISTORY_POOL,
        reasons=REASONS,
    )
    if call.answered_at is None:
        return [queued, InteractionAbandoned(**meta, at=call.ended_at, actor="customer")]
    answered, ended, agent, offer = call.answered_at, call.ended_at, call.agent, offer_id(interaction, 1)
    by = f"agent:{agent}"
    return [
        queued,
        InteractionOffered(
            **meta, at=answered, actor=actor, offer_id=offer, agent_id=agent, expires_at=answered, units=UNITS,
            policy=HISTORY_POOL, reasons=REASONS,
        ),
        OfferAccepted(**meta, at=answered, actor=by, offer_id=offer, agent_id=agent),
        InteractionEnded(**meta, at=ended, actor=by, agent_id=agent, ended_by="agent"),
        WrapUpCompleted(**meta, at=ended, actor=by, agent_id=agent, code=WRAP_UP_CODE),
    ]  # fmt: skip
