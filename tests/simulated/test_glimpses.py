from datetime import UTC, datetime, timedelta
from typing import Any

from hub.simulated.glimpses import Glimpses, Pages

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def queue(name: str, **now: Any) -> dict[str, Any]:
    return {"queue": name, "waiting": 0, "offered": 0, "active": 0, "oldest_waiting_since": None, **now}


def interval(name: str, **figures: int) -> dict[str, Any]:
    counts = {"answered": 0, "abandoned": 0, "short_abandoned": 0, "answered_in_target": 0, "target_s": 20.0}
    return {"queue": name, **counts, **figures}


def agent(agent_id: str, activity: str, *queues: str) -> dict[str, Any]:
    held = [{"interaction_id": "i", "queue": queue, "phase": "active", "units": 25} for queue in queues]
    return {"agent_id": agent_id, "name": agent_id.title(), "activity": activity, "interactions": held}


def pages(events: int = 0, **more: Any) -> Pages:
    live = {"events": events, "contacts": 7, "service_level_variant": "without_short_abandoned", **more.pop("live", {})}
    return Pages(live, more.get("queues", ()), more.get("intervals", ()), more.get("agents", ()))


def test_a_queues_day_is_added_up_over_its_intervals() -> None:
    told = pages(
        queues=[queue("sales", waiting=2, offered=1, oldest_waiting_since=(NOON - timedelta(seconds=9)).isoformat())],
        intervals=[
            interval("sales", answered=6, answered_in_target=5, abandoned=2, short_abandoned=1, target_s=30),
            interval("sales", answered=2, answered_in_target=1, abandoned=1, target_s=30),
            interval("billing", answered=9),
        ],
    )
    [sales] = Glimpses("Hub", "http://h", 0).seen(told, 0, NOON, 1).queues
    assert (sales.waiting, sales.oldest_s, sales.answered, sales.abandoned, sales.within_s) == (3, 9, 8, 3, 30)
    assert sales.service_level == 6 / (8 + 3 - 1)


def test_a_queue_without_figures_yet_is_shown() -> None:
    [sales] = Glimpses("Hub", "http://h", 0).seen(pages(queues=[queue("sales", active=1)]), 0, NOON, 1).queues
    assert (sales.active, sales.answered, sales.service_level, sales.oldest_s) == (1, 0, None, None)


def test_events_a_second_come_from_two_looks() -> None:
    glimpses = Glimpses("Hub", "http://h", 0)
    assert glimpses.seen(pages(1000), 0, NOON, 1).rates == ()
    assert glimpses.seen(pages(1050), 0, NOON, 3).rates == (25,)


def test_a_hub_that_does_not_answer_leaves_the_last_picture_and_says_so() -> None:
    glimpses = Glimpses("Hub", "http://h", 0)
    assert not glimpses.missed(0, 1).up
    glimpses.seen(pages(1000, queues=[queue("sales", waiting=4)]), 0, NOON, 2)
    glance = glimpses.missed(1, 3)
    assert not glance.up
    assert (glance.contacts, glance.restarts, glance.queues[0].waiting) == (7, 1, 4)


def test_agents_are_told_with_what_they_hold_and_for_how_long() -> None:
    glimpses = Glimpses("Hub", "http://h", 0)
    glimpses.seen(pages(agents=[agent("ana", "on_contact", "sales", "sales", "billing")]), 0, NOON, 10)
    [ana] = glimpses.seen(pages(agents=[agent("ana", "on_contact", "sales", "sales", "billing")]), 0, NOON, 15).agents
    assert (ana.name, ana.state, ana.since_s, ana.holds) == ("Ana", "on_contact", 5, "billing, sales ×2")
    [ana] = glimpses.seen(pages(agents=[agent("ana", "away")]), 0, NOON, 20).agents
    assert (ana.state, ana.since_s, ana.holds) == ("away", 0, "")


def test_the_service_level_is_named_by_its_variant() -> None:
    glance = Glimpses("Hub", "http://h", 0).seen(pages(), 0, NOON, 1)
    assert glance.service_level_name == "service level without short abandoned"
