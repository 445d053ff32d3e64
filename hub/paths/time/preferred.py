"""The hours somebody said they would rather be contacted in, as hours of the week."""

from hub.domain.customer.consent.events import PreferenceChanged
from hub.policies.hours import Hours, Span, zone_of

_DAY = 24 * 60


def preferred_hours(said: PreferenceChanged | None) -> Hours | None:
    """None: any hour will do. An end that is not after its start is of the next day."""
    if said is None or not said.hours:
        return None
    week: list[list[Span]] = [[] for _ in range(7)]
    for hours in said.hours:
        start, end = _minutes(hours.start), _minutes(hours.end)
        for day in hours.days:
            week[day - 1].append(Span(start, end if end > start else _DAY))
            if 0 < end <= start:
                week[day % 7].append(Span(0, end))
    return Hours(zone_of(said.time_zone), tuple(tuple(sorted(spans)) for spans in week))


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    return int(hours) * 60 + int(minutes)
