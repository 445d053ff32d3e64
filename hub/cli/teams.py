"""`hub teams`: teams, and the roles they give."""

import click

from hub.cli.output import JSON, show
from hub.settings import load


@click.group()
def teams() -> None:
    """Teams, and the roles they give, whether a hub runs or not."""


@teams.command("set")
@click.argument("team_id")
@click.option("--name", default="", help="What it is called; its id where it is left out.")
@click.option("--role", required=True, type=click.Choice(["agent", "supervisor", "admin"]))
@click.option("--queue", "queues", multiple=True, help="A queue its supervisors act on; none: all.")
@click.option("--leads", multiple=True, help="A team whose agents its supervisors act on; none: all agents.")
def set_(team_id: str, name: str, role: str, queues: tuple[str, ...], leads: tuple[str, ...]) -> None:
    """Make a team, or say anew what it is."""
    from hub.domain.access.events import Role
    from hub.domain.access.people.state import Team
    from hub.operations.people import set_team

    set_team(load(), Team(team_id, name or team_id, Role(role), queues, leads))
    click.echo(f"{team_id}: set")


@teams.command("list")
@JSON
def list_(as_json: bool) -> None:
    """Every team."""
    from hub.operations.people import list_teams

    show({"teams": list_teams(load())}, as_json)


@teams.command()
@click.argument("team_id")
def remove(team_id: str) -> None:
    """Remove a team that nobody is in."""
    from hub.operations.people import remove_team

    remove_team(load(), team_id)
    click.echo(f"{team_id}: removed")
