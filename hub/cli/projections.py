"""`hub projections`: how far the read models are, and making one anew."""

import sys

import click

from hub.cli.output import JSON, show
from hub.settings import load


@click.group()
def projections() -> None:
    """The read models."""


@projections.command("list")
@JSON
def list_projections(as_json: bool) -> None:
    """Each read model and the log position it shows."""
    from hub.operations.read_models import projection_positions

    show(projection_positions(load()), as_json)


@projections.command()
@click.argument("name")
def rebuild(name: str) -> None:
    """Throw a read model away and make it anew from the log, while no hub runs in the data directory."""
    from rich.console import Console
    from rich.progress import Progress

    from hub.operations.read_models import rebuild_projection

    with Progress(console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(f"rebuilding {name}", total=None)
        settings, told = load(), lambda done, end: progress.update(task, completed=done, total=end)
        position = rebuild_projection(settings, name, told)
    click.echo(f"{name}: rebuilt up to log position {position}")
