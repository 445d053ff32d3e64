"""What a gate says: open or not, the reason as a code, and what it looked at, enough to show it and find it again."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from typing import NamedTuple

from hub.paths.consent.purposes import Gate

Told = str | int | float | bool | None | list["Told"] | dict[str, "Told"]
"""What JSON has."""
Inputs = Mapping[str, Told]
NOTHING: Inputs = MappingProxyType({})


class Reason(StrEnum):
    """Why a gate let something through, or did not."""

    NOT_ASKED = "not_asked"
    """This purpose does not have to pass the gate."""
    THEY_CAME = "they_came"
    """The customer is here of their own accord: nobody contacts them."""

    IDENTITY_ENOUGH = "identity_enough"
    IDENTITY_CLAIMED = "identity_claimed"
    """They only say who they are, and this purpose asks for more."""
    IDENTITY_UNKNOWN = "identity_unknown"

    DEFAULT_ALLOWED = "default_allowed"
    DEFAULT_DENIED = "default_denied"
    GRANTED = "granted"
    DENIED = "denied"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    NOT_BLOCKED = "not_blocked"
    BLOCKED = "blocked"

    NOTHING_OPEN = "nothing_open"
    COMPLAINT = "complaint"
    """A case is open that is severe enough to stop selling."""
    CONVERSATION = "conversation"
    """A conversation is open, or was until lately."""
    REPLY = "reply"
    """The answer to what they asked is never held."""

    FITS = "fits"
    NOT_ELIGIBLE = "not_eligible"
    NOT_APPLICABLE = "not_applicable"
    NOT_SUITABLE = "not_suitable"
    NOT_VALID = "not_valid"
    """Its time has not come, or is over."""
    NO_ACCOUNT = "no_account"
    """It is for accounts, and they act for none."""
    NO_CONFLICT = "no_conflict"
    CONFLICT = "conflict"
    """It contradicts what they were granted already."""
    ANSWERED = "answered"
    """They accepted or declined just that."""
    DEFERRED = "deferred"
    """They asked to be left alone with it until later."""

    OPEN_HOURS = "open_hours"
    QUIET_HOURS = "quiet_hours"
    NOT_PREFERRED = "not_preferred"
    """They asked to be contacted at other hours."""
    UNKNOWN_ZONE = "unknown_zone"
    """Nobody can say what time it is there."""

    WITHIN_CAPS = "within_caps"
    CAPPED = "capped"
    """They were contacted often enough."""

    NOT_LIMITED = "not_limited"
    FREE = "free"
    NOT_FREE = "not_free"
    """The path can't take what would come of it."""

    NO_HOLDOUT = "no_holdout"
    NOT_HELD_OUT = "not_held_out"
    HELD_OUT = "held_out"


class Verdict(NamedTuple):
    """What one gate says of one thing that might be said or sent."""

    gate: Gate
    is_open: bool
    reason: Reason
    inputs: Inputs = NOTHING
    """What it looked at."""
    opens_at: datetime | None = None
    """Of a gate that is not open: when to ask it again, if time alone may open it; None: something has to happen."""


def not_asked(gate: Gate) -> Verdict:
    """Of a purpose that does not have to pass it."""
    return Verdict(gate, True, Reason.NOT_ASKED)
