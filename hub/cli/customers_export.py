"""`hub customers export` and `hub customers readings`: all that is stored about a customer, and who read it."""

import os
import sys
from pathlib import Path

import click

from hub.cli.output import JSON, show, show_table
from hub.settings import load


@click.command()
@click.argument("customer_id")
@click.option("--out", type=click.Path(dir_okay=False, path_type=Path), help="Into this file, for its owner alone.")
@click.option("--json", "as_json", is_flag=True, help="Exactly one JSON object; else Markdown for people to read.")
def export(customer_id: str, out: Path | None, as_json: bool) -> None:
    """All that is stored about a customer: who they are, every fact of theirs, their interactions with all that
    happened to them, and who read it. Any id that ever stood for them will do."""
    from hub.operations.export import export_customer

    if out is None:
        export_customer(load(), customer_id, sys.stdout.buffer, is_json=as_json)
        sys.stdout.buffer.flush()
        return
    with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        export_customer(load(), customer_id, file, is_json=as_json)
    click.echo(f"{customer_id}: {out}", err=True)


@click.command()
@click.argument("customer_id")
@JSON
def readings(customer_id: str, as_json: bool) -> None:
    """Who read a customer's personal data, when, what of it, and for which interaction; the oldest first."""
    from hub.operations.readings import customer_readings

    found = customer_readings(load(), customer_id)
    if as_json:
        show({"readings": found}, as_json)
    else:
        show_table(found)
