"""`hub paths`: check a path policy, compare, publish, and see what was in force."""

import sys
from pathlib import Path

import click

from hub.cli.output import JSON, show, show_table
from hub.cli.paths_campaign import campaign
from hub.cli.paths_why import COMMANDS
from hub.settings import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def paths() -> None:
    """The path policy: segments, lifecycle stages, profile fields, gates."""


@paths.command()
@click.argument("file", type=FILE)
@JSON
def check(file: Path, as_json: bool) -> None:
    """Find mistakes in a policy: customers who would be nowhere, stages nobody can reach, rules that overlap,
    propositions nobody could be given. Exit code 1 if it can't be used."""
    from hub.operations.paths import check_path_policy

    checked = check_path_policy(file, load().policy)
    if as_json:
        show(checked.as_json(), as_json)
    else:
        for finding in checked.findings:
            click.echo(f"{file}: {finding.severity.value}: {finding}")
        click.echo(f"{file}: {checked.verdict}")
    sys.exit(0 if checked.ok else 1)


@paths.command()
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What it changes, and why; kept in the history.")
@click.option("--expect", default="", help="Refuse if another version than this one is in force.")
@JSON
def publish(file: Path, note: str, expect: str, as_json: bool) -> None:
    """Put a policy in force, whether a hub runs or not: the hub then decides anew where every customer stands."""
    from hub.operations.paths import publish_path_policy

    show(publish_path_policy(load(), file, note, expected=expect), as_json)


@paths.command("diff")
@click.argument("new", type=FILE)
@click.argument("old", type=FILE, required=False)
@JSON
def difference(new: Path, old: Path | None, as_json: bool) -> None:
    """What NEW would change of OLD (of the policy in force, unless given): settings, and which customers would stand
    elsewhere."""
    from hub.operations.paths import diff_path_policies

    found = diff_path_policies(load(), new, old)
    if as_json:
        show(found.as_json(), as_json)
    else:
        click.echo(found.as_text().rstrip())


@paths.command()
@JSON
def history(as_json: bool) -> None:
    """Every policy that was published, oldest first."""
    from hub.operations.paths import path_policy_history

    versions = path_policy_history(load())
    if as_json:
        show({"versions": versions}, as_json)
    else:
        show_table(versions)


@paths.command("show")
@click.argument("version", required=False)
@JSON
def show_text(version: str | None, as_json: bool) -> None:
    """The text in force, or that of a version which was."""
    from hub.operations.paths import path_policy_text

    found = path_policy_text(load(), version)
    if as_json:
        show(found, as_json)
    else:
        click.echo(found["text"].rstrip("\n"))


for command in (*COMMANDS, campaign):
    paths.add_command(command)
