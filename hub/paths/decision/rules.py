"""A path policy made ready for decisions, once: what each of them would otherwise look up again."""

from collections.abc import Sequence
from dataclasses import dataclass

from hub.domain.customer.consent.events import Purpose
from hub.paths.arbitration.arbitrate import Arbiter
from hub.paths.consent.purposes import PurposeTable
from hub.paths.frequency.section import Cap
from hub.paths.gates.service import ServiceState
from hub.paths.holdout.section import Holdout
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.catalogue import Catalogue
from hub.paths.propositions.model import Proposition
from hub.policies.hours import Hours, zone_of


@dataclass(frozen=True, slots=True)
class PathRules:
    """Of one version. What is said by proposition is so in the order of the file."""

    version: str
    table: PurposeTable
    catalogue: Catalogue
    arbiter: Arbiter
    quiet: Hours | None
    """When it is not quiet; None: always."""
    caps: Sequence[Cap]
    service: ServiceState
    propositions: Sequence[Proposition]
    purposes: Sequence[Purpose]
    """What each proposition is for."""
    holdouts: Sequence[Holdout | None]
    """Of each proposition."""
    names: frozenset[str]


def rules_of(policy: PathPolicy) -> PathRules:
    """The policy, made ready."""
    held = {name: one for one in policy.holdouts for name in one.propositions}
    zone = zone_of(policy.quiet_hours.time_zone or "UTC")
    return PathRules(
        version=policy.version,
        table=policy.purpose_table(),
        catalogue=Catalogue(policy, zone),
        arbiter=Arbiter(policy),
        quiet=policy.quiet_hours.not_quiet(),
        caps=policy.frequency,
        service=policy.service_state,
        propositions=policy.propositions,
        purposes=tuple(one.is_for for one in policy.propositions),
        holdouts=tuple(held.get(one.name) for one in policy.propositions),
        names=frozenset(one.name for one in policy.propositions),
    )
