"""The parts of the contact path manager, put together: whoever runs a hub or a test of it knows only this."""

import random
from collections.abc import Callable

from hub.application.customers.consents import Lineage
from hub.application.paths.action_responses import ActionResponses
from hub.application.paths.actions import NextBestActions
from hub.application.paths.answering import Answering, PathAnswers
from hub.application.paths.capacities import FreeAgents, PathCapacities, nobody_knows
from hub.application.paths.contacts import OutboundContacts
from hub.application.paths.contacts_reports import ContactReports
from hub.application.paths.decisions import PathDecisions
from hub.application.paths.grants import PathGrants
from hub.application.paths.in_force import Responses, RulesInForce
from hub.application.paths.settling import GrantSettling
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.domain.customer.consent.point import ContactPoint, contact_point
from hub.domain.customer.identity import Spell
from hub.domain.customer.normalise import normalise
from hub.domain.ids import customer_id
from hub.ports import Clock, Follower, Journal

LARGEST_SEED = 2**31


class PathParts:
    """`followers` are given the log from where `responses` stand. `key` is the installation's; `answers`: who tells of
    decisions that are over, where it is not to be done here."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        key: bytes,
        *,
        in_force: PathPolicyInForce,
        responses: Responses,
        lineage: Lineage,
        seed: Callable[[], int] = lambda: random.SystemRandom().randrange(LARGEST_SEED),
        spell: Spell = normalise,
        answers: Answering | None = None,
        agents: FreeAgents = nobody_knows,
    ) -> None:
        self._key = key
        self._lineage = lineage
        self.in_force = RulesInForce(in_force)
        self.responses = responses
        self.capacities = PathCapacities(journal, clock, agents)
        self.wholes = Wholes(journal, key, lineage)
        self.settling = GrantSettling(journal, clock, self.wholes)
        self.grants = PathGrants(journal, clock, self.wholes, self.in_force, self.point_of)
        self.decisions = PathDecisions(
            journal, clock, self.wholes, self.in_force, responses, self.point_of, self.capacities, seed
        )
        self.contacts = OutboundContacts(
            journal, clock, self.wholes, self.decisions, self.in_force, self.point_of, spell
        )
        self.reports = ContactReports(journal, clock, key, self.wholes, self.contacts, self.in_force)
        policies = PathPolicies(journal, clock)
        self.answers = answers or PathAnswers(journal, self.wholes, policies, self.point_of)
        self.actions = NextBestActions(
            journal, clock, self.wholes, self.decisions, self.in_force, policies, self.point_of, spell
        )
        self.action_responses = ActionResponses(journal, clock, self.actions, self.point_of)

    @property
    def followers(self) -> tuple[Follower, ...]:
        """Who has to be told how the log goes on."""
        return (self.responses.follow, self.capacities.follow)

    def stream_of(self, kind: str, value: str) -> str:
        """The stream of a normalised identifier as it is today, whether anybody was ever met there or not."""
        return self._lineage(customer_id(self._key, kind, value))[-1]

    def point_of(self, kind: str, value: str) -> ContactPoint:
        """The contact point of a normalised identifier. Raises InvalidError for one that reaches nobody."""
        return contact_point(self._key, kind, value)
