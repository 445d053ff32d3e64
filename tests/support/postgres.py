"""Fixtures of a real PostgreSQL."""

from collections.abc import Iterator

import pytest

from devservers.postgres import PostgresServer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """The server of this test session, started when first asked for."""
    server = PostgresServer()
    yield server
    server.stop()


@pytest.fixture
def postgres_url(postgres_server: PostgresServer) -> Iterator[str]:
    """The URL of an empty database."""
    url = postgres_server.create_database()
    yield url
    postgres_server.drop_database(url)
