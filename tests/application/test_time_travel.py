"""Whatever was answered of a customer at a moment is answered again by whoever asks for that moment later."""

import random
from dataclasses import asdict
from datetime import datetime
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from hub.application.dossier.question import Question
from tests.application.customer_lives import PEOPLE, Lives
from tests.projections.histories import CHANCE, LIVES


async def told(lives: Lives, customer: str, at: datetime | None = None) -> dict[str, Any]:
    """The dossier and the whole timeline, read in pages of a few lines."""
    lines, before = list[Any](), None
    while True:
        page = await lives.dossiers.timeline(customer, Question(), 7, before, at)
        lines += [asdict(one) for one in page.lines]
        before = page.before
        if before is None:
            break
    return {**asdict(await lives.dossiers.show(customer, at)), "timeline": lines}


@given(chance=CHANCE, steps=st.integers(1, 25))
@LIVES
async def test_each_moment_is_told_later_as_it_was_told_then(chance: random.Random, steps: int) -> None:
    lives = Lives(chance)
    await lives.begin()
    then = list[tuple[datetime, str, dict[str, Any]]]()
    for _ in range(steps):
        before = len(lives.journal.log)
        await lives.step()
        assert {one.event.recorded_at for one in lives.journal.log[before:]} <= {lives.clock.now()}
        customer = chance.choice(PEOPLE)
        then.append((lives.clock.now(), customer, await told(lives, customer)))
    for at, customer, answer in then:
        assert await told(lives, customer, at) == answer
