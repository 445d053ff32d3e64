"""Grants: given by hand, amended, presented and answered, on every path on the same facts."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from hub.application.deciding import append_decided, meta_of
from hub.application.dossier.grants import ShownGrant, grants_of, shown_grant
from hub.application.paths.granting import (
    acts_for,
    amending,
    check_may_be_told,
    check_may_have,
    check_path,
    check_same,
    holder_in,
    known_grant,
    offered_by,
    said_in,
    state_of,
)
from hub.application.paths.in_force import RulesInForce
from hub.application.paths.whole import Whole, Wholes, is_forgotten
from hub.domain.account.identity import ACCOUNT
from hub.domain.contact import Channel
from hub.domain.customer.identity import CUSTOMER
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.grant import decide
from hub.domain.grant.decide import Told
from hub.domain.grant.events import Response
from hub.domain.grant.holding import held
from hub.domain.grant.state import NO_GRANTS, Grants, evolve, stream_of_grant
from hub.domain.grant.terms import Terms
from hub.paths.decision.gathering import PointOf
from hub.paths.decision.state import PathState
from hub.paths.propositions.model import Sender
from hub.ports import Append, Clock, Journal, Recorded


class Change(NamedTuple):
    """A grant after a command, and the events that led to: none where it was so already."""

    grant: ShownGrant
    recorded: list[Recorded]


class Holdings(NamedTuple):
    """What a customer and the account they act for were granted, or an account alone, at a moment."""

    customer_id: str
    account_id: str
    at: datetime
    grants: list[ShownGrant]


Rule = Callable[[Whole, Mapping[str, Grants], dict[str, Any]], Told]
"""What follows, given the facts, the grants of whose it is, and what every event says of its cause."""


class PathGrants:
    """Commands on grants. Whoever links, grants or amends at the same moment is noticed: then it is decided again."""

    def __init__(
        self, journal: Journal, clock: Clock, wholes: Wholes, in_force: RulesInForce, point_of: PointOf
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes
        self._in_force = in_force
        self._point_of = point_of

    async def give(
        self,
        customer: str,
        proposition: str,
        *,
        account_id: str = "",
        terms: Terms | None = None,
        actor: str,
        command_id: str,
    ) -> Change:
        """By hand. Whether it makes sense now and is right for them is for the person to say who gives it; whether they
        may have it is not. What they hold already stands as it is."""
        shown: ShownGrant | None = None

        async def attempt() -> list[Append]:
            nonlocal shown
            meta = meta_of(self._clock, actor, command_id)
            whole = await self._named(customer, account_id, meta["at"])
            policy, rules = self._in_force.policy, self._in_force.rules
            offered = offered_by(policy, proposition)
            holder = holder_in(whole, offered)
            has = whole.grants(holder)
            if offered.name not in held(has, meta["at"]).stands:
                check_may_have(offered, self._state(whole, meta["at"]), rules)
            granting = offered.granting(policy.version)
            check_same(has, granting, terms or {}, meta["at"])
            grant, told = decide.grant(has, holder, granting, terms=terms, **meta)
            shown = _after(has, told, grant.grant_id, meta["at"])
            return whole.writing(told)

        recorded = await append_decided(self._journal, attempt)
        assert shown is not None
        return Change(shown, recorded)

    async def amend(
        self,
        grant: str,
        *,
        terms: Terms | None = None,
        expires_at: datetime | None = None,
        reason: str = "",
        actor: str,
        command_id: str,
    ) -> Change:
        """Other terms, or another time, everywhere at once; within what the path policy in force allows."""

        def rule(_: Whole, has: Mapping[str, Grants], meta: dict[str, Any]) -> Told:
            granting = amending(self._in_force.policy, known_grant(has, grant))
            return decide.amend(has, grant, granting, terms=terms, expires_at=expires_at, reason=reason, **meta)

        return await self._change(grant, rule, actor=actor, command_id=command_id)

    async def present(
        self,
        grant: str,
        terms_hash: str,
        *,
        presentation_id: str,
        channel: Channel,
        sender: Sender,
        customer: str = "",
        decision_id: str = "",
        actor: str,
        command_id: str,
    ) -> Change:
        """They are told of it, in the terms of that hash. `customer`: of an account's grant, who of its people."""

        def rule(whole: Whole, has: Mapping[str, Grants], meta: dict[str, Any]) -> Told:
            if not whole.canonical:
                raise InvalidError(f"grant {grant} is an account's: say which of its people is told", "customer_id")
            known, state = known_grant(has, grant), self._state(whole, meta["at"])
            policy, rules = self._in_force.policy, self._in_force.rules
            if presentation_id not in known.presentations:
                check_path(policy, known, channel, sender)
                told = said_in(whole, decision_id, known, channel, sender) if decision_id else channel
                check_may_be_told(policy, rules, state, meta["at"], known, told)
            return decide.present(
                has, grant, terms_hash, presentation_id=presentation_id, channel=channel,
                sender=sender.value, standing=state.standing, decision_id=decision_id, **meta,
            )  # fmt: skip

        return await self._change(grant, rule, customer, actor=actor, command_id=command_id)

    async def answer(
        self,
        grant: str,
        presentation_id: str,
        response: Response,
        *,
        deferred_until: datetime | None = None,
        actor: str,
        command_id: str,
    ) -> Change:
        """What they said to a presentation."""

        def rule(_: Whole, has: Mapping[str, Grants], meta: dict[str, Any]) -> Told:
            return decide.answer(has, grant, presentation_id, response, deferred_until=deferred_until, **meta)

        return await self._change(grant, rule, actor=actor, command_id=command_id)

    async def of_customer(self, customer: str, account_id: str = "") -> Holdings:
        """Their own, and those of the account they act for. NotFoundError."""
        at = self._clock.now()
        whole = await self._wholes.read(customer, at, account_id=account_id)
        shown = grants_of(whole.grants(whole.canonical), at)
        if whole.account_id:
            shown += grants_of(whole.grants(whole.account_id), at)
        return Holdings(whole.canonical, whole.account_id, at, shown)

    async def of_account(self, account: str) -> Holdings:
        """The account's own. NotFoundError."""
        at = self._clock.now()
        whole = await self._wholes.read_account(account)
        return Holdings("", account, at, grants_of(whole.grants(account), at))

    async def _change(self, grant: str, rule: Rule, customer: str = "", *, actor: str, command_id: str) -> Change:
        shown: ShownGrant | None = None

        async def attempt() -> list[Append]:
            nonlocal shown
            meta = meta_of(self._clock, actor, command_id)
            whole, holder = await self._whole_of(grant, customer, meta["at"])
            has = whole.grants(holder)
            told = rule(whole, has, meta)
            shown = _after(has, told, grant, meta["at"])
            return whole.writing(told)

        recorded = await append_decided(self._journal, attempt)
        assert shown is not None
        return Change(shown, recorded)

    async def _named(self, customer: str, account_id: str, at: datetime) -> Whole:
        """Whom a command names. Raises InvalidError for whom there is not, whom nobody knows any more, and an account
        that they don't act for."""
        try:
            whole = await self._wholes.read(customer, at, account_id=account_id)
        except NotFoundError as error:
            is_account = bool(account_id) and str(error).endswith(account_id)
            raise InvalidError(str(error), "account_id" if is_account else "customer_id") from None
        if is_forgotten(whole):
            raise InvalidError(f"{customer} was forgotten: nothing is granted to somebody nobody knows", "customer_id")
        if account_id and not acts_for(whole, at):
            raise InvalidError(f"customer {customer} does not act for account {account_id}", "account_id")
        return whole

    async def _whole_of(self, grant: str, customer: str, at: datetime) -> tuple[Whole, str]:
        """Everything around a grant, and whose it is. NotFoundError: there is no such grant."""
        stream = stream_of_grant(grant)
        if stream.startswith(ACCOUNT):
            whole = await self._named(customer, stream, at) if customer else await self._wholes.read_account(stream)
            return whole, stream
        if not stream.startswith(CUSTOMER):
            raise NotFoundError(f"there is no grant {grant}")
        whole = await self._named(customer, "", at) if customer else await self._wholes.read(stream, at)
        return whole, whole.canonical

    def _state(self, whole: Whole, at: datetime) -> PathState:
        return state_of(whole, at, self._in_force.policy, self._point_of)


def _after(has: Mapping[str, Grants], told: Told, grant: str, at: datetime) -> ShownGrant:
    """The grant, with what is told of it now."""
    after = dict(has)
    for stream, event in told:
        after[stream] = evolve(after.get(stream, NO_GRANTS), event)
    return shown_grant(known_grant(after, grant), held(after, at))
