"""Has consents that were given for a time written down as expired when that time is over."""

from datetime import datetime

from hub.application.customers.consents import Consents
from hub.application.due_watch import DueWatch, Views, Watched
from hub.domain.customer.consent.events import ConsentGranted
from hub.domain.event import Event
from hub.ports import Clock
from hub.projections import consent_due


def consent_watch(consents: Consents, clock: Clock, views: Views) -> DueWatch:
    """What watches over them."""

    async def expire(stream: str) -> int:
        return await consents.expire(stream)

    return DueWatch(Watched("consents", consent_due.TABLE, _over_at, expire), clock, views)


def _over_at(event: Event) -> datetime | None:
    return event.expires_at if isinstance(event, ConsentGranted) else None
