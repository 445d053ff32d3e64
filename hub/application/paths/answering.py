"""Every question about decisions that are over, asked by name: the same beside a hub, by its child, and in a test."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from hub.application.paths.campaign_uplift import campaign_uplift
from hub.application.paths.explaining import PathExplaining
from hub.application.paths.voice import Asked, Voice
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies
from hub.domain.errors import InvalidError
from hub.paths.decision.gathering import PointOf
from hub.paths.propositions.model import Sender
from hub.ports import Journal

Answer = Mapping[str, Any]


class Answering(Protocol):
    """Whoever answers."""

    async def ask(self, what: str, **about: Any) -> Answer:
        """By name, with plain values, as JSON has them. Raises HubError."""
        ...


class PathAnswers:
    """Computes answers where it is asked."""

    def __init__(self, journal: Journal, wholes: Wholes, policies: PathPolicies, point_of: PointOf) -> None:
        self._journal = journal
        self._policies = policies
        self._voice = Voice(journal, wholes, policies, point_of)
        self.explaining = PathExplaining(journal, wholes, policies, point_of)

    async def ask(self, what: str, **about: Any) -> Answer:
        """As Answering.ask."""
        questions: Mapping[str, Callable[..., Awaitable[Answer]]] = {
            "why": self.explaining.why,
            "what_if": self.explaining.what_if,
            "voice": self._said,
            "uplift": self._uplift,
        }
        if what not in questions:
            raise InvalidError(f"there is no question {what!r}: {', '.join(questions)}", "what")
        return await questions[what](**about)

    async def _said(self, customer: str, at: str, sender: str = Sender.AGENT, verified: bool = True) -> Answer:
        return await self._voice.at(Asked(customer, datetime.fromisoformat(at), Sender(sender), verified))

    async def _uplift(self, **about: Any) -> Answer:
        return {"campaigns": await campaign_uplift(self._journal, self._policies, **about)}
