"""Facts of contacts and slots for tests, on a clock of hours."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.slots.state import NO_SLOTS, Slots, evolve
from hub.domain.event import Event
from hub.paths.frequency.reserving import Parties, Told, Wanted

START = datetime(2026, 1, 5, tzinfo=UTC)
ANN, BEN, ACME = "customer-ann", "customer-ben", "account-acme"
META: dict[str, Any] = {"at": START, "recorded_at": START, "causation": "c", "actor": "agent:x"}


def hour(number: float) -> datetime:
    return START + timedelta(hours=number)


def wanted(slot: str, at: float, **more: Any) -> Wanted:
    told: dict[str, Any] = {"channel": Channel.SMS, "purpose": Purpose.PROMOTIONAL, "sender": "hub", "customer_id": ANN}
    return Wanted(slot, hour(at), **{**told, **more})


def contact(kind: type[ContactReceived] | type[ContactSent], name: str, at: float, **more: Any) -> Event:
    told = {"contact_id": name, "thread": name, "purpose": "promotional", **more}
    fact = {"channel": Channel.SMS, "address": "", "sender": "dealer-7", "service": "", "language": "", "subject": ""}
    if kind is ContactReceived:
        told["pool"] = "main"
    return kind(**{**META, **fact, "at": hour(at), "text": "", "standing": Standing(), **told})


class Streams:
    """What is written, by stream, and what that adds up to."""

    def __init__(self) -> None:
        self.slots: dict[str, Slots] = {}
        self.versions: dict[str, int] = {}
        self.log: list[tuple[str, Event]] = []

    def write(self, told: Told) -> None:
        for stream, event in told:
            self.slots[stream] = evolve(self.slots.get(stream, NO_SLOTS), event)
            self.versions[stream] = self.versions.get(stream, 0) + 1
            self.log.append((stream, event))

    def parties(self, *members: str, account: str = "", people: tuple[str, ...] = ()) -> Parties:
        names = members or (ANN,)
        of_account = (account, *(people or names)) if account else ()
        return Parties(
            min(names),
            {name: self.slots.get(name, NO_SLOTS) for name in names},
            {name: self.slots.get(name, NO_SLOTS) for name in of_account},
        )
