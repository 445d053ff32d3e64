"""Reasons in words that a person reads: why something is proposed, and what keeps everything else back."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple

from hub.paths.arbitration.arbitrate import NotProposed, Why
from hub.paths.arbitration.score import Factors
from hub.paths.gates.verdict import Reason, Verdict
from hub.paths.policy.model import Money
from hub.paths.propositions.model import Lever

KEPT_BACK: Mapping[Reason, str] = {
    Reason.IDENTITY_CLAIMED: "they only say who they are: have them prove it first",
    Reason.IDENTITY_UNKNOWN: "nobody knows who they are",
    Reason.DEFAULT_DENIED: "they never agreed to it",
    Reason.DENIED: "they said no to it",
    Reason.WITHDRAWN: "they took back that they agreed to it",
    Reason.EXPIRED: "they agreed to it for a time that is over",
    Reason.BLOCKED: "a list blocks this number or address",
    Reason.COMPLAINT: "a case of theirs is open that comes first",
    Reason.CONVERSATION: "a conversation with them is open, or was until lately",
    Reason.NOT_ELIGIBLE: "they may not have it",
    Reason.NOT_APPLICABLE: "it makes no sense for them now",
    Reason.NOT_SUITABLE: "it is not right for them",
    Reason.NOT_VALID: "its time has not come, or is over",
    Reason.NO_ACCOUNT: "it is for accounts, and they act for none",
    Reason.CONFLICT: "it can't be had beside what they were granted",
    Reason.ANSWERED: "they accepted or declined just that",
    Reason.DEFERRED: "they asked to be left alone with it for now",
    Reason.QUIET_HOURS: "it is quiet time where they are",
    Reason.NOT_PREFERRED: "they asked for other hours",
    Reason.UNKNOWN_ZONE: "nobody knows what time it is where they are",
    Reason.CAPPED: "they were contacted often enough",
    Reason.NOT_FREE: "nobody could take what would come of it",
    Reason.HELD_OUT: "they are kept out of this campaign, so that it can be measured",
}
"""Of every reason for which a gate is closed."""


class Because(NamedTuple):
    """One of the reasons to propose something, for whoever words it themselves. `value`: percent that a `lever` adds,
    how often a `context` counts, the share of customers like them who accept (`chance`; `asked` so many), what it is
    worth."""

    what: Literal["lever", "context", "chance", "worth"]
    value: float
    name: str = ""
    asked: int = 0


def because(factors: Factors, asked: int, levers: tuple[Lever, ...]) -> Iterator[Because]:
    """Why it is proposed, what matters most first. `asked`: so many customers like them were shown it so far."""
    for lever in sorted(levers, key=lambda one: -abs(one.weight)):
        yield Because("lever", lever.weight, lever.name)
    if factors.context != 1:
        yield Because("context", factors.context)
    yield Because("chance", factors.chance, asked=asked)
    yield Because("worth", round(factors.value))


def reasons_for(found: Iterable[Because], money: Money) -> Iterator[str]:
    """The same in words."""
    for one in found:
        match one.what:
            case "lever":
                yield f"{one.name}: {one.value:+.0f}%"
            case "context":
                yield f"counts {one.value:g} times in a conversation like this one"
            case "chance":
                yield f"{one.value:.0%} of customers like them {_accept(one.asked)}"
            case "worth":
                yield f"worth {money.shown(int(one.value))} when they do"


def _accept(asked: int) -> str:
    if not asked:
        return "are presumed to accept it: none was asked yet"
    return f"accept it, as far as {asked} of them {'tells' if asked == 1 else 'tell'}"


def reasons_against(one: NotProposed) -> tuple[str, ...]:
    """Why it is not, each reason once."""
    match one.why:
        case Why.GATE:
            return tuple(dict.fromkeys(kept_back(verdict) for _, verdict in one.closed))
        case Why.NO_PATH:
            return ("it can't be said by who asks, or not on this channel",)
        case Why.NO_VALUE:
            return ("it would cost more than it is worth",)
        case Why.EXCLUDED:
            return (f"it can't be had beside {one.than}, which is better",)
        case Why.OUTRANKED:
            return (f"enough that is better was named, {one.than} the last" if one.than else "others came first",)


def kept_back(verdict: Verdict) -> str:
    """Why a gate is closed, and until when, if time alone opens it."""
    until = verdict.opens_at
    words = KEPT_BACK.get(verdict.reason, verdict.reason.value)
    return f"{words}, until {until:%Y-%m-%d %H:%M} UTC" if until is not None else words
