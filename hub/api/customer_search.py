"""Customers found by what an agent types: in one line each."""

from typing import Annotated

from fastapi import Query
from starlette.responses import Response

from hub.api.answers import answer
from hub.api.callers import AgentCall
from hub.api.routes import Routes
from hub.api.rows import listed, row, told
from hub.application.dossier.search import CustomerSummary, SummaryIdentifier, search

router = Routes("customers")

_Identifier = row("SummaryIdentifier", SummaryIdentifier)
_Summary = row("CustomerSummary", CustomerSummary, identifiers=list[_Identifier])  # type: ignore[valid-type]
Found = listed("CustomersFound", "customers", _Summary)


@router.get("/v1/customers/search", summary="Customers by what is typed", responses=told(Found))
async def customers_found(
    call: AgentCall,
    q: Annotated[str, Query(min_length=1, max_length=320, description="A phone, mail address, customer number, ...")],
) -> Response:
    """By phone, mail address, customer number, national or legal id, in whatever digits and spelling, or by id: all who
    were seen with it, 20 at most, each customer once; none is an empty list. What was not asked for is told by its end
    alone. A reading of each of them."""
    services = call.services
    rows = await search(services.journal, services.views.customers_by_identifier, services.spell, q)
    return answer({"customers": rows})
