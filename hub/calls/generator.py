"""Makes call logs with the statistics of a real centre, in the bank's format, so that examples run without one."""

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from random import Random

from hub.calls.centre import DAY, SimulatedCall, arrivals, duties, serve

COLUMNS = (
    "vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time",
    "q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server",
)  # fmt: skip
LINES = 46
NONE = "0:00:00"

PHANTOMS = 0.008
NEGATIVE_TIMES = 0.001
"""Share of rows with a menu that ends before it begins: refused by the hub."""
NO_SERVER = 0.01
"""Share of answered calls whose agent is not on record."""
NO_SERVICE_TIMES = 0.002
SERVED_AFTER_HANGING_UP = 0.017
"""Share of hang-ups from the queue that have a service time all the same."""


def generate_calls(out: Path, *, days: int, start: date, seed: int) -> int:
    """Write a log of so many days from `start` on; returns its rows. The same arguments give the same file."""
    chance = Random(seed)
    calls = arrivals(chance, days, start.weekday())
    serve(calls, duties(chance, days, start.weekday()))
    rows = 0
    with out.open("w", encoding="ascii", newline="\n") as file:
        file.write("\t".join(COLUMNS) + "\n")
        for cells in _rows(chance, calls, start):
            file.write("\t".join(cells) + "\n")
            rows += 1
    return rows


def _rows(chance: Random, calls: list[SimulatedCall], start: date) -> Iterator[tuple[str, ...]]:
    next_id = {line: chance.randrange(1_000, 40_000) for line in range(LINES)}
    for call in calls:
        line = chance.randrange(LINES)
        next_id[line] += 1
        ids = f"AA{1 + line // 23:02d}{1 + line % 23:02d}", str(next_id[line])
        if chance.random() < PHANTOMS:
            next_id[line] += 1
            yield _phantom(call, start, ids[0], str(next_id[line]))
        yield _row(chance, call, start, ids)


def _row(chance: Random, call: SimulatedCall, start: date, ids: tuple[str, str]) -> tuple[str, ...]:
    menu = -chance.randrange(40, 60) if chance.random() < NEGATIVE_TIMES else call.menu
    queue = _span(call.queued, call.dequeued) if call.queued < call.dequeued else (NONE, NONE, "0")
    served = call.answered >= 0
    server, service = "NO_SERVER", (NONE, NONE, "0")
    if served:
        server = "NO_SERVER" if chance.random() < NO_SERVER else call.agent
        if chance.random() >= NO_SERVICE_TIMES:
            service = _span(call.answered, call.answered + call.talk)
    elif call.queued >= 0 and chance.random() < SERVED_AFTER_HANGING_UP:
        service = _span(call.dequeued, call.dequeued + chance.randrange(5, 120))
    return (
        *ids,
        str(call.customer),
        str(call.priority),
        call.service.code,
        _date(call, start),
        *_span(call.entered, call.entered + menu),
        *queue,
        "AGENT" if served else "HANG",
        *service,
        server,
    )


def _phantom(call: SimulatedCall, start: date, line: str, call_id: str) -> tuple[str, ...]:
    times = _span(call.entered, call.entered)
    nothing = NONE, NONE, "0"
    return (line, call_id, "0", "0", call.service.code, _date(call, start), *times, *nothing, "PHANTOM", *nothing,
            "NO_SERVER")  # fmt: skip


def _date(call: SimulatedCall, start: date) -> str:
    return (start + timedelta(days=call.entered // DAY)).strftime("%y%m%d")


def _span(start: int, end: int) -> tuple[str, str, str]:
    return _clock(start), _clock(end), str(end - start)


def _clock(moment: int) -> str:
    seconds = moment % DAY
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"
