"""Fixtures that many tests share: one plugin a real server."""

pytest_plugins = ["tests.support.asterisk", "tests.support.nats", "tests.support.postgres", "tests.support.stores"]
