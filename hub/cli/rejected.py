"""`hub rejected`: contacts that could not be taken as they were."""

import click

from hub.cli.output import JSON, show
from hub.settings import load

LIMIT = click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")


@click.group(invoke_without_command=True)
@LIMIT
@JSON
@click.pass_context
def rejected(context: click.Context, limit: int, as_json: bool) -> None:
    """Contacts that could not be taken as they were: set aside with the reason, not lost. Alone, it lists them."""
    if context.invoked_subcommand is None:
        context.invoke(list_rejected, limit=limit, as_json=as_json)
    else:
        context.default_map = {"list": {"limit": limit, "as_json": as_json}}


@rejected.command("list")
@LIMIT
@JSON
def list_rejected(limit: int, as_json: bool) -> None:
    """Rejected contacts, the oldest first, each with its number, reason and raw bytes."""
    from hub.operations.rejected import list_rejected as run

    show({"rejected": run(load(), limit)}, as_json)


@rejected.command()
@click.argument("sequences", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Put all of them back.")
def retry(sequences: tuple[int, ...], everything: bool) -> None:
    """Put rejected contacts back where they came in. What an adapter refused is given to it once more, and is gone from
    here once it has taken it in."""
    from hub.operations.rejected import retry_rejected as run

    if bool(sequences) == everything:
        raise click.UsageError("name the numbers to put back, or --all")
    click.echo(f"{run(load(), None if everything else sequences)} put back")


@rejected.command()
@click.argument("sequence", type=int)
def raw(sequence: int) -> None:
    """The bytes of one, as they came: a mail that could not be read, a message that could not be understood."""
    from hub.operations.rejected import raw_bytes

    click.echo(raw_bytes(load(), sequence), nl=False)
