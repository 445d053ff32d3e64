"""Reports over HTTP: what is asked is what the read models are asked, and a table holds no formula."""

import csv
import io
from datetime import UTC, datetime

import httpx
import pytest

from hub.api.report_table import guarded
from hub.api.reports import Report
from hub.projections.measures.measure import Unit
from hub.projections.report_measures import MEASURES
from hub.projections.reports import Grain
from tests.api.asking import says
from tests.api.world import World


async def test_a_report_is_asked_as_it_is_said(world: World, http: httpx.AsyncClient) -> None:
    told = await http.get(
        "/v1/reports?from=2026-01-01T00:00:00%2B03:30&to=2026-01-02T00:00:00Z&by=1d&by=queue&queue=a&queue=b&tier=gold"
        "&time_zone=Asia/Tehran"
    )
    Report.model_validate(told.json())
    [(asked,)] = world.views.asked
    assert (asked.by, asked.grain, str(asked.zone)) == (["1d", "queue"], Grain.DAY, "Asia/Tehran")
    assert asked.only == {"queue": ["a", "b"], "tier": ["gold"]}
    assert asked.start == datetime(2025, 12, 31, 20, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("by=1d&by=15m", "by"),
        ("by=moon", "by.0"),
        ("time_zone=Mars/Base", "time_zone"),
        ("time_zone=../etc/passwd", "time_zone"),
        ("from=2026-01-02T00:00:00Z&to=2026-01-02T00:00:00Z", "to"),
    ],
)
async def test_what_can_not_be_asked_is_said(http: httpx.AsyncClient, query: str, field: str) -> None:
    says(await http.get(f"/v1/reports?{query}"), 422, "invalid", field)


async def test_a_table_opens_in_a_spreadsheet_and_runs_nothing(http: httpx.AsyncClient) -> None:
    answer = await http.get("/v1/reports?format=csv&by=1h&by=queue&language=fa&time_zone=Asia/Tehran")
    assert answer.headers["content-type"] == "text/csv; charset=utf-8"
    text = answer.content.decode()
    assert text.startswith("\ufeffاز,تا,صف,")
    assert text.endswith("\r\n")
    heading, row = csv.reader(io.StringIO(text[1:]))
    assert len(heading) == len(row) == 3 + len(MEASURES)
    assert row[:3] == ["2026-01-05T15:30+03:30", "", "'=cmd()"]
    assert "1.2346" in row


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_text_is_a_formula(text: str) -> None:
    assert guarded(text) == f"'{text}"
    assert guarded(f"a{text}") == f"a{text}"


async def test_every_figure_is_defined_in_both_languages(http: httpx.AsyncClient) -> None:
    told = (await http.get("/v1/reports/definitions")).json()["measures"]
    assert [one["slug"] for one in told] == [one.slug for one in MEASURES]
    assert len({one["slug"] for one in told}) == len(told)
    for one in told:
        assert all(one[name] for name in ("name_en", "name_fa", "formula_en", "formula_fa"))
        assert one["unit"] in set(Unit)
        assert not one["name_fa"].isascii()
