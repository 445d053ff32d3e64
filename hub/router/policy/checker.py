"""Everything there is to say about a routing policy before it is used."""

from collections.abc import Sequence
from datetime import date

from hub.router.policy.checked_rules import explain_order, remarks_on_rules
from hub.router.policy.checked_settings import remarks_on_settings
from hub.router.policy.checked_staff import remarks_on_staff
from hub.router.policy.findings import Finding, field_of
from hub.router.policy.model import Policy, Staff
from hub.router.policy.parsing import PolicyError, parse_policy
from hub.router.policy.toml_lines import line_of, lines_of

__all__ = ["check", "check_text", "explain_order"]


def check(policy: Policy, staff: Sequence[Staff] = (), today: date | None = None) -> list[Finding]:
    """Errors, warnings and notes in the order of the file. `staff` is who there is, in place of the policy's own
    [[staff]]; `today` lets holidays that are all past be noticed."""
    lines = lines_of(policy.text)
    remarks = [
        *remarks_on_rules(policy),
        *remarks_on_settings(policy, today),
        *remarks_on_staff(policy, staff or policy.staff),
    ]
    return sorted(
        Finding(line_of(lines, place), severity, field_of(place), message) for severity, place, message in remarks
    )


def check_text(text: str, name: str, staff: Sequence[Staff] = (), today: date | None = None) -> list[Finding]:
    """The same of a text that may be no policy: then why it is refused. Raises PolicyError if it is not even TOML."""
    try:
        policy = parse_policy(text, name)
    except PolicyError as error:
        if not error.findings:
            raise
        return list(error.findings)
    return check(policy, staff, today)
