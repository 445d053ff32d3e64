"""Reports over HTTP: figures told apart as one likes, each with its definition, as JSON or as a table."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from fastapi import Query
from pydantic import AwareDatetime, BaseModel, create_model
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import SupervisorCall
from hub.api.errors import PROBLEMS
from hub.api.report_table import as_csv
from hub.api.routes import Routes
from hub.api.rows import told
from hub.domain.errors import InvalidError
from hub.projections.agent_names import names_of
from hub.projections.formulas import ServiceLevelVariant
from hub.projections.measures.measure import Unit
from hub.projections.metrics_columns import DIMENSIONS
from hub.projections.report_measures import MEASURES
from hub.projections.reports import Grain, Question

router = Routes("reports")


class By(StrEnum):
    """What rows are told apart by."""

    QUARTER = "15m"
    HOUR = "1h"
    DAY = "1d"
    QUEUE = "queue"
    AGENT = "agent"
    SEGMENT = "segment"
    TIER = "tier"
    STAGE = "stage"
    CHANNEL = "channel"


class Definition(BaseModel):
    """A figure of reports: its formula in words."""

    slug: str
    unit: Unit
    name_en: str
    name_fa: str
    formula_en: str
    formula_fa: str


class Definitions(BaseModel):
    """Every figure of reports, in the order of their columns."""

    measures: list[Definition]


_FIGURES: dict[str, Any] = {one.slug: (int | None if one.unit is Unit.COUNT else float | None, ...) for one in MEASURES}
_TOLD: dict[str, Any] = dict.fromkeys(DIMENSIONS, (str | None, ...))
ReportRow = create_model(
    "ReportRow",
    __doc__="A row: what it is told apart by (else null), and its figures; null: nothing to take it of, or it can't be"
    " told apart like this.",
    start=(datetime | None, ...),
    end=(datetime | None, ...),
    **_TOLD,
    service_level_variant=(ServiceLevelVariant, ...),
    **_FIGURES,
)


class Report(BaseModel):
    """Rows by interval, then by what they are told apart by; `total`: the same of all of them. `names`: what the agents
    of the rows are called, by id."""

    start: datetime
    end: datetime | None
    time_zone: str
    by: list[By]
    rows: list[ReportRow]
    total: ReportRow
    names: dict[str, str]


_Names = Annotated[list[str], Query(max_length=200)]


@router.get("/v1/reports/definitions", summary="What the figures of reports mean", responses=told(Definitions))
async def definitions(_: SupervisorCall) -> Response:
    """Of each: unit, name and formula in English and Persian. docs/metrics.md says the same at length."""
    return answer({"measures": [Definition.model_validate(one, from_attributes=True).model_dump() for one in MEASURES]})


@router.get(
    "/v1/reports",
    summary="Figures by interval, queue, agent, channel, segment, tier, stage",
    responses={200: {"model": Report, "content": {"text/csv": {"schema": {"type": "string"}}}}, **PROBLEMS},
)
async def report(
    call: SupervisorCall,
    start: Annotated[
        AwareDatetime | None, Query(alias="from", description="First moment; today's midnight unless given")
    ] = None,
    end: Annotated[AwareDatetime | None, Query(alias="to", description="First moment after")] = None,
    by: Annotated[list[By], Query(description="May be repeated; at most one interval")] = [],  # noqa: B006
    queue: _Names = [],  # noqa: B006
    agent: _Names = [],  # noqa: B006
    channel: _Names = [],  # noqa: B006
    segment: _Names = [],  # noqa: B006
    tier: _Names = [],  # noqa: B006
    stage: _Names = [],  # noqa: B006
    time_zone: Annotated[str, Query(description="Of days and hours; empty: the routing policy's")] = "",
    form: Annotated[Literal["json", "csv"], Query(alias="format")] = "json",
    language: Annotated[Literal["en", "fa"], Query(description="Of a table's headings")] = "en",
) -> Response:
    """What was queued in the intervals that begin in [from, to), counted as `GET /v1/metrics` counts: sums of rows are
    its sums. `format=csv` is a table for spreadsheets (UTF-8 with a mark, RFC 4180)."""
    zone_name = time_zone or call.services.time_zone()
    zone = _zone(zone_name)
    now = call.services.clock.now().astimezone(zone)
    begin = start or now.replace(hour=0, minute=0, second=0, microsecond=0)
    if end and end <= begin:
        raise InvalidError("'to' is not after 'from', which is midnight of today unless given", "to")
    grains = [Grain(one.value) for one in by if one.value in _GRAINS]
    if len(set(grains)) > 1:
        raise InvalidError("a report has intervals of one length: 15m, 1h or 1d", "by")
    only = {"queue": queue, "agent": agent, "channel": channel, "segment": segment, "tier": tier, "stage": stage}
    asked = Question(
        begin, end, [one.value for one in by], grains[0] if grains else None, zone,
        {name: values for name, values in only.items() if values},
    )  # fmt: skip
    rows, total = await call.services.views.report(asked)
    agents = {row["agent"] for row in rows if row["agent"]}
    names = await call.services.views.read(lambda views: names_of(views, agents)) if agents else {}
    if form == "csv":
        return as_csv(rows, [one.value for one in by], language, zone, names)
    told = {"start": begin, "end": end, "time_zone": zone_name, "by": by, "rows": rows, "total": total, "names": names}
    return answer(told)


_GRAINS = {one.value for one in Grain}


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise InvalidError(f"{name!r} is no time zone: Asia/Tehran is one", "time_zone") from None
