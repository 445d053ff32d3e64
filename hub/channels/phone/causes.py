"""What a hang-up cause (Q.850) means for the hub."""

from hub.domain.contact import CallbackOutcome

BUSY = 17
NO_NUMBER = 28
"""Invalid number format: by SIP 484."""
_NOT_ANSWERED = frozenset({16, 18, 19})
_REJECTED = frozenset({21})
_LINE_BROKE = frozenset({27, 38, 41, 42, 44, 102, 127})


def why_not(cause: int) -> str:
    """Why an agent's phone was not picked up."""
    if cause == BUSY:
        return "busy"
    if cause in _REJECTED:
        return "rejected"
    return "no_answer" if cause in _NOT_ANSWERED else "unreachable"


def outcome(cause: int) -> CallbackOutcome:
    """What became of a call to a customer or to an agent that nobody answered."""
    if cause == BUSY:
        return CallbackOutcome.BUSY
    return CallbackOutcome.NO_ANSWER if cause in _NOT_ANSWERED else CallbackOutcome.FAILED


def dropped(cause: int) -> bool:
    """Whether the line broke, and nobody hung up."""
    return cause in _LINE_BROKE
