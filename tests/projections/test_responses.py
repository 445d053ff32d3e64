"""The view of responses is the table that deciding folds from the facts, whatever the batches."""

import random
import sqlite3

from hypothesis import given

from hub.domain.event import Event
from hub.paths.arbitration.responses import fold
from hub.projections import responses
from hub.projections.registry import all_projections
from hub.projections.runner import Runner
from tests.paths.test_response_table import some_responses
from tests.projections.histories import CHANCE, LIVES, Log


def project(events: list[Event], batch: int) -> sqlite3.Connection:
    log = Log(gap=2)
    for number, event in enumerate(events):
        log.add(f"customer-{number % 3}", event)
    connection = sqlite3.connect(":memory:", isolation_level=None)
    Runner(connection, [responses.PROJECTION], log.read, log.decode, batch).run()
    return connection


@given(events=some_responses(), chance=CHANCE)
@LIVES
def test_it_is_what_folding_the_facts_gives(events: list[Event], chance: random.Random) -> None:
    connection = project(events, chance.randrange(1, 9))
    assert responses.response_table(connection) == fold(events)
    connection.close()


def test_before_anything_was_shown_it_is_empty() -> None:
    connection = project([], 5)
    assert responses.response_table(connection) == {}
    connection.close()


def test_it_is_one_of_the_hubs_views() -> None:
    assert "responses" in [one.name for one in all_projections()]
