"""What is told of a decision is what the API's document says of it."""

from typing import Any

import orjson

from hub.api.decision_rows import DecisionTold
from hub.application.explaining.decisions import Decisions
from tests.router.days import OPEN, busy_day, full_centre, journal_of

KINDS = {"InteractionQueued", "InteractionOffered", "InteractionMoved", "RequirementRelaxed"}


def as_documented(told: dict[str, Any]) -> None:
    """Nothing is told that the document does not name, down to each candidate."""
    model = DecisionTold.model_validate(told)
    assert set(told) <= set(DecisionTold.model_fields)
    for name, rows in (("agents", model.agents), ("interactions", model.interactions), ("rules", model.rules)):
        for row, line in zip(rows, told.get(name, ()), strict=True):
            assert set(line) == set(type(row).model_fields)
    for name in ("work", "traits", "asks_for", "known_agent"):
        if told.get(name):
            assert set(told[name]) == set(type(getattr(model, name)).model_fields)


async def test_every_decision_is_told_as_the_document_says() -> None:
    policy = full_centre()[0][0]
    day = busy_day(policy, seed=3, hours=0.3, contacts_per_hour=300, agents=6, start=OPEN)
    decisions, seen = Decisions(journal_of(day.log), policy), set()
    streams = {one.stream: type(one.event).__name__ for one in day.log if type(one.event).__name__ in KINDS}
    of_each = {kind: stream for stream, kind in streams.items()}
    for stream in of_each.values():
        for told in (await decisions.of(stream))["decisions"]:
            as_documented(orjson.loads(orjson.dumps(told)))
            seen.add(told["type"])
    assert seen >= {"InteractionQueued", "InteractionOffered"}
