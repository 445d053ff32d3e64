"""A report as a table for spreadsheets: UTF-8 with a mark, RFC 4180, and nothing in it that a spreadsheet would run."""

import csv
import io
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from starlette.responses import Response

from hub.projections.metrics_columns import DIMENSIONS
from hub.projections.report_measures import MEASURES
from hub.projections.reports import Grain

_HEADINGS = {
    "en": {"start": "From", "end": "To", "queue": "Queue", "channel": "Channel", "segment": "Segment",
           "tier": "Value tier", "stage": "Lifecycle stage", "agent": "Agent", "agent_name": "Agent's name"},
    "fa": {"start": "از", "end": "تا", "queue": "صف", "channel": "کانال", "segment": "گروه مشتری",
           "tier": "سطح ارزش", "stage": "مرحلهٔ چرخهٔ عمر", "agent": "کارشناس", "agent_name": "نام کارشناس"},
}  # fmt: skip
_RUN = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet takes for the beginning of a formula."""


def as_csv(
    rows: Sequence[Mapping[str, Any]], by: Sequence[str], language: str, zone: tzinfo, agents: Mapping[str, str]
) -> Response:
    """The columns it is told apart by, then all figures. Moments are in the time zone of the report; `agents`: what
    they are called, by id."""
    names = ["start", "end"] * any(one in set(Grain) for one in by) + [one for one in DIMENSIONS if one in by]
    names += ["agent_name"] * ("agent" in by)
    words = _HEADINGS[language]
    out = io.StringIO()
    table = csv.writer(out)
    figures = [one.name_fa if language == "fa" else one.name_en for one in MEASURES]
    table.writerow([guarded(one) for one in [*(words[name] for name in names), *figures]])
    slugs = [one.slug for one in MEASURES]
    for row in rows:
        told = {**row, "agent_name": agents.get(row["agent"] or "", "")}
        table.writerow([_cell(told[name], zone) for name in [*names, *slugs]])
    headers = {"Content-Disposition": 'attachment; filename="report.csv"'}
    return Response("\ufeff" + out.getvalue(), media_type="text/csv; charset=utf-8", headers=headers)


def guarded(text: str) -> str:
    """A text that stays one: what would be a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_RUN) else text


def _cell(value: Any, zone: tzinfo) -> Any:
    match value:
        case datetime():
            return value.astimezone(zone).isoformat(timespec="minutes")
        case str():
            return guarded(value)
        case float():
            return round(value, 4)
        case _:
            return value
