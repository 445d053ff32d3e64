"""Which fields a customer's profile has by where they stand, and how much of it is known."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.errors import InvalidError
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.standing.standing import Stands


@dataclass(frozen=True, slots=True)
class Completeness:
    """`filled` of the `required` fields are known; `missing` names the others, in the order of the policy. Nothing
    required: complete."""

    required: int
    filled: int
    missing: tuple[str, ...]

    @property
    def share(self) -> float:
        """From 0 to 1."""
        return self.filled / self.required if self.required else 1.0


def fields_of(policy: PathPolicy, stands: Stands) -> list[ProfileField]:
    """The fields of somebody who stands there, in the order of the policy."""
    where = {
        "kind": stands.segment,
        "value_tier": stands.value_tier,
        "segment": stands.named,
        "stage": stands.lifecycle_stage,
    }
    return [field for field in policy.fields if field.is_of(**where)]


def field_named(policy: PathPolicy, stands: Stands, name: str) -> ProfileField:
    """The field of this name that somebody who stands there has. Raises InvalidError that names those there are."""
    fields = fields_of(policy, stands)
    found = next((field for field in fields if field.name == name), None)
    if found is None:
        known = ", ".join(field.name for field in fields) or "none: define them in the path policy"
        raise InvalidError(f"this customer has no profile field {name!r}; there are {known}", f"fields.{name}")
    return found


def completeness(policy: PathPolicy, stands: Stands, values: Mapping[str, str]) -> Completeness:
    """By the values that are known; those of fields that somebody who stands there does not have don't count."""
    required = [field.name for field in fields_of(policy, stands) if field.required]
    missing = tuple(name for name in required if not values.get(name))
    return Completeness(len(required), len(required) - len(missing), missing)
