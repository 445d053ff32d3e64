"""When something happened, as the columns of a table tell it."""

from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hub.tables.sources import read_moment

YEARS = range(1900, 2200)


def known_zone(name: str) -> str:
    """The name, if there is such a time zone. Raises ValueError."""
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"there is no time zone {name!r}: write one like 'Asia/Jerusalem' or 'UTC'") from None
    return name


def timestamp_reader(form: str, zone: ZoneInfo) -> Callable[[str], float]:
    """Reads texts of this format as seconds since 1970; those without an offset are of the zone. The reader raises
    ValueError, OverflowError or OSError."""
    earliest = datetime(YEARS.start, 1, 1, tzinfo=UTC).timestamp()
    latest = datetime(YEARS.stop, 1, 1, tzinfo=UTC).timestamp()

    def seconds(text: str) -> float:
        if form in ("epoch", "epoch_ms"):
            return float(text) / (1000 if form == "epoch_ms" else 1)
        moment = read_moment(text, form)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).timestamp()

    def read(text: str) -> float:
        moment = seconds(text)
        if not earliest <= moment < latest:
            raise ValueError("too early or too late to be meant")
        return moment

    return read
