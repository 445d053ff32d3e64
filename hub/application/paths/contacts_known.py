"""The contacts that are planned, as they stand, and the versions of the streams that tell of them."""

from dataclasses import dataclass

from hub.application.paths.decisions import PathDecisions, stream_of_decision
from hub.domain.customer.outbound.events import ContactDispatched
from hub.domain.customer.outbound.state import OutboundContact, Outbounds, fold
from hub.ports import Histories


@dataclass(frozen=True, slots=True)
class Found:
    """A contact that is wanted, where it stands, and the versions of the streams that tell of it."""

    contact: OutboundContact
    stream: str
    versions: dict[str, int]


class KnownContacts:
    """Read from the log whenever they are asked for."""

    def __init__(self, journal: Histories, decisions: PathDecisions) -> None:
        self._journal = journal
        self._decisions = decisions

    async def find(self, contact_id: str) -> Found | None:
        """By the decision that first said it may be made, or by any later one; None: of no such contact."""
        decided = await self._decisions.recorded(contact_id)
        outbound = decided.event.causation if stream_of_decision(decided.event.causation) else contact_id
        stream = stream_of_decision(outbound)
        known, versions = await self.of(stream)
        return Found(known[outbound], stream, versions) if outbound in known else None

    async def of(self, stream: str) -> tuple[Outbounds, dict[str, int]]:
        """The contacts that are planned in a stream; that one was made may stand in another."""
        streams = await self._journal.load([stream])
        beyond = {
            one.event.customer_id
            for one in streams[stream]
            if isinstance(one.event, ContactDispatched) and one.event.customer_id != stream
        }
        streams |= await self._journal.load(sorted(beyond)) if beyond else {}
        history = sorted(one for line in streams.values() for one in line)
        versions = {name: line[-1].version if line else 0 for name, line in streams.items()}
        return fold(one.event for one in history), versions
