"""`hub policy`: check a routing policy, compare, publish, and see what was in force."""

import sys
from pathlib import Path
from typing import Any

import click

from hub.cli.output import JSON, show, show_table
from hub.cli.trial import try_
from hub.settings import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def policy() -> None:
    """The routing policy."""


@policy.command()
@click.argument("file", type=FILE)
@click.option("--staff", type=FILE, help="Who there is ([[staff]] tables, TOML), in place of the policy's own.")
@click.option("--order", is_flag=True, help="Also print the rules in the order in which they win.")
@JSON
def check(file: Path, staff: Path | None, order: bool, as_json: bool) -> None:
    """Find mistakes in a policy: holes, rows that never apply, queues nobody can serve, steps that can't be met. Exit
    code 1 if it can't be used."""
    from hub.operations.policies import check_policy

    checked = check_policy(file, staff)
    if as_json:
        show(checked.as_json(), as_json)
    else:
        for finding in checked.findings:
            click.echo(f"{file}: {finding.severity.value}: {finding}")
        if order and checked.order:
            click.echo(checked.order.rstrip())
        click.echo(f"{file}: {checked.verdict}")
    sys.exit(0 if checked.ok else 1)


@policy.command()
@click.argument("file", type=FILE)
@click.option("--note", default="", help="What it changes, and why; kept in the history.")
@click.option("--waiting", is_flag=True, help="Classify what waits already anew, not only what comes.")
@click.option("--expect", default="", help="Refuse if another version than this one is in force.")
@JSON
def publish(file: Path, note: str, waiting: bool, expect: str, as_json: bool) -> None:
    """Put a policy in force: at once where a hub runs, else when it starts."""
    from hub.operations.policies import publish_policy

    show(publish_policy(load(), file, note, waiting=waiting, expected=expect), as_json)


@policy.command("diff")
@click.argument("new", type=FILE)
@click.argument("old", type=FILE, required=False)
@JSON
def difference(new: Path, old: Path | None, as_json: bool) -> None:
    """What NEW would change of OLD (of the policy in force, unless given): settings, and which contacts would be routed
    differently."""
    from hub.operations.policies import diff_policies

    found = diff_policies(load(), new, old)
    if as_json:
        show(found.as_json(), as_json)
    else:
        click.echo(found.as_text().rstrip())


@policy.command()
@JSON
def history(as_json: bool) -> None:
    """Every policy that was published, oldest first."""
    from hub.operations.policies import policy_history

    versions: list[dict[str, Any]] = policy_history(load())
    if as_json:
        show({"versions": versions}, as_json)
    else:
        show_table(versions)


@policy.command("show")
@click.argument("version", required=False)
@JSON
def show_text(version: str | None, as_json: bool) -> None:
    """The text in force, or that of a version which was."""
    from hub.operations.policies import policy_text

    found = policy_text(load(), version)
    if as_json:
        show(found, as_json)
    else:
        click.echo(found["text"].rstrip("\n"))


policy.add_command(try_)
