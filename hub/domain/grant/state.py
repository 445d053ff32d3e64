"""What the facts of grants add up to in one stream: small, whatever the stream's length."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import CustomerForgotten
from hub.domain.event import Event
from hub.domain.grant.events import (
    GrantAmended,
    GrantExpired,
    GrantResumed,
    GrantSuspended,
    PropositionAnswered,
    PropositionGranted,
    PropositionPresented,
    Response,
)
from hub.domain.grant.terms import Directions, Terms

_GRANT = "grant-"


class Presentation(NamedTuple):
    """Once that they were told of it. `response` None: they did not answer yet."""

    presentation_id: str
    terms_hash: str
    channel: Channel
    sender: str
    standing: Standing
    response: Response | None = None
    deferred_until: datetime | None = None


class Answer(NamedTuple):
    """What they said last to a proposition. `deferred_until`: of one they deferred."""

    at: datetime
    response: Response
    deferred_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grant:
    """One proposition with its present terms. Whether it stands for a whole customer only `held` can tell."""

    grant_id: str
    proposition: str
    holder: str
    terms: Terms
    terms_hash: str
    better: Directions
    granted_at: datetime
    expires_at: datetime
    policy: str
    terms_since: datetime
    suspended_by: str = ""
    """As it was written down; a link that came since is not told of yet."""
    is_expired: bool = False
    """Whether that was written down."""
    presentations: Mapping[str, Presentation] = field(default_factory=dict)
    decision_id: str = ""
    """What led to it; empty: it was given by hand."""


@dataclass(frozen=True, slots=True)
class Grants:
    """Of one stream, by id in the order in which they were given; and what was answered last, by proposition."""

    given: Mapping[str, Grant] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)
    newest: Mapping[str, str] = field(default_factory=dict)
    """By proposition the grant that was given last: those before it are over, whatever any clock says."""
    is_forgotten: bool = False


NO_GRANTS = Grants()


def grant_id(stream: str, number: int) -> str:
    """The `number`-th grant of this stream, counted from 1."""
    return f"{_GRANT}{stream}-{number}"


def stream_of_grant(grant: str) -> str:
    """The stream a grant lives in; empty if the text is no grant's id."""
    stream, _, number = grant.removeprefix(_GRANT).rpartition("-")
    return stream if grant.startswith(_GRANT) and stream and number.isdecimal() else ""


def fold(events: Iterable[Event]) -> Grants:
    """The grants after these facts of one stream."""
    grants = NO_GRANTS
    for event in events:
        grants = evolve(grants, event)
    return grants


def evolve(grants: Grants, event: Event) -> Grants:
    """The grants after one more fact; facts of other kinds change nothing here."""
    match event:
        case PropositionGranted():
            given = {**grants.given, event.grant_id: _granted(event)}
            return replace(grants, given=given, newest={**grants.newest, event.proposition: event.grant_id})
        case CustomerForgotten():
            return Grants(is_forgotten=True)
    change = _CHANGES.get(type(event))
    known = grants.given.get(event.grant_id) if change is not None else None  # type: ignore[attr-defined]
    if change is None or known is None:
        return grants
    grants = replace(grants, given={**grants.given, known.grant_id: change(known, event)})
    if isinstance(event, PropositionAnswered) and event.response is not Response.NOT_PRESENTED:
        return replace(grants, answers=_answers(grants.answers, event))
    return grants


def _granted(event: PropositionGranted) -> Grant:
    return Grant(
        event.grant_id, event.proposition, event.holder, event.terms, event.terms_hash, event.better, event.at,
        event.expires_at, event.policy, event.at, decision_id=event.decision_id,
    )  # fmt: skip


def _amended(grant: Grant, event: GrantAmended) -> Grant:
    since = grant.terms_since if event.terms_hash == grant.terms_hash else event.at
    told = {"terms": event.terms, "terms_hash": event.terms_hash, "better": event.better, "policy": event.policy}
    return replace(grant, **told, expires_at=event.expires_at, terms_since=since)  # type: ignore[arg-type]


def _presented(grant: Grant, event: PropositionPresented) -> Grant:
    about = event.presentation_id, event.terms_hash, event.channel, event.sender, event.standing
    return replace(grant, presentations={**grant.presentations, event.presentation_id: Presentation(*about)})


def _answered(grant: Grant, event: PropositionAnswered) -> Grant:
    known = grant.presentations[event.presentation_id]
    said = known._replace(response=event.response, deferred_until=event.deferred_until)
    return replace(grant, presentations={**grant.presentations, event.presentation_id: said})


def _answers(answers: Mapping[str, Answer], event: PropositionAnswered) -> Mapping[str, Answer]:
    """Of two answers the one that was given later counts, of two given at once the one told later."""
    known = answers.get(event.proposition)
    if known is not None and event.at < known.at:
        return answers
    return {**answers, event.proposition: Answer(event.at, event.response, event.deferred_until)}


_CHANGES: Mapping[type[Event], Callable[[Grant, Any], Grant]] = {
    GrantAmended: _amended,
    GrantSuspended: lambda grant, event: replace(grant, suspended_by=event.by),
    GrantResumed: lambda grant, _: replace(grant, suspended_by=""),
    GrantExpired: lambda grant, _: replace(grant, is_expired=True),
    PropositionPresented: _presented,
    PropositionAnswered: _answered,
}
