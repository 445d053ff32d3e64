"""Lists of work: whose it is, told by name where that is asked for."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Query

from hub.api.services import Services
from hub.application.customers.names import Called, called
from hub.application.views.read_models import Row

Names = Annotated[
    bool,
    Query(description="With `customer_name` and `customer_address` of each: a reading of personal data, and traced"),
]


async def named(services: Services, rows: Sequence[Row], names: bool) -> Sequence[Row]:
    """The rows, with the names of their customers where these are asked for."""
    if not names:
        return rows
    found = await called(services.journal, {row["customer_id"] for row in rows})
    return [{**row, **as_told(found.get(row["customer_id"]))} for row in rows]


def as_told(one: Called | None) -> dict[str, str]:
    """What a row says of its customer: `customer_name`, `customer_address`."""
    return {"customer_name": one.name if one else "", "customer_address": one.address if one else ""}


def customers_named(answer: Any) -> list[str]:
    """Whose names stand in such a list."""
    rows = answer.get("interactions") or answer.get("offers") or answer.get("drafts") or ()
    return list(
        dict.fromkeys(row["customer_id"] for row in rows if row.get("customer_name") or row.get("customer_address"))
    )
