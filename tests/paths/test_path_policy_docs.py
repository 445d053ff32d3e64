"""What docs/paths.md tells authors is what the hub does."""

import re
import tomllib
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.domain.cases.events import Severity
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import DeclaredStanding
from hub.domain.customer.purchases.state import Purchase
from hub.paths.consent.purposes import Gate
from hub.paths.frequency.section import DEFAULT_CAPS, Cap
from hub.paths.gates.service import ServiceState
from hub.paths.holdout.section import Holdout
from hub.paths.policy.conditions import When
from hub.paths.policy.model import Declared, Kinds, Money, PathPolicy, PurposeChanges
from hub.paths.policy.parsing import check_text, load_path_policy, parse_path_policy
from hub.paths.policy.profile_fields import FieldType, ProfileField
from hub.paths.standing.facts import Facts
from hub.paths.standing.standing import standing
from hub.paths.time.section import QuietHours

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "paths.md").read_text()
EXAMPLE, *PARTS = re.findall(r"```toml\n(.*?)\n```", PAGE, re.DOTALL)
NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def rows(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading, without its head."""
    section = re.split(r"\n## ", PAGE.split(f"## {heading}", 1)[1])[0]
    found = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split(" | ")] for line in found[2:]]


def named(cell: str) -> list[str]:
    return re.findall(r"`(.*?)`", cell)


def default_without(part: str) -> str:
    """The policy that ships with the hub, but for the tables that a part of the page has itself."""
    tables = re.split(r"\n(?=\[)", load_path_policy().text)
    return "\n".join(table for table in tables if table.partition("]")[0].strip("[") not in tomllib.loads(part))


def test_nothing_is_to_be_said_about_the_examples() -> None:
    assert check_text(EXAMPLE, "docs") == []
    for part in PARTS:
        assert check_text(f"{part}\n{default_without(part)}", "part") == []
    text = (ROOT / "examples/policies/telecom_paths.toml").read_text()
    assert check_text(text, "telecom") == []


@pytest.mark.parametrize("row", rows("An example"), ids=lambda row: row[0])
def test_the_example_puts_customers_where_the_page_says(row: list[str]) -> None:
    who, *where = row
    bought = re.search(r"bought for ([\d,]+) toman ([\d and]+) days ago", who)
    purchases: list[Purchase] = []
    if bought:
        rials = int(bought[1].replace(",", "")) * 10
        purchases = [Purchase(NOON - timedelta(days=int(days)), rials, "IRR") for days in bought[2].split(" and ")]
    declared = re.search(r"declared (\w+)", who)
    facts = Facts(
        declared=DeclaredStanding(declared[1] if declared else ""), purchases=tuple(sorted(purchases))
    )  # fmt: skip
    stands = standing(facts, parse_path_policy(EXAMPLE), NOON)
    assert [one or "none" for one in stands.where] == where


def test_every_condition_is_told() -> None:
    told = [name for row in rows("Rules") for name in named(row[0])]
    assert told == list(When.model_fields)


@pytest.mark.parametrize(("table", "model"), [("money", Money), ("kinds", Kinds), ("declared", Declared)])
def test_every_setting_is_told_with_its_default(table: str, model: type[BaseModel]) -> None:
    told = {named(row[0])[0]: row[1].strip("`") for row in rows("Other settings")}
    for name, field in model.model_fields.items():
        default: Any = field.default
        shown = {None: "the currency", True: "true"}.get(
            default if isinstance(default, bool | None) else 0, str(default)
        )
        shown = ", ".join(default) if isinstance(default, tuple) else shown
        assert told.pop(f"{table}.{name}") == shown
    assert not [name for name in told if name.startswith(f"{table}.")]


def test_every_profile_field_setting_is_told_with_its_default() -> None:
    told = {name: row[1].strip("`") for row in rows("Profile fields") for name in named(row[0])}
    assert set(told) == set(ProfileField.model_fields)
    for name, default in told.items():
        field = ProfileField.model_fields[name]
        assert (default == "must be there") == field.is_required(), name
    types = next(row[2] for row in rows("Profile fields") if row[0] == "`type`")
    assert named(types) == [one.value for one in FieldType]


def test_every_gate_and_purpose_is_told() -> None:
    section = PAGE.split("## Gates", 1)[1]
    assert {*Gate, *Purpose, *PurposeChanges.model_fields} <= set(named(section))


@pytest.mark.parametrize(
    ("table", "model"),
    [("service_state", ServiceState), ("quiet_hours", QuietHours), ("frequency", Cap), ("holdouts", Holdout)],
)
def test_every_setting_of_gates_is_told_with_its_default(table: str, model: type[BaseModel]) -> None:
    told = {name: row[1] for row in rows("When and how often") for name in named(row[0])}
    mine = {name.removeprefix(f"{table}."): default for name, default in told.items() if name.startswith(f"{table}.")}
    assert set(mine) == set(model.model_fields) - {"tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"}
    for name, default in mine.items():
        field = model.model_fields[name]
        assert (default == "must be there") == field.is_required(), name
        if default.startswith("`"):
            value = field.default[0] if isinstance(field.default, tuple) else field.default
            assert default.strip("`") == (value.name.lower() if isinstance(value, Severity) else str(value)), name


def test_without_rules_of_frequency_those_of_the_example_hold() -> None:
    part = next(one for one in PARTS if "[[frequency]]" in one)
    written = parse_path_policy(f"{part}\n{default_without(part)}")
    assert written.frequency[:2] == DEFAULT_CAPS == load_path_policy().frequency


def test_the_mistake_on_the_page_is_told_as_the_page_says() -> None:
    [told] = re.findall(r"my_paths.toml: error: (.*)", PAGE)
    text = (
        "\n" * 5
        + '[[value_tiers]]\nname = "standard"\n\n[[stages]]\nname = "lapsed"\nwhen = { purchases = { at_least = 1 } }\n'
    )
    assert told in [str(one) for one in check_text(text, "my_paths.toml")]


def test_every_section_of_a_policy_is_on_the_page() -> None:
    for name in set(PathPolicy.model_fields) - {"version", "text"}:
        assert re.search(rf"\[\[?{name}|`{name}\.", PAGE), name
    assert tomllib.loads(load_path_policy().text).keys() <= PathPolicy.model_fields.keys()
