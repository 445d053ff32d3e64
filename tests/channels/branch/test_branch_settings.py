"""What a branch may be set to: the example of its documentation, and what is wrong is named."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.channels.branch.settings import branch_settings
from hub.policies.hours import is_open
from hub.router.policy.parsing import parse_policy
from hub.settings import SettingsError
from hub.simulated.contract.branch_driver import table

DOCS = (Path(__file__).parents[3] / "docs/channels/branch.md").read_text("utf-8")
SET, PINS, POLICY = re.findall(r"```toml\n(.*?)```", DOCS, re.S)


def test_what_the_documentation_shows_is_taken(tmp_path: Path) -> None:
    settings = branch_settings(tomllib.loads(SET)["branch"])
    centre = settings.branches["centre"]
    assert centre.skills_of("1", "ann") == {"accounts": 3, "loans": 3}
    assert centre.skills_of("2", "ann") == {"loans": 3}
    assert {one.queue for one in centre.services.values()} <= set(parse_policy(POLICY).queues)
    (tmp_path / "pins.toml").write_text(PINS)
    known = settings.model_copy(update={"pins_file": tmp_path / "pins.toml"})
    assert known.pins() == ({"ann": "4711"}, {"centre": "9402"})


def changed(**more: Any) -> dict[str, Any]:
    told = table(0)
    told["branches"]["centre"] |= more
    return told


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (changed(time_zone="Mars"), "there is no time zone 'Mars'"),
        (changed(desks={"1": {"services": ["none"]}}), "desk 1 names the service 'none'"),
        (changed(hours={"funday": ["08:00-12:00"]}), "'funday' is no weekday"),
        (changed(hours={"monday": ["8-12"]}), 'write it like "08:00-17:30"'),
        ({**table(0), "branches": {"a b": table(0)["branches"]["centre"]}}, "'a b' is no name of a branch"),
        ({**table(0), "colour": "red"}, "colour"),
    ],
)
def test_what_is_wrong_is_said_where_it_is(told: dict[str, Any], said: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(said)):
        branch_settings(told)


@pytest.mark.parametrize("hours", [{}, {"monday": ["08:00-14:00"]}])
def test_on_a_holiday_a_branch_has_hours_of_its_own_or_none(hours: dict[str, Any]) -> None:
    days = {"2026-01-05": [], "2026-01-12": ["10:00-11:00"]}
    branch = branch_settings(changed(hours=hours, holidays=days)).branches["centre"]
    ten = datetime(2026, 1, 5, 10, 30, tzinfo=UTC)
    opened = branch.hours_of("accounts")
    assert opened is not None
    assert [is_open(opened, ten + timedelta(weeks=week)) for week in range(3)] == [False, True, True]
    assert not is_open(opened, ten + timedelta(weeks=1, hours=1))


def test_two_services_with_one_letter_would_give_one_number_twice() -> None:
    service = table(0)["branches"]["centre"]["services"]["accounts"]
    with pytest.raises(SettingsError, match="one letter"):
        branch_settings(changed(services={"accounts": service, "loans": service}))


@pytest.mark.parametrize("pins", ["[agents]\nann = 4711", '[agents]\nann = "1"', "agents = 3", "[agents"])
def test_pins_that_are_none_are_refused_when_the_adapter_starts(tmp_path: Path, pins: str) -> None:
    (tmp_path / "pins.toml").write_text(pins)
    settings = branch_settings({**table(0), "pins_file": tmp_path / "pins.toml"})
    with pytest.raises(SettingsError):
        settings.pins()
