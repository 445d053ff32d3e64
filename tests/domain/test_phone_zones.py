"""In which time zone a phone is: quickly told where a whole country is in one, and just as the library says."""

import pytest
from phonenumbers import (
    SUPPORTED_REGIONS,
    PhoneNumberFormat,
    PhoneNumberType,
    example_number_for_type,
    format_number,
    parse,
)
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number

from hub.domain.customer.spelling.zones import zones_of_phone


def examples() -> list[str]:
    """A number of each kind of each country."""
    kinds = PhoneNumberType.values()
    found = (example_number_for_type(region, kind) for region in sorted(SUPPORTED_REGIONS) for kind in kinds)
    return sorted({format_number(number, PhoneNumberFormat.E164) for number in found if number is not None})


def by_library(e164: str) -> tuple[str, ...]:
    return tuple(zone for zone in time_zones_for_number(parse(e164)) if zone != UNKNOWN_TIMEZONE)


def test_numbers_of_all_countries_are_where_the_numbering_plans_say():
    numbers = examples()
    assert len(numbers) > 900
    shortened = [number[:-1] for number in numbers] + [f"{number}1" for number in numbers]
    wrong = [one for one in (*numbers, *shortened) if zones_of_phone(one) != by_library(one)]
    assert wrong == []


@pytest.mark.parametrize(
    ("number", "zones"),
    [
        ("+989121234567", ("Asia/Tehran",)),
        ("+989121234567;ext=12", ("Asia/Tehran",)),
        ("+98912", ()),
        ("+982100000000000", ()),
        ("+12125550123", ("America/New_York",)),
        ("+999123456789", ()),
        ("nonsense", ()),
    ],
)
def test_a_number_says_where_it_is(number: str, zones: tuple[str, ...]):
    assert zones_of_phone(number) == zones
