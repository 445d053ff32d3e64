"""`[arbitration]` of a path policy: what is presumed before anybody was asked, and what a context is worth."""

from typing import Annotated

from pydantic import Field, model_validator

from hub.paths.propositions.model import Chance, Channels, PropositionKind, Senders
from hub.policies.sections import Section, Texts

MOST_ACTIONS = 3


class ContextWeight(Section):
    """What is proposed in such a context weighs so much; what is not named does not matter. The first in the file that
    holds counts."""

    weight: Annotated[float, Field(gt=0, le=100)]
    kinds: Annotated[tuple[Annotated[PropositionKind, Field(strict=False)], ...], Field(strict=False)] = ()
    """Of propositions."""
    channels: Channels | None = None
    senders: Senders | None = None
    services: Texts = ()
    """What the customer's contact was about."""

    @model_validator(mode="after")
    def _says_something(self) -> "ContextWeight":
        if not (self.kinds or self.channels or self.senders or self.services):
            raise ValueError("says nothing of the context: name kinds, channels, senders or services")
        return self


class Arbitration(Section):
    """How scores are made; see docs/paths.md."""

    chance: Chance = 0.1
    """How many accept what nobody was asked yet."""
    chance_counts: Annotated[float, Field(gt=0, le=1_000_000)] = 20.0
    """As much as so many presentations."""
    explores: bool = False
    """Whether a chance is drawn (Thompson sampling) where little is known, rather than taken for what it looks like."""
    actions: Annotated[int, Field(ge=1, le=MOST_ACTIONS)] = MOST_ACTIONS
    """New propositions that are named at most."""
    asks_for_responses: bool = True
    """Whether agents have to say what came of each action before they complete a wrap-up."""
    contexts: Annotated[tuple[ContextWeight, ...], Field(strict=False)] = ()
