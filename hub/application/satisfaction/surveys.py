"""Asking customers how it was, and what they say: recorded in the customer's stream."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from hub.application.customers.standing import events_of, whole_histories
from hub.application.deciding import append_once, history_of, meta_of, refuse_forgotten
from hub.application.paths.whole import Facts, Whole, Wholes
from hub.application.satisfaction.reach import Reaching
from hub.application.satisfaction.slots import no_room, slot
from hub.domain.account.state import roles, roles_at
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.cases.identity import customer_of_case
from hub.domain.cases.state import CASE_EVENTS, Cases
from hub.domain.cases.state import evolve as evolve_cases
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.event import Event
from hub.domain.satisfaction.decide import (
    Circumstances,
    NotAsked,
    Reach,
    Surveys,
    ask,
    customer_of_survey,
    evolve,
    for_others,
    kept_from,
    record,
)
from hub.domain.satisfaction.events import SurveyKind
from hub.domain.satisfaction.occasion import Occasion, of_case, of_interaction
from hub.paths.consent.purposes import Gate
from hub.paths.policy.model import PathPolicy
from hub.ports import Append, Clock, Journal, Recorded

INTERACTION = "interaction-"
Counted = Callable[[SurveyKind, NotAsked | None], None]
"""Told what came of each time somebody was to be asked; None: they were."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What came of wanting to ask a customer; `not_asked`: why they were not; `held_until`: when they could be."""

    recorded: list[Recorded]
    not_asked: NotAsked | None
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Question:
    """What is to be asked about which occasion, on which channels (best first), of which share of all."""

    kind: SurveyKind
    occasion: Occasion
    channels: Sequence[Channel]
    share: float = 1.0


class Satisfaction:
    """Commands on surveys. Everything is decided over all streams that are one customer, and written to each of them in
    one transaction: whoever decided meanwhile, or linked them, makes it decided again."""

    def __init__(
        self,
        journal: Journal,
        clock: Clock,
        wholes: Wholes,
        reaching: Reaching,
        counted: Counted = lambda _kind, _why: None,
    ) -> None:
        self._journal = journal
        self._wholes = wholes
        self._clock = clock
        self._reaching = reaching
        self.counted = counted

    async def occasion(self, about: str) -> Occasion | None:
        """An interaction or a case as it stands; None: nobody is asked about that."""
        if about.startswith(INTERACTION):
            history = (await self._journal.load([about]))[about]
            return of_interaction(about, (one.event for one in history))
        stream = customer_of_case(about)
        members = await whole_histories(self._journal, [stream]) if stream else {}
        case = _cases(events_of(members)).get(about)
        if case is None:
            return None
        return of_case(case, stream, members[stream].known.customer.standing)

    async def ask_by_hand(
        self, customer: str, kind: SurveyKind, about: str, channel: Channel, *, actor: str, command_id: str
    ) -> Asked:
        """Somebody wants this customer asked about one of their interactions or cases: nothing is drawn, all else
        holds. Raises NotFoundError, InvalidError."""
        await history_of(self._journal, customer, f"customer {customer}")
        occasion = await self.occasion(about)
        if occasion is None:
            raise NotFoundError(f"there is no interaction or case {about} that a customer can be asked about")
        if occasion.customer not in await whole_histories(self._journal, [customer]):
            raise InvalidError(f"{about} is not about customer {customer}", "about")
        policy = await self._reaching.policies.policy()
        return await self.ask(Question(kind, occasion, (channel,)), policy, actor=actor, command_id=command_id)

    async def ask(self, question: Question, policy: PathPolicy, *, actor: str, command_id: str) -> Asked:
        """Ask, if the customer is drawn and nothing keeps them from it. Raises RefusedError of who was forgotten."""
        occasion, kind, rules = question.occasion, question.kind, policy.surveys.limits
        kept: NotAsked | None = None
        held_until: datetime | None = None

        async def attempt() -> list[Append]:
            nonlocal kept, held_until
            customer, meta = occasion.customer, meta_of(self._clock, actor, command_id)
            whole = await self._wholes.read(customer, meta["at"])
            refuse_forgotten(whole.customer[customer], customer)
            found = await self._circumstances(question, whole, policy)
            kept = kept_from(found, kind, occasion.about, meta["at"], rules, question.share)
            held_until = found.held_until
            asked = ask(found, occasion, kind=kind, rules=rules, share=question.share, **meta)
            facts: Facts = []
            for one in asked:
                facts += [(stream, one if stream == customer else for_others(one)) for stream in whole.customer]
                if isinstance(found.reach, Reach):
                    facts += slot(whole, found.reach, one.survey_id, policy, **meta)
            return whole.writing(facts)

        recorded = await append_once(self._journal, command_id, occasion.customer, attempt)
        if held_until is None:
            self.counted(kind, kept)
        return Asked(recorded, kept, held_until)

    async def answer(self, survey: str, score: int, comment: str, *, actor: str, command_id: str) -> list[Recorded]:
        """The customer says how it was."""
        customer = customer_of_survey(survey)

        async def attempt() -> list[Append]:
            version, history = await history_of(self._journal, customer, f"survey {survey}")
            asked, meta = _surveys(one.event for one in history), meta_of(self._clock, actor, command_id)
            own = Surveys(asked.of({customer}))
            return [Append(customer, version, record(own, survey, score=score, comment=comment, **meta))]

        return await append_once(self._journal, command_id, customer, attempt)

    async def _circumstances(self, question: Question, whole: Whole, policy: PathPolicy) -> Circumstances:
        """All that decides on it; where they may be asked is only looked up where nothing else keeps them from it."""
        events, kind, occasion = whole.events, question.kind, question.occasion
        about = occasion.about
        table, severity, now = policy.purpose_table(), policy.service_state.severity, self._clock.now()
        found = Circumstances(
            asked=_surveys(events).of(whole.customer.keys()),
            complaint_open=Gate.SERVICE_STATE in table[Purpose.SURVEY].gates
            and (_is_angry(events, severity, about) or await self._accounts_are_angry(events, severity, about, now)),
        )
        why = kept_from(found, kind, occasion.about, now, policy.surveys.limits, question.share)
        if why is not NotAsked.UNREACHABLE:
            return found
        reach, held_until = await self._reaching.reach(occasion, question.channels, events, policy, now)
        shut = no_room(whole, reach, policy, now) if isinstance(reach, Reach) else None
        if shut is not None:
            return replace(found, reach=NotAsked.CONTACTED, held_until=shut.opens_at)
        return replace(found, reach=reach, held_until=held_until)

    async def _accounts_are_angry(self, events: Sequence[Event], severity: Severity, about: str, at: datetime) -> bool:
        """The same of an account they act for, whoever of its people brought it."""
        accounts = sorted({one.account_id for one in roles_at(roles(events), at)})
        told = await self._journal.load_only(accounts, CASE_EVENTS) if accounts else {}
        return _is_angry((one.event for history in told.values() for one in history), severity, about)


def _is_angry(facts: Iterable[Event], severity: Severity, about: str) -> bool:
    """Whether a complaint is open, or another case than what is asked about that is as severe as what the gate of the
    service state keeps back."""
    return any(
        one.is_open and (one.kind is CaseKind.COMPLAINT or (one.severity >= severity and name != about))
        for name, one in _cases(facts).items()
    )


def _cases(facts: Iterable[Event]) -> Cases:
    cases: Cases = {}
    for event in facts:
        cases = evolve_cases(cases, event)
    return cases


def _surveys(facts: Iterable[Event]) -> Surveys:
    surveys = Surveys()
    for event in facts:
        surveys = evolve(surveys, event)
    return surveys
