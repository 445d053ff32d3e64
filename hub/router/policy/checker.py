"""Everything there is to say about a routing policy before it is used."""

from collections.abc import Sequence
from datetime import date

from hub.policies.findings import Finding, Problem, Severity, findings, refusal
from hub.policies.toml_lines import Place
from hub.router.policy.checked_rules import explain_order, remarks_on_rules
from hub.router.policy.checked_settings import never_open, remarks_on_settings
from hub.router.policy.checked_staff import remarks_on_staff
from hub.router.policy.model import Policy, Staff
from hub.router.policy.parsing import read_policy
from hub.router.policy.sound_part import SoundPart
from hub.router.policy.words import WORDS

__all__ = ["check", "check_text", "explain_order"]


def check(policy: Policy, staff: Sequence[Staff] = (), today: date | None = None) -> list[Finding]:
    """Errors, warnings and notes in the order of the file. `staff` is who there is, in place of the policy's own
    [[staff]]; `today` lets holidays that are all past be noticed."""
    remarks = [
        *remarks_on_rules(policy),
        *remarks_on_settings(policy, today),
        *remarks_on_staff(policy, staff or policy.staff),
    ]
    return findings(policy.text, remarks, WORDS)


def check_text(text: str, name: str, staff: Sequence[Staff] = (), today: date | None = None) -> list[Finding]:
    """The same of a text that may be no policy: then why it is refused, without the warnings and notes, which may only
    follow from that. Raises PolicyError if it is not even TOML."""
    read = read_policy(text, name)
    if read.policy is not None:
        return check(read.policy, staff, today)
    problems = read.problems
    if read.sound is not None:
        problems += _errors_besides(read.sound, [place for place, _ in problems], staff)
    return list(refusal(text, name, problems, WORDS).findings)


def _errors_besides(sound: SoundPart, found: Sequence[Place], staff: Sequence[Staff]) -> list[Problem]:
    """What would be refused of the sound part, unless the mistakes that were found may be the reason for it."""
    policy = sound.policy
    errors = [(place, message) for _, place, message in never_open(policy) if sound.knows_week(str(place[1]))]
    for severity, place, message in remarks_on_staff(policy, staff or policy.staff):
        if severity is Severity.ERROR and sound.knows_demand(_queue_at(policy, place), found):
            errors.append((place, message))
    return errors


def _queue_at(policy: Policy, place: Place) -> str:
    """The queue that a place in a queue or in a rule is about."""
    return policy.rules[place[1]].queue if isinstance(place[1], int) else place[1]
