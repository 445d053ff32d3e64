"""What the facts of a profile add up to, now or as of any past time."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.event import Event


class FieldValue(NamedTuple):
    """What a field holds, and who said so, when and where. Empty: it was of somebody who was forgotten."""

    value: str
    at: datetime
    recorded_at: datetime
    actor: str
    path: str
    is_cleared: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """Every field that something was ever said of. Of two facts the one that was said later counts, of two said at once
    the one that was recorded later."""

    fields: Mapping[str, FieldValue] = field(default_factory=dict)

    def values(self) -> dict[str, str]:
        """What is known, by field."""
        return {name: one.value for name, one in self.fields.items() if one.value}


def evolve(profile: Profile, event: Event) -> Profile:
    """The profile after one more fact; facts of other kinds change nothing here."""
    if not isinstance(event, ProfileFieldChanged):
        return profile
    said = FieldValue(event.value, event.at, event.recorded_at, event.actor, event.path, event.is_cleared)
    known = profile.fields.get(event.field)
    if known is not None and (said.at, said.recorded_at) < (known.at, known.recorded_at):
        return profile
    return Profile({**profile.fields, event.field: said})


def fold(events: Iterable[Event]) -> Profile:
    """The profile after these facts, of one stream or of all that are one customer."""
    profile = Profile()
    for event in events:
        profile = evolve(profile, event)
    return profile
