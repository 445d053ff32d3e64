"""What the demo finds when it opens: canned answers, cases, a conflict, a contact set aside."""

import random
from datetime import UTC, datetime
from typing import Any

from hub.domain.canned.variables import unknown_in
from hub.simulated.behaviour import Work
from hub.simulated.casework import Casework
from hub.simulated.client import Answer
from hub.simulated.furnishing import canned_answers

NOON = datetime(2027, 1, 5, 12, tzinfo=UTC)


class Notebook:
    """A hub's API that keeps what it is told."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []

    async def get(self, path: str) -> dict[str, Any]:
        return {"customer_id": f"customer-of-{path.rsplit('/', 1)[1]}"}

    async def command(self, method: str, path: str, body: Any) -> Answer:
        self.told.append((f"{method} {path}", body))
        return Answer(200, {"events": [{"event": {"case_id": f"case-{len(self.told)}"}}]})


def test_each_canned_answer_has_both_languages_and_no_variable_that_there_is_not() -> None:
    for name, answer in canned_answers().items():
        texts: Any = answer["texts"]
        assert set(texts) == {"en", "fa"}, name
        assert [one for text in texts.values() for one in unknown_in(text)] == [], name


async def wrapped_up(code: str, times: int) -> list[tuple[str, Any]]:
    book: Any = Notebook()
    casework = Casework(book, random.Random(1), lambda: NOON)
    for number in range(times):
        await casework.wrapped_up(Work(f"i-{number}", "ann"), code)
    return list(book.told)


async def test_what_an_agent_could_not_end_becomes_a_case_of_theirs_now_and_then() -> None:
    assert await wrapped_up("resolved", 50) == []
    told = await wrapped_up("escalated", 50)
    assert 2 <= len(told) <= 20
    for where, body in told:
        assert where == f"POST /v1/customers/customer-of-{body['interaction_id']}/cases"
        assert body["owner"] == body["agent_id"] == "ann"
        assert body["due_at"] > NOON.isoformat()


async def test_no_more_than_a_dozen_stay_open() -> None:
    told = await wrapped_up("follow_up", 400)
    opened = sum(where.endswith("/cases") for where, _ in told)
    settled = [where for where, _ in told if where.endswith("/resolve")]
    assert opened - len(settled) == 12
    assert len(set(settled)) == len(settled)
