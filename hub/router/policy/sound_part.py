"""What of a policy with mistakes can be looked at all the same, so that one look finds its other mistakes too."""

from collections.abc import Collection, Mapping
from copy import deepcopy
from typing import Any, NamedTuple

from pydantic import ValidationError

from hub.policies.toml_lines import Place
from hub.router.policy.model import CONDITIONS, Policy

_UNKNOWN = "und"
"""In the place of a name or language nobody can read: whatever is said of it is not told."""
_SOON = 1e-9
_ATTEMPTS = 8
_REFERS = {"queue": "queues", "to": "queues", "hours": "hours", "holidays": "holidays"}
"""The last part of a place that names something else, and the table it is in."""
_LEADS = ("closed", "full", "long_wait", "nobody", "overflow")


class SoundPart(NamedTuple):
    """A policy without its mistakes, or with something harmless in their place."""

    policy: Policy
    mistaken: frozenset[Place]
    astray: frozenset[str]
    """Names in tables that are none of a policy's: what refers to them has no mistake of its own."""

    def tells(self, place: Place) -> bool:
        """Whether a contradiction found there is one of the whole policy, and does not come from other mistakes."""
        if place == ("rules",):
            return not any(place == ("rules",) or _is_row(place) for place in self.mistaken)
        if len(place) == 2 and place[0] == "channels":
            return True
        if (table := _REFERS.get(str(place[-1]))) is not None and (table,) in self.mistaken:
            return False
        return not any(place[: len(one)] == one for one in self.mistaken)

    def knows_week(self, hours: str) -> bool:
        """Whether nothing is wrong with the days of these hours."""
        told_elsewhere = ("time_zone", "holidays")
        return not any(
            place == ("hours",) or (place[:2] == ("hours", hours) and (*place, "", "")[2] not in told_elsewhere)
            for place in self.mistaken
        )

    def knows_demand(self, queue: str, found: Collection[Place]) -> bool:
        """Whether no mistake, nor any place `found` besides, changes what is asked of those who serve this queue."""
        return not any(self._changes_demand(place, queue) for place in (*self.mistaken, *found))

    def _changes_demand(self, place: Place, queue: str) -> bool:
        match place:
            case ("queues" | "rules" | "staff",) | ("staff", *_):
                return True
            case ("queues", str(name), *inner):
                return name == queue or bool(inner and inner[0] in _LEADS)
            case ("rules", int(number), *_):
                leads_to = self.policy.rules[number].queue
                return leads_to == queue or leads_to not in self.policy.queues
        return False


def sound_part(values: Mapping[str, Any], mistakes: ValidationError) -> SoundPart | None:
    """What is left of the values of a file without what pydantic found wrong in them; None: nothing to speak of."""
    left = deepcopy(dict(values))
    fields = Policy.model_fields
    astray = frozenset(name for field in left if field not in fields for name in _names_in(left[field]))
    mistaken: set[Place] = set()
    for _ in range(_ATTEMPTS):
        for problem in mistakes.errors(include_url=False):
            place = tuple(part for part in problem["loc"] if part != "[key]")
            mistaken.add(place)
            _mend(left, place, problem["type"])
        try:
            return SoundPart(Policy.model_validate(left), frozenset(mistaken), astray)
        except ValidationError as error:
            mistakes = error
    return None


def _mend(values: dict[str, Any], place: Place, kind: str) -> None:
    """Rows of tables stay where they are, so that places are those of the file."""
    match place:
        case ("rules", int(), name) if name in (*CONDITIONS, "queue"):
            _put(values, place, _UNKNOWN)
        case ("rules", int()):
            _put(values, place, {"queue": _UNKNOWN, "segment": _UNKNOWN})
        case ("rules", int(), "steps", int(), "after_seconds"):
            _put(values, place, _SOON)
        case ("rules", int(), "steps", int()):
            _put(values, place, {"after_seconds": _SOON})
        case ("rules",):
            values["rules"] = []
        case ("queues",) | ("staff", int()):
            _put(values, place, {})
        case _ if kind in ("model_type", "dict_type"):
            _put(values, place, {})
        case _:
            _drop(values, place[:-1] if kind == "missing" else place)


def _put(values: Any, place: Place, value: Any) -> None:
    *parents, name = place
    for part in parents:
        if isinstance(values, dict) and part not in values:
            return  # an earlier mistake took it along
        values = values[part]
    values[name] = value


def _drop(values: dict[str, Any], place: Place) -> None:
    """The smallest thing with a name around what is written there."""
    table: dict[Any, Any] = values
    name = place[0]
    here: Any = values
    for part in place:
        if isinstance(here, dict):
            if part not in here:
                return  # an earlier mistake took it along
            table, name = here, part
        elif not (isinstance(here, list) and isinstance(part, int) and isinstance(here[part], dict)):
            break
        here = here[part]
    table.pop(name, None)


def _names_in(table: Any) -> Collection[str]:
    return table.keys() if isinstance(table, dict) else ()


def _is_row(place: Place) -> bool:
    """A whole row of the decision table, of which nobody knows what it takes."""
    return len(place) == 2 and place[0] == "rules"
