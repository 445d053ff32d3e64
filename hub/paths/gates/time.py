"""G5: is it a time of day at which they may be contacted, where they are?"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from hub.paths.consent.purposes import Gate
from hub.paths.gates.verdict import Inputs, Reason, Verdict
from hub.paths.time.zones import Zone
from hub.policies.hours import Hours, is_open, next_open, zone_of

_ROUNDS = 64
"""So often the next time is looked for at which all of several hours are open."""


def quiet_hours_gate(quiet: Hours | None, zone: Zone, preferred: Hours | None, at: datetime) -> Verdict:
    """`quiet`: when it is not quiet, on the wall of any zone; None: always. `preferred`: what they asked for.
    Where nobody can say what time it is there they are left in peace, but for where it is never quiet."""
    if quiet is not None and not zone.is_known:
        return Verdict(Gate.QUIET_HOURS, False, Reason.UNKNOWN_ZONE, {"zone": None, "because": zone.said_by})
    there = replace(quiet, zone=zone_of(zone.name)) if quiet is not None else None
    wall = there or preferred
    if wall is None:
        return Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS)
    local = at.astimezone(wall.zone).isoformat(timespec="minutes")
    inputs: Inputs = {"zone": zone.name, "said_by": zone.said_by, "local": local}
    if there is not None and not is_open(there, at):
        return Verdict(Gate.QUIET_HOURS, False, Reason.QUIET_HOURS, inputs, _all_open((there, preferred), at))
    if preferred is not None and not is_open(preferred, at):
        return Verdict(Gate.QUIET_HOURS, False, Reason.NOT_PREFERRED, inputs, _all_open((there, preferred), at))
    return Verdict(Gate.QUIET_HOURS, True, Reason.OPEN_HOURS, inputs)


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
