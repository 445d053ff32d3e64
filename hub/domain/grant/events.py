"""The facts of grants, in the canonical stream of the customer or in the stream of the account that holds them."""

from datetime import datetime
from enum import StrEnum

from pydantic import Field

from hub.domain.contact import Channel, Standing
from hub.domain.event import Event
from hub.domain.grant.terms import Better


class Response(StrEnum):
    """What somebody said to a proposition."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    DEFERRED = "deferred"
    """Not now: asked again at a moment they named."""
    NOT_PRESENTED = "not_presented"
    """Nobody told them of it after all: it says nothing of what they want."""


class _GrantFact(Event):
    grant_id: str
    proposition: str
    policy: str
    """Version of the path policy whose proposition it is."""


class _GivenTerms(_GrantFact):
    terms: dict[str, int | str] = Field(default_factory=dict)
    terms_hash: str
    """See hub/domain/grant/terms.py: what every presentation has to carry."""
    better: dict[str, Better] = Field(default_factory=dict)
    """Which way each term gets better for the customer; the first matters most where two grants are compared."""
    expires_at: datetime
    """From then on it is as if never granted."""


class PropositionGranted(_GivenTerms):
    """These terms are theirs until they expire, whoever asks on whichever path."""

    holder: str
    """The stream of the customer or account."""
    decision_id: str = ""
    """What led to it; empty: nobody decided, it was given by hand."""


class GrantAmended(_GivenTerms):
    """From now on other terms stand, everywhere at once."""

    reason: str = ""
    """Why, in words that name nobody: must be there where something got worse."""
    worse: tuple[str, ...] = ()
    """Terms that got worse, or of which nobody can say that they did not."""


class GrantSuspended(_GrantFact):
    """A link made two grants of one proposition one customer's, and `by` is the better one: written down for the
    history, true as long as the link stands."""

    by: str


class GrantResumed(_GrantFact):
    """It stands again: the link is gone, or the better one expired."""


class GrantExpired(_GrantFact):
    """Its time is over: written down for the history, true without it."""


class _Said(_GrantFact):
    presentation_id: str
    terms_hash: str
    channel: Channel
    sender: str
    """Who of the company spoke: `hub`, `agent`, `dealer`, `campaign`."""
    standing: Standing
    """Where the customer stood when it was presented: what its success is counted by."""


class PropositionPresented(_Said):
    """They were told of it, with just these terms."""

    decision_id: str = ""


class PropositionAnswered(_Said):
    """What they said to one presentation."""

    response: Response
    deferred_until: datetime | None = None
    """Of a deferred one."""


GRANT_EVENTS = (
    PropositionGranted,
    GrantAmended,
    GrantSuspended,
    GrantResumed,
    GrantExpired,
    PropositionPresented,
    PropositionAnswered,
)
