"""In which time zone a phone is, as far as its number says."""

from functools import cache

from phonenumbers import COUNTRY_CODE_TO_REGION_CODE, NumberParseException, parse
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number
from phonenumbers.tzdata import TIMEZONE_DATA

from hub.domain.customer.spelling.phones import is_proper


def zones_of_phone(e164: str) -> tuple[str, ...]:
    """IANA names of all time zones a number may be in, by the public numbering plans; none: nobody can say. Most
    numbers of large countries may be in several, a mobile phone's in all of its country's."""
    number = e164.partition(";")[0]
    for end in (2, 3, 4):
        everywhere = _everywhere_in(number[1:end])
        if everywhere and is_proper(number):
            return everywhere
    try:
        zones = time_zones_for_number(parse(number))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != UNKNOWN_TIMEZONE)


@cache
def _everywhere_in(code: str) -> tuple[str, ...]:
    """The zones of all numbers with this country code, where they are the same for all; none: they are not, or there is
    no such code."""
    if not code.isdecimal() or int(code) not in COUNTRY_CODE_TO_REGION_CODE or code not in TIMEZONE_DATA:
        return ()
    zones = {tuple(found) for prefix, found in TIMEZONE_DATA.items() if prefix.startswith(code)}
    return tuple(zone for zone in zones.pop() if zone != UNKNOWN_TIMEZONE) if len(zones) == 1 else ()
