"""In which time zone a phone is, as far as its number says."""

from phonenumbers import NumberParseException, parse
from phonenumbers.timezone import UNKNOWN_TIMEZONE, time_zones_for_number


def zones_of_phone(e164: str) -> tuple[str, ...]:
    """IANA names of all time zones a number may be in, by the public numbering plans; none: nobody can say. Most
    numbers of large countries may be in several, a mobile phone's in all of its country's."""
    try:
        zones = time_zones_for_number(parse(e164.partition(";")[0]))
    except NumberParseException:
        return ()
    return tuple(zone for zone in zones if zone != UNKNOWN_TIMEZONE)
