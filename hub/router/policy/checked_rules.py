"""What there is to say about a policy's decision table: holes, rows that never apply, the order in which they win."""

from collections.abc import Iterator, Sequence

from hub.policies.findings import Remark, Severity
from hub.router.policy.model import CONDITIONS, Policy, Rule
from hub.router.policy.regions import Found, Row, outcomes, regions, row_of
from hub.router.policy.requirement import Step, steps_of

_TOLD = 8
"""Combinations that are named of those nobody has asked for."""


def holes(rules: Sequence[Rule]) -> Found[bool]:
    """What no rule takes but those that take everything."""
    asking = [rule for rule in rules if any(rule.conditions)]
    return regions([asking], lambda winners: winners == (None,), wanted=bool, most=_TOLD)


def remarks_on_rules(policy: Policy) -> Iterator[Remark]:
    """Rows that can never apply, and what is left to the rule that takes everything else."""
    decisive = outcomes([policy.rules], lambda winners: winners[0])
    rows = [row_of(rule) for rule in policy.rules]
    for number in range(len(rows)):
        if number not in decisive:
            yield Severity.WARNING, ("rules", number), f"can never apply: {_in_the_way(number, rows)}"
    yield from _told_apart_by_channel(policy)
    last = next(number for number, rule in enumerate(policy.rules) if not any(rule.conditions))
    if last in decisive:
        message = f"only this rule, which asks for nothing, takes: {holes(policy.rules)}"
        yield Severity.NOTE, ("rules", last), message


def _told_apart_by_channel(policy: Policy) -> Iterator[Remark]:
    """Rows that ask for the same customers on another channel, and serve them with other skills or another priority."""
    for number, rule in enumerate(policy.rules):
        for before, other in enumerate(policy.rules[:number]):
            if _but_for_channel(rule) == _but_for_channel(other) and rule.channel != other.channel:
                unlike = _unlike(steps_of(policy, rule), steps_of(policy, other))
                if unlike:
                    blamed, like = (number, before) if rule.channel else (before, number)
                    message = f"differs from rule {like + 1} by channel alone, in {unlike}: is that meant?"
                    yield Severity.NOTE, ("rules", blamed), message


def _but_for_channel(rule: Rule) -> tuple[str | None, ...]:
    return tuple(value for name, value in zip(CONDITIONS, rule.conditions, strict=True) if name != "channel")


def _unlike(one: Sequence[Step], other: Sequence[Step]) -> str:
    """In what they treat people differently, at whatever age, in words; empty: in nothing."""
    skills, other_skills = ([(step.after_seconds, dict(step.skills)) for step in steps] for steps in (one, other))
    priority, other_priority = ([(step.after_seconds, step.priority) for step in steps] for steps in (one, other))
    told = ["skills"] * (skills != other_skills) + ["priority"] * (priority != other_priority)
    return " and ".join(told)


def _in_the_way(number: int, rows: list[Row]) -> str:
    row = rows[number]
    first = rows.index(row)
    if first < number:
        return f"rule {first + 1} asks for the same and comes first"
    named = sum(value is not None for value in row)
    others = [
        str(other + 1)
        for other, asked in enumerate(rows)
        if sum(value is not None for value in asked) >= named and other != number and _overlap(asked, row)
    ]
    return f"all it would take goes to rules that come before it: {', '.join(others)}"


def _overlap(one: Row, other: Row) -> bool:
    pairs = zip(one[:-1], other[:-1], strict=True)
    return all(left is None or right is None or left == right for left, right in pairs)


def explain_order(policy: Policy) -> str:
    """The rules as a table, in the order in which they win: who comes first of those that match decides."""
    never = {place for _, place, message in remarks_on_rules(policy) if message.startswith("can never apply")}
    ranked = sorted(range(len(policy.rules)), key=lambda number: (-_named(policy.rules[number]), number))
    table = [("rule", "names", "takes", "queue", "asks for")]
    for number in ranked:
        rule = policy.rules[number]
        takes = conditions_text(rule) + (" (never applies)" if ("rules", number) in never else "")
        asks = "; then ".join(step_text(step) for step in steps_of(policy, rule))
        table.append((str(number + 1), str(_named(rule)), takes, rule.queue, asks))
    widths = [max(len(row[column]) for row in table) for column in range(4)]
    lines = ["  ".join([*map(str.ljust, row[:4], widths), row[4]]).rstrip() for row in table]
    lines.insert(1, "  ".join("-" * width for width in [*widths, len("asks for")]))
    return "\n".join(lines) + "\n\nOf the rules that match, the one that names most decides; of equals, the first.\n"


def conditions_text(rule: Rule) -> str:
    """What a rule takes, in words."""
    named = zip(CONDITIONS, rule.conditions, strict=True)
    text = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in named if value is not None)
    return text or "anything else"


def step_text(step: Step) -> str:
    """What a step asks for, in words: `after 20 s: priority 5, sales 3, speaks fa or en, site north`."""
    asked = [f"priority {step.priority}"]
    asked += [f"{skill} {level}" for skill, level in step.skills.items()]
    if step.languages:
        asked.append(f"speaks {' or '.join(step.languages)}")
    asked += [f"{name} {value}" for name, value in step.attributes.items()]
    return (f"after {step.after_seconds:g} s: " if step.after_seconds else "") + ", ".join(asked)


def _named(rule: Rule) -> int:
    return sum(value is not None for value in rule.conditions)
