"""`hub projections`: how far the read models are, and making one anew."""

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
    from hub.operations.read_models import rebuild_projection

    click.echo(f"{name}: rebuilt up to log position {rebuild_projection(load(), name)}")
