"""`hub people`: who works here and may sign in."""

import sys

import click

from hub.cli.output import JSON, show
from hub.settings import load

STDIN = click.option("--password-stdin", is_flag=True, help="Read the password from standard input.")


@click.group()
def people() -> None:
    """Who works here and may sign in, whether a hub runs or not. WHO is a login or an id."""


@people.command()
@click.argument("login")
@click.option("--name", default="", help="What they are called; the login where it is left out.")
@click.option("--team", "teams", multiple=True, help="A team they are in: it gives them their role.")
@click.option("--agent-id", default="", help="The agent they act for.")
@click.option("--issuer", default="", help="The provider they sign in by.")
@click.option("--subject", default="", help="Who they are to the provider (`sub`); they need no password.")
@click.option("--first-admin", is_flag=True, help="The first admin of all: makes the team of admins.")
@STDIN
@JSON
def add(
    login: str,
    name: str,
    teams: tuple[str, ...],
    agent_id: str,
    issuer: str,
    subject: str,
    first_admin: bool,
    password_stdin: bool,
    as_json: bool,
) -> None:
    """Add somebody. A password is made up and shown this once; they change it when they first sign in."""
    from hub.domain.access.people.decide import Profile
    from hub.operations.people import NewPerson, add_person

    profile = Profile(login, name or login, teams, agent_id, issuer=issuer, subject=subject)
    show(add_person(load(), NewPerson(profile, _given(password_stdin), first_admin)), as_json)


@people.command()
@click.argument("who")
@STDIN
@JSON
def password(who: str, password_stdin: bool, as_json: bool) -> None:
    """Give somebody another password, made up and shown this once. Their sessions end."""
    from hub.operations.people import give_password

    show(give_password(load(), who, _given(password_stdin)), as_json)


@people.command("list")
@JSON
def list_(as_json: bool) -> None:
    """Everybody."""
    from hub.operations.people import list_people

    show({"people": list_people(load())}, as_json)


@people.command()
@click.argument("who")
def disable(who: str) -> None:
    """Let somebody in no longer: their sessions end at once and everywhere."""
    from hub.operations.people import disable_person

    click.echo(f"{disable_person(load(), who)}: disabled")


@people.command()
@click.argument("who")
def enable(who: str) -> None:
    """Let somebody in again."""
    from hub.operations.people import enable_person

    click.echo(f"{enable_person(load(), who)}: enabled")


@people.command()
@click.argument("who")
def anonymise(who: str) -> None:
    """Forget who somebody was who is disabled: login, name and password are gone for good."""
    from hub.operations.people import anonymise_person

    click.echo(f"{anonymise_person(load(), who)}: anonymised")


def _given(from_stdin: bool) -> str:
    return sys.stdin.readline().rstrip("\r\n") if from_stdin else ""
