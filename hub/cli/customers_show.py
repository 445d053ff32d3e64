"""`hub customers show`: a customer on one page, as they are known or were known at a moment."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

import click
import orjson
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.moments import moment
from hub.cli.output import JSON, page_table, show_page
from hub.settings import load

LINES = 20


@click.command("show")
@click.argument("customer_id")
@click.option("--at", metavar="TIME", callback=moment, help="As it was known then: ISO 8601 with a zone.")
@click.option("--lines", type=click.IntRange(1, 500), default=LINES, show_default=True, help="Of the timeline.")
@JSON
def show_customer(customer_id: str, at: datetime | None, lines: int, as_json: bool) -> None:
    """Who a customer is and why: identifiers, links, standing, consents, accounts, cases, what is open and what
    happened, whether a hub runs or not. Any id that ever stood for them will do."""
    from hub.operations.dossier import show_customer as run

    shown = run(load(), customer_id, at, lines)
    told = orjson.dumps(shown.as_json(), option=orjson.OPT_UTC_Z | orjson.OPT_NON_STR_KEYS)
    if as_json:
        click.echo(told)
    else:
        show_page(_page(orjson.loads(told)))


def _page(told: dict[str, Any]) -> RenderableType:
    parts: list[RenderableType] = [_head(told)]
    for title, table in (
        ("where they stand", _standing(told)),
        ("identifiers", _identifiers(told)),
        ("streams", _members(told)),
        ("one customer because of", _links(told)),
        ("profile", _profile(told)),
        ("accounts", _accounts(told)),
        ("consent, where anything was said", _consents(told)),
        ("cases", _cases(told)),
        ("surveys", _surveys(told)),
        ("granted", _grants(told)),
        ("open interactions", _open(told)),
        (_contacts(told), _timeline(told)),
    ):
        if table is not None:
            parts += ["", Text(title, "bold"), Padding(table, (0, 0, 0, 2), expand=False)]
    return Group(*parts)


def _head(told: dict[str, Any]) -> Text:
    name = "forgotten" if told["forgotten"] else told["name"] or "of unknown name"
    head = Text.assemble((name, "bold"), f"  {told['customer_id']}")
    if told["asked_for"] != told["customer_id"]:
        head.append(f"\nasked for {told['asked_for']}", "dim")
    head.append(f"\nas known at {_time(told['as_of'])}, registered {_time(told['registered_at'])} (UTC)", "dim")
    if source := told["named_by"]:
        heard = f" ({source['path']})" if source["path"] else ""
        head.append(f"; name by {source['actor']}{heard}, {_time(source['at'])}", "dim")
    return head


def _standing(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["why"]:
        facts = ", ".join(f"{name} {value}" for name, value in one["facts"].items())
        because = one["rule"] or one["reason"] or "nobody said otherwise"
        by = f"policy {one['policy']}" if one["policy"] else one["actor"]
        label = "own segment" if one["about"] == "named" else _plain(one["about"])
        rows.append((label, one["value"], because + (f" ({facts})" if facts else ""), by, _time(one["at"])))
    return _table(("", "", "because", "by", "since"), rows)


def _identifiers(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["identifiers"]:
        known = f"verified {_time(one['verified_since'])}" if one["verified"] else "claimed"
        known += f", but no proper one ({_plain(one['problem'])})" if one["problem"] else ""
        first = one["evidence"][0]
        brought = f"{first['actor']} {first['causation']}"
        rows.append((one["kind"], one["value"], known, _time(one["since"]), _time(one["last_seen_at"]), brought))
    return _table(("kind", "value", "known", "since", "last seen", "brought by"), rows)


def _members(told: dict[str, Any]) -> Table | None:
    rows = []
    for number, one in enumerate(told["members"], 1):
        shared = "shared by many" if one["customer_id"] in told["shared"] else ""
        rows.append((str(number), one["customer_id"], one["kind"], shared))
    return _table(("", "stream", "of a", ""), rows) if len(rows) > 1 or told["shared"] else None


def _links(told: dict[str, Any]) -> Table | None:
    """Streams by their numbers; who is kept apart need not be one of them."""
    numbers = {one["customer_id"]: str(number) for number, one in enumerate(told["members"], 1)}
    rows = []
    for one in told["links"]:
        streams = f"{numbers[one['left']]} = {numbers[one['right']]}"
        rows.append((streams, _plain(one["rule"]), one["actor"], one["causation"], _time(one["at"])))
    for one in told["kept_apart"]:
        streams = " / ".join(numbers.get(one[side], one[side]) for side in ("left", "right"))
        rows.append((streams, "kept apart", one["actor"], "", _time(one["at"])))
    return _table(("streams", "rule", "by", "brought by", "since"), rows)


def _profile(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["profile"]["fields"]:
        value = one["value"] or ("missing" if one["required"] else "")
        rows.append((one["label"], value, one["actor"], one["path"], _time(one["at"])))
    return _table(("field", "value", "by", "on", "at"), rows)


def _accounts(told: dict[str, Any]) -> Table | None:
    rows = [
        (one["role"], one["name"], one["value"], _time(one["since"]), _time(one["until"]), "now" if one["now"] else "")
        for one in told["roles"]
    ]
    return _table(("role", "account", "number", "since", "until", ""), rows)


def _consents(told: dict[str, Any]) -> Table | None:
    rows = [
        (
            point["value"], one["channel"], one["purpose"], "may" if one["may"] else "may not",
            ", ".join([_plain(one["consent"]), *one["lists"]]), one["source"], _time(one["since"]),
        )
        for point in told["points"]
        for one in point["consents"]
        if one["since"] or one["lists"]
    ]  # fmt: skip
    return _table(("contact point", "channel", "purpose", "", "because", "said at", "since"), rows)


def _cases(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["cases"]:
        state = "overdue" if one["overdue"] else "open" if one["open"] else one["resolution"]
        severity, due = str(one["severity"]), _time(one["due_at"])
        rows.append((state, one["kind"], one["subject"], severity, one["owner"], due, one["case_id"]))
    return _table(("", "kind", "subject", "severity", "owner", "due", "case"), rows)


def _surveys(told: dict[str, Any]) -> Table | None:
    rows = [
        (one["kind"], "not answered" if one["score"] is None else str(one["score"]), one["comment"], one["about"],
         _time(one["asked_at"]))
        for one in told["surveys"]
    ]  # fmt: skip
    return _table(("survey", "score", "comment", "about", "asked"), rows)


def _grants(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["grants"]:
        terms = ", ".join(f"{_plain(name)} {value}" for name, value in one["terms"].items())
        said = [
            shown["channel"] + (f": {_plain(shown['response'])}" if shown["response"] else "")
            for shown in one["presentations"]
        ]
        state = one["state"] + (f", {one['suspended_by']} stands" if one["suspended_by"] else "")
        rows.append((state, one["proposition"], terms, _time(one["expires_at"]), ", ".join(said), one["grant_id"]))
    return _table(("", "proposition", "terms", "until", "presented", "grant"), rows)


def _open(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["open_interactions"]:
        where = _plain(one["phase"]), one["channel"], one["queue"], one["agent_id"]
        rows.append((*where, _time(one["queued_at"]), one["interaction_id"]))
    return _table(("", "channel", "queue", "agent", "since", "interaction"), rows)


def _contacts(told: dict[str, Any]) -> str:
    counts = ", ".join(f"{one['contacts']} {one['channel']} {one['direction']}" for one in told["counts"])
    more = "" if told["before"] is None else f", the newest {len(told['timeline'])} lines"
    return f"what happened ({counts or 'no contacts'}){more}"


def _timeline(told: dict[str, Any]) -> Table | None:
    rows = []
    for one in told["timeline"]:
        if one["kind"] == "contact":
            what = f"{one['direction']} {one['channel']}"
            about = " ".join(filter(None, (one["address"], one["subject"], one["excerpt"][:60])))
            rows.append((_time(one["at"]), what, about, _how_far(one) or _plain(one["phase"]), _by(one)))
        else:
            what = f"{one['kind']} {_plain(one['what'])}"
            rows.append((_time(one["at"]), what, _words(one["event"]), _how_far(one), one["actor"]))
    return _table(("at", "what", "", "", "by"), rows)


def _how_far(line: dict[str, Any]) -> str:
    """What we send."""
    return ": ".join(filter(None, (_plain(line["state"]), line["reason"])))


def _by(contact: dict[str, Any]) -> str:
    """Whoever wanted it sent, else who has the conversation."""
    return str(contact["actor"] or contact["agent_id"])


_TOLD = (
    "kind", "subject", "proposition", "field", "value", "name", "role", "channel", "purpose", "response", "segment",
    "value_tier", "lifecycle_stage", "resolution", "department", "score", "comment", "product", "amount", "currency",
    "rule", "reason", "text",
)  # fmt: skip
"""What of a fact fits into a line, in this order."""


def _words(event: dict[str, Any]) -> str:
    return " ".join(str(event[name])[:60] for name in _TOLD if event.get(name) not in (None, ""))


def _table(columns: Iterable[str], rows: Iterable[Iterable[str]]) -> Table | None:
    """None: there is nothing to show. What people wrote is shown as it is, not as markup."""
    table = page_table(columns)
    for row in rows:
        table.add_row(*(Text(cell or "") for cell in row))
    return table if table.row_count else None


def _plain(name: str) -> str:
    return name.replace("_", " ")


def _time(moment: str | None) -> str:
    return "" if moment is None else moment[:19].replace("T", " ")
