from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from hub.domain.agent.events import AgentSignedOn, AgentState, AgentStateChanged
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.interaction.events import (
    InteractionAbandoned,
    InteractionOffered,
    InteractionQueued,
    OfferRescinded,
    OfferTimedOut,
    WrapUpCompleted,
)
from hub.ports import Recorded
from loadtests.observed import Matching, Observed, Samples, agent_free_to_offer, contact_to_offer, percentiles

MS = 1_000_000
AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
META = {"at": AT, "recorded_at": AT, "causation": "c", "actor": "test"}


def signed_on(agent: str, **skills: int) -> tuple[str, Event]:
    event = AgentSignedOn(
        **META, pool="main", agent_id=agent, name=agent, skills=skills, languages=(), capacity=100
    )  # fmt: skip
    return f"agent-{agent}", event


def queued(number: int, **skills: int) -> tuple[str, Event]:
    event = InteractionQueued(
        **META, pool="main", queue="q", contact_id=f"load-a-{number}", customer_id="customer-1",
        channel=Channel.PHONE, thread="t", service="", priority=1, skills=skills, units=100, policy="p", reasons=(),
    )  # fmt: skip
    return f"interaction-{number}", event


def offered(number: int, agent: str, offer: str = "") -> tuple[str, Event]:
    event = InteractionOffered(
        **META, offer_id=offer or f"offer-{number}-1", agent_id=agent, expires_at=AT + timedelta(seconds=20),
        units=100, policy="p", reasons=(),
    )  # fmt: skip
    return f"interaction-{number}", event


def wrapped_up(number: int, agent: str) -> tuple[str, Event]:
    return f"interaction-{number}", WrapUpCompleted(**META, agent_id=agent, code="done")


def matched(observed: Observed, *log: tuple[str, Event]) -> Samples:
    matching = Matching(observed)
    matching.follow(Recorded(position, stream, 1, event) for position, (stream, event) in enumerate(log, 1))
    return matching.samples


def test_only_contacts_that_find_a_free_agent_count() -> None:
    observed = Observed(received={"offer-1-1": 10, "offer-2-1": 900}, finished={"interaction-1": 500})
    found = matched(
        observed, signed_on("a"), queued(1), offered(1, "a"), queued(2), wrapped_up(1, "a"), offered(2, "a")
    )
    assert found.offers == [("load-a-1", 10)]
    assert found.freed == [(500, 900)]


def test_a_free_agent_serves_one_contact_not_two_that_come_at_once() -> None:
    observed = Observed(received={"offer-1-1": 10, "offer-2-1": 900})
    found = matched(observed, signed_on("a"), queued(1), queued(2), offered(1, "a"))
    assert found.offers == [("load-a-1", 10)]


def test_an_agent_who_gets_free_with_nobody_waiting_does_not_count() -> None:
    observed = Observed(received={"offer-1-1": 10, "offer-2-1": 900}, finished={"interaction-1": 500})
    found = matched(
        observed, signed_on("a"), queued(1), offered(1, "a"), wrapped_up(1, "a"), queued(2), offered(2, "a")
    )
    assert found.freed == []
    assert found.offers == [("load-a-1", 10), ("load-a-2", 900)]


def test_an_agent_who_missed_an_offer_is_free_again_only_when_they_say_so() -> None:
    observed = Observed(received={"offer-1-2": 70, "offer-2-1": 90})
    missed = OfferTimedOut(**META, offer_id="offer-1-1", agent_id="a")
    left = InteractionAbandoned(**META)
    back = AgentStateChanged(**META, agent_id="a", state=AgentState.READY)
    history = [signed_on("a"), queued(1), offered(1, "a"), ("interaction-1", missed), ("interaction-1", left)]
    assert matched(observed, *history, queued(2), offered(2, "a")).offers == []
    assert matched(observed, *history, ("agent-a", back), queued(2), offered(2, "a")).offers == [("load-a-2", 90)]


def test_an_offer_taken_back_leaves_the_agent_free() -> None:
    observed = Observed(received={"offer-2-1": 90})
    back = OfferRescinded(**META, offer_id="offer-1-1", agent_id="a", reason="customer left")
    left = InteractionAbandoned(**META)
    log = [signed_on("a"), queued(1), offered(1, "a"), ("interaction-1", back), ("interaction-1", left)]
    assert matched(observed, *log, queued(2), offered(2, "a")).offers == [("load-a-2", 90)]


def test_only_agents_who_can_do_it_are_free_for_a_contact() -> None:
    observed = Observed(received={"offer-1-1": 10, "offer-2-1": 20})
    team = [signed_on("a", fa=3), signed_on("b", fa=2, en=1)]
    log = [*team, queued(1, fa=3), offered(1, "a"), queued(2, fa=3), wrapped_up(1, "a"), offered(2, "a")]
    assert matched(observed, *log).offers == [("load-a-1", 10)]


def test_an_agent_who_can_do_nothing_of_what_waits_is_not_kept_from_it() -> None:
    observed = Observed(
        received={"offer-2-1": 90, "offer-3-1": 95}, finished={"interaction-1": 50, "interaction-2": 60}
    )
    log = [signed_on("a", fa=3), queued(1, fa=1), offered(1, "a"), queued(3, en=1), wrapped_up(1, "a")]
    assert matched(observed, *log, queued(2, fa=1), offered(2, "a")).freed == []
    both = [*log, signed_on("b", en=1, fa=1), queued(2, fa=1), offered(2, "b"), wrapped_up(2, "b"), offered(3, "b")]
    assert matched(observed, *both).freed == [(60, 95)]


def test_percentiles_are_in_milliseconds() -> None:
    found = percentiles(value * MS for value in range(1, 1001))
    assert found == pytest.approx({"p50": 500, "p95": 950, "p99": 990, "max": 1000}, rel=0.01)


def test_nothing_seen_gives_zeros() -> None:
    assert percentiles([]) == {"p50": 0.0, "p95": 0.0, "p99": 0.0, "max": 0.0}


def test_time_to_offer_counts_from_the_scheduled_moment_for_the_contacts_asked_for() -> None:
    samples = Samples(offers=[("load-a-1", 15 * MS), ("load-w-0", 900 * MS)])
    assert contact_to_offer(samples, {"load-a-1": 5 * MS})["max"] == pytest.approx(10, rel=0.01)


def test_time_from_free_to_offer_counts_agents_who_became_free_in_the_phase() -> None:
    samples = Samples(freed=[(1 * MS, 500 * MS), (10 * MS, 13 * MS), (20 * MS, 900 * MS)])
    assert agent_free_to_offer(samples, since=5 * MS, until=20 * MS)["max"] == pytest.approx(3, rel=0.01)


def test_what_was_seen_survives_the_process(tmp_path: Path) -> None:
    observed = Observed(received={"offer-1-1": 15}, finished={"interaction-1": 2})
    observed.write(tmp_path / "load" / "observed.json")
    assert Observed.read(tmp_path / "load" / "observed.json") == observed
