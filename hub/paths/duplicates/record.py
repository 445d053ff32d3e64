"""What is known of one customer, as far as it tells whether another record is the same person."""

from typing import NamedTuple

from hub.domain.customer.folding import fold
from hub.domain.customer.links.rules import STRONG


class Known(NamedTuple):
    """An identifier in its one spelling. Verified: proven, and sound by the rule of its kind."""

    kind: str
    value: str
    verified: bool


class Record(NamedTuple):
    """One customer, or one of their streams; each identifier comes once. What is not known is empty.
    `birth_date` is a date of any calendar, year first; `street` holds all that is written of the address but house,
    place and postcode."""

    stream: str
    identifiers: tuple[Known, ...] = ()
    given_name: str = ""
    family_name: str = ""
    birth_date: str = ""
    street: str = ""
    house: str = ""
    place: str = ""
    postcode: str = ""

    def verified(self, kind: str) -> frozenset[str]:
        """The proven identifiers of this kind."""
        return frozenset(one.value for one in self.identifiers if one.verified and one.kind == kind)

    @property
    def strong(self) -> frozenset[Known]:
        """The proven identifiers that say who it is, not only where somebody is reached."""
        return frozenset(one for one in self.identifiers if one.verified and one.kind in STRONG)


def folded(record: Record) -> Record:
    """The same, as it is compared. Dates and postcodes are digits and letters alone."""
    return Record(
        record.stream,
        record.identifiers,
        fold(record.given_name),
        fold(record.family_name),
        _signs(record.birth_date),
        fold(record.street),
        fold(record.house),
        fold(record.place),
        _signs(record.postcode),
    )


def _signs(text: str) -> str:
    return "".join(sign for sign in fold(text) if sign.isalnum())
