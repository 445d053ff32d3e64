"""Servers that tests and load tests start themselves, so that nothing has to be installed."""
