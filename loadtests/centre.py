"""Who works in a load test, and what contacts ask for: everybody for everything, or a few of many skills each."""

import random
from collections.abc import Iterator
from pathlib import Path

from loadtests.plan import Load

SERVICES = ("accounts", "cards", "loans", "stock", "internet", "advice")
"""What contacts ask for where every agent can do everything: the queues of `policy.toml`."""

_LEVELS = 5
_FEWEST, _MOST = 3, 8
"""Skills an agent has where there are many."""


def services(plan: Load) -> tuple[str, ...]:
    """What contacts ask for: one service a queue."""
    return tuple(f"service-{number}" for number in range(plan.queues)) if plan.queues else SERVICES


def agents(count: int, skills: int = 0, seed: int = 1) -> Iterator[tuple[str, dict[str, int]]]:
    """Each agent's id, and what they can do with levels: everything, or 3 to 8 of so many skills."""
    chance = random.Random(seed)
    everything = {service: 1 + number % _LEVELS for number, service in enumerate(SERVICES)}
    names = [_skill(number) for number in range(skills)]
    for number in range(count):
        some = chance.sample(names, min(len(names), chance.randint(_FEWEST, _MOST)))
        yield f"a{number}", {name: chance.randint(1, _LEVELS) for name in some} if names else everything


def policy(plan: Load, directory: Path) -> Path:
    """The file of the policy that this plan needs, made in `directory` where it is not the one that is there."""
    if not plan.queues:
        return Path(__file__).with_name("policy.toml")
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = directory / "policy.toml"
    file.write_text(_policy(plan))
    return file


def _policy(plan: Load) -> str:
    """Each queue asks for one skill; those with the same skill for a level more each."""
    parts = ['[queues.general]\n\n[[rules]]\nqueue = "general"\n']
    for number, service in enumerate(services(plan)):
        level = 1 + number // plan.skills % (_LEVELS - 1)
        parts.append(
            f'[queues.queue-{number}]\n\n[[rules]]\nservice = "{service}"\nqueue = "queue-{number}"\n'
            f"skills = {{ {_skill(number % plan.skills)} = {level} }}\n"
        )
    return "\n".join(parts)


def _skill(number: int) -> str:
    return f"skill-{number}"
