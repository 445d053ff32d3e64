"""Profile fields of another system's customers: those that the path policy in force defines, in their types."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from hub.application.policies.paths import PathPolicies
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.customer.profile.decide import change
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.customer.profile.state import fold
from hub.domain.errors import InvalidError
from hub.domain.event import Event
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.profile.completeness import field_named
from hub.paths.profile.values import spelled
from hub.paths.standing.facts import facts_of
from hub.paths.standing.standing import standing
from hub.ports import Clock, Journal

PATH = "import"
"""On which path it was said."""


class ImportedProfiles:
    """Decides on the profile fields of records. `names`: those that the mapping fills."""

    def __init__(self, journal: Journal, clock: Clock, names: Iterable[str], spell: Spell = normalise) -> None:
        self._journal = journal
        self._spell = spell
        self._policies = PathPolicies(journal, clock)
        self._names = tuple(names)
        self._policy: PathPolicy | None = None
        self._everybodys: dict[str, ProfileField] = {}
        """Fields that do not ask where the customer stands."""
        self._histories: dict[str, list[Event]] = {}

    @property
    def asks(self) -> bool:
        """Whether there is anything to decide on."""
        return bool(self._names)

    async def prepare(self, streams: Iterable[str]) -> None:
        """Have at hand what is known of the customers of these. Raises InvalidError where the policy in force does not
        define a field that the mapping fills."""
        if self._policy is None and self._names:
            self._policy = await self._policies.policy()
            self._check(self._policy)
        missing = [stream for stream in dict.fromkeys(streams) if stream not in self._histories]
        if missing and self._names:
            for stream, events in (await self._journal.load(missing)).items():
                self._histories[stream] = [one.event for one in events]

    def decide(
        self, members: Iterable[str], fresh: Sequence[Event], values: Mapping[str, str], now: datetime, **meta: Any
    ) -> list[ProfileFieldChanged]:
        """What is new of these values, of a customer who is all the `members`, after the `fresh` facts of the record.
        Raises InvalidError naming the field."""
        if not values:
            return []
        assert self._policy is not None
        known = [event for stream in members for event in self._histories.get(stream, ())]
        profile, stands = fold(known), None
        events: list[ProfileFieldChanged] = []
        for name, written in values.items():
            field = self._everybodys.get(name)
            if field is None:
                stands = stands or standing(facts_of([*known, *fresh]), self._policy, now)
                field = field_named(self._policy, stands, name)
            events += change(profile, name, spelled(field, written, self._spell), PATH, now=now, **meta)
        return events

    def decided(self, stream: str, events: Sequence[Event]) -> None:
        """These were added to a stream that may be asked for again."""
        if self._names:
            self._histories[stream] = [*self._histories.get(stream, ()), *events]

    def let_go(self, streams: Iterable[str]) -> None:
        """Of all others than these nothing is kept any more: what was decided on them can be read by now."""
        kept = set(streams)
        self._histories = {stream: events for stream, events in self._histories.items() if stream in kept}

    def forget(self) -> None:
        """Read all anew."""
        self._histories = {}

    def _check(self, policy: PathPolicy) -> None:
        defined = {field.name for field in policy.fields}
        for name in self._names:
            if name not in defined:
                known = ", ".join(sorted(defined)) or "none"
                raise InvalidError(
                    f"profile.{name} of the mapping: path policy {policy.version} defines no such field; it has {known}"
                    ". Define it there first, or leave it out here",
                    f"profile.{name}",
                )
        named = [field for field in policy.fields if field.name in self._names]
        single = {one.name for one in named if sum(other.name == one.name for other in named) == 1}
        self._everybodys = {one.name: one for one in named if one.name in single and not one.whose()}
