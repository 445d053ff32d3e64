"""The one table that says, for each purpose of a contact, which gates it has to pass."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError


class Gate(StrEnum):
    """What may keep a contact from being made. All of a purpose's gates are asked, whatever the others say."""

    IDENTITY = "identity"
    """Is it sure enough who it is?"""
    CONSENT = "consent"
    """Did they allow it, or at least not forbid it?"""
    BLOCK = "block"
    """Does a list of somebody else forbid it?"""
    SERVICE_STATE = "service_state"
    """Is a complaint open, or a conversation?"""
    FIT = "fit"
    """Is what is proposed eligible, applicable and suitable?"""
    CONFLICT = "conflict"
    """Does it contradict what they were granted already?"""
    QUIET_HOURS = "quiet_hours"
    FREQUENCY = "frequency"
    CAPACITY = "capacity"
    """Can the path take the answers?"""
    HOLDOUT = "holdout"
    """Are they kept out of the campaign for comparison?"""


class Confidence(StrEnum):
    """How sure it is that somebody is the customer, or that a contact point is theirs."""

    UNKNOWN = "unknown"
    CLAIMED = "claimed"
    """They say so, or their number does."""
    VERIFIED = "verified"
    """A code that was sent there came back, or a trusted system attests it."""


@dataclass(frozen=True, slots=True)
class PurposeRule:
    """What a contact for one purpose has to pass."""

    gates: frozenset[Gate]
    allowed_by_default: bool
    """Whether it may be done while nothing was said of it; asked only where CONSENT is among the gates."""
    is_counted: bool = False
    """Whether such a contact takes one of those that the frequency gate allows."""
    ends_on_unsubscribe: bool = False
    """Whether `unsubscribe` withdraws it."""
    identity: Confidence = Confidence.CLAIMED
    """How sure it must be who it is; asked only where IDENTITY is among the gates."""


PurposeTable = Mapping[Purpose, PurposeRule]
_ALL = frozenset(Gate)
_UNASKED = frozenset((Gate.IDENTITY, Gate.CONSENT, Gate.QUIET_HOURS))

PURPOSES: PurposeTable = {
    Purpose.REPLY: PurposeRule(frozenset((Gate.IDENTITY,)), allowed_by_default=True),
    Purpose.TRANSACTIONAL: PurposeRule(frozenset((Gate.IDENTITY, Gate.CONSENT)), allowed_by_default=True),
    Purpose.SERVICE: PurposeRule(
        _UNASKED | {Gate.FREQUENCY}, allowed_by_default=True, is_counted=True, identity=Confidence.VERIFIED
    ),
    Purpose.RECOVERY: PurposeRule(_UNASKED, allowed_by_default=True, identity=Confidence.VERIFIED),
    Purpose.SURVEY: PurposeRule(
        _UNASKED | {Gate.SERVICE_STATE, Gate.FREQUENCY}, allowed_by_default=True, is_counted=True
    ),
    Purpose.PROMOTIONAL: PurposeRule(
        _ALL, allowed_by_default=False, is_counted=True, ends_on_unsubscribe=True, identity=Confidence.VERIFIED
    ),
}
"""The table as long as the operator says nothing else."""

_FIXED: Mapping[Purpose, frozenset[Gate]] = {
    Purpose.PROMOTIONAL: frozenset((Gate.CONSENT, Gate.BLOCK, Gate.SERVICE_STATE, Gate.QUIET_HOURS, Gate.FREQUENCY))
}


def overridden(table: PurposeTable, changes: Mapping[Purpose, Mapping[str, Any]]) -> PurposeTable:
    """The table with an operator's changes: for each purpose fields of PurposeRule. InvalidError for what nobody may
    change: promotional contacts are denied by default, end on unsubscribing and keep their gates; replies and what
    customers need for something they do are never held by frequency or quiet hours."""
    changed = {**table}
    for purpose, fields in changes.items():
        unknown = sorted(fields.keys() - set(PurposeRule.__dataclass_fields__))
        if unknown:
            raise InvalidError(
                f"a purpose has no {unknown[0]!r}: it has {', '.join(_FIELDS)}", f"{purpose}.{unknown[0]}"
            )
        changed[purpose] = replace(table[purpose], **fields)
        _check(purpose, changed[purpose])
    return changed


_FIELDS = tuple(PurposeRule.__dataclass_fields__)


def _check(purpose: Purpose, rule: PurposeRule) -> None:
    missing = sorted(_FIXED.get(purpose, frozenset()) - rule.gates)
    if missing:
        raise InvalidError(f"{purpose} contacts always pass the gate {missing[0]}: add it", f"{purpose}.gates")
    if purpose is Purpose.PROMOTIONAL and rule.allowed_by_default:
        raise InvalidError("promotional contacts are denied until somebody says yes", f"{purpose}.allowed_by_default")
    if purpose is Purpose.PROMOTIONAL and not rule.ends_on_unsubscribe:
        raise InvalidError("promotional contacts end when somebody unsubscribes", f"{purpose}.ends_on_unsubscribe")
    held = sorted(rule.gates & {Gate.QUIET_HOURS, Gate.FREQUENCY})
    if held and purpose in (Purpose.REPLY, Purpose.TRANSACTIONAL):
        raise InvalidError(f"{purpose} contacts are waited for: take the gate {held[0]} away", f"{purpose}.gates")
