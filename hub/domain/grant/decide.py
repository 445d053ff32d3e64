"""How propositions are granted, amended, presented and answered: nobody improvises terms, whoever asks again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from hub.domain.contact import Channel, Standing
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
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
from hub.domain.grant.holding import Held, Whole, held
from hub.domain.grant.state import NO_GRANTS, Grant, Presentation, evolve, grant_id, stream_of_grant
from hub.domain.grant.terms import TermRule, Terms, checked, terms_hash, worsened

LONGEST_ID = 200
LONGEST_REASON = 200

Told = list[tuple[str, Event]]
"""Facts and the streams they belong in, to be written in one transaction."""


@dataclass(frozen=True, slots=True)
class Granting:
    """What a policy says of a proposition that is to be granted or amended."""

    proposition: str
    policy: str
    lives: timedelta
    rules: Mapping[str, TermRule]


class Given(NamedTuple):
    """The grant that stands, and what that made happen: nothing where it stood already."""

    grant: Grant
    told: Told


def grant(
    whole: Whole, holder: str, granting: Granting, *, terms: Terms | None = None, decision_id: str = "", **meta: Any
) -> Given:
    """Give it, unless it is granted: then that grant stands, with its own terms, whatever is asked for now. `holder`:
    the canonical stream, or the account's; `terms`: what is other than the proposition's own."""
    has = held(whole, meta["at"])
    if has.is_forgotten:
        raise RefusedError(f"{holder} was forgotten: nothing is granted to somebody nobody knows")
    stands = has.stands.get(granting.proposition)
    if stands is not None:
        return Given(stands, [])
    given = {name: rule.value for name, rule in granting.rules.items()} | checked(granting.rules, terms or {})
    number = len(whole.get(holder, NO_GRANTS).given) + 1
    event = PropositionGranted(
        **meta, grant_id=grant_id(holder, number), proposition=granting.proposition, policy=granting.policy,
        terms=given, terms_hash=terms_hash(given), better=_directions(granting), holder=holder,
        expires_at=meta["at"] + granting.lives, decision_id=decision_id,
    )  # fmt: skip
    return Given(evolve(NO_GRANTS, event).given[event.grant_id], [(holder, event)])


def amend(
    whole: Whole,
    grant: str,
    granting: Granting,
    *,
    terms: Terms | None = None,
    expires_at: datetime | None = None,
    reason: str = "",
    **meta: Any,
) -> Told:
    """Change terms, or until when they stand: everywhere at once. Nothing to do where it is so already. What gets worse
    for who holds it, and what nobody can compare, needs a reason."""
    known = _standing(whole, grant, held(whole, meta["at"]), meta["at"])
    if granting.proposition != known.proposition:
        raise InvalidError(f"grant {grant} is of {known.proposition}, not {granting.proposition}", "proposition")
    changed = {name: value for name, value in (terms or {}).items() if known.terms.get(name) != value}
    new = {**known.terms, **checked(granting.rules, changed)}
    ends = expires_at or known.expires_at
    if (new, ends) == (known.terms, known.expires_at):
        return []
    if ends <= meta["at"]:
        raise InvalidError("this time is over: terms stand until a moment that is to come", "expires_at")
    better = _directions(granting)
    worse = (*worsened(known.terms, new, better), *(("expires_at",) if ends < known.expires_at else ()))
    if worse and not reason.strip():
        raise InvalidError(f"{', '.join(worse)}: not better for who holds it, so say why", "reason")
    if len(reason) > LONGEST_REASON:
        raise InvalidError(f"a reason has at most {LONGEST_REASON} characters", "reason")
    fact = {**_fact(known), "policy": granting.policy, "terms": new, "terms_hash": terms_hash(new), "better": better}
    event = GrantAmended(**meta, **fact, expires_at=ends, reason=reason.strip(), worse=worse)
    return [(stream_of_grant(grant), event)]


def present(
    whole: Whole,
    grant: str,
    terms: str,
    *,
    presentation_id: str,
    channel: Channel,
    sender: str,
    standing: Standing,
    decision_id: str = "",
    **meta: Any,
) -> Told:
    """They are told of it on some path; `terms` is the hash of what they are told. Nothing to do for a presentation
    that is recorded; other terms than those that stand are refused."""
    if not 0 < len(presentation_id) <= LONGEST_ID:
        raise InvalidError(f"name the presentation in 1 to {LONGEST_ID} characters", "presentation_id")
    known = _known(whole, grant)
    before = known.presentations.get(presentation_id)
    if before is not None:
        if (before.terms_hash, before.channel, before.sender) == (terms, channel, sender):
            return []
        raise RefusedError(f"presentation {presentation_id!r} is recorded already on {before.channel}: name it anew")
    _standing(whole, grant, held(whole, meta["at"]), meta["at"])
    if terms != known.terms_hash:
        raise RefusedError(f"grant {grant} has other terms than {terms}: present those of {known.terms_hash}")
    said = {"presentation_id": presentation_id, "terms_hash": terms, "channel": channel, "sender": sender}
    event = PropositionPresented(**meta, **_fact(known), **said, standing=standing, decision_id=decision_id)
    return [(stream_of_grant(grant), event)]


def answer(
    whole: Whole,
    grant: str,
    presentation_id: str,
    response: Response,
    *,
    deferred_until: datetime | None = None,
    **meta: Any,
) -> Told:
    """What they said to a presentation. Nothing to do where they said just that before. To accept, the terms they were
    told must still stand, and nobody may have accepted them yet: a grant is accepted once."""
    known = _known(whole, grant)
    said = known.presentations.get(presentation_id)
    if said is None:
        raise InvalidError(f"{presentation_id!r} of grant {grant} was never presented", "presentation_id")
    if (response is Response.DEFERRED) != (deferred_until is not None):
        raise InvalidError("a deferred answer, and no other, says until when", "deferred_until")
    if said.response is not None:
        if (said.response, said.deferred_until) == (response, deferred_until):
            return []
        raise RefusedError(f"presentation {presentation_id!r} is answered already: {said.response}")
    if deferred_until is not None and deferred_until <= meta["at"]:
        raise InvalidError("this time is over: say from when on they may be asked again", "deferred_until")
    if response is Response.ACCEPTED:
        _check_not_accepted(known)
        _check_stands(whole, known, said, meta["at"])
    told = {name: getattr(said, name) for name in ("presentation_id", "terms_hash", "channel", "sender", "standing")}
    event = PropositionAnswered(**meta, **_fact(known), **told, response=response, deferred_until=deferred_until)
    return [(stream_of_grant(grant), event)]


def expire(whole: Whole, **meta: Any) -> Told:
    """Writes down the grants whose time was over by `recorded_at`: it was so without it."""
    told: Told = []
    for grants in whole.values():
        for one in grants.given.values():
            if not one.is_expired and one.expires_at <= meta["recorded_at"]:
                told.append(
                    (stream_of_grant(one.grant_id), GrantExpired(**meta | {"at": one.expires_at}, **_fact(one)))
                )
    return told


def reconcile(whole: Whole, **meta: Any) -> Told:
    """Writes down which grants another one stands in the place of, and which stand again: after a link, after an
    unlink for each part, and after a grant expired. It was so without it."""
    suspended = held(whole, meta["at"]).suspended
    told: Told = []
    for grants in whole.values():
        for one in grants.given.values():
            by = suspended.get(one.grant_id, "")
            if one.suspended_by == by:
                continue
            if by:
                told.append((stream_of_grant(one.grant_id), GrantSuspended(**meta, **_fact(one), by=by)))
            elif meta["at"] < one.expires_at:
                told.append((stream_of_grant(one.grant_id), GrantResumed(**meta, **_fact(one))))
    return told


def _directions(granting: Granting) -> dict[str, Any]:
    return {name: rule.better for name, rule in granting.rules.items()}


def _fact(grant: Grant) -> dict[str, Any]:
    return {"grant_id": grant.grant_id, "proposition": grant.proposition, "policy": grant.policy}


def _known(whole: Whole, grant: str) -> Grant:
    known = whole.get(stream_of_grant(grant), NO_GRANTS).given.get(grant)
    if known is None:
        raise NotFoundError(f"there is no grant {grant} of this customer or account")
    return known


def _standing(whole: Whole, grant: str, has: Held, at: datetime) -> Grant:
    """The grant, if it is the one that stands. Raises RefusedError that says which does."""
    known = _known(whole, grant)
    if at >= known.expires_at:
        raise RefusedError(f"grant {grant} expired at {known.expires_at:%Y-%m-%d %H:%M} UTC: ask what stands now")
    stands = has.stands.get(known.proposition)
    if stands is None:
        raise RefusedError(f"grant {grant} is over, one was given after it: ask what stands now")
    if stands.grant_id != grant:
        raise RefusedError(f"in the place of grant {grant} stands {stands.grant_id}, terms {stands.terms_hash}")
    return known


def _check_not_accepted(known: Grant) -> None:
    before = next((one for one in known.presentations.values() if one.response is Response.ACCEPTED), None)
    if before is not None:
        raise RefusedError(
            f"grant {known.grant_id} was accepted already, by presentation {before.presentation_id!r} on "
            f"{before.channel}: one yes is enough"
        )


def _check_stands(whole: Whole, known: Grant, said: Presentation, at: datetime) -> None:
    _standing(whole, known.grant_id, held(whole, at), at)
    if said.terms_hash != known.terms_hash:
        raise RefusedError(
            f"the terms of grant {known.grant_id} were amended since: present those of {known.terms_hash}, then ask"
        )
