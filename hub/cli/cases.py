"""`hub cases`: what has to be settled, by when, and whose it is."""

import click

from hub.cli.output import JSON, show, show_table
from hub.settings import load

_SHOWN = ("case_id", "kind", "severity", "owner", "due_at", "overdue", "open_tasks")


@click.command()
@click.option("--owner", help="Only this agent's; empty: those that nobody has.")
@click.option("--department", help="Only those with an open task there.")
@click.option("--overdue", is_flag=True, help="Only those whose time is over.")
@click.option("--limit", type=click.IntRange(1, 10_000), default=100, show_default=True)
@JSON
def cases(owner: str | None, department: str | None, overdue: bool, limit: int, as_json: bool) -> None:
    """Open cases, those that are due first come first, whether a hub runs or not; without what is personal."""
    from hub.operations.cases import listed_cases

    found = listed_cases(load(), owner=owner, department=department, overdue=overdue, limit=limit)
    if as_json:
        show({"cases": found}, as_json)
        return
    rows = [{name: one[name] for name in _SHOWN} for one in found]
    for row in rows:
        row["open_tasks"] = ", ".join(f"{department} {number}" for department, number in row["open_tasks"].items())
    show_table(rows)
