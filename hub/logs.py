"""What the hub says of itself while it runs: one line an event, on stderr, for people or for machines."""

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO

from pythonjsonlogger.json import JsonFormatter

from hub.settings import Settings

_FOREIGN = ("uvicorn", "uvicorn.error", "uvicorn.access", "nats", "asyncio", "eventsourcing")
_OWN_FIELDS = frozenset(logging.makeLogRecord({}).__dict__) | {"message", "asctime", "taskName", "color_message"}


class TextFormatter(logging.Formatter):
    """`time LEVEL logger: message key=value …`, the values being what the call gave as `extra`."""

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return _moment(record).isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802
        line = f"{record.asctime} {record.levelname:<7} {record.name}: {record.message}"
        fields = " ".join(f"{name}={value}" for name, value in _extra(record).items())
        return f"{line} {fields}" if fields else line

    def usesTime(self) -> bool:  # noqa: N802
        return True


class _JsonLines(JsonFormatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002, N802
        return _moment(record).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def formatter(form: str) -> logging.Formatter:
    """The formatter for `json` (one object a line: time, level, logger, message, extras) or `text`."""
    if form == "json":
        return _JsonLines(
            "%(asctime)s %(levelname)s %(name)s %(message)s",
            rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
            reserved_attrs=list(_OWN_FIELDS),
        )
    return TextFormatter()


def configure(settings: Settings, stream: TextIO | None = None) -> None:
    """Send every logger of the process, libraries included, to `stream` (stderr) in the settings' format and level.
    May be called again: the last call counts. Requests are logged at level `debug` only."""
    level = logging.getLevelNamesMapping()[settings.log_level.upper()]
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(formatter(settings.log_format))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in _FOREIGN:
        foreign = logging.getLogger(name)
        foreign.handlers.clear()
        foreign.propagate = True
        foreign.setLevel(max(level, logging.INFO))
    # It tells the path of each WebSocket, and some are secrets.
    logging.getLogger("uvicorn.error").setLevel(max(level, logging.WARNING))
    access = logging.getLogger("uvicorn.access")
    access.setLevel(logging.INFO if level <= logging.DEBUG else logging.WARNING)
    access.filters.clear()
    access.addFilter(WithoutQuery())
    logging.captureWarnings(capture=True)


class WithoutQuery(logging.Filter):
    """Requests are logged without what was asked for: a query may hold somebody's number."""

    def filter(self, record: logging.LogRecord) -> bool:
        if isinstance(record.args, tuple):
            record.args = tuple(
                one.partition("?")[0] if isinstance(one, str) and one.startswith("/") else one for one in record.args
            )
        return True


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {name: value for name, value in record.__dict__.items() if name not in _OWN_FIELDS}


def _moment(record: logging.LogRecord) -> datetime:
    return datetime.fromtimestamp(record.created, UTC)
