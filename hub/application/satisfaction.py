"""Asking customers how it was, and what they say: recorded in the customer's stream."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from hub.application.deciding import append_decided, history_of, meta_of, refuse_forgotten
from hub.application.linking import whole_customers
from hub.domain.contact import Channel
from hub.domain.event import Event
from hub.domain.satisfaction.decide import (
    NotAsked,
    SurveyRules,
    Surveys,
    ask,
    customer_of_survey,
    evolve,
    kept_from,
    record,
)
from hub.domain.satisfaction.events import SurveyKind
from hub.ports import Append, Clock, Journal, Recorded

EVERYBODY = SurveyRules()


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of wanting to ask a customer; `not_asked`: why they were not."""

    recorded: list[Recorded]
    not_asked: NotAsked | None


class Satisfaction:
    """Commands on surveys; what was asked of linked streams counts as asked of the customer."""

    def __init__(self, journal: Journal, clock: Clock, rules: SurveyRules = EVERYBODY) -> None:
        self._journal = journal
        self._clock = clock
        self._rules = rules

    async def ask(
        self, customer: str, kind: SurveyKind, about: str, channel: Channel, *, actor: str, command_id: str
    ) -> Asked:
        """Ask how an interaction or a case was, if this customer is drawn and was not asked too often of late."""
        kept: list[NotAsked | None] = []

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"customer {customer}")
            refuse_forgotten(history, customer)
            meta, own = meta_of(self._clock, actor, command_id), _asked(one.event for one in history)
            linked = sorted(set(await whole_customers(self._journal, [customer])) - {customer})
            others = await self._journal.load(linked)
            elsewhere = _asked(one.event for found in others.values() for one in found).asked
            kept[:] = [kept_from((*own.asked, *elsewhere), kind, about, meta["at"], self._rules)]
            told: dict[str, Any] = {
                "kind": kind,
                "about": about,
                "channel": channel,
                "rules": self._rules,
                "elsewhere": elsewhere,
            }
            return [Append(customer, version, ask(own, customer, **told, **meta))]

        recorded = await append_decided(self._journal, attempt)
        return Asked(recorded, kept[0])

    async def answer(self, survey: str, score: int, comment: str, *, actor: str, command_id: str) -> list[Recorded]:
        """The customer says how it was."""
        customer = customer_of_survey(survey)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"survey {survey}")
            asked, meta = _asked(one.event for one in history), meta_of(self._clock, actor, command_id)
            return [Append(customer, version, record(asked, survey, score=score, comment=comment, **meta))]

        return await append_decided(self._journal, attempt)


def _asked(facts: Iterable[Event]) -> Surveys:
    surveys = Surveys()
    for event in facts:
        surveys = evolve(surveys, event)
    return surveys
