"""Pauses of a recording, asked of the pool: of customers' calls alone."""

import pytest

from hub.domain.contact import Channel, RecordingState
from hub.domain.errors import NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.interaction.events import RecordingAsked, RecordingSwitched
from hub.router.pool.commands import AskRecording, SwitchRecording
from tests.router.pools import PoolInHand
from tests.router.rich_policy import policy

CALL = "interaction-c1"


def talking(channel: Channel = Channel.PHONE) -> PoolInHand:
    """Anna has it."""
    pool = PoolInHand(policy())
    pool.arrives("c1", channel=channel)
    pool.signs_on("anna")
    pool.accepts("anna", "offer-c1-1")
    return pool


def pauses(pool: PoolInHand, interaction_id: str = CALL, reason: str = "") -> list[Event]:
    given = {"agent_id": "anna", "interaction_id": interaction_id, "state": RecordingState.PAUSED}
    return pool.handle(AskRecording, **given, reason=reason)


def test_a_pause_is_asked_and_then_told() -> None:
    pool = talking()
    [asked] = pauses(pool, reason="card number of Mrs. Tehrani")
    customer = pool.state.interactions[CALL].queued.customer_id
    assert isinstance(asked, RecordingAsked)
    assert (asked.state, asked.customer_id) == (RecordingState.PAUSED, customer), "its words are under her key"
    told = {"agent_id": "anna", "interaction_id": CALL, "state": RecordingState.PAUSED}
    [switched] = pool.handle(SwitchRecording, **told)
    assert isinstance(switched, RecordingSwitched)
    assert pauses(pool) == pool.handle(SwitchRecording, **told) == [], "repeats"


def test_what_is_no_call_of_a_customer_is_not_recorded() -> None:
    with pytest.raises(RefusedError, match="channel email"):
        pauses(talking(Channel.EMAIL))
    pool = talking()
    pool.signs_on("ben")
    pool.consults("anna", CALL, "advice", to_agent="ben")
    with pytest.raises(RefusedError, match=CALL):
        pauses(pool, "interaction-advice")
    with pytest.raises(NotFoundError):
        pauses(pool, "interaction-none")
