"""The contacts of a customer with several streams are one timeline, paged like any other."""

import random

from hypothesis import given
from hypothesis import strategies as st

from hub.projections import customers
from tests.projections.histories import CHANCE, LIVES, World
from tests.projections.test_customers import project


@given(chance=CHANCE, steps=st.integers(20, 200), size=st.integers(1, 5))
@LIVES
def test_streams_together_are_told_in_one_order(chance: random.Random, steps: int, size: int) -> None:
    log = World(chance).run(steps)
    connection = project(log)
    streams = sorted({stream for stream, _ in log.events if stream.startswith("customer-")})
    some = chance.sample(streams, min(3, len(streams)))
    alone = [one for stream in some for one in customers.timeline_of(connection, [stream], limit=10_000)]
    together = customers.timeline_of(connection, some, limit=10_000)
    assert together == sorted(alone, key=lambda one: (one.at, one.position), reverse=True)

    paged, before = list[customers.TimelineContact](), None
    while page := customers.timeline_of(connection, some, limit=size, before=before):
        paged += page
        before = page[-1].place
    assert paged == together
    connection.close()
