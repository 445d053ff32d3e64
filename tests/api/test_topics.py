"""Whatever happens, those whom it concerns are told: agents who have it, are asked, listen; queues; the customer."""

import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.api import topics
from hub.api.topics import QUEUES, Topic, Topics
from hub.domain.agent.events import Shift, ShiftsPlanned
from hub.domain.contact import Channel
from hub.domain.customer.callbacks.events import CallbackChanged, CallbackOpened
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionFlagged,
    InteractionHeld,
    InteractionMoved,
    InteractionOffered,
    InteractionParked,
    InteractionQueued,
    InteractionRefused,
    InteractionReopened,
    InteractionTransferred,
    InteractionUnflagged,
    InteractionUnparked,
    OfferAccepted,
    OfferDeclined,
    ParticipantJoined,
    ParticipantLeft,
    WrapUpCompleted,
)
from hub.domain.interaction.placement import Placement
from hub.domain.policy.events import PolicyPublished
from hub.domain.pool.events import DayBegan, PolicyAdopted, QueueIntakeChanged
from hub.ports import Recorded
from tests.api.world import META
from tests.projections.happenings import placement
from tests.projections.histories import CHANCE, LIVES, START, World


def recorded(world: World) -> list[Recorded]:
    return [
        Recorded(row.position, stream, row.version, event)
        for row, (stream, event) in zip(world.log.rows, world.log.events, strict=True)
    ]


@given(chance=CHANCE, steps=st.integers(1, 300))
@LIVES
def test_everybody_an_event_names_is_told(chance: random.Random, steps: int) -> None:
    world, feed = World(chance), Topics()
    world.run(steps)
    queues: dict[str, str] = {}
    customers: dict[str, str] = {}
    for one in recorded(world):
        event, stream = one.event, one.stream
        told = feed.tell(one).topics
        assert len(told) == len(set(told))
        if isinstance(event, InteractionQueued | InteractionRefused) and not getattr(event, "consult_of", ""):
            customers[stream] = event.customer_id
        expected = {Topic("queue", queues[stream])} if stream in queues else set()
        if isinstance(event, Placement | InteractionRefused):
            queues[stream] = event.queue
            expected.add(Topic("queue", event.queue))
        if stream in customers:
            expected.add(Topic("customer", customers[stream]))
        expected |= {Topic("agent", name) for field in ("agent_id", "to_agent") if (name := getattr(event, field, ""))}
        assert expected <= set(told), (type(event), told)
        if stream.startswith("interaction-") and stream not in customers:
            assert not any(topic.kind == "customer" for topic in told)


class Story:
    """One interaction, told event by event; `tell` answers who heard of it, by name."""

    def __init__(self) -> None:
        self.feed, self.number = Topics(), 0
        self.tell(InteractionQueued, pool="main", contact_id="c1", customer_id="customer-1", channel=Channel.WEB,
                  thread="t", service="cards", **placement("sales"))  # fmt: skip

    def tell(self, what: type[Any], stream: str = "interaction-1", /, **fields: Any) -> set[str]:
        self.number += 1
        event = what(at=START, recorded_at=START, causation="c", actor="test", **fields)
        told = self.feed.tell(Recorded(self.number, stream, self.number, event))
        return {topic.name for topic in told.topics}

    def offer(self, agent: str, number: int = 1) -> set[str]:
        return self.tell(InteractionOffered, offer_id=f"offer-1-{number}", agent_id=agent, expires_at=START, units=25,
                         policy="p", reasons=())  # fmt: skip

    def accept(self, agent: str) -> set[str]:
        return self.tell(OfferAccepted, offer_id="offer-1-1", agent_id=agent)


WORK = {"sales", "customer-1"}


def test_all_who_are_asked_hear_of_it_until_one_has_it() -> None:
    story = Story()
    assert story.offer("ann") == WORK | {"ann"}
    assert story.offer("ben", 2) == WORK | {"ben"}
    assert story.tell(InteractionFlagged, reason="long wait") == WORK | {"ann", "ben"}
    assert story.tell(OfferDeclined, offer_id="offer-1-2", agent_id="ben") == WORK | {"ben"}
    assert story.tell(InteractionFlagged, reason="long wait") == WORK | {"ann"}
    story.accept("ann")
    assert story.tell(InteractionFlagged, reason="silent") == WORK | {"ann"}


def test_a_flag_taken_back_is_heard_by_all_who_heard_of_the_flag() -> None:
    story = Story()
    story.offer("ann")
    story.accept("ann")
    flagged = story.tell(InteractionFlagged, reason="the agent's desktop is gone")
    assert story.tell(InteractionUnflagged, reason="the agent's desktop is gone") == flagged == WORK | {"ann"}
    story.tell(ParticipantJoined, agent_id="boss", mode="monitor")
    assert story.tell(InteractionUnflagged, reason="the agent's desktop is gone") == WORK | {"ann", "boss"}


