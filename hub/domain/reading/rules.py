"""Which readings are written down: the same person who looks at the same again and again leaves one trace a minute."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from hub.domain.event import Event
from hub.domain.reading.events import PersonalDataRead

ONE_READING = timedelta(seconds=60)
"""From the moment that was written down on."""


class Reading(NamedTuple):
    """Who looks at what of a customer, and for which interaction; empty: for none that is known."""

    actor: str
    what: str
    interaction_id: str = ""


Lately = Mapping[Reading, datetime]
"""When each reading of a customer was written down last."""


def trace(
    lately: Lately, reading: Reading, customer_id: str, *, now: datetime, causation: str
) -> list[PersonalDataRead]:
    """What is to be written down; nothing for what is one reading with one that was."""
    before = lately.get(reading)
    if before is not None and before <= now < before + ONE_READING:
        return []
    meta = {"at": now, "recorded_at": now, "causation": causation, "correlation": reading.interaction_id}
    return [PersonalDataRead(**meta, actor=reading.actor, customer_id=customer_id, what=reading.what)]


def evolve(lately: Lately, event: Event) -> Lately:
    """After one more fact; what is too old to count is let go of."""
    if not isinstance(event, PersonalDataRead):
        return lately
    kept = {reading: at for reading, at in lately.items() if event.at < at + ONE_READING}
    return {**kept, Reading(event.actor, event.what, event.correlation): event.at}
