"""Who reads personal data beside a hub: written down like any other reading, and looked up."""

from typing import Any

from hub.application.privacy.readings import Readings, by_log, readings_of
from hub.clock import WallClock
from hub.domain.reading.events import PersonalDataRead
from hub.domain.reading.rules import Reading
from hub.journal.journal import EventJournal
from hub.operations.beside import with_journal
from hub.settings import Settings

OPERATOR = "operator:cli"


async def trace_reading(journal: EventJournal, clock: WallClock, customer: str, what: str) -> None:
    """Have it on record that an operator is shown a customer. UntracedError: it can't be written."""
    readings = Readings(journal, clock, by_log(journal))
    whose = await readings.whose([customer])
    await readings.record(dict.fromkeys(whose, Reading(OPERATOR, what)), f"hub customers {what}")


def customer_readings(settings: Settings, customer: str) -> list[dict[str, Any]]:
    """Who read a customer's personal data, the oldest first. NotFoundError."""
    found = with_journal(settings, lambda journal, _: readings_of(journal, customer))
    return [
        {"at": one.event.at, "actor": one.event.actor, "what": one.event.what, "interaction_id": one.event.correlation}
        for one in found
        if isinstance(one.event, PersonalDataRead)
    ]
