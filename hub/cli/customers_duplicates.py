"""`hub customers duplicates`: who is in the books twice, laid out for whoever has to say so."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import click
import orjson
from rich.console import Console, Group, RenderableType
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from hub.cli.output import JSON
from hub.settings import load

LIMIT = 20


@click.command("duplicates")
@click.option("--limit", type=click.IntRange(1, 1_000_000), default=LIMIT, show_default=True, help="Rows of each list.")
@click.option(
    "--ids", is_flag=True, help="Ids alone, and nothing that says who somebody is: leaves no trace of reading."
)
@JSON
def list_duplicates(limit: int, ids: bool, as_json: bool) -> None:
    """Who is in the books twice, each with the rule it follows from, whether a hub runs or not: customers whom links
    join, customers who are likely one, links that must not be made, identifiers that many people share. Nothing is
    linked by it: settle what it proposes with POST /v1/customers/{id}/links or /cannot-links, and it is not proposed
    again."""
    from hub.operations.duplicates import list_duplicates as run

    with Progress(console=Console(stderr=True), transient=True, disable=as_json or not sys.stderr.isatty()) as progress:
        task = progress.add_task("reading the log", total=None)
        found = run(load(), limit, names=not ids, on_events=lambda events: progress.advance(task, events))
    told = orjson.dumps(found.as_json(), option=orjson.OPT_UTC_Z)
    if as_json:
        click.echo(told)
    else:
        Console(highlight=False, markup=False).print(_page(orjson.loads(told)))


def _page(told: dict[str, Any]) -> RenderableType:
    return Group(
        f"{told['customers']:,} customers ({told['streams']:,} streams) as of position {told['position']:,},"
        f" searched in {told['seconds']:,.1f} s",
        *_list(told, "proposals", "Likely one customer", _proposals(told)),
        *_list(told, "conflicts", "Links that were asked for and must not be made", _conflicts(told)),
        *_list(told, "contradictions", "One identifier, different customers", _contradictions(told)),
        *_list(told, "clusters", "One customer because of links", _clusters(told)),
        *_list(told, "shared", "Identifiers that many people share", _shared(told)),
    )


def _list(told: Mapping[str, Any], name: str, title: str, table: Table) -> Iterator[RenderableType]:
    number, rows = told["counts"][name], len(told[name])
    more = f", the first {rows:,}" if rows < number else ""
    yield ""
    yield Text(f"{title}: {number:,}{more}", "bold")
    if rows:
        yield table


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, padding=(0, 2, 0, 1), header_style="dim")


def _proposals(told: Mapping[str, Any]) -> Table:
    table = _table("score", "rule", "customers", "who")
    for one in told["proposals"]:
        pair = (one["one"], one["other"])
        against = f"\nbut {', '.join(one['against'])}" if one["against"] else ""
        table.add_row(f"{one['score']:.2f}", _plain(one["rule"]) + against, "\n".join(pair), _who(told, pair))
    return table


def _conflicts(told: Mapping[str, Any]) -> Table:
    table = _table("because", "by", "customers", "between", "when", "by whom")
    for one in told["conflicts"]:
        sides = f"{one['left']} {_plain(one['left_kind'])}\n{one['right']} {_plain(one['right_kind'])}"
        between = "\n".join(f"{each['customer_id']} {_plain(each['kind'])}" for each in one["between"])
        by = f"{one['actor']}\n{one['causation']}"
        table.add_row(_plain(one["because"]), _plain(one["rule"]), sides, between, one["at"][:16], by)
    return table


def _contradictions(told: Mapping[str, Any]) -> Table:
    table = _table("reason", "the same", "customers", "who")
    for one in told["contradictions"]:
        kinds = ", ".join(map(_plain, one["kinds"]))
        table.add_row(_plain(one["reason"]), kinds, "\n".join(one["customers"]), _who(told, one["customers"]))
    return table


def _clusters(told: Mapping[str, Any]) -> Table:
    table = _table("customer", "streams", "linked by", "when", "by whom")
    for one in told["clusters"]:
        kinds = {each["customer_id"]: _plain(each["kind"]) for each in one["streams"]}
        name = told["who"].get(one["customer_id"], {}).get("name", "")
        for place, link in enumerate(one["links"]):
            first = ("\n".join(filter(None, (one["customer_id"], name))), str(len(kinds))) if place == 0 else ("", "")
            sides = f"{_plain(link['rule'])}: {kinds[link['left']]} - {kinds[link['right']]}"
            table.add_row(*first, sides, link["at"][:16], f"{link['actor']}, {link['causation']}")
    return table


def _shared(told: Mapping[str, Any]) -> Table:
    table = _table("identifier", "people", "customers")
    for one in told["shared"]:
        people = "marked shared" if one["people"] is None else f"{one['people']} or more"
        table.add_row(_plain(one["kind"]) or one["stream"], people, "\n".join(one["customers"]))
    return table


def _who(told: Mapping[str, Any], customers: Sequence[str]) -> str:
    return "\n".join(_described(told["who"].get(one)) for one in customers)


def _described(one: Mapping[str, Any] | None) -> str:
    if one is None:
        return ""
    known = [f"{_plain(each['kind'])} {each['value']}" for each in one["identifiers"] if each["verified"]]
    return ", ".join(filter(None, (one["name"], one["birth_date"], one["address"], *known)))


def _plain(name: str) -> str:
    return name.replace("_", " ")
