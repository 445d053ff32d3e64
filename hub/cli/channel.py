"""`hub channel`: the adapters that carry phone calls, mails and messages."""

import sys
from typing import IO

import click

from hub.collecting import importing
from hub.settings import load


@click.group()
def channel() -> None:
    """Channel adapters: each carries one channel between its wire and the hub."""


@channel.command()
@click.argument("name")
def run(name: str) -> None:
    """Run adapter NAME, as its table in channels.toml says, until it is told to stop (Ctrl-C, SIGTERM)."""
    with importing():
        from hub.channels.running import run_adapter

    sys.exit(run_adapter(load(), name))


@channel.command()
def users() -> None:
    """The `authorization` of a NATS of your own: the hub with the password in NATS_PASSWORD, and each adapter with its
    key, which is in keys/bus in the data directory."""
    from hub.operations.bus_users import bus_users

    click.echo(bus_users(load()), nl=False)


@channel.command()
@click.argument("name", required=False)
@click.option("--channel", "channel_", help="The bus user of an adapter of yours: a channel's name.")
@click.option("--drive", help="The program that starts an adapter of yours and plays its customers.")
@click.option("--rule", "rules", multiple=True, help="Only this rule, by its name; may be given several times.")
def check(name: str | None, channel_: str | None, drive: str | None, rules: tuple[str, ...]) -> None:
    """Try what every adapter must do: on NAME, that comes with the hub, or on yours in any language by --channel and
    --drive. With a bus of its own, in a directory that is removed in the end. Exit code 1 where a rule is broken."""
    from hub.simulated.contract.check import Result, check_by_command, check_shipped

    def told(result: Result) -> None:
        outcome = "BROKEN" if result.seen else "left  " if result.left_out else "kept  "
        click.echo(f"{outcome} {result.rule.name}: {result.rule.says}")
        if result.seen or result.left_out:
            click.echo(f"       {result.seen or f'not tried: {result.left_out}'}")

    if name is not None and channel_ is None and drive is None:
        sys.exit(0 if check_shipped(name, told, rules) else 1)
    if name is not None or channel_ is None or drive is None:
        raise click.UsageError("name an adapter that comes with the hub, or give --channel and --drive of yours")
    sys.exit(0 if check_by_command(channel_, drive, told, rules) else 1)


@channel.command("check-mapping")
@click.argument("mapping")
@click.option("--request", "file", type=click.File("rb"), help="A request of the provider: say what is made of it.")
def check_mapping(mapping: str, file: IO[bytes] | None) -> None:
    """Check MAPPING, a file for the adapter of messengers or the name of one that comes with the hub: what is wrong is
    told with its row and field. Exit code 1 where anything is."""
    from hub.channels.messaging_webhooks.mapping import read_mapping
    from hub.channels.messaging_webhooks.trying import tried
    from hub.clock import WallClock

    read = read_mapping(mapping)
    click.echo(f"{mapping} is in order")
    for line in tried(read, file.read(), WallClock().now()) if file is not None else ():
        click.echo(line)


@channel.command()
def asyncapi() -> None:
    """The subjects and messages that adapters and the hub exchange, as an AsyncAPI 3 document."""
    from hub.operations.asyncapi import as_yaml
    from hub.operations.asyncapi import asyncapi as document

    click.echo(as_yaml(document()), nl=False)
