"""Who read whose personal data, for supervisors."""

from typing import Annotated

from fastapi import Query
from pydantic import BaseModel
from starlette.responses import Response

from hub.api.actor_names import names_of_actors
from hub.api.answers import answer
from hub.api.bodies import Moment
from hub.api.callers import SupervisorCall
from hub.api.routes import Routes
from hub.api.rows import told
from hub.projections.readings import ReadingRow

router = Routes("customers")


class Readings(BaseModel):
    """The newest first; `names`: what people and agents who read are called, by actor."""

    readings: list[ReadingRow]
    names: dict[str, str]
    after: str | None


@router.get("/v1/readings", summary="Who read whose personal data", responses=told(Readings))
async def readings(
    call: SupervisorCall,
    customer: Annotated[str, Query(max_length=200, description="Any id that ever stood for them")] = "",
    actor: Annotated[str, Query(max_length=200, examples=["agent:maryam"])] = "",
    start: Annotated[Moment | None, Query(alias="from")] = None,
    end: Annotated[Moment | None, Query(alias="to", description="Just before then")] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    after: Annotated[str, Query(max_length=50, description="The next page's is in `after`")] = "",
) -> Response:
    """Each reading of a customer, a timeline, an interaction or a contact with its texts, an export or a stream, and
    each search by an identifier. The same person reading the same of the same customer again within a minute is one
    reading. `after` of the answer gets the next page; null: there is none."""
    services = call.services
    found = await services.reading_list.find(customer, actor, start, end, limit, after)
    names = await names_of_actors(services, {one.actor for one in found.rows})
    return answer({"readings": found.rows, "names": names, "after": found.next})
