"""How a browser's trace is read: what the page's main thread did without a pause."""

import json
from pathlib import Path

from loadtests.browsers import Tasks


def test_only_tasks_of_the_pages_thread_count_by_their_own_time(tmp_path: Path) -> None:
    def task(thread: int, own_us: int) -> dict[str, object]:
        return {
            "name": "ThreadControllerImpl::RunTask",
            "ph": "X",
            "pid": 7,
            "tid": thread,
            "dur": 900_000,
            "tdur": own_us,
        }

    names = [
        {"name": "thread_name", "ph": "M", "pid": 7, "tid": 1, "args": {"name": "CrRendererMain"}},
        {"name": "thread_name", "ph": "M", "pid": 7, "tid": 2, "args": {"name": "Compositor"}},
    ]
    own = [task(1, 3_000), task(1, 60_000), task(1, 17_000), task(2, 400_000), {**task(1, 99_000), "name": "Layout"}]
    (tmp_path / "trace.json").write_text(json.dumps({"traceEvents": [*names, *own]}))
    tasks = Tasks()
    tasks.read(tmp_path / "trace.json")
    assert tasks == Tasks([60.0, 17.0, 3.0], tasks_above_16_ms=2)
