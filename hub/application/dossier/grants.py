"""What a customer or an account was granted, as screens show it: what stands first, with the terms that stand."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hub.domain.contact import Channel
from hub.domain.grant.events import Response
from hub.domain.grant.holding import Held, held
from hub.domain.grant.state import Grant, Grants
from hub.domain.grant.terms import Better


class GrantState(StrEnum):
    """Whether a grant is what they are told of."""

    STANDS = "stands"
    SUSPENDED = "suspended"
    """As long as a link stands, a better one stands in its place."""
    OVER = "over"
    """Its time is over, or another was given after it."""


@dataclass(frozen=True, slots=True)
class ShownPresentation:
    """Once that they were told of it. `response` None: not answered."""

    presentation_id: str
    channel: Channel
    sender: str
    terms_hash: str
    response: Response | None
    deferred_until: datetime | None


@dataclass(frozen=True, slots=True)
class ShownGrant:
    """A proposition with the terms that were granted. `terms_hash` is what every presentation has to carry;
    `suspended_by`: the grant that stands in its place."""

    grant_id: str
    proposition: str
    holder: str
    state: GrantState
    suspended_by: str
    terms: dict[str, int | str]
    terms_hash: str
    better: dict[str, Better]
    granted_at: datetime
    terms_since: datetime
    expires_at: datetime
    policy: str
    presentations: tuple[ShownPresentation, ...]


_ORDER = tuple(GrantState)


def grants_of(whole: Mapping[str, Grants], at: datetime) -> list[ShownGrant]:
    """Of all streams that are one holder, at that moment; what stands first, then the newest first."""
    has = held(whole, at)
    shown = [shown_grant(one, has) for grants in whole.values() for one in grants.given.values()]
    shown.sort(key=lambda one: (one.granted_at, one.grant_id), reverse=True)
    return sorted(shown, key=lambda one: _ORDER.index(one.state))


def shown_grant(grant: Grant, has: Held) -> ShownGrant:
    """One of them, among all that its holder has."""
    return ShownGrant(
        grant_id=grant.grant_id,
        proposition=grant.proposition,
        holder=grant.holder,
        state=_state(grant, has),
        suspended_by=has.suspended.get(grant.grant_id, ""),
        terms=dict(grant.terms),
        terms_hash=grant.terms_hash,
        better=dict(grant.better),
        granted_at=grant.granted_at,
        terms_since=grant.terms_since,
        expires_at=grant.expires_at,
        policy=grant.policy,
        presentations=tuple(
            ShownPresentation(
                one.presentation_id, one.channel, one.sender, one.terms_hash, one.response, one.deferred_until
            )
            for one in grant.presentations.values()
        ),
    )


def _state(grant: Grant, has: Held) -> GrantState:
    if grant.grant_id in has.suspended:
        return GrantState.SUSPENDED
    stands = has.stands.get(grant.proposition)
    return GrantState.STANDS if stands is not None and stands.grant_id == grant.grant_id else GrantState.OVER
