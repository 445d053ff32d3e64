"""How commands print what they found: one JSON object for programs, tables for people."""

import json
from datetime import datetime
from typing import Any

import click

JSON = click.option("--json", "as_json", is_flag=True, help="Print exactly one JSON object.")


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
