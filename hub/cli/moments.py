"""How commands take a moment: ISO 8601 with its zone."""

from datetime import datetime

import click


def moment(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """For an option's `callback`."""
    if value is None:
        return None
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise click.BadParameter(f"{value!r} is no moment: write it as 2026-01-05T12:00:00+03:30") from None
    if found.tzinfo is None:
        raise click.BadParameter(f"{value!r} has no zone: write it as {value}+03:30, or {value}Z for UTC")
    return found
