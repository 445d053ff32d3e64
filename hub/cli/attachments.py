"""`hub attachments`: the files that came with contacts."""

import click

from hub.cli.output import JSON, show
from hub.settings import load


@click.group()
def attachments() -> None:
    """Files that came with contacts, or leave with them."""


@attachments.command()
@click.option(
    "--days", type=int, default=10, show_default=True, help="Only what nobody brought for so long, 8 at least."
)
@click.option("--pretend", is_flag=True, help="Only count what would be gone.")
@JSON
def sweep(days: int, pretend: bool, as_json: bool) -> None:
    """Remove files that nothing names any more: of who was forgotten, of what is kept no longer, and those that were
    brought and never used. Beside a hub, running or not."""
    from hub.operations.attachments import sweep_attachments

    done = sweep_attachments(load(), days, pretend=pretend)
    if as_json:
        show({"pretend": pretend, **done.as_json()}, as_json)
    else:
        gone = "would be removed" if pretend else "removed"
        click.echo(f"{done.removed:,} files ({done.bytes:,} bytes) {gone}; {done.kept:,} of that age are in use")
