"""`hub retention`: what is kept no longer."""

import sys
from dataclasses import asdict

import click

from hub.cli.output import JSON, show, show_table
from hub.settings import load


@click.group()
def retention() -> None:
    """How long personal texts are kept: the `[retention]` table of the path policy."""


@retention.command()
@click.option("--dry-run", is_flag=True, help="Only count what would be gone.")
@JSON
def run(dry_run: bool, as_json: bool) -> None:
    """Take out what is kept no longer, whether a hub runs or not. A hub does it by itself once a day. A kind that can't
    be done holds up no other; the exit code is 1 then."""
    from hub.operations.retention import apply_retention

    done = apply_retention(load(), pretend=dry_run)
    if as_json:
        show({"dry_run": dry_run, "retention": [one.as_json() for one in done]}, as_json)
    elif not done:
        click.echo("everything is kept: the path policy has no [retention]")
    else:
        show_table([asdict(one) for one in done])
    sys.exit(1 if any(one.problem for one in done) else 0)
