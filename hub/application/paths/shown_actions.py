"""What an agent is shown of a decision: what to say, in which words and terms, and why nothing else."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from hub.application.paths.decisions import Looked
from hub.application.paths.talk import Proposed, Responded, Talk
from hub.application.paths.whole import Whole
from hub.domain.contact import Channel
from hub.domain.decision.events import PathDecided, Said
from hub.domain.grant.holding import held
from hub.domain.grant.state import Grant
from hub.domain.grant.terms import Terms, terms_hash
from hub.paths.arbitration.arbitrate import NotProposed, Why
from hub.paths.arbitration.responses import NOTHING_SHOWN, ResponseTable
from hub.paths.arbitration.score import Factors
from hub.paths.decision.showing import not_proposed
from hub.paths.decision.wording import Because, because, reasons_against, reasons_for
from hub.paths.propositions.levers import moved_by
from hub.paths.propositions.model import Holder, Proposition


class ShownAction(NamedTuple):
    """Something to say. `grant_id` empty: it is granted, in just these terms, when they answer. `text`: what agents may
    say, in the customer's language where there is one. `factors` None: nothing is known of them any more."""

    proposition: str
    kind: str
    channel: Channel
    grant_id: str
    terms: Terms
    terms_hash: str
    expires_at: datetime | None
    text: str
    language: str
    reasons: Sequence[str]
    because: Sequence[Because]
    factors: Factors | None
    responded: Responded | None


class Kept(NamedTuple):
    """Something that is not to be said, and why, in words."""

    not_proposed: NotProposed
    reasons: Sequence[str]


@dataclass(frozen=True, slots=True)
class Shown:
    """`decided` None: nothing was decided, agents may say nothing."""

    talk: Talk
    customer_id: str
    decided: PathDecided | None = None
    granted: Sequence[ShownAction] = ()
    """Live grants, in their exact terms: first."""
    actions: Sequence[ShownAction] = ()
    """What is new, the best first."""
    not_proposed: Sequence[Kept] = ()
    unanswered: Sequence[str] = ()


class Showing(NamedTuple):
    """What it is shown by. `whole`: as it is now, so that terms are those that stand now; `looked`: what was looked at
    for the decision; `table`: the responses that were counted."""

    talk: Talk
    whole: Whole
    looked: Looked
    table: ResponseTable
    now: datetime


def shown_actions(by: Showing, proposed: Proposed) -> Shown:
    """What was decided last, and what came of it."""
    event = proposed.last
    assert event is not None
    factors = _factors(by.looked)
    shown = [
        _action(one, by, factors.get(one.proposition), proposed.responses.get(one.proposition)) for one in event.said
    ]
    granted = {one.proposition for one in event.said if one.grant_id}
    return Shown(
        by.talk,
        by.whole.canonical,
        event,
        [one for one in shown if one.proposition in granted],
        [one for one in shown if one.proposition not in granted],
        [Kept(one, reasons_against(one)) for one in _not_proposed(event, by.looked)],
        proposed.unanswered,
    )


def grant_of(whole: Whole, proposition: Proposition, now: datetime) -> Grant | None:
    """The grant of it that stands now."""
    holder = holder_of(whole, proposition)
    return held(whole.grants(holder), now).stands.get(proposition.name) if holder else None


def holder_of(whole: Whole, proposition: Proposition) -> str:
    """Who a grant of it belongs to; empty: it is for accounts, and they act for none."""
    return whole.account_id if proposition.holder is Holder.ACCOUNT else whole.canonical


def _action(said: Said, by: Showing, factors: Factors | None, responded: Responded | None) -> ShownAction:
    policy = by.looked.policy
    proposition = policy.propositions[by.looked.rules.places[said.proposition]]
    grant = grant_of(by.whole, proposition, by.now)
    terms = {name: term.rule.value for name, term in proposition.terms.items()} if grant is None else grant.terms
    language, text = _text(proposition, by.talk.language)
    levers = moved_by(proposition, by.looked.state.known)
    why = tuple(because(factors, _asked(said, by), levers)) if factors is not None else ()
    return ShownAction(
        said.proposition,
        proposition.kind.value,
        said.channel,
        grant.grant_id if grant is not None else "",
        terms,
        grant.terms_hash if grant is not None else terms_hash(terms),
        grant.expires_at if grant is not None else None,
        text,
        language,
        tuple(reasons_for(why, policy.money)),
        why,
        factors,
        responded,
    )


def _asked(said: Said, by: Showing) -> int:
    """How many customers like them were shown it so far, on that channel."""
    stood = by.looked.state.standing
    there = by.table.get((stood.segment, stood.value_tier, stood.lifecycle_stage, said.channel), {})
    return there.get(said.proposition, NOTHING_SHOWN).shown


def _factors(looked: Looked) -> dict[str, Factors]:
    found = {one.proposition: one.factors for one in looked.decision.actions}
    left = looked.decision.arbitrated.not_proposed
    return found | {one.proposition: one.factors for one in left if one.factors is not None}


def _not_proposed(event: PathDecided, looked: Looked) -> Iterator[NotProposed]:
    """All but what was said. Responses that were counted since may rank it otherwise now: what was said stands."""
    said = {one.proposition for one in event.said}
    for action in looked.decision.actions:
        if action.proposition not in said:
            yield NotProposed(action.proposition, Why.OUTRANKED, (), action.factors)
    for one in not_proposed(looked.decision, looked.rules):
        if one.proposition not in said:
            yield one


def _text(proposition: Proposition, language: str) -> tuple[str, str]:
    """In that language, else in the same without its region, else in whichever comes first."""
    texts = proposition.texts
    for wanted in (language, language.partition("-")[0]):
        if wanted in texts:
            return wanted, texts[wanted]
    return next(iter(texts.items()), ("", ""))
