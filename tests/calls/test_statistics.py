from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.calls.statistics import CallFact, Span, busy_seconds, fact_of, recorded_spans, statistics
from tests.calls.logs import BANK, HUNG_UP, bank_log

NINE = datetime(2024, 5, 1, 9, tzinfo=UTC)


def after(seconds: float) -> datetime:
    return NINE + timedelta(seconds=seconds)


def answered(at: float, wait: float, talk: float, agent: str = "a") -> CallFact:
    return CallFact(after(at), wait, True, talk, agent)


def abandoned(at: float, wait: float) -> CallFact:
    return CallFact(after(at), wait, False, 0, "")


def test_the_figures_by_hand():
    calls = [
        answered(0, 20, 100), answered(200, 40, 50), answered(300, 0, 150, "b"),
        abandoned(0, 5), abandoned(0, 60),
    ]  # fmt: skip
    spans = [Span("a", after(0), after(400)), Span("b", after(300), after(500))]
    figures = statistics(calls, spans)
    assert (figures.answered, figures.abandoned) == (3, 2)
    assert figures.asa_s == pytest.approx(60 / 3)
    assert figures.aht_s == pytest.approx(300 / 3)
    assert figures.service_level_20s == pytest.approx(2 / (3 + 2 - 1))
    assert figures.occupancy == pytest.approx(300 / 600)
    assert figures.as_json() == {
        "answered": 3, "abandoned": 2, "asa_s": 20.0, "aht_s": 100.0, "service_level_20s": 0.5, "occupancy": 0.5,
    }  # fmt: skip


def test_of_nothing_there_is_nothing_to_say():
    figures = statistics([], [])
    assert (figures.answered, figures.asa_s, figures.service_level_20s, figures.occupancy) == (0, None, None, None)
    assert figures.as_json()["aht_s"] is None


def test_two_calls_at_once_count_once_and_calls_while_signed_off_not_at_all():
    calls = [answered(0, 0, 100), answered(50, 0, 100), answered(1000, 0, 500), answered(0, 0, 100, "gone")]
    assert busy_seconds(calls, [Span("a", after(0), after(1100))]) == 250


SECONDS = st.integers(0, 500)


@given(
    calls=st.lists(st.builds(answered, SECONDS, SECONDS, SECONDS, st.sampled_from("ab"))),
    spans=st.lists(st.tuples(st.sampled_from("ab"), SECONDS, SECONDS)),
)
def test_busy_is_the_seconds_counted_one_by_one(calls, spans):
    signed_on = [Span(agent, after(min(one, two)), after(max(one, two))) for agent, one, two in spans]
    talks: dict[str, set[int]] = {"a": set(), "b": set()}
    for call in calls:
        start = int((call.queued_at - NINE).total_seconds() + call.wait)
        talks[call.agent] |= set(range(start, start + int(call.talk)))
    there: dict[str, set[int]] = {"a": set(), "b": set()}
    for agent, one, two in spans:
        there[agent] |= set(range(min(one, two), max(one, two)))
    assert busy_seconds(calls, signed_on) == len(talks["a"] & there["a"]) + len(talks["b"] & there["b"])


def test_agents_are_there_from_their_first_to_their_last_call_of_the_day(tmp_path):
    served = {"q_start": "0:00:00", "q_exit": "0:00:00", "q_time": "0"}

    def at(hour: int, **more: str) -> dict[str, str]:
        times = {"vru_entry": f"{hour}:00:00", "vru_exit": f"{hour}:00:10", "ser_start": f"{hour}:00:10",
                 "ser_exit": f"{hour}:02:10"}  # fmt: skip
        return {**served, **times, **more}

    rows = [at(10), at(9), at(15), at(8, date="990302"), at(7, server="NO_SERVER"), at(6, **HUNG_UP)]
    mapping = load_mapping(BANK)
    read = list(read_calls(bank_log(tmp_path / "calls.tsv", *rows), mapping))
    calls = [call for call in read if isinstance(call, RecordedCall)]
    assert len(calls) == len(rows)
    jerusalem = timezone(timedelta(hours=2))
    first, second = recorded_spans(calls, mapping.zone)
    assert first == Span(
        "ANNA",
        datetime(1999, 3, 1, 9, 0, 10, tzinfo=jerusalem),
        datetime(1999, 3, 1, 15, 2, 10, tzinfo=jerusalem),
    )
    assert second.start == datetime(1999, 3, 2, 8, 0, 10, tzinfo=jerusalem)
    assert fact_of(calls[0]) == CallFact(calls[0].queued_at, 0, True, 120, "ANNA")
    assert statistics(map(fact_of, calls), [first, second]).answered == 5
