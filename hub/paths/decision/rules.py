"""A path policy made ready for decisions, once: what each of them would otherwise look up again."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.arbitration.arbitrate import Arbiter
from hub.paths.consent.purposes import PurposeTable
from hub.paths.frequency.section import Cap
from hub.paths.gates.service import ServiceState
from hub.paths.gates.time import QuietClocks
from hub.paths.holdout.section import Holdout
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.catalogue import Catalogue
from hub.paths.propositions.model import Proposition, Sender
from hub.policies.hours import zone_of


class Sayable(NamedTuple):
    """Of one proposition what a decision asks of it."""

    name: str
    purpose: Purpose
    channels: frozenset[Channel]
    alike: int
    """The number of the first one in the file with the same purpose, channels and costs of a contact."""


@dataclass(frozen=True, slots=True)
class PathRules:
    """Of one version. Propositions are told apart by their place in the file."""

    version: str
    table: PurposeTable
    catalogue: Catalogue
    arbiter: Arbiter
    clocks: QuietClocks
    caps: Sequence[Cap]
    caps_on: Mapping[tuple[Channel, Purpose], frozenset[int]]
    """Which of them would count a contact on this channel for this purpose, by their numbers from 1."""
    service: ServiceState
    propositions: Sequence[Sayable]
    by_purpose: Mapping[Purpose, Sequence[int]]
    by_sender: Mapping[Sender, frozenset[int]]
    """Who may say what."""
    holdouts: Mapping[int, Holdout]
    """Of propositions that have one."""
    places: Mapping[str, int]
    """Of propositions, by name."""


def rules_of(policy: PathPolicy) -> PathRules:
    """The policy, made ready."""
    all_of_them = policy.propositions
    places = {one.name: place for place, one in enumerate(all_of_them)}
    zone = zone_of(policy.quiet_hours.time_zone or "UTC")
    return PathRules(
        version=policy.version,
        table=policy.purpose_table(),
        catalogue=Catalogue(policy, zone),
        arbiter=Arbiter(policy),
        clocks=QuietClocks(policy.quiet_hours.not_quiet()),
        caps=policy.frequency,
        caps_on={
            (channel, purpose): frozenset(
                number for number, cap in enumerate(policy.frequency, 1) if cap.counts(channel, purpose)
            )
            for channel in Channel
            for purpose in Purpose
        },
        service=policy.service_state,
        propositions=_sayable(all_of_them),
        by_purpose={
            purpose: tuple(place for place, one in enumerate(all_of_them) if one.is_for is purpose)
            for purpose in Purpose
        },
        by_sender={
            sender: frozenset(place for place, one in enumerate(all_of_them) if sender in one.senders)
            for sender in Sender
        },
        holdouts={places[name]: one for one in policy.holdouts for name in one.propositions},
        places=places,
    )


def _sayable(propositions: Iterable[Proposition]) -> tuple[Sayable, ...]:
    found: list[Sayable] = []
    alike: dict[tuple[object, ...], int] = {}
    for number, one in enumerate(propositions):
        channels = frozenset(one.channels)
        first = alike.setdefault((one.is_for, channels, frozenset(one.contact_cost.items())), number)
        found.append(Sayable(one.name, one.is_for, channels, first))
    return tuple(found)
