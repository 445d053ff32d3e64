"""The command `hub`: parse, call, print."""

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click

from hub import __version__
from hub.cli.attachments import attachments
from hub.cli.cases import cases
from hub.cli.channel import channel
from hub.cli.customers import customers
from hub.cli.explain import explain
from hub.cli.keys import keys
from hub.cli.output import JSON, show
from hub.cli.paths import paths
from hub.cli.people import people
from hub.cli.policy import policy
from hub.cli.projections import projections
from hub.cli.rejected import rejected
from hub.cli.retention import retention
from hub.cli.teams import teams
from hub.collecting import importing
from hub.domain.errors import HubError
from hub.settings import load

MAPPING = click.option(
    "--mapping",
    "mapping_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How the file's columns become the hub's fields (TOML).",
)
CALLS = click.argument("calls", type=click.Path(exists=True, dir_okay=False, path_type=Path))


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="hub")
def hub() -> None:
    """Contact Path Manager: an event-sourced omnichannel interaction hub."""


def main() -> None:
    """Run the command; an error of the hub is a message and exit code 1, wrong usage exit code 2. Whatever it or a
    child of it writes is for its user alone: it is about customers."""
    os.umask(0o077)
    try:
        hub(prog_name="hub")
    except HubError as error:
        click.echo(f"hub: {error}", err=True)
        sys.exit(1)


@hub.command()
def serve() -> None:
    """Run the hub until it is told to stop (Ctrl-C, SIGTERM)."""
    with importing():
        from hub.app import serve as run

    sys.exit(run(load()))


@hub.command()
def openapi() -> None:
    """What the HTTP API takes and answers, as an OpenAPI 3 document."""
    import json

    from hub.api.app import document

    click.echo(json.dumps(document(), ensure_ascii=False, indent=1))


@hub.command(hidden=True)
def projector() -> None:
    """The child that keeps the read models current; started by the hub itself."""
    with importing():
        from hub.operations.read_models import run_projector

    run_projector(load())


@hub.command(hidden=True)
def actions() -> None:
    """The child that decides what agents may say; started by the hub itself."""
    with importing():
        from hub.operations.deciding_actions import decide_actions

    decide_actions(load())


@hub.command()
@click.option("--seconds", type=click.FloatRange(min=1), help="End by itself after so long.")
@JSON
def demo(seconds: float | None, as_json: bool) -> None:
    """Run a hub with simulated customers and agents, and watch it on a live board."""
    with importing():
        from hub.simulated.demo import run_demo

    sys.exit(run_demo(load(), seconds=seconds, as_json=as_json))


@hub.command()
@CALLS
@MAPPING
@click.option("--date", "day", type=click.DateTime(["%Y-%m-%d"]), help="Only calls of this day.")
@click.option("--from", "start", type=click.DateTime(["%H:%M"]), help="Only calls from this time of day on.")
@click.option("--to", "end", type=click.DateTime(["%H:%M"]), help="Only calls before this time of day.")
@click.option("--speed", type=click.FloatRange(min=0, min_open=True, max=10_000), default=1.0, show_default=True)
@click.option("--agents", type=click.IntRange(min=1), help="So many agents instead of those in the record.")
@JSON
def replay(
    calls: Path,
    mapping_file: Path,
    day: datetime | None,
    start: datetime | None,
    end: datetime | None,
    speed: float,
    agents: int | None,
    as_json: bool,
) -> None:
    """Play a recorded call log through the live path, and compare what happens with what happened."""
    from hub.simulated.replay import ReplayPlan, run_replay

    plan = ReplayPlan(
        calls=calls,
        mapping=mapping_file,
        day=day.date() if day else None,
        start=start.time() if start else None,
        end=end.time() if end else None,
        speed=speed,
        agents=agents,
    )
    sys.exit(run_replay(load(), plan, as_json=as_json))


@hub.command()
@click.argument("scenario", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--policy",
    "policy_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Route by this policy instead of the scenario's own routing.",
)
@click.option("--seed", type=int, help="Other random calls than the scenario's.")
@click.option("--calls", type=click.IntRange(min=1), help="So many calls, those of the warm-up included.")
@JSON
def simulate(scenario: Path, policy_file: Path | None, seed: int | None, calls: int | None, as_json: bool) -> None:
    """Simulate a contact centre with the hub's own matching core: waits, abandonment and use of agents, for planning
    and to check the core against queueing theory."""
    from hub.router.policy.parsing import load_policy
    from hub.router.simulation.scenario import load_scenario
    from hub.router.simulation.simulate import simulate as run

    policy = load_policy(policy_file) if policy_file else None
    result = run(load_scenario(scenario, seed=seed, calls=calls, by_policy=policy is not None), policy)
    show(result.as_json() if as_json else result.as_table(), as_json)


@hub.command("import")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@MAPPING
@click.option(
    "--kind",
    type=click.Choice(["calls", "customers", "accounts", "purchases", "consents"]),
    default="calls",
    show_default=True,
    help="What the rows are.",
)
@JSON
def import_(file: Path, mapping_file: Path, kind: str, as_json: bool) -> None:
    """Take another system's records in: a call log as history, customers, accounts, purchases or consents. Running it
    again adds nothing."""
    from hub.application.imports.rejects import rejects_file
    from hub.operations.imports import import_file

    with _progress("importing", file.stat().st_size, hidden=as_json) as advance:
        totals = import_file(load(), kind, file, mapping_file, advance)
    show(totals.as_json(), as_json)
    if totals.rejected and not as_json:
        click.echo(f"{totals.rejected} rows refused, each with its reason: {rejects_file(load(), file)}")
    sys.exit(0 if totals.ok else 1)


@hub.group("calls")
def calls_() -> None:
    """Recorded call logs."""


@calls_.command()
@click.option("--out", required=True, type=click.Path(dir_okay=False, path_type=Path))
@click.option("--days", type=click.IntRange(min=1, max=366), default=1, show_default=True)
@click.option("--start", type=click.DateTime(["%Y-%m-%d"]), default="1999-02-01", show_default=True)
@click.option("--seed", type=int, default=1, show_default=True)
def generate(out: Path, days: int, start: datetime, seed: int) -> None:
    """Make a call log with the statistics of a real centre."""
    from hub.calls.generator import generate_calls

    rows = generate_calls(out, days=days, start=date(start.year, start.month, start.day), seed=seed)
    click.echo(f"{rows} calls in {out}")


@hub.command()
def migrate() -> None:
    """Create the store's tables, once, before the first start on a shared database."""
    from hub.journal.store import migrate as run

    run(load())
    click.echo("the store is ready")


@hub.command()
@JSON
def doctor(as_json: bool) -> None:
    """Check settings, store, bus, clock and disk, and say what to do."""
    from hub.doctor import report

    sys.exit(report(as_json=as_json))


@contextmanager
def _progress(title: str, total: int, *, hidden: bool) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=hidden) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


for group in (
    attachments,
    cases,
    channel,
    customers,
    explain,
    keys,
    paths,
    people,
    policy,
    projections,
    rejected,
    retention,
    teams,
):
    hub.add_command(group)
