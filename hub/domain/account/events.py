"""The facts of an account. Those of roles stand in the stream of the person as well, written in one transaction."""

from datetime import datetime
from typing import Annotated, ClassVar

from hub.domain.event import Event
from hub.domain.personal import PERSONAL


class AccountRegistered(Event):
    """An organisation we deal with: `kind` and `value` are the identifier it is known by."""

    kind: str
    value: Annotated[str, PERSONAL]
    segment: str
    """`B2B` or `B2G`."""
    name: Annotated[str, PERSONAL]


class AccountChanged(Event):
    """It has another name, or is of another segment."""

    segment: str
    name: Annotated[str, PERSONAL]


class AccountOwnerChanged(Event):
    """Another agent looks after it: contacts of the people who act for it go there first, where the policy says so."""

    agent_id: str
    """Empty: nobody does."""


class RoleAssigned(Event):
    """A person acts for an account from `since` until just before `until`; None: until it is ended."""

    account_id: str
    number: int
    """The how manieth of this account it is, from 1."""
    customer_id: str
    """The person's own stream."""
    role: str
    since: datetime
    until: datetime | None = None


class RoleEnded(Event):
    """They do so no longer, from `until` on."""

    KEY_OF: ClassVar[str] = "customer_id"

    account_id: str
    number: int
    customer_id: str
    role: str
    until: datetime
    reason: Annotated[str, PERSONAL] = ""
