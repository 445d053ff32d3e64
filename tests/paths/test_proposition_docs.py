"""What docs/paths.md tells authors of propositions is what the hub does."""

import re
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from hub.domain.grant.terms import Better
from hub.paths.arbitration.model import Arbitration, ContextWeight
from hub.paths.policy.conditions import When
from hub.paths.propositions.conditions import ANSWERS, FitWhen
from hub.paths.propositions.model import Lever, Proposition, PropositionKind, Sender, Term

PAGE = (Path(__file__).parents[2] / "docs" / "paths.md").read_text()
SECTION = re.split(r"\n## ", PAGE.split("## Propositions", 1)[1])[0]
FIELDS, CONDITIONS, ARBITRATION = (
    [[cell.strip() for cell in line.strip("|").split(" | ")] for line in table.splitlines()[2:]]
    for table in re.findall(r"(?:^\|.*\n)+", SECTION, re.MULTILINE)
)


def named(cell: str) -> list[str]:
    return re.findall(r"`(.*?)`", cell)


def test_every_field_is_told_with_whether_it_must_be_there() -> None:
    told = {name: row[1] for row in FIELDS for name in named(row[0])}
    assert list(told) == list(Proposition.model_fields)
    for name, default in told.items():
        assert (default == "must be there") == Proposition.model_fields[name].is_required(), name
    assert told["holder"] == "`customer`"
    assert told["service_cost"] == "`0`"


def test_every_condition_beyond_those_of_other_rules_is_told() -> None:
    assert [named(row[0])[0] for row in CONDITIONS] == [
        name for name in FitWhen.model_fields if name not in When.model_fields
    ]
    assert all(answer in SECTION for answer in ANSWERS)


@pytest.mark.parametrize("names", [PropositionKind, Sender, Better])
def test_every_name_is_told(names: Any) -> None:
    assert set(names) <= set(named(SECTION))


@pytest.mark.parametrize("model", [Term, Lever, ContextWeight])
def test_every_field_of_the_parts_is_told(model: type[BaseModel]) -> None:
    assert set(model.model_fields) <= set(named(SECTION))


def test_every_setting_of_arbitration_is_told_with_its_default() -> None:
    told = {named(row[0])[0].removeprefix("arbitration."): row[1].strip("`") for row in ARBITRATION}
    assert list(told) == list(Arbitration.model_fields)
    for name, default in told.items():
        value: Any = getattr(Arbitration(), name)
        assert default == ("none" if value == () else str(value).lower())
