"""Profile values have one spelling, whatever people type; a profile is complete once all that it needs is known."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.domain.errors import InvalidError
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.policy.profile_fields import ProfileField
from hub.paths.profile.completeness import completeness, field_named, fields_of
from hub.paths.profile.values import spelled
from hub.paths.standing.standing import Stands

REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
FIELDS = (
    '[[fields]]\nname = "city"\ntype = "text"\nrequired = true\n'
    '[[fields]]\nname = "tax"\ntype = "integer"\nrequired = true\nkind = ["B2B", "B2G"]\n'
    '[[fields]]\nname = "phone2"\ntype = "phone"\n'
)
SOMEBODY = Stands("B2C", "standard", "", "acquisition", ())
COMPANY = SOMEBODY._replace(segment="B2B")


def field(kind: str, **rules: Any) -> ProfileField:
    return ProfileField.model_validate({"name": "f", "type": kind, **rules})


@pytest.mark.parametrize(
    ("kind", "rules", "written", "stored"),
    [
        ("text", {}, "  Shiraz ", "Shiraz"),
        ("text", {"pattern": "[A-Z]{2}"}, "AB", "AB"),
        ("integer", {"at_least": -5}, "-۰۵", "-5"),
        ("money", {}, "۱۲۵۰۰۰", "125000"),
        ("date", {"earliest": "1984-11-02", "latest": "1984-11-02"}, "۱۹۸۴-۱۱-۰۲", "1984-11-02"),
        ("choice", {"choices": ["fibre", "vdsl"]}, "vdsl", "vdsl"),
        ("phone", {}, "0912 123 4567", "+989121234567"),
        ("mail", {}, "Negar@Example.COM", "negar@example.com"),
        ("yes_no", {}, "Yes", "yes"),
        ("yes_no", {}, "۰", "no"),
        ("text", {"longest": 3}, "abc", "abc"),
        ("text", {}, "a" * 2000, "a" * 2000),
        ("integer", {}, "   ", ""),
        ("integer", {"at_least": 3, "at_most": 3}, "+3", "3"),
        ("integer", {}, str(2**53 - 1), str(2**53 - 1)),
        ("integer", {}, str(1 - 2**53), str(1 - 2**53)),
        ("integer", {}, "٠١٢٣٤٥٦٧٨٩", "123456789"),
        ("integer", {}, "۰۱۲۳۴۵۶۷۸۹", "123456789"),
        ("yes_no", {}, "TRUE", "yes"),
        ("yes_no", {}, "1", "yes"),
        ("yes_no", {}, "no", "no"),
        ("yes_no", {}, "False", "no"),
    ],
)
def test_what_people_write_is_stored_in_one_spelling(
    kind: str, rules: dict[str, Any], written: str, stored: str
) -> None:
    assert spelled(field(kind, **rules), written) == stored
    assert spelled(field(kind, **rules), stored) == stored


@pytest.mark.parametrize(
    ("kind", "rules", "written", "told"),
    [
        ("text", {"longest": 3}, "abcd", "4 characters, at most 3 are taken"),
        ("text", {}, "a" * 2001, "2001 characters, at most 2000 are taken"),
        ("text", {"pattern": "[A-Z]{2}"}, "ABC", "is not of the form [A-Z]{2}"),
        ("integer", {}, "12.5", "is no whole number: write digits only"),
        ("integer", {}, "9" * 17, "is no whole number: write digits only"),
        ("integer", {}, str(2**53), "is no whole number: write digits only"),
        ("integer", {}, str(-(2**53)), "is no whole number: write digits only"),
        ("integer", {"at_least": 3}, "2", "2 is less than 3"),
        ("money", {"at_most": 3}, "4", "4 is more than 3"),
        ("date", {}, "1984-02-30", "'1984-02-30' is no date: write it like \"1984-11-02\""),
        ("date", {"earliest": "2000-01-01"}, "1999-12-31", "1999-12-31 is before 2000-01-01"),
        ("date", {"latest": "2000-01-01"}, "2000-01-02", "2000-01-02 is after 2000-01-01"),
        ("choice", {"choices": ["fibre", "cable"]}, "vdsl", "'vdsl' is not one of fibre, cable"),
        ("phone", {}, "12", "is no phone: not in use"),
        ("mail", {}, "negar", "is no email: form"),
        ("yes_no", {}, "maybe", "write yes or no"),
    ],
)
def test_what_can_not_be_taken_is_told_with_the_field(
    kind: str, rules: dict[str, Any], written: str, told: str
) -> None:
    for label, name in (("Her field", "Her field"), (None, "f")):
        with pytest.raises(InvalidError) as refused:
            spelled(field(kind, label=label, **rules), written)
        assert (str(refused.value), refused.value.field) == (f"{name}: {told}", "fields.f")


@given(st.sampled_from(["text", "integer", "money", "date", "phone", "mail", "yes_no"]), st.text(max_size=30))
def test_whatever_is_written_is_refused_or_spelled_for_good(kind: str, written: str) -> None:
    try:
        stored = spelled(field(kind), written)
    except InvalidError:
        return
    assert spelled(field(kind), stored) == stored


def test_a_profile_has_the_fields_of_where_the_customer_stands() -> None:
    policy = parse_path_policy(FIELDS + REST)
    assert [one.name for one in fields_of(policy, SOMEBODY)] == ["city", "phone2"]
    assert field_named(policy, COMPANY, "tax").name == "tax"
    with pytest.raises(InvalidError, match="no profile field 'tax'; there are city, phone2"):
        field_named(policy, SOMEBODY, "tax")


@pytest.mark.parametrize("stands", ["value_tier", "segment", "stage"])
def test_a_field_may_belong_to_a_tier_a_segment_or_a_stage(stands: str) -> None:
    name = {"value_tier": "high", "segment": "loyal", "stage": "lapsed"}[stands]
    tables = (
        f'[[value_tiers]]\nname = "high"\nwhen = {{ contacts = {{ below = 1 }} }}\n[[segments]]\nname = "loyal"\n{REST}'
    )
    policy = parse_path_policy(f'[[fields]]\nname = "f"\ntype = "text"\n{stands} = "{name}"\n{tables}')
    where = {"value_tier": "value_tier", "segment": "named", "stage": "lifecycle_stage"}[stands]
    assert [one.name for one in fields_of(policy, SOMEBODY._replace(**{where: name}))] == ["f"]
    assert fields_of(policy, SOMEBODY) == []
    with pytest.raises(InvalidError) as refused:
        field_named(policy, SOMEBODY, "f")
    told = "this customer has no profile field 'f'; there are none: define them in the path policy"
    assert (str(refused.value), refused.value.field) == (told, "fields.f")


def test_it_is_complete_when_all_that_is_required_of_it_is_known() -> None:
    policy = parse_path_policy(FIELDS + REST)
    half = completeness(policy, COMPANY, {"city": "Shiraz", "phone2": "1"})
    assert (half.required, half.filled, half.missing, half.share) == (2, 1, ("tax",), 0.5)
    assert completeness(policy, COMPANY, {"city": "", "tax": "1"}).missing == ("city",)
    whole = completeness(policy, SOMEBODY, {"city": "Shiraz"})
    assert (whole.share, whole.missing) == (1.0, ())
    assert completeness(parse_path_policy(REST), SOMEBODY, {}).share == 1.0
