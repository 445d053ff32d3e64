"""What the public API tells, gathered into what the terminal board shows."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from hub.projections import formulas
from hub.simulated.picture import AgentGlance, Glance, QueueGlance

_RATES_KEPT = 240


class Pages(NamedTuple):
    """The answers of one look at the hub, as JSON."""

    live: Mapping[str, Any]
    queues: Sequence[Mapping[str, Any]]
    intervals: Sequence[Mapping[str, Any]]
    agents: Sequence[Mapping[str, Any]]


class Glimpses:
    """Makes one glance of each look, remembering what single answers don't tell: the events a second, and since when an
    agent does what they do. `now` of a look is the wall's, in UTC; `at` a stopwatch's seconds."""

    def __init__(self, title: str, api_url: str, began_at: float, key_file: str = "", branch: str = "") -> None:
        self._title = title
        self._key_file = key_file
        self._branch = branch
        self._api_url = api_url
        self._began_at = began_at
        self._rates: deque[float] = deque(maxlen=_RATES_KEPT)
        self._events: tuple[int, float] | None = None
        self._doing: dict[str, tuple[str, float]] = {}
        self._last: Pages | None = None

    def missed(self, restarts: int, at: float) -> Glance:
        """The hub did not answer: what was known stays in sight."""
        self._rates.append(0.0)
        return self._glance(self._last or Pages({}, (), (), ()), restarts, None, at)

    def seen(self, pages: Pages, restarts: int, now: datetime, at: float) -> Glance:
        """The hub answered."""
        self._last = pages
        events = int(pages.live["events"])
        if self._events is not None and at > self._events[1]:
            self._rates.append(max(0.0, (events - self._events[0]) / (at - self._events[1])))
        self._events = events, at
        return self._glance(pages, restarts, now, at)

    def _glance(self, pages: Pages, restarts: int, now: datetime | None, at: float) -> Glance:
        live = pages.live
        return Glance(
            title=self._title,
            api_url=self._api_url,
            up=now is not None,
            seconds=at - self._began_at,
            restarts=restarts,
            contacts=live.get("contacts", 0),
            answered=live.get("answered", 0),
            abandoned=live.get("abandoned", 0),
            service_level=live.get("service_level"),
            service_level_name=f"service level {live.get('service_level_variant', '')}".replace("_", " ").strip(),
            asa_s=live.get("asa_s"),
            aht_s=live.get("aht_s"),
            occupancy=live.get("occupancy"),
            events=live.get("events", 0),
            rates=tuple(self._rates),
            channels=live.get("contacts_by_channel", {}),
            queues=queue_glances(pages, now),
            agents=[self._agent(row, at) for row in pages.agents],
            key_file=self._key_file,
            branch=self._branch,
        )

    def _agent(self, row: Mapping[str, Any], at: float) -> AgentGlance:
        doing = str(row["activity"])
        known = self._doing.get(row["agent_id"])
        if known is None or known[0] != doing:
            known = self._doing[row["agent_id"]] = doing, at
        queues = Counter(held["queue"] for held in row["interactions"])
        holds = ", ".join(queue if count == 1 else f"{queue} ×{count}" for queue, count in sorted(queues.items()))
        return AgentGlance(row["name"], doing, at - known[1], holds)


def queue_glances(pages: Pages, now: datetime | None) -> list[QueueGlance]:
    """Each queue: what is there now, and today's figures added up over the intervals."""
    sums: dict[str, Counter[str]] = {}
    targets: dict[str, float] = {}
    for interval in pages.intervals:
        of = sums.setdefault(interval["queue"], Counter())
        for name in ("answered", "abandoned", "short_abandoned", "answered_in_target"):
            of[name] += interval[name]
        targets[interval["queue"]] = interval["target_s"]
    found = []
    for row in pages.queues:
        name = row["queue"]
        of = sums.get(name, Counter())
        level = formulas.service_level(of["answered_in_target"], of["answered"], of["abandoned"], of["short_abandoned"])
        found.append(
            QueueGlance(
                name=name,
                waiting=row["waiting"] + row["offered"],
                oldest_s=_age(row["oldest_waiting_since"], now),
                active=row["active"],
                answered=of["answered"],
                abandoned=of["abandoned"],
                service_level=level,
                within_s=targets.get(name, 20.0),
            )
        )
    return found


def _age(since: str | None, now: datetime | None) -> float | None:
    if since is None or now is None:
        return None
    return max(0.0, (now - datetime.fromisoformat(since)).total_seconds())
