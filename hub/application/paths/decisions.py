"""Decides for whoever asks, the same way for all of them, and writes down what was decided before anybody is told."""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, NamedTuple

from hub.application.deciding import append_decided, meta_of
from hub.application.paths.asked_before import check_account, decided_before, given_back, terms_now
from hub.application.paths.capacities import Limits, Paths
from hub.application.paths.in_force import Responses, RulesInForce
from hub.application.paths.led_to import granted_first, slot_after, slots_of
from hub.application.paths.whole import Facts, Whole, Wholes, is_forgotten
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import ForgottenError, InvalidError, NotFoundError, RefusedError
from hub.domain.grant.state import Grant
from hub.domain.interaction.events import InteractionQueued
from hub.paths.arbitration.responses import ResponseTable
from hub.paths.decision.decide import Decision, decide_path
from hub.paths.decision.gathering import PointOf, path_state
from hub.paths.decision.question import Question
from hub.paths.decision.record import path_decided, question_of
from hub.paths.decision.rules import PathRules
from hub.paths.decision.sayable import check_sayable
from hub.paths.decision.state import PathState
from hub.paths.frequency.reserving import Rules
from hub.paths.gates.capacity import Capacity
from hub.paths.policy.model import PathPolicy
from hub.ports import Append, Clock, Histories, Recorded

_DECISION = "decision-"
_DIGITS = 16

Seed = Callable[[], int]


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided, as it stands in the log. `grants`: those whose terms are to be shown, by proposition."""

    event: PathDecided
    stream: str
    version: int
    grants: dict[str, Grant]
    is_repeat: bool = False
    """It was decided before, and asked once more."""
    released: str = ""
    """Of a repeat: why its contact is not made after all; empty: its slot stands, or it has none."""


class AskedAs(StrEnum):
    """What kind of request it is: of two kinds the same name is two requests."""

    QUESTION = "question"
    CONTACT = "contact"
    DUE = "due"
    """A contact that is decided on again."""
    CONVERSATION = "conversation"
    CAMPAIGN = "campaign"


class Request(NamedTuple):
    """What is asked, and the name it is known by when it comes again."""

    name: str
    question: Question
    asked_as: AskedAs = AskedAs.QUESTION


Asking = Callable[[Whole], Request]
"""What is asked of a customer, where that follows from what is known of them. Raises HubError: nothing is."""


class Looked(NamedTuple):
    """Everything a decision was taken on, and what came of it."""

    whole: Whole
    policy: PathPolicy
    rules: PathRules
    state: PathState
    decision: Decision


class ToWrite(NamedTuple):
    """A decision that is about to be written, and what goes with it."""

    looked: Looked
    event: PathDecided
    grants: Mapping[str, Grant]
    """Whose terms are to be shown, by proposition."""
    slot_id: str
    """Of the contact that is to be made; empty: it has none."""
    meta: Mapping[str, Any]


Beside = Callable[[ToWrite], Facts]
"""What else a decision leads to, written with it."""


def nothing_beside(_: ToWrite) -> Facts:
    """The decision stands alone."""
    return []


def decision_id(stream: str, request: str, asked_as: AskedAs = AskedAs.QUESTION) -> str:
    """Of a customer's decision, by the stream it is written to: the same request is the same decision."""
    return f"{_DECISION}{stream}-{_suffix(request, asked_as)}"


def stream_of_decision(decision: str) -> str:
    """The stream a decision stands in; empty if the text is no decision's id."""
    stream, _, suffix = decision.removeprefix(_DECISION).rpartition("-")
    return stream if decision.startswith(_DECISION) and stream and suffix else ""


