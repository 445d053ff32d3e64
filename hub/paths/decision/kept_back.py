"""Every candidate, and what keeps it back where no gate does: no path, no address, nobody who may say it."""

from collections.abc import Iterator
from enum import StrEnum
from typing import NamedTuple

from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.paths.arbitration.arbitrate import Candidate
from hub.paths.decision.decide import Decision
from hub.paths.decision.rules import PathRules
from hub.paths.decision.showing import candidates


class Rule(StrEnum):
    """Why, beside the gates."""

    SENDER = "sender"
    """Who asks may not say it."""
    CHANNEL = "channel"
    """It is not said on this channel."""
    NO_ADDRESS = "no_address"
    """They have no contact point there, or not the one that was asked for."""
    OTHER_PATH = "other_path"
    """A reply leaves by the path that the contact came in on."""
    NO_PROPOSITION = "no_proposition"
    """There is nothing of this purpose to say."""


class KeptBack(NamedTuple):
    """A candidate, and the rule that keeps it back; None: only gates may."""

    candidate: Candidate
    rule: Rule | None

    @property
    def is_open(self) -> bool:
        """Whether it could be said."""
        return self.rule is None and self.candidate.is_open


def every_candidate(decision: Decision, rules: PathRules) -> Iterator[KeptBack]:
    """Each proposition that was asked for on each channel that was asked for, whether there is a path or not; of what
    proposes nothing, or finds nothing to propose, each channel."""
    sayable = rules.by_sender[decision.question.sender]
    for candidate in candidates(decision, rules):
        number = rules.places.get(candidate.proposition)
        yield KeptBack(candidate, Rule.SENDER if number is not None and number not in sayable else None)
    yield from _without_path(decision, rules)
    if not decision.asked:
        yield from _of_nothing(decision)


def _without_path(decision: Decision, rules: PathRules) -> Iterator[KeptBack]:
    """Its own gates are asked all the same."""
    question, looked = decision.question, decision.looked
    there = {(place.purpose, place.reach.channel) for place in decision.places}
    for number in decision.asked:
        one = rules.propositions[number]
        own = (looked.fit[number], looked.conflict[number], decision.held_out[number])
        for channel in question.channels:
            rule = _rule_against(one.purpose, channel, one.channels, there)
            if rule is not None:
                yield KeptBack(Candidate(one.name, channel, "", own), rule)


def _rule_against(
    purpose: Purpose, channel: Channel, channels: frozenset[Channel], there: set[tuple[Purpose, Channel]]
) -> Rule | None:
    if channel not in channels:
        return Rule.CHANNEL
    return None if (purpose, channel) in there else Rule.NO_ADDRESS


def _of_nothing(decision: Decision) -> Iterator[KeptBack]:
    question, there = decision.question, {place.reach.channel for place in decision.places}
    rule = Rule.OTHER_PATH if question.purpose is Purpose.REPLY else Rule.NO_ADDRESS
    if question.proposes:
        rule = Rule.NO_PROPOSITION
        for place in decision.places:
            yield KeptBack(Candidate("", place.reach.channel, place.reach.point, place.verdicts), rule)
    for channel in question.channels:
        if channel not in there:
            yield KeptBack(Candidate("", channel), rule)
