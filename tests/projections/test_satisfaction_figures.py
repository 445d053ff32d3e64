"""What customers said, counted: the figures are what a plain recount of the log says."""

import random
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.contact import Channel
from hub.domain.customer.events import CustomerRegistered
from hub.domain.satisfaction.decide import SCORES, survey_id
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from hub.projections import formulas
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from hub.projections.satisfaction import satisfaction
from tests.projections.histories import CHANCE, LIVES, START, Log

HALF_HOUR = timedelta(minutes=30)
CUSTOMERS = [f"customer-{number:032x}" for number in range(3)]


def surveyed(chance: random.Random, steps: int) -> Log:
    """Customers are asked and answer; of linked ones each stream is told."""
    log, now = Log(), START
    numbers, waiting = dict.fromkeys(CUSTOMERS, 0), list[SatisfactionAsked]()

    def meta() -> dict[str, Any]:
        return {"at": now, "recorded_at": now, "causation": "test", "actor": "test"}

    for customer in CUSTOMERS:
        log.add(customer, CustomerRegistered(**meta()))
    for step in range(steps):
        now += timedelta(minutes=chance.choice([0, 1, 40]))
        if waiting and chance.random() < 0.4:
            asked = waiting.pop(chance.randrange(len(waiting)))
            told = {"survey_id": asked.survey_id, "kind": asked.kind, "about": asked.about}
            answer = SatisfactionRecorded(**meta(), **told, score=chance.choice(SCORES[asked.kind]))
            log.add(f"customer-{asked.survey_id.split('-')[1]}", answer)
            continue
        customer = chance.choice(CUSTOMERS)
        numbers[customer] += 1
        asked = SatisfactionAsked(
            **meta(), survey_id=survey_id(customer, numbers[customer]), kind=chance.choice(list(SurveyKind)),
            about=f"interaction-{step}", channel=Channel.SMS, expires_at=now + timedelta(days=7), share=1.0, draw=0.0,
            about_channel=chance.choice(["", "phone", "web"]), queue=chance.choice(["care", "sales"]),
            agent_id=chance.choice(["ann", "bob"]), segment=chance.choice(["B2C", "B2B"]),
        )  # fmt: skip
        linked = chance.sample([one for one in CUSTOMERS if one != customer], chance.randrange(3))
        for stream in [customer, *linked]:
            log.add(stream, asked)
        waiting.append(asked)
    return log


Answer = tuple[SatisfactionAsked, int | None]


def recount(log: Log) -> list[Answer]:
    """Each survey with its score, None without."""
    surveys: dict[str, SatisfactionAsked] = {}
    scores: dict[str, int] = {}
    for _, event in log.events:
        if isinstance(event, SatisfactionAsked):
            surveys[event.survey_id] = event
        elif isinstance(event, SatisfactionRecorded):
            scores[event.survey_id] = event.score
    return [(one, scores.get(name)) for name, one in surveys.items()]


VALUES: dict[str, Callable[[SatisfactionAsked], Any]] = {
    "interval": lambda one: START + (one.at - START) // HALF_HOUR * HALF_HOUR,
    "queue": lambda one: one.queue,
    "agent": lambda one: one.agent_id,
    "channel": lambda one: one.about_channel or "sms",
    "segment": lambda one: one.segment,
}


def figures(answers: list[Answer]) -> dict[str, Any]:
    def scored(kind: SurveyKind) -> list[int]:
        return [score for one, score in answers if one.kind is kind and score is not None]

    csat, nps = scored(SurveyKind.CSAT), scored(SurveyKind.NPS)
    promoters, detractors = sum(one in (9, 10) for one in nps), sum(one <= 6 for one in nps)
    return {
        "csat_asked": sum(one.kind is SurveyKind.CSAT for one, _ in answers),
        "csat_answered": len(csat),
        "csat_mean": sum(csat) / len(csat) if csat else None,
        "csat_satisfied": sum(one in (4, 5) for one in csat) / len(csat) if csat else None,
        "nps_asked": sum(one.kind is SurveyKind.NPS for one, _ in answers),
        "nps_answered": len(nps),
        "nps_promoters": promoters,
        "nps_detractors": detractors,
        "nps": 100 * (promoters - detractors) / len(nps) if nps else None,
    }


def views(log: Log, batch: int) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, all_projections(), log.read, log.decode, batch).run()
    return connection


@given(chance=CHANCE, steps=st.integers(1, 200), batch=st.sampled_from([1, 13, 4_000]))
@LIVES
def test_figures_are_what_a_recount_of_the_log_says(chance: random.Random, steps: int, batch: int) -> None:
    log = surveyed(chance, steps)
    connection, answers = views(log, batch), recount(log)
    for by in chain.from_iterable(combinations(VALUES, length) for length in range(len(VALUES) + 1)):
        groups: defaultdict[tuple[Any, ...], list[Answer]] = defaultdict(list)
        for answer in answers:
            groups[tuple(VALUES[name](answer[0]) for name in by)].append(answer)
        rows = {}
        for one in satisfaction(connection, by=by):
            told = {"interval": one.start, "queue": one.queue, "agent": one.agent_id, "channel": one.channel}
            told["segment"] = one.segment
            assert all((told[name] is None) is (name not in by) for name in told)
            assert one.end == (one.start + HALF_HOUR if one.start else None)
            dimensions = ("start", "end", "queue", "agent_id", "channel", "segment")
            counted = {name: value for name, value in one.as_row().items() if name not in dimensions}
            rows[tuple(told[name] for name in by)] = counted
        assert rows == {key: figures(group) for key, group in groups.items()}


@given(chance=CHANCE, steps=st.integers(1, 100))
@LIVES
def test_a_part_of_the_time_and_of_the_work_can_be_asked_for(chance: random.Random, steps: int) -> None:
    log = surveyed(chance, steps)
    connection, answers = views(log, 50), recount(log)
    start, end = START + 2 * HALF_HOUR, START + 10 * HALF_HOUR
    for only in ({}, {"agent": "ann"}, {"queue": "care", "segment": "B2B"}, {"channel": "phone"}):
        expected = [
            answer for answer in answers
            if start <= VALUES["interval"](answer[0]) < end
            and all(VALUES[name](answer[0]) == value for name, value in only.items())
        ]  # fmt: skip
        rows = satisfaction(connection, start, end, only=only)
        assert [one.csat_asked + one.nps_asked for one in rows] == ([len(expected)] if expected else [])


@pytest.mark.parametrize(
    ("promoters", "detractors", "answered", "score"),
    [(0, 0, 0, None), (1, 0, 1, 100), (0, 1, 1, -100), (2, 1, 4, 25), (1, 1, 3, 0)],
)
def test_the_net_promoter_score(promoters: int, detractors: int, answered: int, score: float | None) -> None:
    assert formulas.net_promoter_score(promoters, detractors, answered) == score
