from pathlib import Path

import pytest

from loadtests.observed import Observed, agent_free_to_offer, contact_to_offer, percentiles

MS = 1_000_000


def test_percentiles_are_in_milliseconds() -> None:
    found = percentiles(value * MS for value in range(1, 1001))
    assert found == pytest.approx({"p50": 500, "p95": 950, "p99": 990, "max": 1000}, rel=0.01)


def test_nothing_seen_gives_zeros() -> None:
    assert percentiles([]) == {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}


def test_time_to_offer_counts_from_the_scheduled_moment_for_the_contacts_asked_for() -> None:
    observed = Observed(offers=[("load-a-1", 15 * MS), ("load-w-0", 900 * MS)])
    assert contact_to_offer(observed, {"load-a-1": 5 * MS})["max"] == pytest.approx(10, rel=0.01)


def test_time_from_free_to_offer_counts_agents_who_became_free_in_the_phase() -> None:
    observed = Observed(freed=[(1 * MS, 500 * MS), (10 * MS, 13 * MS), (20 * MS, 900 * MS)])
    assert agent_free_to_offer(observed, since=5 * MS, until=20 * MS)["max"] == pytest.approx(3, rel=0.01)


def test_what_was_seen_survives_the_process(tmp_path: Path) -> None:
    observed = Observed(offers=[("load-a-1", 15)], freed=[(1, 2)])
    observed.write(tmp_path / "load" / "observed.json")
    assert Observed.read(tmp_path / "load" / "observed.json") == observed
