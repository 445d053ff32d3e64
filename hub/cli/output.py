"""How commands print what they found: one JSON object for programs, tables for people."""

import json
import os
import sys
from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click
from rich.console import Console, RenderableType
from rich.table import Table

JSON = click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object.")


WIDE = 1_000
"""As wide as a page is that goes into a file or another program: nothing in it is folded there."""


def show_page(page: RenderableType) -> None:
    """For a person; what others wrote is shown as it is, not as markup."""
    if sys.stdout.isatty() or "COLUMNS" in os.environ:
        Console(highlight=False, markup=False).print(page)
        return
    console = Console(highlight=False, markup=False, width=WIDE)
    with console.capture() as text:
        console.print(page)
    click.echo("\n".join(line.rstrip() for line in text.get().splitlines()))


def page_table(heads: Iterable[str]) -> Table:
    """Without lines; what is too long goes on below, and is never cut."""
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for head in heads:
        table.add_column(head, overflow="fold")
    return table


def show(result: dict[str, Any], as_json: bool) -> None:
    """One JSON object; or for a person lists as tables and the rest by name."""
    if as_json:
        click.echo(json.dumps(result, default=str))
        return
    for name, value in result.items():
        if isinstance(value, list):
            show_table(value)
        else:
            click.echo(f"{name.replace('_', ' '):>16}  {_cell(value)}")


def show_table(rows: list[dict[str, Any]]) -> None:
    """Columns as wide as need be; `none` where there is no row."""
    if not rows:
        click.echo("none")
        return
    columns = list(rows[0])
    cells = [
        [column.replace("_", " ") for column in columns],
        *([_cell(row[column]) for column in columns] for row in rows),
    ]
    widths = [max(len(line[at]) for line in cells) for at in range(len(columns))]
    for line in cells:
        click.echo("  ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)).rstrip())


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)
