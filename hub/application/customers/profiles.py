"""Customers' profiles and where they stand: fields by the policy in force, and why, now or as of any past time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from hub.application.customers.standing import events_of, whole_histories
from hub.application.deciding import append_decided, history_of, refuse_forgotten
from hub.application.policies.paths import PathPolicies
from hub.domain.customer.identity import CUSTOMER, Spell
from hub.domain.customer.normalise import normalise
from hub.domain.customer.profile import decide
from hub.domain.customer.profile.state import Profile, fold
from hub.domain.errors import NotFoundError
from hub.domain.event import Event
from hub.paths.policy.model import PathPolicy
from hub.paths.policy.parsing import load_path_policy, parse_path_policy
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.profile.completeness import Completeness, completeness, field_named, fields_of
from hub.paths.profile.values import spelled
from hub.paths.standing.facts import facts_of
from hub.paths.standing.standing import Stands, next_change, standing
from hub.ports import Append, Clock, Journal, Recorded


@dataclass(frozen=True, slots=True)
class StandingNow:
    """Where a customer stands by the facts and the policy of a moment, whatever is written yet; `due_at`: when time
    alone will change it, or when to look again."""

    policy: str
    stands: Stands
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class ProfileNow:
    """A customer's fields by where they stand, what they hold, and what is missing."""

    policy: str
    fields: Sequence[ProfileField]
    profile: Profile
    completeness: Completeness


class Profiles:
    """What is known of customers by the fields that the operator defined."""

    def __init__(self, journal: Journal, clock: Clock, policies: PathPolicies, spell: Spell = normalise) -> None:
        self._journal = journal
        self._clock = clock
        self._spell = spell
        self._policies = policies

    async def change(
        self,
        customer: str,
        field: str,
        value: str,
        path: str,
        *,
        at: datetime | None,
        actor: str,
        command_id: str,
    ) -> list[Recorded]:
        """Somebody says what a field holds; blank: nothing any more. Raises InvalidError naming the field."""

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            now, policy = self._clock.now(), await self._policies.policy()
            events = await self._events(customer, None)
            definition = field_named(policy, standing(facts_of(events), policy, now), field)
            meta: dict[str, Any] = {"at": at or now, "now": now, "actor": actor, "causation": command_id}
            changed = decide.change(fold(events), field, spelled(definition, value, self._spell), path, **meta)
            return [Append(customer, version, changed)]

        return await append_decided(self._journal, attempt)

    async def standing(self, customer: str, at: datetime | None = None) -> StandingNow:
        """As of a past moment by what was recorded and the policy that was in force then. NotFoundError."""
        events = await self._events(customer, at)
        policy, moment = await policy_at(self._policies, at), at or self._clock.now()
        facts = facts_of(events)
        return StandingNow(policy.version, standing(facts, policy, moment), next_change(facts, policy, moment))

    async def profile(self, customer: str, at: datetime | None = None) -> ProfileNow:
        """As of a past moment likewise. NotFoundError."""
        events = await self._events(customer, at)
        policy, moment = await policy_at(self._policies, at), at or self._clock.now()
        stands, profile = standing(facts_of(events), policy, moment), fold(events)
        known = completeness(policy, stands, profile.values())
        return ProfileNow(policy.version, fields_of(policy, stands), profile, known)

    async def _events(self, customer: str, at: datetime | None) -> list[Event]:
        """Of all streams that were the customer then."""
        whole = await whole_histories(self._journal, [customer], at) if customer.startswith(CUSTOMER) else {}
        if not any(member.known.customer.registered for member in whole.values()):
            raise NotFoundError(f"there is no customer {customer}")
        return events_of(whole)


async def policy_at(policies: PathPolicies, at: datetime | None) -> PathPolicy:
    """The path policy in force then; before any was published the one that ships with the hub. None: now."""
    if at is None:
        return await policies.policy()
    published = [one for one in await policies.history() if one.published_at and one.published_at <= at]
    return parse_path_policy(published[-1].text) if published else load_path_policy()
