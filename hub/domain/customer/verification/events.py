"""The facts of a proof by code, in the stream of the identifier that is proven."""

from datetime import datetime

from hub.domain.event import Event


class VerificationAsked(Event):
    """A code was sent there, for the customer of the stream `asked_by`. The code itself is no part of it: who holds the
    installation's key can work it out."""

    verification_id: str
    asked_by: str
    expires_at: datetime


class VerificationFailed(Event):
    """Another code was told."""

    verification_id: str


class VerificationPassed(Event):
    """The code was told: the identifier is that of the customer `asked_by`."""

    verification_id: str
    asked_by: str


VERIFICATION_EVENTS = (VerificationAsked, VerificationFailed, VerificationPassed)
