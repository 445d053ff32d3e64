"""`hub customers`: what is done about who somebody is; and the change of the key that their keys are kept under."""

import click

from hub.cli_output import JSON, show
from hub.settings import load


@click.group()
def customers() -> None:
    """Who the customers are."""


@customers.command()
@click.argument("customer_id")
@click.option("--reason", required=True, help="Why, in words that name nobody: they stay on record.")
@JSON
def forget(customer_id: str, reason: str, as_json: bool) -> None:
    """Forget a customer for ever, whether a hub runs or not: name, identifiers, addresses and words can be read by
    nobody any more. What happened stays on record, and every count."""
    from hub.personal_operations import forget_customer  # noqa: PLC0415

    forgot = forget_customer(load(), customer_id, reason)
    if as_json:
        show(forgot.as_json(), as_json)
    else:
        click.echo(f"{customer_id}: {'forgotten' if forgot.streams else 'was forgotten already'}")


@click.command()
@JSON
def rotate(as_json: bool) -> None:
    """Change the key that customers' keys are kept under (keys/key-encryption.key), whether a hub runs or not. Events
    stay as they are. Broken off, it goes on where it was when it is run again. Back both files up afterwards."""
    from hub.personal_operations import change_key_encryption  # noqa: PLC0415

    changed = change_key_encryption(load())
    if as_json:
        show({"customers": changed}, as_json)
    else:
        click.echo(f"the keys of {changed} customers are kept under a new key: back up keys/ now")
