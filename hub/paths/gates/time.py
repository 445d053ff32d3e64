"""G5: is it a time of day at which they may be contacted, where they are?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from hub.paths.time.zones import Zone
from hub.policies.hours import Hours, is_open, is_open_on_wall, next_open, zone_of

_ROUNDS = 64
"""So often the next time is looked for at which all of several hours are open."""
_ALWAYS_OPEN = Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS)


class QuietClocks:
    """When it is not quiet, on the wall of any zone (None: always). Most of what many ask of it is the same for all who
    are in one zone, and is worked out once."""

    def __init__(self, quiet: Hours | None) -> None:
        self._quiet = quiet
        self._there: dict[str, Hours] = {}
        self._opening: dict[str, tuple[datetime, datetime]] = {}
        """By zone the last moment at which somebody asked when it is over, and when that is."""

    def verdict(self, zone: Zone, preferred: Hours | None, at: datetime) -> Verdict:
        """`preferred`: what they asked for. Where nobody can say what time it is there they are left in peace, but for
        where it is never quiet."""
        if self._quiet is not None and not zone.is_known:
            return Verdict(Gate.QUIET_HOURS, False, Reason.UNKNOWN_ZONE, {"zone": None, "because": zone.said_by})
        there = self._on_wall(self._quiet, zone.name) if self._quiet is not None else None
        wall = there or preferred
        if wall is None:
            return _ALWAYS_OPEN
        local = at.astimezone(wall.zone)
        told = local.isoformat(timespec="minutes")
        inputs: Inputs = {"zone": zone.name, "said_by": zone.said_by, "local": told}
        if there is not None and not is_open_on_wall(there, local):
            opens_at = self._opens(there, zone.name, at) if preferred is None else _all_open((there, preferred), at)
            return Verdict(Gate.QUIET_HOURS, False, Reason.QUIET_HOURS, inputs, opens_at)
        if preferred is not None and not is_open(preferred, at):
            return Verdict(Gate.QUIET_HOURS, False, Reason.NOT_PREFERRED, inputs, _all_open((there, preferred), at))
        return Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS, inputs)

    def _on_wall(self, quiet: Hours, zone: str) -> Hours:
        there = self._there.get(zone)
        if there is None:
            there = self._there[zone] = replace(quiet, zone=zone_of(zone))
        return there

    def _opens(self, there: Hours, zone: str, at: datetime) -> datetime | None:
        """The same for all who ask from then on until it is over."""
        known = self._opening.get(zone)
        if known is not None and known[0] <= at < known[1]:
            return known[1]
        opens_at = next_open(there, at)
        if opens_at is not None:
            self._opening[zone] = at, opens_at
        return opens_at


def quiet_hours_gate(quiet: Hours | None, zone: Zone, preferred: Hours | None, at: datetime) -> Verdict:
    """Asked once: see QuietClocks."""
    return QuietClocks(quiet).verdict(zone, preferred, at)


def _all_open(hours: Sequence[Hours | None], at: datetime) -> datetime | None:
    """The first moment from `at` on at which all are open; None: none is found."""
    moment: datetime = at
    for _ in range(_ROUNDS):
        shut = next((one for one in hours if one is not None and not is_open(one, moment)), None)
        if shut is None:
            return moment
        opens = next_open(shut, moment)
        if opens is None:
            return None
        moment = opens
    return None
