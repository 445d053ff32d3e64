import itertools
import math
from collections import Counter, defaultdict
from datetime import date
from random import Random
from statistics import fmean, pstdev

import pytest

from hub.calls.centre import (
    CALLS_A_DAY,
    DAY,
    HALF_HOUR,
    PATIENCE_SECONDS,
    PROFILE,
    SERVICES,
    SPECIALISTS,
    WEEKDAYS,
    arrivals,
    duties,
    serve,
)
from hub.calls.generator import NO_SERVER, PHANTOMS, generate_calls
from hub.calls.mapping import load_mapping
from hub.calls.reading import read_calls
from hub.calls.recorded_call import RecordedCall
from hub.tables.rows import Rejected, Skipped
from tests.calls.logs import BANK

DAYS = 14
MONDAY = date(1999, 2, 1)
MAPPING = load_mapping(BANK)


@pytest.fixture(scope="module")
def rows(tmp_path_factory):
    log = tmp_path_factory.mktemp("generated") / "calls.tsv"
    count = generate_calls(log, days=DAYS, start=MONDAY, seed=7)
    found = list(read_calls(log, MAPPING))
    assert len(found) == count
    return found


@pytest.fixture(scope="module")
def calls(rows):
    return [row for row in rows if isinstance(row, RecordedCall)]


@pytest.fixture(scope="module")
def simulated():
    chance = Random(7)
    made = arrivals(chance, DAYS, 0)
    staff = duties(chance, DAYS, 0)
    serve(made, staff)
    return made, staff


def within(share: float, expected: float, n: int, sigmas: float = 4) -> bool:
    return abs(share - expected) <= sigmas * math.sqrt(expected * (1 - expected) / n)


def test_the_same_seed_gives_the_same_file(tmp_path):
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        generate_calls(tmp_path / name, days=1, start=MONDAY, seed=seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()


def test_rows_are_dirty_as_in_life(rows, calls):
    skipped = sum(isinstance(row, Skipped) for row in rows)
    rejected = [row for row in rows if isinstance(row, Rejected)]
    assert within(skipped / len(rows), PHANTOMS, len(rows))
    assert 0 < len(rejected) < 0.003 * len(rows)
    assert {row.field for row in rejected} == {"vru_time"}
    answered = [call for call in calls if call.answered]
    assert within(sum(call.agent == "unknown" for call in answered) / len(answered), NO_SERVER, len(answered))
    assert len({call.contact_id for call in calls}) == len(calls)


def test_arrivals_follow_the_day_and_the_week(simulated):
    made, _ = simulated
    by_half_hour = Counter(call.entered % DAY // HALF_HOUR for call in made)
    by_day = Counter(call.entered // DAY for call in made)
    week = CALLS_A_DAY * sum(WEEKDAYS) * DAYS / 7
    for half_hour, weight in enumerate(PROFILE):
        expected = week * weight / sum(PROFILE)
        assert abs(by_half_hour[half_hour] - expected) <= 4.5 * math.sqrt(expected) + 1, half_hour
    for day in range(DAYS):
        expected = CALLS_A_DAY * WEEKDAYS[day % 7]
        assert abs(by_day[day] - expected) <= 4.5 * math.sqrt(expected), day


def test_gaps_between_calls_at_a_busy_hour_are_exponential(simulated):
    made, _ = simulated
    ten = [call.entered for call in made if call.entered % DAY // HALF_HOUR == 20 and call.entered // DAY % 7 == 2]
    gaps = [later - earlier for earlier, later in itertools.pairwise(ten) if later - earlier < HALF_HOUR]
    mean = fmean(gaps)
    assert within(sum(gap > mean for gap in gaps) / len(gaps), math.exp(-1), len(gaps))


def test_talk_is_log_normal_by_service(simulated):
    made, _ = simulated
    for service in SERVICES:
        logs = [math.log(call.talk) for call in made if call.service is service and call.talk > 1]
        mean = math.log(service.talk_mean) - service.talk_sigma**2 / 2
        deviation = pstdev(logs)
        assert abs(fmean(logs) - mean) < 4 * service.talk_sigma / math.sqrt(len(logs)) + 0.02, service.code
        assert abs(deviation - service.talk_sigma) < 4 * service.talk_sigma / math.sqrt(2 * len(logs)) + 0.02


def test_services_and_callers(calls):
    codes = Counter(call.service for call in calls)
    assert len(codes) == 6
    assert within(codes["regular"] / len(calls), 0.64, len(calls))
    known = [call.customer for call in calls if call.customer]
    expected = sum(service.share * service.known for service in SERVICES)
    assert within(len(known) / len(calls), expected, len(calls))
    times = Counter(one.value for one in known)
    assert 0.4 < sum(count == 1 for count in times.values()) / len(times) < 0.75
    assert max(times.values()) > 10


def test_patience_is_exponential(calls):
    """Of waiting times cut off by an answer, the best estimate of the mean is all waiting / number of hang-ups."""
    waiting = [call for call in calls if call.wait > 0]
    hung_up = sum(not call.answered for call in waiting)
    estimate = sum(call.wait for call in waiting) / hung_up
    assert abs(estimate - PATIENCE_SECONDS) < 4 * PATIENCE_SECONDS / math.sqrt(hung_up)
    assert 0.08 < sum(not call.answered for call in calls) / len(calls) < 0.25


def test_nobody_is_in_two_calls_or_answers_off_duty(simulated):
    made, staff = simulated
    spans = defaultdict(list)
    for duty in staff:
        spans[duty.agent].append((duty.start, duty.end))
    talks = defaultdict(list)
    for call in made:
        if call.answered >= 0:
            assert call.queued <= call.answered <= call.queued + call.patience
            assert any(start <= call.answered < end for start, end in spans[call.agent])
            assert call.agent in SPECIALISTS.get(call.service.code, [call.agent])
            talks[call.agent].append((call.answered, call.answered + call.talk))
        elif call.hung_up_in_menu:
            assert call.queued == -1
        else:
            assert call.dequeued == call.queued + call.patience
    for agent, spoken in talks.items():
        spoken.sort()
        assert all(end <= start for (_, end), (start, _) in itertools.pairwise(spoken)), agent
