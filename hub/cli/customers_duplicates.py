"""`hub customers duplicates`: who is in the books twice, laid out for whoever has to say so."""

import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import click
import orjson
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.progress import Progress
from rich.text import Text

from hub.cli.output import JSON, show_page
from hub.settings import load

LIMIT = 20
Row = Mapping[str, Any]
Who = Mapping[str, Row]
Lines = Iterator[RenderableType]


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
        show_page(_page(orjson.loads(told)))


def _page(told: dict[str, Any]) -> RenderableType:
    parts: list[RenderableType] = [
        f"{told['customers']:,} customers ({told['streams']:,} streams) as of position {told['position']:,},"
        f" searched in {told['seconds']:,.1f} s"
    ]
    for name, title, shown in _LISTS:
        number, rows = told["counts"][name], told[name]
        first = f", the first {len(rows):,}" if len(rows) < number else ""
        parts += ["", Text(f"{title}: {number:,}{first}", "bold")]
        parts += [line for row in rows for line in shown(row, told["who"])]
    return Group(*parts)


def _proposal(row: Row, who: Who) -> Lines:
    against = f", but {_plain(', '.join(row['against']))}" if row["against"] else ""
    yield _head(f"{row['score']:.2f}", f"{row['rule']}{against}")
    yield from (_customer(one, who) for one in (row["one"], row["other"]))


def _conflict(row: Row, _: Who) -> Lines:
    yield _head(_plain(row["because"]), f"by {_plain(row['rule'])}" if row["rule"] else "", _by(row))
    for side in ("left", "right"):
        yield _line(row[side], _plain(row[f"{side}_kind"]))
    for one in row["between"]:
        yield _line(one["customer_id"], f"{_plain(one['kind'])} stands against it")


def _contradiction(row: Row, who: Who) -> Lines:
    yield _head(_plain(row["reason"]), f"the same {', '.join(map(_plain, row['kinds']))}")
    yield from (_customer(one, who) for one in row["customers"])


def _cluster(row: Row, who: Who) -> Lines:
    kinds = {one["customer_id"]: _plain(one["kind"]) for one in row["streams"]}
    yield _head(f"{len(kinds)} streams", ", ".join(filter(None, kinds.values())))
    yield _customer(row["customer_id"], who)
    for link in row["links"]:
        rule, sides = _plain(link["rule"]), " - ".join(kinds[link[side]] or "?" for side in ("left", "right"))
        yield _line(f"{sides} by {rule}", _by(link))


def _shared(row: Row, _: Who) -> Lines:
    people = "marked shared" if row["people"] is None else f"{row['people']} people or more"
    yield _head(_plain(row["kind"]) or row["stream"], people)
    yield from (_line(one) for one in row["customers"])


_LISTS: tuple[tuple[str, str, Callable[[Row, Who], Lines]], ...] = (
    ("proposals", "Likely one customer", _proposal),
    ("conflicts", "Links that were asked for and must not be made", _conflict),
    ("contradictions", "One identifier, different customers", _contradiction),
    ("clusters", "One customer because of links", _cluster),
    ("shared", "Identifiers that many people share", _shared),
)


def _head(first: str, *others: str) -> Text:
    return Text.assemble("  ", (first, "bold"), "  ", "; ".join(filter(None, others)))


def _line(*parts: str) -> Padding:
    return Padding(Text("  ".join(filter(None, parts))), (0, 0, 0, 6), expand=False)


def _customer(customer: str, who: Who) -> RenderableType:
    one = who.get(customer)
    if one is None:
        return _line(customer)
    known = [f"{_plain(each['kind'])} {each['value']}" for each in one["identifiers"] if each["verified"]]
    told = ", ".join(filter(None, (one["name"], one["birth_date"], one["address"], *known)))
    return Group(_line(customer), Padding(Text(told), (0, 0, 0, 10), expand=False))


def _by(row: Row) -> str:
    return f"{row['at'][:16].replace('T', ' ')}, {row['actor']}, {row['causation']}"


def _plain(name: str) -> str:
    return name.replace("_", " ")