def test_a_move_and_a_transfer_reach_the_queue_left_and_the_queue_entered() -> None:
    story = Story()
    assert story.tell(InteractionMoved, from_queue="sales", reason="r", **placement("care")) == WORK | {"care"}
    story.offer("ann")
    story.accept("ann")
    warm = {"agent_id": "ann", "warm": True, "to_agent": "ben"}
    assert story.tell(InteractionTransferred, **warm, **placement("care")) == {"customer-1", "care", "ann", "ben"}
    assert story.tell(InteractionHeld, agent_id="ben") == {"customer-1", "care", "ben"}
    assert story.tell(InteractionTransferred, agent_id="ben", **placement("chat")) == {
        "customer-1", "care", "chat", "ben",
    }  # fmt: skip
    assert story.tell(InteractionFlagged, reason="r") == {"customer-1", "chat"}


def test_participants_hear_all_of_it_while_they_are_there() -> None:
    story = Story()
    story.offer("ann")
    story.accept("ann")
    assert story.tell(ParticipantJoined, agent_id="boss", mode="monitor") == WORK | {"ann", "boss"}
    assert story.tell(InteractionHeld, agent_id="ann") == WORK | {"ann", "boss"}
    assert story.tell(ParticipantLeft, agent_id="boss") == WORK | {"ann", "boss"}
    assert story.tell(InteractionEnded, agent_id="ann", ended_by="agent") == WORK | {"ann"}


def test_who_asks_for_advice_hears_of_the_consultation_and_the_customer_does_not() -> None:
    story = Story()
    story.offer("ann")
    story.accept("ann")
    asked = story.tell(
        InteractionQueued, "interaction-2", pool="main", contact_id="", customer_id="customer-1", channel=Channel.WEB,
        thread="", service="cards", consult_of="interaction-1", **placement("care"),
    )  # fmt: skip
    assert asked == {"ann", "care"}
    taken = story.tell(OfferAccepted, "interaction-2", offer_id="offer-2-1", agent_id="ben")
    assert taken == {"ann", "ben", "care"}


def test_who_parked_it_hears_of_it_while_it_rests() -> None:
    story = Story()
    story.offer("ann")
    story.accept("ann")
    story.tell(InteractionParked, agent_id="ann")
    assert story.tell(InteractionUnparked, reason="customer") == WORK | {"ann"}
    assert story.tell(InteractionFlagged, reason="r") == WORK


@pytest.mark.parametrize("remembered", [10, 0])
def test_reopened_work_finds_its_customer(remembered: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topics, "REMEMBERED", remembered)
    story = Story()
    story.offer("ann")
    story.accept("ann")
    story.tell(WrapUpCompleted, agent_id="ann", code="done")
    assert story.feed.remembered == 0
    again = story.tell(InteractionReopened, contact_id="c2", **placement("care"))
    assert again == ({"care", "sales", "customer-1", "ann"} if remembered else {"care"})
    assert story.feed.remembered == 1
    assert "care" in story.offer("ben")


def test_in_whose_list_a_promised_call_stood_hears_what_becomes_of_it() -> None:
    changed = CallbackChanged(
        callback_id="callback-1-1", agent_id="cem", for_agent="", agents=("ben", "ann"),
        due=START, queue="cards", number="+989121234567", **META,
    )  # fmt: skip
    opened = CallbackOpened(callback_id="callback-1-1", agents=("ann",), interaction_id="interaction-1", **META)
    told = [Topics().tell(Recorded(1, "customer-1", 2, event)).topics for event in (changed, opened)]
    agents = [{one.name for one in topics if one.kind == "agent"} for topics in told]
    assert agents == [{"ann", "ben", "cem"}, {"ann"}]


def test_what_concerns_a_whole_pool_reaches_its_queues() -> None:
    story = Story()
    policy = {"pool": "main", "version": "p2", "waiting": False}
    assert story.tell(PolicyAdopted, "routing-main", **policy) == {QUEUES.name}
    assert story.tell(PolicyPublished, "policy-routing", kind="routing", version="p2", text="") == {QUEUES.name}
    draining = {"pool": "main", "queue": "sales", "intake": "draining", "to": "care"}
    assert story.tell(QueueIntakeChanged, "routing-main", **draining) == {"sales", "care"}
    assert story.tell(DayBegan, "routing-main", pool="main", date="2026-03-02") == set()
    shift = Shift(start=START, end=START)
    assert story.tell(ShiftsPlanned, "agent-ann", agent_id="ann", start=START, end=START, shifts=(shift,)) == {"ann"}
