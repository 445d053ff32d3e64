"""The metric formulas, each in one place: the live boards, the intervals and the call-log comparison all use these.

A result is None where there is nothing to take it of: no calls is neither 0 % nor 100 %."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum


class ServiceLevelVariant(StrEnum):
    """The ways to count a service level; a figure is never shown without the name of its variant."""

    WITHOUT_SHORT_ABANDONED = "without_short_abandoned"
    """answered in T / (answered + abandoned - short abandoned): the default."""
    OF_OFFERED = "of_offered"
    """answered in T / offered."""
    ABANDONED_AS_MET = "abandoned_as_met"
    """(answered in T + abandoned in T) / (answered + abandoned)."""
    ABANDONED_AS_MISSED = "abandoned_as_missed"
    """answered in T / (answered + abandoned)."""
    OF_ANSWERED = "of_answered"
    """answered in T / answered."""


@dataclass(frozen=True, slots=True)
class Outcomes:
    """Counts of what became of the interactions queued in some time. `in_target`: within the target T;
    `short_abandoned`: abandoned within the queue's threshold."""

    offered: int = 0
    answered: int = 0
    abandoned: int = 0
    short_abandoned: int = 0
    answered_in_target: int = 0
    abandoned_in_target: int = 0
    expired: int = 0
    """Over without an agent, since they waited as long as the policy allows."""

    @property
    def open(self) -> int:
        """Nothing of all that yet."""
        return self.offered - self.answered - self.abandoned - self.expired

    @property
    def lost(self) -> int:
        """Customers who waited and got no agent."""
        return self.abandoned + self.expired


def service_level(answered_in_target: int, answered: int, abandoned: int, short_abandoned: int) -> float | None:
    """answered in T / (answered + abandoned - short abandoned).

    The default variant: who hangs up within a few seconds had not begun to wait. Source: ITU-T E.423 and common
    usage (Cleveland, Call Center Management on Fast Forward)."""
    return _ratio(answered_in_target, answered + abandoned - short_abandoned)


def service_levels(outcomes: Outcomes) -> dict[ServiceLevelVariant, float | None]:
    """The service level by every variant; the formulas stand at the variants. Who waited as long as the policy allows
    and was let go counts like who left, never as a short abandonment and never as met."""
    return {variant: formula(outcomes) for variant, formula in _SERVICE_LEVELS.items()}


_SERVICE_LEVELS: dict[ServiceLevelVariant, Callable[[Outcomes], float | None]] = {
    ServiceLevelVariant.WITHOUT_SHORT_ABANDONED: lambda of: service_level(
        of.answered_in_target, of.answered, of.lost, of.short_abandoned
    ),
    ServiceLevelVariant.OF_OFFERED: lambda of: _ratio(of.answered_in_target, of.offered),
    ServiceLevelVariant.ABANDONED_AS_MET: lambda of: _ratio(
        of.answered_in_target + of.abandoned_in_target, of.answered + of.lost
    ),
    ServiceLevelVariant.ABANDONED_AS_MISSED: lambda of: _ratio(of.answered_in_target, of.answered + of.lost),
    ServiceLevelVariant.OF_ANSWERED: lambda of: _ratio(of.answered_in_target, of.answered),
}


def asa(wait_of_answered: float, answered: int) -> float | None:
    """Average speed of answer: total wait of the answered / answered, in the unit of the wait."""
    return _ratio(wait_of_answered, answered)


def aht(handle_time: float, finished: int) -> float | None:
    """Average handle time: (talk + hold + wrap-up of the finished) / finished, in the unit of the time."""
    return _ratio(handle_time, finished)


def first_response_time(contact_to_answer: float, answered: int) -> float | None:
    """Total time from contact to first answer / answered, in the unit of the time. Calendar time: nights count. It is
    the speed of answer plus what lies before the queue (menus, intake)."""
    return _ratio(contact_to_answer, answered)


def resolution_time(contact_to_end: float, ended: int) -> float | None:
    """Total time from contact to the end of the interaction / ended ones, in the unit of the time. Calendar time;
    wrap-up is not in it. The abandoned, which nobody resolved, are in neither."""
    return _ratio(contact_to_end, ended)


AGES = (("under_1_min", 60.0), ("1_to_5_min", 300.0), ("5_to_15_min", 900.0), ("15_to_60_min", 3600.0))
"""The backlog's classes of age, youngest first: name, and the age in seconds at which the next begins."""
OLDEST = "60_min_and_over"
"""What is older than all of these."""


def backlog_by_age(ages: Iterable[float]) -> dict[str, int]:
    """How many have waited how long; `ages` in seconds. Every class is named, and each age is in just one."""
    counts = dict.fromkeys([*(name for name, _ in AGES), OLDEST], 0)
    for age in ages:
        counts[next((name for name, end in AGES if age < end), OLDEST)] += 1
    return counts


def mean(total: float, count: int) -> float | None:
    """total / count, in the unit of the total."""
    return _ratio(total, count)


def transfer_rate(transferred: int, answered: int) -> float | None:
    """Interactions that were transferred at least once / answered ones."""
    return _ratio(transferred, answered)


def callbacks_kept(kept: int, missed: int) -> float | None:
    """Customers reached who were to be called / (those + customers given up); who waits for the call is in neither."""
    return _ratio(kept, kept + missed)


def adherence(as_planned: float, planned: float) -> float | None:
    """Time in the planned state / planned time, in any unit."""
    return _ratio(as_planned, planned)


def abandonment_rate(abandoned: int, offered: int) -> float | None:
    """abandoned / offered, short ones included."""
    return _ratio(abandoned, offered)


def occupancy(busy: float, available: float) -> float | None:
    """busy / (busy + available), where busy is the time with an offer, talking, on hold or wrapping up. Two things at
    once count once: busy is the union, never the sum. Times away are in neither."""
    return _ratio(busy, busy + available)


def concurrency_use(unit_time: float, capacity_time: float) -> float | None:
    """Capacity units in use x time / (capacity units x time signed on)."""
    return _ratio(unit_time, capacity_time)


def non_response(timed_out: int, offers: int) -> float | None:
    """Offers that timed out / offers made."""
    return _ratio(timed_out, offers)


SATISFIED_FROM = 4
"""Of csat, 1 to 5: from this score on a customer counts as satisfied."""
PROMOTERS_FROM, DETRACTORS_TO = 9, 6
"""Of nps, 0 to 10. Source: Reichheld, The One Number You Need to Grow (Harvard Business Review, December 2003)."""


def satisfied_share(satisfied: int, answered: int) -> float | None:
    """Answers of 4 or 5 / answers."""
    return _ratio(satisfied, answered)


def net_promoter_score(promoters: int, detractors: int, answered: int) -> float | None:
    """100 x (promoters - detractors) / answers, -100 to 100."""
    return _ratio(100 * (promoters - detractors), answered)


def _ratio(part: float, whole: float) -> float | None:
    return part / whole if whole else None
