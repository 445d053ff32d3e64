"""Whom a campaign asks about: the rows of a file, or who stands in a segment of the path policy."""

import csv
import re
from collections.abc import Iterator
from pathlib import Path

from hub.application.paths.bulk import Refusal, Row
from hub.domain.customer.events import CustomerForgotten, SegmentChanged
from hub.domain.errors import InvalidError, NotFoundError
from hub.journal.journal import EventJournal

CUSTOMER_ID, ACCOUNT_ID = "customer_id", "account_id"
_IDS = {CUSTOMER_ID: re.compile(r"customer-[0-9a-f]{32}"), ACCOUNT_ID: re.compile(r"account-[0-9a-f]{32}|")}
_READ_AT_ONCE = 100_000
"""Places of the log."""


def rows_of(file: Path) -> Iterator[Row | Refusal]:
    """Of a CSV file with a header, that has a column `customer_id`, and `account_id` where they are asked about for an
    account; other columns say nothing here. Rows count from 1, without the header. Raises InvalidError for a file that
    can't be read so."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        lines = csv.DictReader(text, strict=True)
        try:
            if CUSTOMER_ID not in (lines.fieldnames or ()):
                raise InvalidError(f"{file}: its first line names no column {CUSTOMER_ID}", "file")
            for number, cells in enumerate(lines, 1):
                yield _row(number, cells)
        except (csv.Error, UnicodeDecodeError) as error:
            raise InvalidError(
                f"{file}, after line {lines.line_num}: {error}; write it as CSV in UTF-8", "file"
            ) from None


def _row(number: int, cells: dict[str, str | None]) -> Row | Refusal:
    told = {name: (cells.get(name) or "").strip() for name in _IDS}
    for name, pattern in _IDS.items():
        if not pattern.fullmatch(told[name]):
            what = f"is no id of {name.removesuffix('_id')}s" if told[name] else "is blank"
            return Refusal(number, name, f"{what}: ids are those that `hub customers` and the API tell")
    return Row(number, told[CUSTOMER_ID], told[ACCOUNT_ID])


async def members_of(journal: EventJournal, segment: str) -> list[str]:
    """The streams that stand in this segment, as the log says; who was forgotten stands nowhere. Raises NotFoundError
    where nobody ever did."""
    found: dict[str, bool] = {}
    after, head = 0, await journal.head()
    while after < head:
        upto = min(head, after + _READ_AT_ONCE)
        for one in await journal.scan(after, upto, (SegmentChanged, CustomerForgotten)):
            event = one.event
            if isinstance(event, SegmentChanged) and event.policy and event.named == segment:
                found[one.stream] = True
            elif one.stream in found and (isinstance(event, CustomerForgotten) or _left(event)):
                found[one.stream] = False
        after = upto
    if not found:
        raise NotFoundError(
            f"nobody ever stood in a segment {segment!r}: the path policy's [[segments]] have the names"
        )
    return [stream for stream, stands in found.items() if stands]


def _left(event: object) -> bool:
    return isinstance(event, SegmentChanged) and bool(event.policy)
