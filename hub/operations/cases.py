"""The list of cases, beside a hub, running or not: from the views, so that nothing personal is in it."""

import sqlite3
from contextlib import closing
from dataclasses import asdict
from typing import Any

from hub.clock import WallClock
from hub.domain.errors import NotFoundError
from hub.operations.read_models import ViewsFileError
from hub.projections.cases import CaseRow, Wanted, cases
from hub.projections.views import open_views
from hub.settings import Settings


def listed_cases(
    settings: Settings, *, owner: str | None = None, department: str | None = None, overdue: bool, limit: int
) -> list[dict[str, Any]]:
    """Open cases, those that are due first come first. NotFoundError: there are no views yet; ViewsFileError: they
    can't be read."""
    if not settings.views_path.exists():
        raise NotFoundError(f"there are no read models in {settings.data_dir} yet: they are made at the first start")
    now = WallClock(settings.clock_start, settings.clock_speed).now()
    wanted = Wanted(is_open=True, owner=owner, department=department, overdue_at=now if overdue else None)
    try:
        with closing(open_views(settings.views_path)) as views:
            found = cases(views, wanted, limit)
    except sqlite3.Error as error:
        raise ViewsFileError(
            f"{settings.views_path}: {error}; start the hub once: it makes the views that this version needs"
        ) from error
    return [{**_row(one), "overdue": one.due_at is not None and one.due_at <= now} for one in found]


def _row(row: CaseRow) -> dict[str, Any]:
    told = asdict(row)
    for name in ("no", "resolved_at", "resolution"):
        del told[name]
    return told
