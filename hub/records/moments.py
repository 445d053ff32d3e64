"""When a record says that something was so: its columns with times, in the zone of the file."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from hub.tables.moments import timestamp_reader
from hub.tables.rows import BadValueError, Cells
from hub.tables.sources import TimeSource

_REMEMBERED = 10_000


def whole_moment(source: TimeSource | None) -> TimeSource | None:
    """The source, if its texts hold a date. Raises ValueError."""
    if source is not None and source.is_time_of_day:
        raise ValueError(f"{source.format!r} holds no date: a record needs the day too")
    return source


def moment_reader(
    source: TimeSource | None, zone: ZoneInfo, index: Mapping[str, int]
) -> Callable[[Cells], datetime | None]:
    """Reads the moment (UTC) a column says from the cells of a row; None: it says none. The reader raises
    BadValueError."""
    if source is None:
        return lambda _cells: None
    place, column, form, none = index[source.column], source.column, source.format, frozenset(source.none)
    seconds = timestamp_reader(form, zone)
    moment = lru_cache(_REMEMBERED)(lambda text: datetime.fromtimestamp(seconds(text), UTC))

    def read(cells: Cells) -> datetime | None:
        text = cells[place].strip()
        if not text or text in none:
            return None
        try:
            return moment(text)
        except (ValueError, OverflowError, OSError):
            raise BadValueError(column, f"impossible time {text!r}, wanted as {form}") from None

    return read
