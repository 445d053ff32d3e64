"""The journal against a raw insert and against the library: rates for batches of 1 to 1000 events."""

from pathlib import Path
from typing import Any

from pytest_benchmark.fixture import BenchmarkFixture

from benchmarks.journal_speed import compare, postgres_ways, sqlite_ways
from tests.support.postgres import PostgresServer

SECONDS = 1.0
"""Of writing for each way and size."""


def test_sqlite(benchmark: BenchmarkFixture, tmp_path: Path) -> None:
    told(benchmark, "SQLite", benchmark.pedantic(compare, args=(sqlite_ways(tmp_path), SECONDS)))


def test_postgres(benchmark: BenchmarkFixture, postgres_server: PostgresServer) -> None:
    ways = postgres_ways(postgres_server.create_database)
    told(benchmark, "PostgreSQL", benchmark.pedantic(compare, args=(ways, SECONDS)))


def told(benchmark: BenchmarkFixture, store: str, table: list[dict[str, Any]]) -> None:
    benchmark.extra_info["events a second"] = table
    print(f"\n{store}, events a second")
    print(*(f"{name:>16}" for name in table[0]), sep="")
    for row in table:
        print(*(f"{value:>16,}" for value in row.values()), sep="")
    assert all(row["journal"] > 0 for row in table)
