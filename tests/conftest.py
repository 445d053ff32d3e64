"""What many tests share: one plugin a real server; and which tests run side by side."""

import pytest
from xdist.scheduler.loadscope import LoadScopeScheduling

pytest_plugins = ["tests.support.asterisk", "tests.support.nats", "tests.support.postgres", "tests.support.stores"]

_CALLS = "tests/channels/phone/"


class SideBySide(LoadScopeScheduling):
    """Files run side by side, the tests of one after the other; real calls share one exchange."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        return _CALLS if file.startswith(_CALLS) else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> SideBySide:
    """Where tests run in several processes."""
    return SideBySide(config, log)
