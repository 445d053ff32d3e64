"""From a contact to what it asks for: the decision table, looked up rather than searched."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from hub.domain.contact import Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.interaction.events import InteractionQueued
from hub.router.policy.fields import CONTACT_LANGUAGE
from hub.router.policy.language import matches_tag, normal_tag, primary_tag
from hub.router.policy.model import CONDITIONS, Policy, Rule
from hub.router.policy.requirement import Requirement, Step, required_of, steps_of

_LANGUAGE = CONDITIONS.index("language")
_REMEMBERED = 4096
"""Contacts whose requirement is kept ready; adapters may send any text as a service or a language."""


class Traits(NamedTuple):
    """What a contact is classified by, in the order of CONDITIONS; the language as its adapter gave it."""

    segment: str
    value_tier: str
    lifecycle_stage: str
    channel: str
    service: str
    language: str


class RuleCheck(NamedTuple):
    """Whether a rule (by its number, from 1) took a contact: `why_not` names the first `condition` that kept it off,
    with what was `found` there and what it `wanted`. It may have matched and lost to a more specific one: just one
    `decided`."""

    rule: int
    matched: bool
    why_not: str
    decided: bool
    condition: str = ""
    found: str = ""
    wanted: str = ""


class Classifier:
    """The rules of one policy. Of those that match, the one that names most conditions decides; of equals, the
    first in the file. So there is always exactly one, whatever else is added."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._masks = _masks(policy.rules)
        self._steps = [steps_of(policy, rule) for rule in policy.rules]
        self._made: dict[Traits, Requirement] = {}

    def classify(self, contact: ContactReceived) -> Requirement:
        """What a contact asks for, by its customer's standing at that time, its channel, service and language."""
        return self.classify_traits(traits_of(contact))

    def classify_traits(self, traits: Traits) -> Requirement:
        """The same for what is kept of a contact, when work that waits is classified anew."""
        made = self._made.get(traits)
        if made is None:
            if len(self._made) >= _REMEMBERED:
                self._made.clear()
            made = self._made[traits] = self._require(self._rule_number(_values(traits)), traits)
        return made

    def of_queue(self, queue: str, channel: str, reason: str) -> Requirement:
        """What work asks for that comes into a queue by another way than a rule: by overflow, a diversion, a
        transfer. It has the queue's priority, and anyone whom the queue serves may take it."""
        rules = self._policy.queue(queue)
        serves = rules.serves
        step = Step(0.0, serves.skills, serves.languages, serves.attributes, rules.priority)
        return required_of(self._policy, queue, (step,), channel, None, reason)

    def explain(self, contact: ContactReceived) -> list[RuleCheck]:
        """Every rule of the policy, in the order of the file, with what it had to say of a contact."""
        return self.explain_traits(traits_of(contact))

    def explain_traits(self, traits: Traits) -> list[RuleCheck]:
        """The same for what is kept of a contact."""
        values = _values(traits)
        decided = self._rule_number(values)
        checks = []
        for number, rule in enumerate(self._policy.rules):
            missed = next(_misses(rule, values), None)
            why_not = _in_words(*missed) if missed else ""
            checks.append(RuleCheck(number + 1, missed is None, why_not, number == decided, *(missed or ())))
        return checks

    def _rule_number(self, values: tuple[str, ...]) -> int:
        best: int | None = None
        named = -1
        for columns, rules in self._masks:
            if best is not None and len(columns) < named:
                break
            number = rules.get(tuple(values[column] for column in columns))
            if columns and columns[-1] == _LANGUAGE and (primary := primary_tag(values[_LANGUAGE])):
                by_primary = rules.get((*(values[column] for column in columns[:-1]), primary))
                number = min((one for one in (number, by_primary) if one is not None), default=None)
            if number is not None and (best is None or number < best):
                best, named = number, len(columns)
        assert best is not None, "a policy without a catch-all is refused"
        return best

    def _require(self, number: int, traits: Traits) -> Requirement:
        rule = self._policy.rules[number]
        steps = tuple(_spoken(step, traits.language) for step in self._steps[number])
        return required_of(self._policy, rule.queue, steps, traits.channel, rule.known_agent, _reason(number, rule))


def traits_of(contact: ContactReceived) -> Traits:
    """What a contact is classified by."""
    standing = contact.standing
    return Traits(
        standing.segment,
        standing.value_tier,
        standing.lifecycle_stage,
        contact.channel.value,
        contact.service,
        contact.language,
    )


def traits_kept(queued: InteractionQueued) -> Traits:
    """The same of work, as the fact that opened it kept them."""
    unknown = Standing()
    return Traits(
        queued.segment or unknown.segment,
        queued.value_tier or unknown.value_tier,
        queued.lifecycle_stage or unknown.lifecycle_stage,
        queued.channel.value,
        queued.service,
        queued.language,
    )


def _values(traits: Traits) -> tuple[str, ...]:
    """As they are compared."""
    return (*traits[:_LANGUAGE], normal_tag(traits.language)) if traits.language else traits


def _wanted(rule: Rule) -> Iterator[tuple[int, str]]:
    """What a rule names: column and value, ready to be compared."""
    for column, value in enumerate(rule.conditions):
        if value is not None:
            yield column, normal_tag(value) if column == _LANGUAGE else value


def _misses(rule: Rule, values: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """The conditions of a rule that a contact with these values does not meet, with its value and the rule's."""
    for column, wanted in _wanted(rule):
        value = values[column]
        if wanted != value and not (column == _LANGUAGE and matches_tag(wanted, value)):
            yield CONDITIONS[column], value, rule.conditions[column] or ""


def _in_words(condition: str, found: str, wanted: str) -> str:
    return f"{condition.replace('_', ' ')} is {found or 'not known'}, not {wanted}"


def _spoken(step: Step, language: str) -> Step:
    """A step with the contact's own language, whole and its first part, in the place of 'contact'. A contact in no
    language we know of adds none."""
    if CONTACT_LANGUAGE not in step.languages:
        return step
    spoken: dict[str, None] = {}
    for one in step.languages:
        if one != CONTACT_LANGUAGE:
            spoken[one] = None
        elif language:
            spoken |= {language: None, primary_tag(language): None}
    return replace(step, languages=tuple(spoken))


def _masks(rules: tuple[Rule, ...]) -> list[tuple[tuple[int, ...], dict[tuple[str, ...], int]]]:
    """The rules by which conditions they name, most first; in each, the first rule in the file for its values."""
    masks: dict[tuple[int, ...], dict[tuple[str, ...], int]] = {}
    for number, rule in enumerate(rules):
        named = list(_wanted(rule))
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
