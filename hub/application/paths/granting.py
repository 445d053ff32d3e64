"""What stands against a command on grants, in the words of who gave it; pure."""

from datetime import datetime

from hub.application.paths.whole import Whole
from hub.domain.account.state import roles, roles_at
from hub.domain.contact import Channel
from hub.domain.decision.events import PathDecided
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant import holding
from hub.domain.grant.decide import Granting
from hub.domain.grant.state import Grant
from hub.domain.grant.terms import Terms, checked
from hub.paths.decision.rules import PathRules
from hub.paths.decision.state import PathState
from hub.paths.gates.holdout import holdout_gate
from hub.paths.gates.verdict import Reason
from hub.paths.holdout.drawing import holder_of
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Holder, Proposition, Sender


def offered_by(policy: PathPolicy, name: str) -> Proposition:
    """A proposition of the policy. Raises InvalidError."""
    found = _named(policy, name)
    if found is not None:
        return found
    known = ", ".join(one.name for one in policy.propositions) or "it has none"
    raise InvalidError(f"there is no proposition {name!r} in the path policy in force: {known}", "proposition")


def amending(policy: PathPolicy, known: Grant) -> Granting:
    """How far the terms of a grant may be changed. Raises RefusedError for what is not in the policy any more."""
    found = _named(policy, known.proposition)
    if found is None:
        raise RefusedError(f"{known.proposition} is not in the path policy any more: its grants stand as they are")
    return found.granting(policy.version)


def holder_in(whole: Whole, offered: Proposition) -> str:
    """The stream whose grant it is. Raises InvalidError where there is none."""
    if offered.holder is Holder.CUSTOMER:
        return whole.canonical
    if not whole.account_id:
        raise InvalidError(f"{offered.name} is granted to accounts, and this customer acts for none", "account_id")
    return whole.account_id


def acts_for(whole: Whole, at: datetime) -> bool:
    """Whether the customer has a role in the account they are looked at with."""
    events = (one.event for one in whole.account[whole.account_id])
    return any(one.customer_id in whole.customer for one in roles_at(roles(events), at))


def known_grant(has: holding.Whole, grant: str) -> Grant:
    """Raises NotFoundError."""
    for grants in has.values():
        if grant in grants.given:
            return grants.given[grant]
    raise NotFoundError(f"there is no grant {grant} of this customer or account")


def check_may_have(offered: Proposition, state: PathState, rules: PathRules) -> None:
    """Raises RefusedError where they may not be granted it at all: not eligible, not valid now, beside what they hold,
    or held out of its campaign."""
    place = rules.places[offered.name]
    looked, holdout = rules.catalogue.look(state.known), rules.holdouts[place]
    fit, conflict = looked.fit[place], looked.conflict[place]
    if fit.reason in (Reason.NOT_ELIGIBLE, Reason.NOT_VALID):
        raise RefusedError(f"{offered.name} is nothing they may have, {fit.reason}: {dict(fit.inputs)}")
    if conflict.reason is Reason.CONFLICT:
        raise RefusedError(f"{offered.name} can't stand beside what they hold: {dict(conflict.inputs)}")
    if holdout is not None:
        holder = holder_of(state.standing.segment, state.customer_id, state.account_id)
        if not holdout_gate(holdout, holder).is_open:
            raise RefusedError(f"they are held out of campaign {holdout.campaign}: nobody grants them {offered.name}")


def check_path(policy: PathPolicy, known: Grant, channel: Channel, sender: Sender) -> None:
    """Raises InvalidError where it is not presented so. What the policy does not know any more may be presented
    wherever its terms stand."""
    offered = _named(policy, known.proposition)
    if offered is None:
        return
    if channel not in offered.channels:
        raise InvalidError(f"{offered.name} is presented on {', '.join(offered.channels)} only", "channel")
    if sender not in offered.senders:
        raise InvalidError(f"{offered.name} is presented by {', '.join(offered.senders)} only", "sender")


def check_same(has: holding.Whole, granting: Granting, terms: Terms, at: datetime) -> None:
    """InvalidError: such terms can't be. RefusedError: others stand than those that are asked for."""
    checked(granting.rules, terms)
    stands = holding.held(has, at).stands.get(granting.proposition)
    if stands is None:
        return
    others = [name for name, value in terms.items() if stands.terms.get(name) != value]
    if others:
        raise RefusedError(f"grant {stands.grant_id} stands with other terms ({', '.join(others)}): amend it instead")


def check_decision(whole: Whole, decision: str) -> None:
    """Raises InvalidError where it is none about this customer."""
    if decision and not any(
        isinstance(one.event, PathDecided) and one.event.decision_id == decision
        for history in whole.customer.values()
        for one in history
    ):
        raise InvalidError(f"there is no decision {decision} about this customer", "decision_id")


def _named(policy: PathPolicy, name: str) -> Proposition | None:
    return next((one for one in policy.propositions if one.name == name), None)
