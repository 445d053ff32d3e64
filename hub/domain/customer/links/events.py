"""The facts of who turned out to be the same customer, and who did not: no event here moves or changes another."""

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict

from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class Side(BaseModel):
    """One stream of a pair. `kind` is that of the identifier it is derived from, empty where nobody can say; `since`
    is when it was registered: which stream of a customer is the oldest can be told from links alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str
    kind: str = ""
    since: datetime


class _PairFact(Event):
    """Of two streams, the lower id left. It stands in both, written in one transaction."""

    left: Side
    right: Side
    reason: Annotated[str, PERSONAL] = ""
    """Why, in the words of the person who says so; may name somebody."""


class CustomersLinked(_PairFact):
    """Two streams are one customer. `rule`: `by_hand`, `by_agent`, `declared` (a trusted system says so), or the kind
    of verified identifier that is enough alone; what brought the two together is the contact or command in
    `causation`."""

    link_id: str
    rule: str


class CustomersUnlinked(_PairFact):
    """A link is taken away. No rule ever joins the two again, unless `again`: then it was the identifier that was
    unfit (it is shared by many), and nothing is said of the two."""

    link_id: str
    again: bool = False


class CannotLinkStated(_PairFact):
    """A person says that two streams are not one customer, though nothing had linked them."""


class CannotLinkLifted(_PairFact):
    """A person takes back that two streams are not one customer."""


class LinkBlocked(_PairFact):
    """A rule wanted to link two streams and must not: a person has to look. `because`: `conflict` (`between` are the
    identifiers that no customer has two of), `kept_apart` (`between` must not be joined, a person said), `names`
    (`between` bear the name of somebody else than who brought the phone or mail address), `too_many` (the customer
    would have more streams than one ever has)."""

    rule: str
    because: str
    between: tuple[Side, ...] = ()


class IdentifierShared(Event):
    """Many people are reached at this identifier, a switchboard's or a dealer's: it links nobody. `how`: `by_hand` or
    `detected`; `brought_with`: the identifiers of different people that it was verified together with."""

    side: Side
    how: str
    brought_with: tuple[Side, ...] = ()
    reason: Annotated[str, PERSONAL] = ""


class IdentifierUnshared(Event):
    """A person says that this identifier is one customer's after all."""

    side: Side
    reason: Annotated[str, PERSONAL] = ""


class LinksChanged(Event):
    """Stands in the canonical stream of a customer whose links change elsewhere, in the same transaction: so that two
    changes of one customer collide, and each is decided on what the other left."""

    left: str
    right: str


LINK_EVENTS = (
    CustomersLinked,
    CustomersUnlinked,
    CannotLinkStated,
    CannotLinkLifted,
    LinkBlocked,
    IdentifierShared,
    IdentifierUnshared,
    LinksChanged,
)
