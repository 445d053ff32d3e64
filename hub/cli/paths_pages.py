"""How decisions on what is said to customers are laid out for people."""

from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from hub.cli.output import page_table

Told = Mapping[str, Any]


def show_checked(found: Told) -> RenderableType:
    """How many decisions came out as they were."""
    lines: list[RenderableType] = [
        f"{found['decisions']:,} decisions taken again: {found['same']:,} the same, {found['different']:,} different;"
        f" {found['forgotten']:,} about who was forgotten since"
    ]
    for one in found["findings"]:
        lines.append(Text(f"{one['decision_id']} at position {one['position']}, policy {one['policy']}:", "bold red"))
        lines.append(_different(one["different"]))
    return Group(*lines)


def show_why(told: Told) -> RenderableType:
    """A decision, taken again."""
    parts: list[RenderableType] = [*_head(told), Text.assemble("taken again from the log: ", _verdict(told))]
    if told["different"]:
        parts.append(_different(told["different"]))
    return Group(*parts, *_body(told))


def show_what_if(told: Told) -> RenderableType:
    """The same question by another policy."""
    tried = told["tried"]
    changed = ", ".join(_plain(name) for name in told["changed"]) or "nothing"
    line = f"by policy {tried['policy']}: {_outcome(tried)}; changed: {changed}"
    return Group(*_head(told), Text(line, "bold"), *_body(told))


def _verdict(told: Told) -> tuple[str, str]:
    if told["same"]:
        return "the same", "green"
    if told["forgotten"]:
        return "different, for who it was about was forgotten since", "yellow"
    return "DIFFERENT", "bold red"


def _head(told: Told) -> Iterator[RenderableType]:
    asked, recorded = told["asked"], told["recorded"]
    yield Text(told["decision_id"], "bold")
    about = f"{told['customer_id']}" + (f" for {told['account_id']}" if told["account_id"] else "")
    yield f"{asked['direction']}, {asked['purpose'] or 'whatever fits'}, asked by {told['actor']} about {about}"
    yield f"on {', '.join(asked['channels'])} by {asked['sender']} {asked['speaker']}".rstrip()
    yield (
        f"{_time(recorded['at'])} (UTC) by policy {recorded['policy']}, seed {recorded['seed']}, log position"
        f" {recorded['seen']}, responses up to {recorded['answers']}: {_outcome(recorded)}"
    )


def _outcome(one: Told) -> str:
    said = ", ".join(f"{said['proposition'] or 'the contact'} on {said['channel']}" for said in one["said"])
    at = f" at {_time(one['due_at'])}" if one["due_at"] else ""
    return f"{one['outcome']}{at}" + (f": {said}" if said else "")


def _body(told: Told) -> Iterator[RenderableType]:
    relied = told["relied_on"]
    for title, table in (
        ("proposed", _actions(told["actions"])),
        ("not proposed because", _not_proposed(told["not_proposed"])),
        ("candidates, gate by gate", _candidates(told["candidates"])),
        ("contacts that counted", _slots(relied["slots"])),
        ("consents", _consents(relied["consents"])),
        ("grants that stood", _grants(relied["grants"])),
    ):
        if table is not None:
            yield ""
            yield Text(title, "bold")
            yield Padding(table, (0, 0, 0, 2), expand=False)


def _actions(rows: list[Told]) -> Table | None:
    cells = [
        (one["proposition"], one["channel"], *_factors(one["factors"]), one["grant_id"] or "when it is presented")
        for one in rows
    ]
    return _table(("", "channel", "P", "C", "L", "V", "score", "grant"), cells)


def _not_proposed(rows: list[Told]) -> Table | None:
    cells = []
    for one in rows:
        closed = dict.fromkeys(f"{_plain(gate['reason'])} ({gate['channel']})" for gate in one["closed"])
        than = f" than {one['than']}" if one["than"] else ""
        factors = _factors(one["factors"]) if one["factors"] else ("",) * 5
        cells.append((one["proposition"], _plain(one["why"]) + than, ", ".join(closed), *factors))
    return _table(("", "why", "closed gates", "P", "C", "L", "V", "score"), cells)


def _candidates(rows: list[Told]) -> Table | None:
    cells = []
    for one in rows:
        name = one["proposition"] or "the contact"
        if one["rule"]:
            cells.append((name, one["channel"], "path", "CLOSED", _plain(one["rule"]), ""))
        for gate in one["gates"]:
            told = [(name, value) for name, value in gate["inputs"].items() if value not in (None, "")]
            looked_at = ", ".join(f"{_plain(name)} {_input(value)}" for name, value in told)
            opens = f", opens {_time(gate['opens_at'])}" if gate["opens_at"] else ""
            word = "open" if gate["open"] else "CLOSED"
            cells.append((name, one["channel"], _plain(gate["gate"]), word, _plain(gate["reason"]), looked_at + opens))
    return _table(("", "channel", "gate", "", "reason", "looked at"), cells)


