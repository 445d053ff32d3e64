"""What stands against a command on grants, in the words of who gave it; pure."""

from collections.abc import Iterator
from datetime import datetime

from hub.application.paths.whole import Whole
from hub.domain.account.state import roles, roles_at
from hub.domain.contact import Channel, Direction
from hub.domain.decision.events import Outcome, PathDecided, Said
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.grant import holding
from hub.domain.grant.decide import Granting
from hub.domain.grant.state import Grant
from hub.domain.grant.terms import Terms, checked
from hub.paths.consent.purposes import Confidence, Gate
from hub.paths.decision.gathering import PointOf, path_state
from hub.paths.decision.places import Asking, place_at
from hub.paths.decision.question import Question
from hub.paths.decision.rules import PathRules
from hub.paths.decision.state import PathState, Reach
from hub.paths.decision.wording import kept_back
from hub.paths.gates.holdout import holdout_gate
from hub.paths.gates.verdict import Reason
from hub.paths.holdout.drawing import holder_of
from hub.paths.policy.model import PathPolicy
from hub.paths.propositions.model import Holder, Proposition, Sender
from hub.paths.time.zones import Zone

_ALWAYS = (Gate.CONSENT, Gate.BLOCK, Gate.SERVICE_STATE)
"""Gates that whatever is told has to pass, whoever tells it, with a grant or without."""


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
    fit, holdout = rules.catalogue.look(state.known, [place]).fit[place], rules.holdouts.get(place)
    if fit.reason in (Reason.NOT_ELIGIBLE, Reason.NOT_VALID):
        looked = ", ".join(f"{name} = {value}" for name, value in fit.inputs.items())
        raise RefusedError(f"{offered.name} can't be granted to them: {kept_back(fit)} ({looked})")
    rival = rules.catalogue.rival(offered.name, state.known)
    if rival is not None:
        raise RefusedError(f"{offered.name} can't stand beside what they hold: {rival.proposition}, {rival.grant_id}")
    if holdout is not None:
        holder = holder_of(state.account_kind, state.customer_id, state.account_id)
        if not holdout_gate(holdout, holder).is_open:
            raise RefusedError(f"they are held out of campaign {holdout.campaign}: nobody grants them {offered.name}")


def state_of(whole: Whole, at: datetime, policy: PathPolicy, point_of: PointOf) -> PathState:
    """The customer at a moment, with all contact points: nothing is asked of them yet."""
    question = Question("", at, Direction.OUTBOUND, (), Sender.AGENT)
    return path_state(whole.told({}), question, policy, point_of)


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


def said_in(whole: Whole, decision: str, known: Grant, channel: Channel, sender: Sender) -> Said:
    """Where a decision about this customer said just this, to be said at once. Raises InvalidError where none did."""
    event = next((one for one in _decisions(whole) if one.decision_id == decision), None)
    if event is None:
        raise InvalidError(f"there is no decision {decision} about this customer", "decision_id")
    if event.outcome is Outcome.NOW and event.asked.sender == sender.value:
        for one in event.said:
            is_theirs = known.holder == event.account_id or known.holder in whole.customer
            if is_theirs and (one.proposition, one.channel) == (known.proposition, channel):
                return one
    what = ", ".join(f"{one.proposition} on {one.channel}" for one in event.said if one.proposition)
    raise InvalidError(
        f"decision {decision} does not have {known.proposition} told by {sender} on {channel}: it was "
        f"{event.outcome} to {event.asked.sender}, {what or 'with no proposition'}",
        "decision_id",
    )


def check_may_be_told(
    policy: PathPolicy, rules: PathRules, state: PathState, at: datetime, known: Grant, told: Said | Channel
) -> None:
    """Raises RefusedError where what people said, a list or an open case forbids it: at the contact point that a
    decision named, or, without a decision, on all of this channel. They are here: no default forbids anything. What the
    policy does not know any more is for nothing that it knows gates of."""
    offered = _named(policy, known.proposition)
    if offered is None:
        return
    channel = told if isinstance(told, Channel) else told.channel
    here = Reach(state.customer_id, "", channel, Confidence.CLAIMED, Zone("", "nobody"))
    if isinstance(told, Said):
        reaches = [here._replace(point=told.point)]
    else:
        reaches = [one for one in state.reaches if one.channel is channel] or [here]
    asking = Asking(Question("", at, Direction.INBOUND, (channel,), Sender.AGENT), state, rules)
    places = [place_at(asking, offered.is_for, reach, at) for reach in reaches]
    closed = [[one for one in place.verdicts if one.gate in _ALWAYS and not one.is_open] for place in places]
    if all(closed):
        why = "; ".join(dict.fromkeys(kept_back(one) for several in closed for one in several))
        raise RefusedError(f"{offered.name} is not to be told on {channel} now: {why}")


def _decisions(whole: Whole) -> Iterator[PathDecided]:
    for history in whole.customer.values():
        for one in history:
            if isinstance(one.event, PathDecided):
                yield one.event


def _named(policy: PathPolicy, name: str) -> Proposition | None:
    return next((one for one in policy.propositions if one.name == name), None)
