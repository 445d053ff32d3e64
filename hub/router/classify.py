"""From a contact to what it asks for: the decision table, looked up rather than searched."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.domain.customer.events import ContactReceived
from hub.router.policy import CONDITIONS, Policy, Rule


@dataclass(frozen=True, slots=True)
class Requirement:
    """Where work waits and what it asks of an agent."""

    queue: str
    priority: int
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    units: int
    reasons: tuple[str, ...]


class Classifier:
    """The rules of one policy. Of those that match, the one that names most conditions decides; of equals, the
    first in the file. So there is always exactly one, whatever else is added."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._masks = _masks(policy.rules)
        self._made: dict[tuple[int, str], Requirement] = {}

    def classify(self, contact: ContactReceived) -> Requirement:
        """What a contact asks for, by its customer's standing at that time, its channel and its service."""
        standing = contact.standing
        number = self._rule_number(
            (standing.segment, standing.value_tier, standing.lifecycle_stage, contact.channel.value, contact.service)
        )
        made = self._made.get((number, contact.channel))
        if made is None:
            made = self._made[number, contact.channel] = self._require(number, contact.channel)
        return made

    def _rule_number(self, values: tuple[str, ...]) -> int:
        best: int | None = None
        named = -1
        for columns, rules in self._masks:
            if best is not None and len(columns) < named:
                break
            number = rules.get(tuple(values[column] for column in columns))
            if number is not None and (best is None or number < best):
                best, named = number, len(columns)
        assert best is not None, "a policy without a catch-all is refused"
        return best

    def _require(self, number: int, channel: str) -> Requirement:
        rule = self._policy.rules[number]
        queue = self._policy.queues[rule.queue]
        return Requirement(
            queue=rule.queue,
            priority=queue.priority if rule.priority is None else rule.priority,
            skills=rule.skills,
            languages=rule.languages,
            units=self._policy.units(channel),
            reasons=(_reason(number, rule),),
        )


def _masks(rules: tuple[Rule, ...]) -> list[tuple[tuple[int, ...], dict[tuple[str, ...], int]]]:
    """The rules by which conditions they name, most first; in each, the first rule in the file for its values."""
    masks: dict[tuple[int, ...], dict[tuple[str, ...], int]] = {}
    for number, rule in enumerate(rules):
        named = [(column, value) for column, value in enumerate(rule.conditions) if value is not None]
        columns = tuple(column for column, _ in named)
        masks.setdefault(columns, {}).setdefault(tuple(value for _, value in named), number)
    return sorted(masks.items(), key=lambda mask: -len(mask[0]))


def _reason(number: int, rule: Rule) -> str:
    named = [
        f"{name.replace('_', ' ')} {value}"
        for name, value in zip(CONDITIONS, rule.conditions, strict=True)
        if value is not None
    ]
    return f"rule {number + 1}: {', '.join(named) or 'anything else'} -> queue {rule.queue}"
