"""A path policy made ready for decisions, once: what each of them would otherwise look up again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.arbitration.arbitrate import Arbiter
from hub.paths.consent.purposes import PurposeTable
from hub.paths.frequency.section import Cap
from hub.paths.gates.service import ServiceState
from hub.paths.holdout.section import Holdout
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.catalogue import Catalogue
from hub.paths.propositions.model import Sender
from hub.policies.hours import Hours, zone_of


class Sayable(NamedTuple):
    """Of one proposition what a decision asks of it."""

    name: str
    purpose: Purpose
    channels: frozenset[Channel]


@dataclass(frozen=True, slots=True)
class PathRules:
    """Of one version. Propositions are told apart by their place in the file."""

    version: str
    table: PurposeTable
    catalogue: Catalogue
    arbiter: Arbiter
    quiet: Hours | None
    """When it is not quiet; None: always."""
    caps: Sequence[Cap]
    service: ServiceState
    propositions: Sequence[Sayable]
    by_purpose: Mapping[Purpose, Sequence[int]]
    by_sender: Mapping[Sender, frozenset[int]]
    """Who may say what."""
    holdouts: Sequence[Holdout | None]
    """Of each proposition."""
    places: Mapping[str, int]
    """Of propositions, by name."""


def rules_of(policy: PathPolicy) -> PathRules:
    """The policy, made ready."""
    all_of_them = policy.propositions
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
        propositions=tuple(Sayable(one.name, one.is_for, frozenset(one.channels)) for one in all_of_them),
        by_purpose={
            purpose: tuple(place for place, one in enumerate(all_of_them) if one.is_for is purpose)
            for purpose in Purpose
        },
        by_sender={
            sender: frozenset(place for place, one in enumerate(all_of_them) if sender in one.senders)
            for sender in Sender
        },
        holdouts=tuple(held.get(one.name) for one in all_of_them),
        places={one.name: place for place, one in enumerate(all_of_them)},
    )
