"""`hub keys`: API keys, and the key that customers' keys are kept under."""

import click

from hub.cli.output import JSON, show
from hub.domain.access.events import Role
from hub.settings import load


@click.group()
def keys() -> None:
    """API keys, and the key that customers' keys are kept under."""


@keys.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="Whose key it is, for the list.")
@click.option("--agent", default="", help="Bind an agent's key to this agent.")
@JSON
def create(role: str, name: str, agent: str, as_json: bool) -> None:
    """Make a key; it is shown this once and stored only as a hash. A hub that runs here takes it by then."""
    from hub.operations.access import issue_key

    show(issue_key(load(), Role(role), name, agent), as_json)


@keys.command("list")
@JSON
def list_keys(as_json: bool) -> None:
    """Every key that was made."""
    from hub.operations.access import list_keys as run

    show({"keys": run(load())}, as_json)


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """A key is good no longer: a tenth of a second later at most, in every hub that runs."""
    from hub.operations.access import revoke_key

    revoke_key(load(), key_id)
    click.echo(f"{key_id}: revoked")


@keys.command()
@JSON
def rotate(as_json: bool) -> None:
    """Change the key that customers' keys are kept under (keys/key-encryption.key), whether a hub runs or not. Events
    stay as they are. Broken off, it goes on where it was when it is run again. Back both files up afterwards."""
    from hub.operations.personal import change_key_encryption

    changed = change_key_encryption(load())
    if as_json:
        show({"customers": changed}, as_json)
    else:
        click.echo(f"the keys of {changed} customers are kept under a new key: back up keys/ now")