def _slots(ledgers: Mapping[str, list[Told]]) -> Table | None:
    cells = [
        (whose, _time(one["at"]), one["channel"], one["purpose"], one["name"])
        for whose, ledger in ledgers.items()
        for one in ledger
    ]
    return _table(("of", "at", "channel", "purpose", "contact"), cells)


def _consents(rows: list[Told]) -> Table | None:
    cells = [
        (
            one["channel"], one["purpose"], one["said"], _time(one["at"]), one["source"], one["text_version"],
            f"{one['fact']['type']} at position {one['fact']['position']}" if one["fact"] else "",
        )
        for one in rows
    ]  # fmt: skip
    return _table(("channel", "purpose", "said", "at", "where", "wording", "fact"), cells)


def _grants(rows: list[Told]) -> Table | None:
    cells = [(one["proposition"], one["grant_id"], one["terms_hash"], _time(one["expires_at"])) for one in rows]
    return _table(("", "grant", "terms", "until"), cells)


def show_voice(told: Told) -> RenderableType:
    """What each channel would have said; where none would have said anything, why not."""
    said = [
        (row["channel"], one["proposition"], one["terms_hash"], one["grant_id"] or "not granted yet", _terms(one))
        for row in told["channels"]
        for one in row["says"]
    ]
    silent = [
        (one["proposition"], channel, ", ".join(map(_plain, reasons)))
        for one in told["differences"]
        for channel, reasons in one["silent"].items()
    ]
    nowhere = [] if said else [(row["channel"], *_kept(one)) for row in told["channels"] for one in row["not_proposed"]]
    head = f"  {_time(told['at'])} (UTC), policy {told['policy']}: "
    parts: list[RenderableType] = [Text.assemble((told["customer_id"], "bold"), head, _voiced(told, bool(said)))]
    for title, table in (
        ("says", _table(("channel", "", "terms", "grant", ""), said)),
        ("not on every channel", _table(("", "channel", "because"), silent)),
        ("not proposed because", _table(("channel", "", "because"), nowhere)),
    ):
        if table is not None:
            parts += ["", Text(title, "bold"), Padding(table, (0, 0, 0, 2), expand=False)]
    return Group(*parts)


def _voiced(told: Told, says: bool) -> tuple[str, str]:
    if not says:
        return "nothing would have been said on any channel", "bold"
    return ("one voice", "bold green") if told["one_voice"] else ("DIFFERENT TERMS", "bold red")


def _kept(one: Told) -> tuple[str, str]:
    closed = dict.fromkeys(_plain(gate["reason"]) for gate in one["closed"])
    return one["proposition"], ", ".join(closed) or _plain(one["why"])


def show_uplifts(told: Told) -> RenderableType:
    """Campaigns, each against those kept out of it."""
    cells = []
    for one in told["campaigns"]:
        for what, found in one["uplift"].items():
            groups = [f"{one[group][what]:,} of {one[group]['holders']:,}" for group in ("treated", "held_out")]
            cells.append(
                (one["campaign"], f"{what} in {one['days']} days", *groups, f"{one['mixed']:,}", _interval(found))
            )
        cells += [("", f"accepted {name}", "", "", "", _interval(found)) for name, found in one["propositions"].items()]
    table = _table(("campaign", "", "reached", "kept out", "left out", "uplift"), cells)
    return table or "nothing was decided on any campaign yet"


def _interval(found: Told | None) -> str:
    if found is None:
        return "nothing to compare"
    sure = "" if found["is_sure"] else ", may be chance"
    low, high = 100 * found["low"], 100 * found["high"]
    return f"{100 * found['difference']:+.2f} points ({low:+.2f} to {high:+.2f} at {found['confidence']:.0%}{sure})"


def _different(fields: Mapping[str, Told]) -> RenderableType:
    cells = [(name, _value(pair["recorded"]), _value(pair["recomputed"])) for name, pair in fields.items()]
    return _table(("field", "on record", "computed again"), cells) or ""


def _table(heads: tuple[str, ...], cells: list[Any]) -> Table | None:
    if not cells:
        return None
    table = page_table(heads)
    for row in cells:
        table.add_row(*map(str, row))
    return table


def _factors(factors: Told) -> tuple[str, ...]:
    names = ("chance", "context", "lever", "value", "score")
    return tuple("-" if factors[name] is None else f"{factors[name]:,.4g}" for name in names)


def _terms(one: Told) -> str:
    return ", ".join(f"{_plain(name)} {value}" for name, value in one["terms"].items())


def _value(value: object) -> str:
    return value if isinstance(value, str) else orjson.dumps(value).decode()


def _input(value: object) -> str:
    """What a gate looked at, in words."""
    match value:
        case dict():
            return ", ".join(f"{_plain(name)} {_input(one)}" for name, one in value.items() if one is not None)
        case list():
            return " and ".join(f"({_input(one)})" if isinstance(one, dict) else _input(one) for one in value) or "none"
        case bool():
            return "yes" if value else "no"
    return str(value)


def _time(moment: str | None) -> str:
    return "" if moment is None else moment[:16].replace("T", " ")


def _plain(name: str) -> str:
    return name.replace("_", " ")
