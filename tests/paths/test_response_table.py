"""What responses teach: shown, accepted, by where the customer stood, on which channel, to what."""

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import CustomerRegistered
from hub.domain.event import Event
from hub.domain.grant.events import PropositionAnswered, PropositionPresented, Response
from hub.paths.arbitration.responses import Cell, Counts, fold
from tests.domain.grants import NOON

META: dict[str, Any] = {"at": NOON, "recorded_at": NOON, "causation": "c", "actor": "a"}
CELL = Cell("B2C", "high", "retention", "phone", "fibre")


def said(number: int = 1, name: str = "fibre", channel: str = "phone", tier: str = "high") -> dict[str, Any]:
    stood = Standing(segment="B2C", value_tier=tier, lifecycle_stage="retention")
    return META | {
        "grant_id": "grant-customer-1-1", "proposition": name, "policy": "p", "presentation_id": f"p-{number}",
        "terms_hash": "h", "channel": Channel(channel), "sender": "agent", "standing": stood,
    }  # fmt: skip


def shown(*about: Any) -> PropositionPresented:
    return PropositionPresented(**said(*about))


def answered(response: Response, *about: Any) -> PropositionAnswered:
    return PropositionAnswered(**said(*about), response=response)


def test_who_says_nothing_was_shown_it() -> None:
    assert fold([shown(), shown(), CustomerRegistered(**META)]) == {CELL: Counts(shown=2)}


def test_each_answer_is_counted() -> None:
    answers = [answered(one) for one in (Response.ACCEPTED, Response.DECLINED, Response.DEFERRED)]
    assert fold([shown(), shown(), shown(), *answers]) == {CELL: Counts(3, 1, 1, 1)}


def test_what_was_not_presented_teaches_nothing() -> None:
    before = fold([shown(), answered(Response.ACCEPTED)])
    assert fold([shown(2), answered(Response.NOT_PRESENTED, 2)], before) == before
    assert fold([shown(), answered(Response.NOT_PRESENTED)]) == {}


@st.composite
def some_responses(draw: st.DrawFn) -> list[Event]:
    events: list[Event] = []
    for number in range(draw(st.integers(0, 12))):
        about = (
            number, draw(st.sampled_from(["fibre", "vdsl"])), draw(st.sampled_from(["phone", "web"])),
            draw(st.sampled_from(["high", "low"])),
        )  # fmt: skip
        events.append(shown(*about))
        response = draw(st.none() | st.sampled_from(Response))
        if response is not None:
            events.append(answered(response, *about))
    return events


@given(some_responses(), st.integers(0, 24), st.randoms())
@settings(deadline=None)
def test_it_is_a_recount_whatever_the_order_and_the_pieces(events: list[Event], cut: int, chance: Any) -> None:
    last: dict[str, Response | None] = {}
    about: dict[str, PropositionPresented] = {}
    for event in events:
        if isinstance(event, PropositionPresented):
            last[event.presentation_id], about[event.presentation_id] = None, event
        elif isinstance(event, PropositionAnswered):
            last[event.presentation_id] = event.response
    table = fold(events)
    for name, tier, channel in {(one.proposition, one.standing.value_tier, one.channel) for one in about.values()}:
        here = [
            last[one.presentation_id]
            for one in about.values()
            if (one.proposition, one.standing.value_tier, one.channel) == (name, tier, channel)
        ]
        told = [one for one in here if one is not Response.NOT_PRESENTED]
        responses = (Response.ACCEPTED, Response.DECLINED, Response.DEFERRED)
        expected = Counts(len(told), *(told.count(one) for one in responses))
        assert table.get(Cell("B2C", tier, "retention", channel, name), Counts()) == expected
    assert fold(events[cut:], fold(events[:cut])) == table
    mixed = list(events)
    chance.shuffle(mixed)
    assert fold(mixed) == table
