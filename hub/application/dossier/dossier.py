"""A customer as one, with all that is known of them and how."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from hub.application.dossier.activity import Activity
from hub.application.dossier.cases import ShownCase, cases_of
from hub.application.dossier.facts import CustomerFacts
from hub.application.dossier.grants import ShownGrant, grants_of
from hub.application.dossier.identifiers import ShownIdentifier, identifiers
from hub.application.dossier.members import membership
from hub.application.dossier.roles import ShownRole
from hub.application.dossier.said import Naming, ShownProfile, name_of, profile_of
from hub.application.dossier.stands import Because, standing
from hub.application.dossier.surveys import ShownSurvey, surveys_of
from hub.application.views.customer_view import Facts
from hub.application.views.glimpse import interaction_row
from hub.domain.customer.identity import Spell
from hub.domain.grant.state import fold
from hub.paths.policy.model import PathPolicy
from hub.ports import Recorded
from hub.projections.customers import ContactCount
from hub.projections.links import KeptApart, Member, StandingLink


@dataclass(frozen=True, slots=True)
class Dossier:
    """A customer as a whole: all streams that are this customer, by the facts that were recorded until `as_of`.
    `customer_id` and `canonical_id` are the id that stands for them. `forgotten`: nothing tells any more who it was.
    `why` tells where segment, tier, own segment and stage come from; `points` and `preference` what was said of being
    contacted; `contacts` is the sum of `counts`."""

    customer_id: str
    canonical_id: str
    asked_for: str
    as_of: datetime
    forgotten: bool
    members: tuple[Member, ...]
    links: tuple[StandingLink, ...]
    kept_apart: tuple[KeptApart, ...]
    shared: tuple[str, ...]
    name: str
    named_by: Naming | None
    registered_at: datetime | None
    identifiers: tuple[ShownIdentifier, ...]
    segment: str
    value_tier: str
    named: str
    lifecycle_stage: str
    why: tuple[Because, ...]
    profile: ShownProfile
    roles: tuple[ShownRole, ...]
    points: Sequence[Mapping[str, Any]]
    preference: Mapping[str, Any] | None
    cases: tuple[ShownCase, ...]
    surveys: tuple[ShownSurvey, ...]
    grants: tuple[ShownGrant, ...]
    contacts: int
    counts: tuple[ContactCount, ...]
    first_contact_at: datetime | None
    last_contact_at: datetime | None
    open_interactions: Sequence[Mapping[str, Any]]

    def as_row(self) -> dict[str, Any]:
        """By name, to tell more beside it."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


@dataclass(frozen=True, slots=True)
class Beside:
    """What a dossier holds that stands in other streams than the customer's, or only in views. `said`: by position, the
    events that say what contacts and interactions are about."""

    activity: Activity
    said: Mapping[int, Recorded]
    policy: PathPolicy
    roles: Sequence[ShownRole]
    points: Sequence[Mapping[str, Any]]
    preference: Mapping[str, Any] | None


def dossier(facts: CustomerFacts, beside: Beside, at: datetime, spell: Spell) -> Dossier:
    """A pure fold of what was read; `at`: the moment by which roles are held, cases overdue, consents run out;
    `spell`: the spelling in which identifiers are recognised."""
    names, stands, doing = membership(facts), standing(facts), beside.activity
    name, named_by = name_of(facts)
    newest = [recorded for place in doing.newest if (recorded := beside.said.get(place)) is not None]
    said: Facts = {position: recorded.event for position, recorded in beside.said.items()}
    events = facts.events
    return Dossier(
        customer_id=facts.canonical_id,
        canonical_id=facts.canonical_id,
        asked_for=facts.asked_for,
        as_of=at,
        forgotten=facts.is_forgotten,
        members=names.members,
        links=names.links,
        kept_apart=names.kept_apart,
        shared=names.shared,
        name=name,
        named_by=named_by,
        registered_at=facts.members[facts.canonical_id].customer.registered_at,
        identifiers=tuple(identifiers(facts, newest, spell)),
        segment=stands.segment,
        value_tier=stands.value_tier,
        named=stands.named,
        lifecycle_stage=stands.lifecycle_stage,
        why=stands.why,
        profile=profile_of(facts, beside.policy, stands.stands()),
        roles=tuple(beside.roles),
        points=beside.points,
        preference=beside.preference,
        cases=tuple(cases_of(events, at)),
        surveys=tuple(surveys_of(events)),
        grants=tuple(grants_of({stream: fold(facts.of(stream)) for stream in facts.members}, at)),
        contacts=doing.contacts,
        counts=doing.counts,
        first_contact_at=doing.first_contact_at,
        last_contact_at=doing.last_contact_at,
        open_interactions=[interaction_row(one, said) for one in doing.open_interactions],
    )
