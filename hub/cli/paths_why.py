"""`hub paths why`, `what-if`, `voice`, `uplift`: why something was said to a customer, or was not, and what it did."""

import sys
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import click
import orjson
from rich.console import RenderableType

from hub.cli.moments import moment
from hub.cli.output import JSON, show_page
from hub.cli.paths_pages import show_checked, show_uplifts, show_voice, show_what_if, show_why
from hub.domain.errors import InvalidError
from hub.settings import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
DAYS = 30


@click.command()
@click.argument("decision", required=False)
@click.option("--check", is_flag=True, help="Take every decision of the log again; exit code 1 if one differs.")
@click.option("--from", "start", type=click.IntRange(min=0), help="With --check: only after this log position.")
@click.option("--to", "end", type=click.IntRange(min=0), help="With --check: only up to this log position.")
@JSON
def why(decision: str | None, check: bool, start: int | None, end: int | None, as_json: bool) -> None:
    """Why DECISION came out as it did, taken again from the log: every candidate with every gate and what it looked at,
    the scores, the contacts that counted and the consents it relied on."""
    from hub.operations.path_answers import check_path_decisions, path_answer

    if bool(decision) == check or (not check and (start, end) != (None, None)):
        raise click.UsageError("name a decision, or --check (with --from and --to, if only a part of the log)")
    if start is not None and end is not None and end < start:
        raise InvalidError(f"--to {end} is before --from {start}", "to")
    if check:
        found = check_path_decisions(load(), start or 0, end)
        _print(found.as_json(), as_json, show_checked)
        sys.exit(0 if found.ok else 1)
    _print(path_answer(load(), "why", decision=decision), as_json, show_why)


@click.command("what-if")
@click.argument("decision")
@click.option("--policy", "file", type=FILE, help="A path policy that was never in force (TOML).")
@click.option("--version", default="", help="One that was.")
@JSON
def what_if(decision: str, file: Path | None, version: str, as_json: bool) -> None:
    """What another path policy would have made of DECISION: the same question, customer and moment."""
    from hub.operations.path_answers import path_answer
    from hub.policies.reading import text_of

    if bool(file) == bool(version):
        raise click.UsageError("name a file with --policy, or a version with --version")
    about = {"text": text_of(file)} if file is not None else {"version": version}
    _print(path_answer(load(), "what_if", decision=decision, **about), as_json, show_what_if)


@click.command()
@click.argument("customer")
@click.option("--at", required=True, metavar="TIME", callback=moment, help="ISO 8601 with a zone.")
@click.option("--sender", type=click.Choice(["agent", "hub", "dealer", "campaign"]), default="agent", show_default=True)
@click.option("--claimed", is_flag=True, help="As if it had not been certain who they are.")
@JSON
def voice(customer: str, at: datetime, sender: str, claimed: bool, as_json: bool) -> None:
    """What each channel would have said to CUSTOMER then, and with which terms: the same, or where they differ and why.
    Exit code 1 where one proposition has two terms."""
    from hub.operations.path_answers import path_answer

    asked = {"customer": customer, "at": at.isoformat(), "sender": sender, "verified": not claimed}
    told = path_answer(load(), "voice", **asked)
    _print(told, as_json, show_voice)
    sys.exit(0 if told["one_voice"] else 1)


@click.command()
@click.option("--campaign", default="", help="Of the path policy; left out: all that something was decided on.")
@click.option("--days", type=click.IntRange(min=1), default=DAYS, show_default=True, help="To accept or buy in.")
@JSON
def uplift(campaign: str, days: int, as_json: bool) -> None:
    """What campaigns did: how many accepted or bought of those they might reach, and of those kept out of them."""
    from hub.operations.path_answers import path_answer

    _print(path_answer(load(), "uplift", campaign=campaign, days=days), as_json, show_uplifts)


@click.command(hidden=True)
def answer() -> None:
    """A question on standard input, as JSON: for a hub, which keeps on record itself who reads."""
    from hub.operations.path_answers import path_answer_for_hub

    sys.stdout.buffer.write(path_answer_for_hub(load(), sys.stdin.buffer.read()))


COMMANDS = (why, what_if, voice, uplift, answer)


def _print(what: Mapping[str, Any], as_json: bool, shown: Callable[[Mapping[str, Any]], RenderableType]) -> None:
    told = orjson.dumps(what, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str)
    if as_json:
        click.echo(told)
    else:
        show_page(shown(orjson.loads(told)))
