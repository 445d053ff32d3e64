"""The fact that somebody read personal data, in a stream of its own beside the customer's: reading never disturbs
whoever decides on the customer."""

from hub.domain.event import Event

READING = "reading-"
"""What the name of every such stream begins with, and of no other; the customer's follows."""


class PersonalDataRead(Event):
    """A person (`actor`) was shown what is personal of a customer. `correlation` is the interaction with this customer
    that they had in hand, or that was what they read; empty: there was none. Holds nothing personal itself."""

    customer_id: str
    """The customer's canonical stream, as it was known then."""
    what: str
    """What was shown: `customer`, `timeline`, `search`, `export`, ..."""


def reading_stream(customer_id: str) -> str:
    """Where the readings of this customer's stream stand."""
    return READING + customer_id
