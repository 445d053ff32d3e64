"""`hub policy try`: what another policy would have done with the customers who came."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click

from hub.cli.output import JSON, show, show_table
from hub.settings import load


def _moment(text: str) -> datetime:
    """A time as people write it. Raises click.BadParameter."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise click.BadParameter(
            f"{text!r} is no time: write it as 2027-03-21T08:00 or 2027-03-21T08:00+03:30"
        ) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


@click.command("try")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--from", "since", type=_moment, help="Only who came from then on (UTC unless the time says another).")
@click.option("--to", "until", type=_moment, help="Only who came before then.")
@JSON
def try_(file: Path, since: datetime | None, until: datetime | None, as_json: bool) -> None:
    """What the policy in FILE would have done with the log: the customers who came, under the policies that were in
    force and under this one. Nothing is written, whether a hub runs or not."""
    from hub.operations.trial import try_policy_file
    from hub.router.trial.report import as_json as report

    found = report(try_policy_file(load(), file, since, until))
    if as_json:
        show(found, as_json)
    else:
        _page(found)


def _page(found: Mapping[str, Any]) -> None:
    from hub.router.trial.report import rows

    if found["from"] is None:
        click.echo("nothing was recorded in this stretch of the log")
        return
    click.echo(f"{_time(found['from'])} to {_time(found['to'])} UTC; in force: {', '.join(found['in_force'])}")
    click.echo(f"tried: {found['tried']}\n")
    click.echo("all queues")
    show_table(rows(found["all"]))
    for queue, compared in found["queues"].items():
        click.echo(f"\nqueue {queue}")
        show_table(rows(compared))
    click.echo(
        f"\n{found['in_another_queue']} would have waited in another queue, "
        f"{found['with_another_group']} been answered by agents who can do other things"
    )
    for one in found["sample"]:
        _example(one)
    _notes(found)


def _example(one: Mapping[str, Any]) -> None:
    click.echo(f"\n  {_time(one['at'])}  {one['interaction_id']}")
    for name, word in (("same", "as it is"), ("tried", "tried")):
        told = one[name]
        by = f" by {told['agent_id']} ({told['group']})" if told["agent_id"] else ""
        click.echo(f"    {word:>8}: queue {told['queue']}, {told['outcome']} after {told['wait_s']:.0f} s{by}")
        click.echo(f"              {told['rule']}")
        if told["why"]:
            click.echo(f"              {'; '.join(told['why'])}")


def _notes(found: Mapping[str, Any]) -> None:
    joined, refused = found["joined_earlier_work"], found["could_not_be_repeated"]
    for title, lines in (
        ("Taken from the log", found["known"]),
        ("Modelled", [*found["modelled"], *_numbers(found)]),
        ("Not to be known", found["unknown"]),
    ):
        click.echo(f"\n{title}:")
        for line in lines:
            click.echo(f"  - {line}")
    if any((*joined.values(), *refused.values())):
        click.echo(
            f"\n{joined['same']} / {joined['tried']} customers found their earlier work still open and joined it; "
            f"{refused['same']} / {refused['tried']} recorded acts could not be done (as it is / tried)"
        )


def _numbers(found: Mapping[str, Any]) -> Iterable[str]:
    yield f"here offers are accepted after {found['accept_after_s']:.1f} s; seed of the draws: {found['seed']}"
    for one in found["patience"]:
        whose = "the channel in all queues" if one["of_all_queues"] else "its own"
        yield (
            f"patience in queue {one['queue']}, {one['channel']}: {one['left']} of {one['observed']} left; by the "
            f"curve of {whose}, {one['still_there_after_60_s']:.0%} are still there after a minute"
        )


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S")