class PathDecisions:
    """Whether something is said to a customer, what, where and when."""

    def __init__(
        self,
        journal: Histories,
        clock: Clock,
        wholes: Wholes,
        in_force: RulesInForce,
        responses: Responses,
        point_of: PointOf,
        paths: Paths,
        seed: Seed,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._wholes = wholes
        self._in_force = in_force
        self._responses = responses
        self._point_of = point_of
        self._paths = paths
        self._seed = seed

    async def decide(
        self,
        customer: str,
        question: Question,
        *,
        request: str,
        asked_as: AskedAs = AskedAs.QUESTION,
        account_id: str = "",
        grants: bool = False,
        beside: Beside = nothing_beside,
        stands_in: str = "",
        actor: str,
        command_id: str,
    ) -> Decided:
        """Decide now, whatever moment `question` names; a request that was decided before gets the same answer. A
        contact that we are to make has its slot with it: of the decision's own id, or of `question.slot_id`, which is
        moved, or released where nothing is to be said any more. `grants`: what is to be shown first is granted with it.
        Raises NotFoundError, InvalidError, RefusedError, and ConflictError where others were first again and again."""
        asked = Request(request, question, asked_as)
        by = {"actor": actor, "command_id": command_id}
        async with self._paths.turn(question):
            return await self.decide_on(
                customer, lambda _: asked, question.they_came, account_id, grants=grants, beside=beside,
                stands_in=stands_in, **by,
            )  # fmt: skip

    async def decide_on(
        self,
        customer: str,
        asking: Asking,
        they_came: bool,
        account_id: str = "",
        *,
        grants: bool = False,
        beside: Beside = nothing_beside,
        stands_in: str = "",
        actor: str,
        command_id: str,
    ) -> Decided:
        """The same, of what `asking` makes of the customer: as they are when it is decided. `stands_in`: the stream it
        is written to, one of theirs, so that it stays with that one when a link ends; empty: the canonical one."""
        answer: Decided | None = None

        async def attempt() -> list[Append]:
            nonlocal answer
            now = self._clock.now()
            whole = await self._read(customer, now, account_id, with_conversations=not they_came)
            refuse_forgotten_part(whole)
            wanted = asking(whole)
            known = decided_before(whole, f"-{_suffix(wanted.name, wanted.asked_as)}")
            if known is not None:
                answer = await self._again(whole, known, wanted, account_id, now)
                return []
            check_account(whole, account_id, now)
            stream = stands_in or whole.canonical
            meta = meta_of(self._clock, actor, command_id) | {"at": now, "recorded_at": now}
            taken, facts, limits = await self._take(whole, stream, wanted, meta, grants=grants)
            appends = await self._wholes.writing(whole, facts + beside(taken), limits.versions)
            version = next(one.after for one in appends if one.stream == stream) + 1
            answer = Decided(taken.event, stream, version, dict(taken.grants))
            return appends

        await append_decided(self._journal, attempt)
        assert answer is not None
        return answer

    async def _take(
        self, whole: Whole, stream: str, wanted: Request, meta: dict[str, Any], *, grants: bool
    ) -> tuple[ToWrite, Facts, Limits]:
        """The decision, all that it leads to, and what its paths can take."""
        name = decision_id(stream, wanted.name, wanted.asked_as)
        asked = replace(wanted.question, decision_id=name, at=meta["at"], seed=self._seed())
        policy, rules = self._in_force.policy, self._in_force.rules
        check_sayable(asked, rules)
        limits = await self._paths.read(asked)
        looked = self.look(whole, asked, policy, rules, limits.capacity)
        decision = looked.decision
        event = path_decided(
            decision, looked.state, seen=whole.seen, answers=self._responses.seen,
            **{name: value for name, value in meta.items() if name != "at"},
        )  # fmt: skip
        goes_on = bool(stream_of_decision(meta["causation"]))
        slots = slots_of(decision, whole, Rules(policy.version, rules.caps, rules.table), limits, meta, goes_on=goes_on)
        slot_id = slot_after(asked, slots)
        facts: Facts = [(stream, event), *slots, *limits.taken(event, slot_id, meta)]
        shown: dict[str, Grant] = {one.proposition: one.grant for one in decision.actions if one.grant}
        if grants and decision.outcome is Outcome.NOW:
            facts += granted_first(decision, whole, policy, rules, shown, meta)
        return ToWrite(looked, event, shown, slot_id, meta), facts, limits

    @property
    def responses(self) -> ResponseTable:
        """As they are counted so far."""
        return self._responses.table

    def look(
        self, whole: Whole, question: Question, policy: PathPolicy, rules: PathRules, capacity: Capacity
    ) -> Looked:
        """What would be decided, on the responses so far; nothing is written."""
        return looked_at(whole, question, policy, rules, capacity, self._responses, self._point_of)

    async def check_interaction(self, interaction: str) -> None:
        """Raises InvalidError where there is no such conversation."""
        opened = await self._journal.load_only([interaction], (InteractionQueued,))
        if not opened.get(interaction) or not interaction.startswith("interaction-"):
            raise InvalidError(f"there is no interaction {interaction}", "interaction_id")

    async def _read(self, customer: str, at: datetime, account_id: str, *, with_conversations: bool) -> Whole:
        """Raises NotFoundError for a customer there is not, InvalidError for such an account."""
        try:
            return await self._wholes.read(customer, at, account_id=account_id, with_conversations=with_conversations)
        except NotFoundError as error:
            if account_id and str(error) == f"there is no account {account_id}":
                raise InvalidError(str(error), "account_id") from None
            raise

    async def _again(self, whole: Whole, known: Recorded, wanted: Request, account_id: str, at: datetime) -> Decided:
        """The decision that this request led to before. Raises RefusedError where other words did."""
        event = known.event
        assert isinstance(event, PathDecided)
        if not is_same(wanted.question, event) or account_id not in ("", event.account_id):
            raise RefusedError(f"request {wanted.name!r} was decided before, as {event.decision_id}, on other words")
        if event.account_id not in ("", whole.account_id):
            whole = await self._wholes.read(whole.canonical, at, account_id=event.account_id)
        grants, released = terms_now(whole, event, at), given_back(whole, event)
        return Decided(event, known.stream, known.version, grants, is_repeat=True, released=released)

    async def recorded(self, decision: str) -> Decided:
        """A decision as it was taken. Raises NotFoundError."""
        return await recorded_in(self._journal, decision)


async def recorded_in(journal: Histories, decision: str) -> Decided:
    """A decision as it stands in the log. Raises NotFoundError."""
    stream = stream_of_decision(decision)
    history = (await journal.load_only([stream], (PathDecided,)))[stream] if stream else []
    for one in history:
        if isinstance(one.event, PathDecided) and one.event.decision_id == decision:
            return Decided(one.event, stream, one.version, {}, is_repeat=True)
    raise NotFoundError(f"there is no decision {decision}")


def looked_at(
    whole: Whole,
    question: Question,
    policy: PathPolicy,
    rules: PathRules,
    capacity: Capacity,
    responses: Responses,
    point_of: PointOf,
) -> Looked:
    """The one way from facts to a decision, for those that are taken and for those taken again."""
    state = path_state(whole.told(capacity), question, policy, point_of)
    return Looked(whole, policy, rules, state, decide_path(question, state, rules, responses.table))


def refuse_forgotten_part(whole: Whole) -> None:
    """Raises ForgottenError of a customer who was forgotten: nothing is said to somebody nobody knows."""
    if is_forgotten(whole):
        raise ForgottenError(f"customer {whole.canonical} was forgotten: nothing is said to somebody nobody knows")


def _suffix(request: str, asked_as: AskedAs) -> str:
    if not 0 < len(request) <= 200:
        raise InvalidError("name the request in 1 to 200 characters", "request_id")
    return hashlib.sha256(f"{asked_as} {request}".encode()).hexdigest()[:_DIGITS]


def is_same(question: Question, event: PathDecided) -> bool:
    """Whether just this was asked then."""
    before = question_of(event)
    return replace(question, decision_id=before.decision_id, at=before.at, seed=before.seed) == before
