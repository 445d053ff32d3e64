"""The figures of a trial, by the definitions of the hub's metrics."""

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from hub.projections.formulas import Outcomes, ServiceLevelVariant, aht, asa, occupancy, service_levels
from hub.router.policy.parsing import Queue
from hub.router.trial.clocks import Clocks
from hub.router.trial.stories import NOTHING, Outcome, Story

Figures = dict[str, Any]
"""Name to number; None where there is nothing to take it of."""

COUNTS = ("offered", "answered", "abandoned", "expired", "open", "refused")
MEASURES = ("service_level", "asa_s", "wait_p50_s", "wait_p90_s", "aht_s", "occupancy")
RulesOf = Callable[[str], Queue]

_OVER = (Outcome.ANSWERED, Outcome.ABANDONED, Outcome.EXPIRED)


@dataclass(frozen=True, slots=True)
class Account:
    """What became of the customers who came, how agents spent their time, and by which rules that is judged."""

    stories: Sequence[Story]
    clocks: Clocks | None
    """None: there was no time."""
    rules: RulesOf

    @property
    def queues(self) -> list[str]:
        """Where they waited first."""
        return sorted({story.queue for story in self.stories})

    def of_queue(self, queue: str) -> Figures:
        """Of those who came to this queue first. Occupancy: the share of all agents' time that it took."""
        stories = [story for story in self.stories if story.queue == queue]
        busy = self.clocks.of_queue.get(queue, NOTHING) if self.clocks is not None else NOTHING
        return self._figures(stories, busy, self._time - busy)

    def of_all(self) -> Figures:
        """Of all of them, each judged by the target of its queue."""
        busy = self.clocks.busy if self.clocks is not None else NOTHING
        return self._figures(self.stories, busy, self._time - busy)

    @property
    def _time(self) -> timedelta:
        """All agents were at work or ready for it so long."""
        return self.clocks.busy + self.clocks.available if self.clocks is not None else NOTHING

    def _figures(self, stories: Sequence[Story], busy: timedelta, rest: timedelta) -> Figures:
        found = Counter(story.outcome for story in stories)
        outcomes, (variant, target) = self._outcomes(stories), self._judged(stories)
        answered = [story.wait.total_seconds() for story in stories if story.outcome is Outcome.ANSWERED]
        waits = sorted(story.wait.total_seconds() for story in stories if story.outcome in _OVER)
        handled = [(story.talk + story.wrap_up).total_seconds() for story in stories if story.handled]
        return {
            "offered": outcomes.offered,
            **{name: found[Outcome(name)] for name in COUNTS[1:]},
            "service_level": service_levels(outcomes)[variant],
            "service_level_variant": variant.value,
            "target_s": target,
            "asa_s": asa(math.fsum(answered), len(answered)),
            "wait_p50_s": percentile(waits, 0.5),
            "wait_p90_s": percentile(waits, 0.9),
            "aht_s": aht(math.fsum(handled), len(handled)),
            "occupancy": occupancy(busy.total_seconds(), rest.total_seconds()),
        }

    def _outcomes(self, stories: Iterable[Story]) -> Outcomes:
        found: Counter[str] = Counter()
        for story in stories:
            if story.outcome is Outcome.REFUSED:
                continue
            rules, wait = self.rules(story.queue), story.wait.total_seconds()
            found["offered"] += 1
            if story.outcome is not Outcome.OPEN:
                found[story.outcome.value] += 1
            in_target = wait <= rules.service_level.seconds
            if story.outcome is Outcome.ANSWERED:
                found["answered_in_target"] += in_target
            elif story.outcome is Outcome.ABANDONED:
                found["abandoned_in_target"] += in_target
                found["short_abandoned"] += wait <= rules.short_abandon_seconds
        return Outcomes(**found)

    def _judged(self, stories: Iterable[Story]) -> tuple[ServiceLevelVariant, float | None]:
        """The variant of all these queues, the default where they have several; and the target, if they have one."""
        levels = [self.rules(queue).service_level for queue in sorted({story.queue for story in stories})]
        variants, targets = {one.variant for one in levels}, {one.seconds for one in levels}
        variant = variants.pop() if len(variants) == 1 else ServiceLevelVariant.WITHOUT_SHORT_ABANDONED
        return variant, targets.pop() if len(targets) == 1 else None


def change(before: Figures, after: Figures) -> Figures:
    """What the second has more than the first, by name; None where one of them is not known."""
    pairs = {name: (before[name], after[name]) for name in (*COUNTS, *MEASURES)}
    return {name: None if None in pair else pair[1] - pair[0] for name, pair in pairs.items()}


def percentile(ordered: Sequence[float], share: float) -> float | None:
    """The smallest that at least this share of them do not exceed."""
    return ordered[math.ceil(share * len(ordered)) - 1] if ordered else None
