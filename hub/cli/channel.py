"""`hub channel`: the adapters that carry phone calls, mails and messages."""

import sys

import click

from hub.settings import load


@click.group()
def channel() -> None:
    """Channel adapters: each carries one channel between its wire and the hub."""


@channel.command()
@click.argument("name")
def run(name: str) -> None:
    """Run adapter NAME, as its table in channels.toml says, until it is told to stop (Ctrl-C, SIGTERM)."""
    from hub.channels.running import run_adapter

    sys.exit(run_adapter(load(), name))


@channel.command()
def users() -> None:
    """The `authorization` of a NATS of your own: the hub with the password in NATS_PASSWORD, and each adapter with its
    key, which is in keys/bus in the data directory."""
    from hub.operations.bus_users import bus_users

    click.echo(bus_users(load()), nl=False)
