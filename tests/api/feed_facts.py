"""Facts of an interaction, short to write, for tests of who hears of them."""

from datetime import timedelta

from hub.domain.contact import Channel
from hub.domain.interaction.events import (
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from tests.api.world import META, NOON


def queued(queue: str = "care", customer: str = "customer-1") -> InteractionQueued:
    return InteractionQueued(
        **META, pool="main", queue=queue, contact_id="c-1", customer_id=customer, channel=Channel.PHONE, thread="t",
        service="cards", priority=1, skills={}, units=100, policy="1", reasons=("because",),
    )  # fmt: skip


def offered(agent: str = "a1", number: int = 1) -> InteractionOffered:
    later = META | {"at": NOON + timedelta(seconds=3.25)}
    return InteractionOffered(
        **later, offer_id=f"offer-1-{number}", agent_id=agent, expires_at=NOON + timedelta(seconds=20), units=100,
        policy="1", reasons=("longest idle",),
    )  # fmt: skip


def accepted(agent: str = "a1") -> OfferAccepted:
    return OfferAccepted(**META, offer_id="offer-1-1", agent_id=agent)


def completed(agent: str = "a1") -> WrapUpCompleted:
    return WrapUpCompleted(**META, agent_id=agent, code="solved")
