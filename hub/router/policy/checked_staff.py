"""Whether the people there are can serve what a policy asks for: queues and steps that nobody meets."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from hub.policies.findings import Remark, Severity
from hub.router.policy.fields import CONTACT_LANGUAGE, Action
from hub.router.policy.language import primary_tag
from hub.router.policy.model import Policy, Rule, Staff
from hub.router.policy.requirement import Step, steps_of


@dataclass(frozen=True, slots=True)
class _Demand:
    """What one rule, or the queue itself (rule None), asks of those who serve a queue; what nobody has, per step."""

    rule: int | None
    lacks: tuple[str, ...]

    @property
    def is_hopeless(self) -> bool:
        return all(self.lacks)


def remarks_on_staff(policy: Policy, staff: Sequence[Staff]) -> Iterator[Remark]:
    """Queues nobody can serve, and rules and steps that nobody meets."""
    if not staff:
        yield Severity.NOTE, (), "no staff is given ([[staff]]): who can serve the queues was not checked"
        return
    agents = sum(one.count for one in staff)
    targets = {target for queue in policy.queues.values() for _, target in queue.targets()}
    for name, queue in policy.queues.items():
        demands = [
            _Demand(number, tuple(_lack(step, staff) for step in _judged(rule, steps_of(policy, rule))))
            for number, rule in enumerate(policy.rules)
            if rule.queue == name
        ]
        if name in targets or not demands:
            serves = Step(0.0, queue.serves.skills, queue.serves.languages, queue.serves.attributes, 0)
            demands.append(_Demand(None, (_lack(serves, staff),)))
        if all(demand.is_hopeless for demand in demands):
            goes = "" if queue.nobody.action is Action.WAIT else f"; while nobody can, its work goes: {queue.nobody}"
            severity = Severity.WARNING if goes else Severity.ERROR
            yield (
                severity,
                ("queues", name),
                f"none of {agents} agents can serve it: {demands[0].lacks[-1]}{goes}",
            )
        else:
            for demand in demands:
                yield from _unmet(name, demand)


def _unmet(queue: str, demand: _Demand) -> Iterator[Remark]:
    if demand.rule is None:
        if demand.is_hopeless:
            message = f"nobody can take what comes from other queues: {demand.lacks[0]}"
            yield Severity.ERROR, ("queues", queue, "serves"), message
        return
    if demand.is_hopeless:
        yield Severity.ERROR, ("rules", demand.rule), f"nobody can take its work, at any age: {demand.lacks[-1]}"
        return
    for number, lack in enumerate(demand.lacks):
        if lack:
            place = ("rules", demand.rule, "steps", number - 1) if number else ("rules", demand.rule)
            what = "nobody meets this step" if number else "nobody meets what it asks for before its first step"
            yield Severity.WARNING, place, f"{what}, so it is skipped: {lack}"


def _judged(rule: Rule, steps: tuple[Step, ...]) -> Iterator[Step]:
    """The steps with the contact's language where the rule says which it is; where not, any language will do."""
    for step in steps:
        if CONTACT_LANGUAGE not in step.languages:
            yield step
        elif rule.language is None:
            yield replace(step, languages=())
        else:
            own = (rule.language, primary_tag(rule.language))
            yield replace(step, languages=(*(one for one in step.languages if one != CONTACT_LANGUAGE), *own))


def _lack(step: Step, staff: Sequence[Staff]) -> str:
    """What nobody of the staff has; empty: somebody has all."""
    if any(_meets(one, step) for one in staff):
        return ""
    for skill, level in step.skills.items():
        best = max(one.skills.get(skill, 0) for one in staff)
        if best < level:
            return f"nobody has {skill} at level {level}" + (f" (the best is {best})" if best else " (nor at any)")
    if step.languages and not any(set(step.languages) & set(one.languages) for one in staff):
        return f"nobody speaks {' or '.join(dict.fromkeys(step.languages))}"
    for name, value in step.attributes.items():
        if not any(one.attributes.get(name) == value for one in staff):
            return f"nobody has {name} {value}"
    return "nobody has all of it at once"


def _meets(staff: Staff, step: Step) -> bool:
    return (
        all(staff.skills.get(skill, 0) >= level for skill, level in step.skills.items())
        and (not step.languages or bool(set(step.languages) & set(staff.languages)))
        and all(staff.attributes.get(name) == value for name, value in step.attributes.items())
    )
