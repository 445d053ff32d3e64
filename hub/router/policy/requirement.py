"""What work asks for: the queue it waits in, and what its agent must be able to do, less and less as it waits."""

from collections.abc import Mapping
from dataclasses import dataclass

from hub.router.policy.model import KnownAgent, Policy, Rule


@dataclass(frozen=True, slots=True)
class Step:
    """What is asked of an agent from an age (seconds) on. In a rule, not yet in a requirement, the languages may
    have 'contact' among them."""

    after_seconds: float
    skills: Mapping[str, int]
    languages: tuple[str, ...]
    attributes: Mapping[str, str]
    priority: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """Where work waits and what it asks of an agent. The first of the `steps` holds from the beginning, each other
    one from its age on; they are in the order of age."""

    queue: str
    steps: tuple[Step, ...]
    known_agent: KnownAgent | None
    """Whom the customer knows, to be asked first; None: nobody."""
    units: int
    interruptible: bool
    interrupts: bool
    asynchronous: bool
    reasons: tuple[str, ...]

    @property
    def priority(self) -> int:
        """At the beginning."""
        return self.steps[0].priority

    @property
    def skills(self) -> Mapping[str, int]:
        """At the beginning."""
        return self.steps[0].skills

    @property
    def languages(self) -> tuple[str, ...]:
        """At the beginning."""
        return self.steps[0].languages

    @property
    def attributes(self) -> Mapping[str, str]:
        """At the beginning."""
        return self.steps[0].attributes


def steps_of(policy: Policy, rule: Rule) -> tuple[Step, ...]:
    """All steps of a rule with everything they ask: its own, then each as its predecessor but for what it names."""
    queue = policy.queue(rule.queue)
    priority = queue.priority if rule.priority is None else rule.priority
    steps = [Step(0.0, rule.skills, rule.languages, rule.attributes, priority)]
    for written in rule.steps:
        last, base = steps[-1], queue.serves if written.anyone else written
        steps.append(
            Step(
                written.after_seconds,
                last.skills if base.skills is None else base.skills,
                last.languages if base.languages is None else base.languages,
                last.attributes if base.attributes is None else base.attributes,
                last.priority if written.priority is None else written.priority,
            )
        )
    return tuple(steps)


def required_of(
    policy: Policy, queue: str, steps: tuple[Step, ...], channel: str, known_agent: KnownAgent | None, reason: str
) -> Requirement:
    """The requirement of work of a channel in a queue."""
    rules = policy.channel(channel)
    return Requirement(
        queue=queue,
        steps=steps,
        known_agent=known_agent,
        units=rules.units,
        interruptible=rules.interruptible,
        interrupts=rules.interrupts,
        asynchronous=rules.asynchronous,
        reasons=(reason,),
    )
