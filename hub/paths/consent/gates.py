"""The two gates made of what people and lists said: may this contact point be contacted for this purpose?"""

from enum import StrEnum
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.state import ConsentStanding, Said, Stance
from hub.paths.consent.purposes import PURPOSES, Gate, PurposeTable


class Reason(StrEnum):
    """Why a gate let something through, or did not."""

    NOT_ASKED = "not_asked"
    """This purpose does not have to pass the gate."""
    DEFAULT_ALLOWED = "default_allowed"
    DEFAULT_DENIED = "default_denied"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NOT_BLOCKED = "not_blocked"
    BLOCKED = "blocked"


class Verdict(NamedTuple):
    """What one gate says."""

    gate: Gate
    is_open: bool
    reason: Reason
    stance: Stance | None = None
    """Of the consent gate, where something was said: when, where, by which wording."""
    lists: tuple[str, ...] = ()
    """Of the block gate: the lists that block."""


_REFUSED = {Said.DENIED: Reason.DENIED, Said.WITHDRAWN: Reason.WITHDRAWN}


def consent_gate(
    standing: ConsentStanding, point: str, channel: Channel, purpose: Purpose, table: PurposeTable = PURPOSES
) -> Verdict:
    """What they said counts before any default; a yes that ran out is a no, also where the default is yes: it was given
    for a time only."""
    rule = table[purpose]
    if Gate.CONSENT not in rule.gates:
        return Verdict(Gate.CONSENT, True, Reason.NOT_ASKED)
    stance = standing.stance(point, channel, purpose)
    if stance.said is Said.NOTHING:
        reason = Reason.DEFAULT_ALLOWED if rule.allowed_by_default else Reason.DEFAULT_DENIED
        return Verdict(Gate.CONSENT, rule.allowed_by_default, reason)
    if stance.said is Said.GRANTED:
        return Verdict(Gate.CONSENT, True, Reason.GRANTED, stance)
    if stance.said is Said.EXPIRED:
        return Verdict(Gate.CONSENT, False, Reason.EXPIRED, stance)
    return Verdict(Gate.CONSENT, False, _REFUSED[stance.said], stance)


def block_gate(
    standing: ConsentStanding, point: str, channel: Channel, purpose: Purpose, table: PurposeTable = PURPOSES
) -> Verdict:
    """A list blocks whatever its contact points allowed."""
    if Gate.BLOCK not in table[purpose].gates:
        return Verdict(Gate.BLOCK, True, Reason.NOT_ASKED)
    lists = standing.blocked_by(point, channel)
    return Verdict(Gate.BLOCK, not lists, Reason.BLOCKED if lists else Reason.NOT_BLOCKED, lists=lists)


def gates(
    standing: ConsentStanding, point: str, channel: Channel, purpose: Purpose, table: PurposeTable = PURPOSES
) -> tuple[Verdict, Verdict]:
    """Both, each with its reason; to be asked when deciding and again when sending."""
    return (
        consent_gate(standing, point, channel, purpose, table),
        block_gate(standing, point, channel, purpose, table),
    )
