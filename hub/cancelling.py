"""Notices that a task was told to end where a library keeps that to itself, as `wait_for` may before Python 3.12."""

import asyncio


def still_wanted() -> None:
    """Raises CancelledError in a task that was told to end and goes on all the same: nobody may tell it once more, as a
    task group tells each of its tasks once. To be called wherever a task goes on for ever, or tries again."""
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError
