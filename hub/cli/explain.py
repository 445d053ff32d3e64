"""`hub explain`: why work went where it went, and whether it would go there again."""

import sys
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any

import click
import orjson
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.output import JSON
from hub.domain.errors import InvalidError
from hub.settings import load

ROWS = 10
"""Candidates shown of a decision, unless all are asked for."""


@click.command()
@click.argument("interaction", required=False)
@click.option("--all", "everybody", is_flag=True, help="Every candidate, not only the first.")
@click.option("--check", is_flag=True, help="Take every decision of the log again; exit code 1 if one differs.")
@click.option("--from", "start", type=click.IntRange(min=0), help="With --check: only after this log position.")
@click.option("--to", "end", type=click.IntRange(min=0), help="With --check: only up to this log position.")
@JSON
def explain(
    interaction: str | None, everybody: bool, check: bool, start: int | None, end: int | None, as_json: bool
) -> None:
    """Why INTERACTION went where it went: each decision taken again from the log, with every candidate, the rule that
    kept or excluded it, and its rank."""
    from hub.operations.explaining import check_decisions, explain_interaction

    if bool(interaction) == check or (everybody and check) or (not check and (start, end) != (None, None)):
        raise click.UsageError("name an interaction, or --check (with --from and --to, if only a part of the log)")
    if start is not None and end is not None and end < start:
        raise InvalidError(f"--to {end} is before --from {start}", "to")
    if check:
        found = check_decisions(load(), start or 0, end)
        _print(found.as_json(), as_json, _verification)
        sys.exit(0 if found.ok else 1)
    told = explain_interaction(load(), str(interaction), everybody=everybody)
    _print(told, as_json, lambda what: _story(what, None if everybody else ROWS))


def _print(what: dict[str, Any], as_json: bool, shown: Any) -> None:
    if as_json:
        click.echo(orjson.dumps(what, option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS, default=str))
    else:
        Console(highlight=False).print(shown(what))


def _verification(found: Mapping[str, Any]) -> RenderableType:
    lines: list[RenderableType] = [
        f"{found['events']:,} events, {found['decisions']:,} decisions taken again: {found['same']:,} the same,",
        f"{found['different']:,} different, {found['missing']:,} offers missing; {found['by_people']:,} more by people",
    ]
    lines += [f"  {number:>9,}  {kind}" for kind, number in found["by_kind"].items()]
    for one in found["findings"]:
        lines.append(Text(f"position {one['position']}, {one['type']} of {one['stream']}:", "bold red"))
        lines.append(_different(one["different"]))
    return Group(*lines)


def _story(told: Mapping[str, Any], rows: int | None) -> RenderableType:
    parts: list[RenderableType] = [Text(str(told["interaction_id"]), "bold")]
    for one in told["decisions"]:
        parts += ["", _head(one), Padding(Group(*_body(one, rows)), (0, 0, 0, 2))]
    if not told["decisions"]:
        parts.append("nothing was decided on it")
    return Group(*parts)


def _head(one: Mapping[str, Any]) -> Text:
    same = {True: ("the same", "green"), False: ("DIFFERENT", "bold red"), None: ("decided by a person", "dim")}
    word, style = same[one["same"]]
    at = one["at"].isoformat(sep=" ", timespec="milliseconds").replace("+00:00", "Z")
    return Text.assemble(
        (f"{at}  ", "dim"), (_WHAT[one["type"]](one), "bold"), (f"  position {one['position']}", "dim"),
        f"  {one['actor']}: " if one["same"] is None else f"  policy {one['policy']}, computed again: ", (word, style),
    )  # fmt: skip


_WHAT: dict[str, Any] = {
    "InteractionQueued": lambda one: f"queued in {one['queue']}",
    "InteractionReopened": lambda one: f"reopened in {one['queue']}",
    "InteractionRefused": lambda one: f"refused by {one['queue']}: {one['reason']}",
    "InteractionOffered": lambda one: f"offered to {one['agent_id']}",
    "InteractionPrioritised": lambda one: (
        f"moved in the order of queue {one['queue']}: priority {one['priority_before']} -> {one['priority']},"
        f" artificial age {one['credit_before']:g} -> {one['credit']:g} s"
    ),
    "InteractionMoved": lambda one: f"moved from {one['from_queue']} to {one['queue']}: {one['reason']}",
    "RequirementRelaxed": lambda one: f"asks for less: {one['reason']}",
}


def _body(one: Mapping[str, Any], rows: int | None) -> Iterator[RenderableType]:
    if one["same"] is False:
        yield _different(one["different"])
    for reason in one["reasons"]:
        yield str(reason)
    if one.get("asks_for"):
        yield from _placed(one)
    if one.get("work"):
        yield from _offered(one, rows)
    if one["type"] == "RequirementRelaxed" and "step" in one:
        yield f"step {one['step'] + 1} of its queue's rule" if one["step"] >= 0 else "anybody who fits"
        yield f"age {one['age']:.1f} s; {one['signed_on_who_fit']} who fitted before were signed on"
    if one.get("opens_at"):
        yield f"opens at {one['opens_at']}"


def _placed(one: Mapping[str, Any]) -> Iterator[RenderableType]:
    asks = one["asks_for"]
    yield f"asks for {_asked(asks)}; {asks['units']} units, priority {one['priority']}"
    for step in one["steps"]:
        yield f"after {step['after_seconds']:.0f} s for {_asked(step)}, priority {step['priority']}"
    if one["traits"]:
        yield "classified by " + ", ".join(f"{_plain(name)} {value}" for name, value in one["traits"].items() if value)
    known = one["known_agent"]
    if known:
        yield f"first for {known['agent_id']} ({_plain(known['reason'])}) until {_cell(known['until'])}"
    if one["place"]:
        wait = one["estimated_wait_seconds"]
        expected = "nobody knows how long yet" if wait is None else f"{wait:.0f} s expected"
        yield f"place {one['place']} ({one['waiting_in_queue']} waiting), {expected}"
    if one["rules"]:
        yield _rules(one["rules"])


def _rules(rules: Iterable[Mapping[str, Any]]) -> Table:
    table = Table("rule", "decides", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for rule in rules:
        why = "yes" if rule["decided"] else rule["why_not"] or "matches too; another names more, or stands before it"
        table.add_row(str(rule["rule"]), why, style="bold green" if rule["decided"] else "dim")
    return table


def _offered(one: Mapping[str, Any], rows: int | None) -> Iterator[RenderableType]:
    work = one["work"]
    step = f", step {work['step'] + 1}" if work["step"] >= 0 else ""
    yield (
        f"queue {work['queue']}, priority {work['priority']}, age {work['age']:.1f} s{step}; "
        f"asks for {_asked(work)}; {work['units']} units of {work['channel']}"
    )
    if work["only_for"]:
        yield f"only for {work['only_for']} at that time"
    yield _counted(f"agents, by {_plain(one['agent_choice'])}", one["agents_by_rule"])
    yield from _candidates(one["agents"], "agent", "agent_id", rows)
    if len(one["interactions"]) > 1:
        yield _counted(f"what {one['agent_id']} could get, by {_plain(one['order'])}", one["interactions_by_rule"])
        yield from _candidates(one["interactions"], "interaction", "interaction_id", rows)


def _counted(title: str, by_rule: Mapping[str, int]) -> str:
    most_first = sorted(by_rule.items(), key=lambda one: (one[0] != "fits", -one[1], one[0]))
    return f"{title}: " + ", ".join(f"{number} {_plain(rule)}" for rule, number in most_first)


def _candidates(found: list[Mapping[str, Any]], noun: str, key: str, rows: int | None) -> Iterator[RenderableType]:
    names = list(found[0]["inputs"]) if found else []
    table = Table("rank", noun, "rule", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name in names:
        table.add_column(_plain(name), justify="right")
    for one in found[:rows]:
        cells = [_cell(one["rank"]), one[key], _plain(one["rule"]), *(_cell(one["inputs"].get(name)) for name in names)]
        table.add_row(*cells, style="bold" if one["rank"] == 1 else "" if one["rank"] else "dim")
    yield table
    if rows is not None and len(found) > rows:
        yield Text(f"and {len(found) - rows} more: see --all", "dim")


def _different(fields: Mapping[str, Mapping[str, Any]]) -> Table:
    table = Table("field", "on record", "computed again", box=None, padding=(0, 2, 0, 0), header_style="dim")
    for name, pair in fields.items():
        table.add_row(name, _cell(pair["recorded"]), _cell(pair["recomputed"]), style="red")
    return table


def _asked(what: Mapping[str, Any]) -> str:
    parts = [f"{name} {least}" for name, least in what["skills"].items()]
    if what["languages"]:
        parts.append(" or ".join(what["languages"]))
    parts += [f"{name} {value}" for name, value in what["attributes"].items()]
    return ", ".join(parts) or "anybody"


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _cell(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%H:%M:%S")
    if isinstance(value, float):
        return f"{value:,.1f}"
    return "" if value is None else str(value)
