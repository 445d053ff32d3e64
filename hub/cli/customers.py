"""`hub customers`: what is done about who somebody is."""

import click

from hub.cli.customers_duplicates import list_duplicates
from hub.cli.customers_export import export, readings
from hub.cli.customers_show import show_customer
from hub.cli.output import JSON, show
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
    from hub.operations.personal import forget_customer

    forgot = forget_customer(load(), customer_id, reason)
    if as_json:
        show(forgot.as_json(), as_json)
    else:
        click.echo(f"{customer_id}: {'forgotten' if forgot.streams else 'was forgotten already'}")


customers.add_command(export)
customers.add_command(readings)
customers.add_command(show_customer)
customers.add_command(list_duplicates)
