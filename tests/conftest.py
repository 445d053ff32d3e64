"""What many tests share: one plugin a real server; how many run side by side, and in what order."""

import os

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

pytest_plugins = ["tests.support.asterisk", "tests.support.nats", "tests.support.postgres", "tests.support.stores"]

_CALLS = "tests/channels/phone/"
_LONGEST = (
    _CALLS,
    "tests/acceptance/",
    "tests/ui/",
    "tests/channels/",
    "tests/simulated/",
    "tests/api/test_fe",
    "tests/router/test_t",
    "tests/application/test_time_travel",
)
"""What takes long goes first: at the end nobody waits for one process that has just begun."""

os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
"""Hubs that tests start compile themselves once, not each."""


class SideBySide(LoadScopeScheduling):
    """Files run side by side, the tests of one after the other; real calls share one exchange."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _CALLS if file.startswith(_CALLS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SideBySide:
    """Where tests run in several processes."""
    return SideBySide(config, log)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int:
    """One more than there are cores: tests wait for calls, pages and timers a good part of their time."""
    return (os.cpu_count() or 1) + 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest first, all else as it was."""
    items.sort(key=_turn)


def _turn(item: pytest.Item) -> int:
    return next((turn for turn, begin in enumerate(_LONGEST) if item.nodeid.startswith(begin)), len(_LONGEST))
