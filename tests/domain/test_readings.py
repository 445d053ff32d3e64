"""Which readings of personal data are written down."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.domain.event import Event
from hub.domain.reading.events import PersonalDataRead
from hub.domain.reading.rules import ONE_READING, Lately, Reading, evolve, trace

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
ANN = Reading("agent:ann", "timeline", "interaction-1")


def read(lately: Lately, reading: Reading, seconds: float) -> list[PersonalDataRead]:
    now = NOON + timedelta(seconds=seconds)
    return trace(lately, reading, "customer-1", now=now, causation="c")


def told(*events: Event) -> Lately:
    lately: Lately = {}
    for event in events:
        lately = evolve(lately, event)
    return lately


def test_a_reading_says_who_read_what_of_whom_and_for_which_work() -> None:
    [event] = read({}, ANN, 0)
    assert (event.actor, event.what, event.customer_id, event.correlation, event.at) == (
        "agent:ann", "timeline", "customer-1", "interaction-1", NOON,
    )  # fmt: skip


def test_the_same_again_within_a_minute_is_one_reading() -> None:
    first = read({}, ANN, 0)
    assert read(told(*first), ANN, 59.999) == []
    assert len(read(told(*first), ANN, 60)) == 1


def test_another_person_another_thing_or_another_work_is_another_reading() -> None:
    lately = told(*read({}, ANN, 0))
    for other in (ANN._replace(actor="agent:bob"), ANN._replace(what="customer"), ANN._replace(interaction_id="")):
        assert len(read(lately, other, 1)) == 1


def test_a_clock_that_was_put_back_hides_nothing() -> None:
    assert len(read(told(*read({}, ANN, 0)), ANN, -1)) == 1


@given(st.lists(st.tuples(st.integers(0, 40), st.sampled_from(["ann", "bob"])), max_size=40))
def test_whoever_read_left_a_trace_that_is_less_than_a_minute_old(steps: list[tuple[int, str]]) -> None:
    written: list[PersonalDataRead] = []
    seconds = 0
    for wait, who in steps:
        seconds += wait
        reading = ANN._replace(actor=f"agent:{who}")
        new = read(told(*written), reading, seconds)
        written += new
        now = NOON + timedelta(seconds=seconds)
        own = [one.at for one in written if one.actor == reading.actor]
        assert now - own[-1] < ONE_READING
        assert not new or len(own) == 1 or own[-1] - own[-2] >= ONE_READING
    assert len(told(*written)) <= 2
