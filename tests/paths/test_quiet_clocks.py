"""What many ask of quiet hours is worked out once: each is told just what they would be told alone."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hub.paths.gates.time import QuietClocks, quiet_hours_gate
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.time.zones import Zone
from hub.policies.hours import Hours, Span, zone_of

BEGAN = datetime(2026, 3, 20, tzinfo=UTC)
ZONES = st.sampled_from(("Asia/Tehran", "Europe/Paris", "America/New_York", "")).map(lambda name: Zone(name, "number"))
MOMENTS = st.integers(0, 60 * 24 * 12).map(lambda minutes: BEGAN + timedelta(minutes=minutes))
SECTIONS = st.sampled_from((
    'daily = ["21:00-09:00"]',
    'daily = ["13:00-14:00"]\nfriday = ["00:00-24:00"]',
    'daily = ["22:30-07:15"]\n[quiet_hours.holidays.2026-03-29]\nname = "feast"\nquiet = ["00:00-24:00"]',
    "daily = []",
))  # fmt: skip


def clocks(section: str) -> Hours | None:
    text = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n[quiet_hours]\n'
    return parse_path_policy(text + section).quiet_hours.not_quiet()


MORNINGS = Hours(zone_of("Asia/Tehran"), ((Span(8 * 60, 11 * 60 + 30),),) * 7)


@given(SECTIONS, st.lists(st.tuples(ZONES, MOMENTS, st.booleans()), min_size=2, max_size=30))
def test_each_is_told_what_they_would_be_told_alone(section: str, asked: list[tuple[Zone, datetime, bool]]):
    quiet = clocks(section)
    shared = QuietClocks(quiet)
    for zone, at, prefers in asked:
        preferred = MORNINGS if prefers else None
        assert shared.verdict(zone, preferred, at) == quiet_hours_gate(quiet, zone, preferred, at)
