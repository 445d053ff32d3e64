"""`hub paths campaign`: one question about many customers."""

import sys
from datetime import datetime
from pathlib import Path

import click
from rich.console import Console
from rich.progress import Progress

from hub.cli.moments import moment
from hub.cli.output import JSON, show
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.settings import load

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
MOST_PROCESSES = 32


@click.command()
@click.argument("file", type=FILE, required=False)
@click.option("--segment", default="", help="Who stands in this segment of the path policy, instead of a file.")
@click.option("--name", required=True, help="Of the campaign. Each customer is decided on once in it, however often.")
@click.option("--purpose", type=click.Choice([one.value for one in Purpose]), required=True)
@click.option("--proposition", "propositions", multiple=True, help="Only this one, or these; else whatever fits.")
@click.option("--own-words", is_flag=True, help="Nothing is proposed: the contact has words of its own.")
@click.option("--channels", required=True, help="Where they may be contacted: sms,email")
@click.option(
    "--by", callback=moment, help="Until when it may wait for quiet hours or room to be over; else now or not."
)
@click.option("--send", is_flag=True, help="Plan each contact: a hub has it made when it is due.")
@click.option("--subject", default="", help="Of contacts with words of their own that are to be sent.")
@click.option("--text", default="", help="The same.")
@click.option("--dry-run", is_flag=True, help="Decide and count, write nothing; so it is without --send and --out.")
@click.option(
    "--out",
    type=click.Path(dir_okay=False, path_type=Path),
    help="CSV of what was decided of each; without --send its contacts are yours to make, and have their slots.",
)
@click.option("--processes", type=click.IntRange(1, MOST_PROCESSES), default=2, show_default=True)
@JSON
def campaign(
    file: Path | None,
    segment: str,
    name: str,
    purpose: str,
    propositions: tuple[str, ...],
    own_words: bool,
    channels: str,
    by: datetime | None,
    send: bool,
    subject: str,
    text: str,
    dry_run: bool,
    out: Path | None,
    processes: int,
    as_json: bool,
) -> None:
    """Decide of many customers whether, what, where and when, with all gates, whether a hub runs or not. With --send
    each contact is planned, without it, but with --out, it has its slot and is yours to make; else nothing is written.
    FILE is CSV with a column customer_id, and account_id where they are asked about for an account. Running it again
    decides of nobody twice, and sends nothing twice."""
    from hub.application.paths.bulk import Campaign
    from hub.operations.campaigns import run_campaign

    asked = Campaign(name, Purpose(purpose), _channels(channels), propositions, by, not own_words, send, subject, text)
    dry_run = dry_run or not (send or out)
    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=as_json or not sys.stderr.isatty()) as progress:
        task = progress.add_task("deciding", total=None)
        found = run_campaign(
            load(), asked, file=file, segment=segment, dry_run=dry_run, processes=processes, out=out,
            on_rows=lambda rows: progress.advance(task, rows),
        )  # fmt: skip
    told = found.as_json()
    if as_json:
        show(told, as_json)
        return
    reasons = told.pop("reasons")
    show({**told, "outcomes": _counts(told["outcomes"]), "channels": _counts(told["channels"])}, as_json)
    for outcome, counts in reasons.items():
        for reason, number in counts.items():
            click.echo(f"{outcome:>16}  {reason.replace('_', ' ')}: {number:,}")


def _channels(text: str) -> tuple[Channel, ...]:
    names = dict.fromkeys(name.strip() for name in text.split(","))
    known = [one.value for one in Channel]
    unknown = next((name for name in names if name not in known), None)
    if unknown is not None:
        said = f"there is no channel {unknown!r}: name some of {', '.join(known)}"
        raise click.BadParameter(said, param_hint="--channels")
    return tuple(map(Channel, names))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items()) or "none"
