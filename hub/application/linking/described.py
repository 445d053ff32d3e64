"""Who customers are in a few words, for whoever has to say whether two are one: told from their own streams."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from hub.application.linking.by_contacts import links_of, whole_customers
from hub.domain.customer.events import CustomerForgotten, IdentifierObserved, ProfileChanged
from hub.domain.customer.identity import STRENGTH
from hub.domain.customer.links.component import whole
from hub.domain.customer.links.events import Side
from hub.domain.customer.links.state import Links
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.paths.duplicates.record import Known
from hub.paths.duplicates.traits import record_of, trait
from hub.ports import Journal
from hub.projections.projection import EPOCH

_TELLING = (IdentifierObserved, ProfileChanged, ProfileFieldChanged, CustomerForgotten)


@dataclass(frozen=True, slots=True)
class Described:
    """What is known of a customer over all their streams; empty where it is not."""

    name: str
    birth_date: str
    address: str
    identifiers: tuple[Known, ...]


async def described(
    journal: Journal, customers: Sequence[str], is_sound: Callable[[str, str], bool]
) -> dict[str, Described]:
    """These customers, as they stand in the log."""
    known = await whole_customers(journal, customers)
    links = links_of(known)
    history = await journal.load_only(sorted(known), _TELLING)
    found: dict[str, Described] = {}
    for customer in customers:
        parts = [
            b"".join(trait(one.position, one.event) for one in history[stream])
            for stream in _strongest_first(links, customer)
            if not any(isinstance(one.event, CustomerForgotten) for one in history[stream])
        ]
        record = record_of(customer, parts, is_sound, ())
        name = " ".join(filter(None, (record.given_name, record.family_name)))
        address = ", ".join(filter(None, (record.street, record.house, record.place, record.postcode)))
        found[customer] = Described(name, record.birth_date, address, record.identifiers)
    return found


def _strongest_first(links: Mapping[str, Links], customer: str) -> list[str]:
    """The streams of a customer, that of what says most who it is first."""
    members = whole(links, Side(id=customer, since=EPOCH))
    kinds = {
        side.id: side.kind for stream in members for link in links[stream].live for side in (link.left, link.right)
    }
    return sorted(members, key=lambda stream: STRENGTH.get(kinds.get(stream, ""), len(STRENGTH)))
