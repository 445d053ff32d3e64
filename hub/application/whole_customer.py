"""A customer as one: what the views hold of each of their streams, put together as their links say."""

from collections.abc import Iterable, Sequence
from typing import Any

from hub.application.identity import Resolution
from hub.application.read_models import Row
from hub.domain.customer.events import UNKNOWN_STANDING

_UNKNOWN = UNKNOWN_STANDING.model_dump()
_STANDING = tuple(_UNKNOWN)


def united(resolution: Resolution, rows: Sequence[Row]) -> Row:
    """One row of the rows of a customer's streams, the oldest first, under the canonical id. Name and standing are
    those of the oldest stream of which somebody ever said one; identifiers, contacts and open work are of them all."""
    row: dict[str, Any] = dict(rows[0]) if len(rows) == 1 else _together(rows)
    row["customer_id"] = resolution.canonical_id
    return {
        **row,
        "canonical_id": resolution.canonical_id,
        "asked_for": resolution.asked_for,
        "members": resolution.members,
        "links": resolution.links,
        "kept_apart": resolution.kept_apart,
        "shared": resolution.shared,
    }


def _together(rows: Sequence[Row]) -> dict[str, Any]:
    standing = next((row for row in rows if any(row[name] != _UNKNOWN[name] for name in _STANDING)), rows[0])
    counts = _counts(rows)
    return {
        **rows[0],
        "name": next((row["name"] for row in rows if row["name"]), ""),
        **{name: standing[name] for name in _STANDING},
        "registered_at": min(row["registered_at"] for row in rows),
        "identifiers": _identifiers(rows),
        "contacts": sum(count["contacts"] for count in counts),
        "counts": counts,
        "first_contact_at": min(_times(rows, "first_contact_at"), default=None),
        "last_contact_at": max(_times(rows, "last_contact_at"), default=None),
        "open_interactions": [one for row in rows for one in row["open_interactions"]],
    }


def _identifiers(rows: Iterable[Row]) -> list[dict[str, Any]]:
    """Each once; verified where any stream has it attested."""
    found: dict[tuple[str, str], bool] = {}
    for row in rows:
        for one in row["identifiers"]:
            key = one["kind"], one["value"]
            found[key] = found.get(key, False) or one["verified"]
    return [{"kind": kind, "value": value, "verified": verified} for (kind, value), verified in found.items()]


def _counts(rows: Iterable[Row]) -> list[dict[str, Any]]:
    found: dict[tuple[str, str], int] = {}
    for row in rows:
        for one in row["counts"]:
            key = one["channel"], one["direction"]
            found[key] = found.get(key, 0) + one["contacts"]
    return [
        {"channel": channel, "direction": direction, "contacts": contacts}
        for (channel, direction), contacts in sorted(found.items())
    ]


def _times(rows: Iterable[Row], name: str) -> list[Any]:
    return [row[name] for row in rows if row[name] is not None]
