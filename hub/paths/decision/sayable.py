"""What could be said to nobody, whoever it is asked about: the question is wrong then, and it is told which field."""

from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.errors import InvalidError
from hub.paths.decision.question import Question, check
from hub.paths.decision.rules import PathRules
from hub.paths.propositions.model import Sender

_REACHED = frozenset(channel for channels in CHANNELS_OF.values() for channel in channels)


def check_sayable(question: Question, rules: PathRules) -> None:
    """Raises InvalidError where nothing of what is named could be said to anybody. Who names nothing may find
    that there is nothing: that is no mistake."""
    check(question, rules.places)
    problems = [unsayable(question, rules, rules.places[name]) for name in question.propositions]
    first = next(iter(problems), None)
    if first is not None and all(problems):
        raise first
    if not question.they_came and question.came_in is None and _REACHED.isdisjoint(question.channels):
        known = ", ".join(sorted(_REACHED))
        raise InvalidError(f"nobody is contacted on {', '.join(question.channels)}: use one of {known}", "channels")


def unsayable(question: Question, rules: PathRules, number: int) -> InvalidError | None:
    """Why this proposition, by its number in the file, is never said so; None: it may be."""
    one = rules.propositions[number]
    if question.purpose not in (None, one.purpose):
        return InvalidError(f"{one.name} is for {one.purpose} contacts, not for {question.purpose}", "purpose")
    if number not in rules.by_sender[question.sender]:
        who = "the hub" if question.sender is Sender.HUB else f"{question.sender}s"
        return InvalidError(f"{one.name} is not for {who} to say: see its senders", "propositions")
    if one.channels.isdisjoint(question.channels):
        return InvalidError(f"{one.name} is said on {', '.join(sorted(one.channels))} alone", "channels")
    return None
