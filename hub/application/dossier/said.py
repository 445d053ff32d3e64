"""What a customer is called, and what the fields of their profile hold, each with who said so."""

from dataclasses import dataclass
from datetime import datetime

from hub.application.dossier.facts import CustomerFacts
from hub.application.dossier.sources import Source, source_of
from hub.domain.customer.events import ProfileChanged
from hub.domain.customer.profile.state import Profile, fold
from hub.paths.policy.model import PathPolicy
from hub.paths.profile.completeness import completeness, fields_of
from hub.paths.standing.standing import Stands


@dataclass(frozen=True, slots=True)
class Naming(Source):
    """Who said what the customer is called. `path`: where it was heard, of a name that a person corrected."""

    path: str


@dataclass(frozen=True, slots=True)
class ShownField:
    """A field of a profile; `value` empty and `at` None: nothing was ever said of it. `path`: where it was said."""

    name: str
    label: str
    type: str
    required: bool
    value: str
    at: datetime | None
    actor: str
    path: str


@dataclass(frozen=True, slots=True)
class ShownProfile:
    """The fields of somebody who stands there, and how complete they are: `share` of those `required`, from 0 to 1.
    `policy`: the version that defines them."""

    fields: tuple[ShownField, ...]
    required: int
    filled: int
    share: float
    missing: tuple[str, ...]
    policy: str


def name_of(facts: CustomerFacts) -> tuple[str, Naming | None]:
    """What the customer is called, by the oldest stream where that is known, and who said so."""
    for stream, known in facts.members.items():
        if known.customer.name:
            for one in reversed(facts.history):
                if one.stream == stream and isinstance(one.event, ProfileChanged):
                    source = source_of(one)
                    at, actor = source.at, source.actor
                    return known.customer.name, Naming(at, actor, source.causation, stream, one.event.path)
    return "", None


def profile_of(facts: CustomerFacts, policy: PathPolicy, stands: Stands) -> ShownProfile:
    """By all streams of the customer."""
    return shown_profile(policy, stands, fold(facts.events))


def shown_profile(policy: PathPolicy, stands: Stands, profile: Profile) -> ShownProfile:
    """The fields that the policy defines for somebody who stands there."""
    rows = []
    for field in fields_of(policy, stands):
        said = profile.fields.get(field.name)
        row = ShownField(field.name, field.label or field.name, field.type, field.required, "", None, "", "")
        if said is not None:
            source = said.value, said.at, said.actor, said.path
            row = ShownField(row.name, row.label, row.type, row.required, *source)
        rows.append(row)
    known = completeness(policy, stands, profile.values())
    return ShownProfile(tuple(rows), known.required, known.filled, known.share, known.missing, policy.version)
