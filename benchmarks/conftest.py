"""Benchmarks run against the same real servers as the tests."""

pytest_plugins = ["tests.support.postgres"]
