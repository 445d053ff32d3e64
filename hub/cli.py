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
from hub.cli_customers import customers, rotate
from hub.cli_explain import explain
from hub.cli_output import JSON
from hub.cli_output import show as _print
from hub.cli_paths import paths
from hub.cli_policy import policy
from hub.domain.access.events import Role
from hub.domain.errors import HubError
from hub.settings import Settings, load

MAPPING = click.option(
    "--mapping",
    "mapping_file",
    required=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="How the file's columns become the hub's fields (TOML).",
)
LIMIT = click.option("--limit", type=click.IntRange(min=1), default=100, show_default=True, help="At most so many.")
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
    from hub.app import serve as run

    sys.exit(run(_settings()))


@hub.command(hidden=True)
def projector() -> None:
    """The child that keeps the read models current; started by the hub itself."""
    from hub.operations import run_projector

    run_projector(_settings())


@hub.command()
@click.option("--seconds", type=click.FloatRange(min=1), help="End by itself after so long.")
@JSON
def demo(seconds: float | None, as_json: bool) -> None:
    """Run a hub with simulated customers and agents, and watch it on a live board."""
    from hub.simulated.demo import run_demo

    sys.exit(run_demo(_settings(), seconds=seconds, as_json=as_json))


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
    sys.exit(run_replay(_settings(), plan, as_json=as_json))


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
    _print(result.as_json() if as_json else result.as_table(), as_json)


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
    from hub.application.rejects import rejects_file
    from hub.operations import import_file

    with _progress("importing", file.stat().st_size, hidden=as_json) as advance:
        totals = import_file(_settings(), kind, file, mapping_file, advance)
    _print(totals.as_json(), as_json)
    if totals.rejected and not as_json:
        click.echo(f"{totals.rejected} rows refused, each with its reason: {rejects_file(_settings(), file)}")
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

    run(_settings())
    click.echo("the store is ready")


@hub.group()
def projections() -> None:
    """The read models."""


@projections.command("list")
@JSON
def list_projections(as_json: bool) -> None:
    """Each read model and the log position it shows."""
    from hub.operations import projection_positions

    _print(projection_positions(_settings()), as_json)


@projections.command()
@click.argument("name")
def rebuild(name: str) -> None:
    """Throw a read model away and make it anew from the log, while no hub runs in the data directory."""
    from hub.operations import rebuild_projection

    click.echo(f"{name}: rebuilt up to log position {rebuild_projection(_settings(), name)}")


@hub.group(invoke_without_command=True)
@LIMIT
@JSON
@click.pass_context
def rejected(context: click.Context, limit: int, as_json: bool) -> None:
    """Contacts that could not be taken as they were: set aside with the reason, not lost. Alone, it lists them."""
    if context.invoked_subcommand is None:
        context.invoke(list_rejected, limit=limit, as_json=as_json)
    else:
        context.default_map = {"list": {"limit": limit, "as_json": as_json}}


@rejected.command("list")
@LIMIT
@JSON
def list_rejected(limit: int, as_json: bool) -> None:
    """Rejected contacts, the oldest first, each with its number, reason and raw bytes."""
    from hub.operations import list_rejected as run

    _print({"rejected": run(_settings(), limit)}, as_json)


@rejected.command()
@click.argument("sequences", nargs=-1, type=int)
@click.option("--all", "everything", is_flag=True, help="Put all of them back.")
def retry(sequences: tuple[int, ...], everything: bool) -> None:
    """Put rejected contacts back where they came in."""
    from hub.operations import retry_rejected as run

    if bool(sequences) == everything:
        raise click.UsageError("name the numbers to put back, or --all")
    click.echo(f"{run(_settings(), None if everything else sequences)} put back")


@hub.group()
def keys() -> None:
    """API keys, and the key that customers' keys are kept under."""


@keys.command()
@click.option("--role", required=True, type=click.Choice([role.value for role in Role]))
@click.option("--name", required=True, help="Whose key it is, for the list.")
@click.option("--agent", default="", help="Bind an agent's key to this agent.")
@JSON
def create(role: str, name: str, agent: str, as_json: bool) -> None:
    """Make a key; it is shown this once and stored only as a hash."""
    from hub.operations import issue_key

    _print(issue_key(_settings(), Role(role), name, agent), as_json)


@keys.command("list")
@JSON
def list_keys(as_json: bool) -> None:
    """Every key that was made."""
    from hub.operations import list_keys as run

    _print({"keys": run(_settings())}, as_json)


@keys.command()
@click.argument("key_id")
def revoke(key_id: str) -> None:
    """A key is good no longer, at once and everywhere."""
    from hub.operations import revoke_key

    revoke_key(_settings(), key_id)
    click.echo(f"{key_id}: revoked")


@hub.command()
@JSON
def doctor(as_json: bool) -> None:
    """Check settings, store, bus, clock and disk, and say what to do."""
    from hub.doctor import report

    sys.exit(report(as_json=as_json))


def _settings() -> Settings:
    return load()


@contextmanager
def _progress(title: str, total: int, *, hidden: bool) -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), disable=hidden) as bar:
        task = bar.add_task(title, total=total)
        yield lambda done: bar.update(task, completed=done)


keys.add_command(rotate)
hub.add_command(customers)
hub.add_command(explain)
hub.add_command(paths)
hub.add_command(policy)
