"""One question about many customers: each is asked about as if alone, and what they wait for is read at once."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from hub.application.paths.contacts_facts import WantedContact, planned_alone
from hub.application.paths.decisions import AskedAs, Beside, Decided, PathDecisions, Request, ToWrite
from hub.application.paths.turns import NotTheirTurnError, Turn, Turns
from hub.application.paths.whole import Facts, Whole
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import Purpose
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import ConflictError, HubError, InvalidError, NotFoundError
from hub.paths.decision.question import Question
from hub.paths.decision.rules import PathRules
from hub.paths.decision.sayable import check_sayable, unsayable
from hub.paths.decision.showing import not_proposed
from hub.paths.propositions.model import Sender
from hub.ports import Clock

LONGEST_NAME = 64


class Row(NamedTuple):
    """A customer, and where in a list they were named."""

    number: int
    customer_id: str
    account_id: str = ""
    """Empty: the one they act for, of several the longest."""


class Refusal(NamedTuple):
    """A row of which nothing was decided, which field was to blame, and why."""

    row: int
    field: str
    reason: str


class Entry(NamedTuple):
    """What was decided of one row: enough to count it, and to make the contact."""

    row: Row
    decision_id: str
    customer_id: str
    """The canonical one."""
    outcome: Outcome
    at: datetime | None
    channel: str
    """Where the first of what is said is said; empty: nowhere."""
    point: str
    propositions: tuple[str, ...]
    why: tuple[str, ...]
    """What kept it back, of nothing and of what is for later."""
    is_repeat: bool
    """It was decided before."""


@dataclass(frozen=True, slots=True)
class Campaign:
    """What many customers are asked about. `proposes` False: the contact has words of its own."""

    name: str
    purpose: Purpose
    channels: tuple[Channel, ...]
    propositions: tuple[str, ...] = ()
    """Only these; empty: whatever fits."""
    by: datetime | None = None
    proposes: bool = True
    sends: bool = False
    """Each contact is planned with its decision, so that a hub has it made; else whoever asks makes it."""
    subject: str = ""
    text: str = ""
    """In which words, where it has its own."""

    @property
    def request(self) -> str:
        """What each customer's decision is asked for under: in a campaign they are decided on once, by whichever of
        their ids they are named."""
        return f"campaign {self.name}"

    def wanted(self, customer: str) -> WantedContact:
        """The contact that is to be made with one of them."""
        return WantedContact(
            customer, self.purpose, Sender.CAMPAIGN, self.channels, self.subject, self.text, proposes=self.proposes,
            propositions=self.propositions, speaker=self.name, by=self.by,
        )  # fmt: skip

    def question(self, at: datetime) -> Question:
        """What is asked of each."""
        return Question(
            "", at, Direction.OUTBOUND, self.channels, Sender.CAMPAIGN, self.purpose, self.proposes,
            self.propositions, speaker=self.name, by=self.by,
        )  # fmt: skip


def check_campaign(campaign: Campaign, rules: PathRules, now: datetime) -> None:
    """Raises InvalidError that names what could be said to nobody."""
    if not 0 < len(campaign.name) <= LONGEST_NAME or campaign.name != campaign.name.strip():
        raise InvalidError(f"name the campaign in 1 to {LONGEST_NAME} characters", "name")
    question = campaign.question(now)
    check_sayable(question, rules)
    says = campaign.proposes or campaign.subject.strip() or campaign.text.strip()
    if campaign.sends and not says and set(campaign.channels) != {Channel.PHONE}:
        raise InvalidError("say something: a text, a subject, or what to propose; only a call needs none", "text")
    if not campaign.proposes:
        return
    numbers = [rules.places[name] for name in campaign.propositions] or range(len(rules.propositions))
    problems = [unsayable(question, rules, number) for number in numbers]
    if not problems:
        raise InvalidError("the path policy in force proposes nothing", "propositions")
    if campaign.propositions or all(problems):
        for problem in filter(None, problems):
            raise problem


class BulkDecisions:
    """Decides of many customers for a campaign; any number of processes may at once. `decisions` stand on a journal
    that reads and writes for all of them together."""

    def __init__(self, decisions: PathDecisions, clock: Clock) -> None:
        self._decisions = decisions
        self._clock = clock
        self._turns = Turns()

    async def decide(
        self, campaign: Campaign, rows: Sequence[Row], rules: PathRules, actor: str
    ) -> list[Entry | Refusal]:
        """What was decided of each, or why nothing."""
        found = await asyncio.gather(*(self._decide(campaign, row, rules, actor) for row in rows))
        answers: list[Entry | Refusal] = []
        for row, answer in zip(rows, found, strict=True):
            if isinstance(answer, ConflictError):  # others have the same account, or are the same customer
                answer = await self._decide(campaign, row, rules, actor)  # noqa: PLW2901
            answers.append(Refusal(row.number, "", str(answer)) if isinstance(answer, ConflictError) else answer)
        return answers

    async def _decide(
        self, campaign: Campaign, row: Row, rules: PathRules, actor: str
    ) -> Entry | Refusal | ConflictError:
        taken: list[ToWrite] = []

        def note(one: ToWrite) -> Facts:
            taken.append(one)
            return planned_alone(campaign.wanted(row.customer_id), one) if campaign.sends else []

        try:
            decided = await self._in_turn(campaign, row, note, actor)
        except ConflictError as error:
            return error
        except NotFoundError as error:
            return Refusal(row.number, "customer_id", str(error))
        except HubError as error:
            return Refusal(row.number, error.field if isinstance(error, InvalidError) else "", str(error))
        why = _why(decided.event, taken[-1] if taken else None, rules)
        return _entry(row, decided.event, why, is_repeat=decided.is_repeat)

    async def _in_turn(self, campaign: Campaign, row: Row, beside: Beside, actor: str) -> Decided:
        """Whoever shares a stream with somebody who is being decided on waits: both at once could not be written."""
        wanted = Request(campaign.request, campaign.question(self._clock.now()), AskedAs.CAMPAIGN)
        while True:
            turn = Turn()

            def asking(whole: Whole, turn: Turn = turn) -> Request:
                account = (whole.account_id,) if whole.account_id else ()
                self._turns.take(turn, (*whole.customer, *account), whole.looked_at)
                return wanted

            try:
                return await self._decisions.decide_on(
                    row.customer_id, asking, False, row.account_id, beside=beside,
                    stands_in=row.customer_id if campaign.sends else "", actor=actor, command_id=campaign.request,
                )  # fmt: skip
            except NotTheirTurnError as others:
                first = others.turn
            finally:
                self._turns.end(turn)
            await first.over.wait()


def _entry(row: Row, event: PathDecided, why: tuple[str, ...], *, is_repeat: bool) -> Entry:
    first = event.said[0] if event.said else None
    return Entry(
        row, event.decision_id, event.customer_id, event.outcome, event.due_at,
        first.channel.value if first else "", first.point if first else "",
        tuple(one.proposition for one in event.said), why, is_repeat,
    )  # fmt: skip


def _why(event: PathDecided, taken: ToWrite | None, rules: PathRules) -> tuple[str, ...]:
    """Where nothing is said though no gate is closed, there is no path or it is worth nothing."""
    if event.outcome is Outcome.NOW:
        return ()
    if event.closed or taken is None:
        return tuple(event.closed)
    return tuple(dict.fromkeys(one.why.value for one in not_proposed(taken.looked.decision, rules))) or ("no_path",)


@dataclass(slots=True)
class Tally:
    """What came of a campaign. A customer is counted under each reason that kept them back."""

    decided: int = 0
    repeats: int = 0
    """Of them: decided before, in an earlier run or as they were named twice."""
    refused: int = 0
    outcomes: Counter[str] = field(default_factory=Counter)
    channels: Counter[str] = field(default_factory=Counter)
    """Where the first of what is said is said."""
    reasons: dict[str, Counter[str]] = field(default_factory=dict)
    """By outcome."""

    def add(self, answers: Iterable[Entry | Refusal]) -> None:
        """Count these."""
        for one in answers:
            if isinstance(one, Refusal):
                self.refused += 1
                continue
            self.decided += 1
            self.repeats += one.is_repeat
            self.outcomes[one.outcome.value] += 1
            if one.channel:
                self.channels[one.channel] += 1
            if one.why:
                self.reasons.setdefault(one.outcome.value, Counter()).update(one.why)

    def include(self, other: "Tally") -> None:
        """Count what was counted there too."""
        self.decided += other.decided
        self.repeats += other.repeats
        self.refused += other.refused
        self.outcomes.update(other.outcomes)
        self.channels.update(other.channels)
        for outcome, reasons in other.reasons.items():
            self.reasons.setdefault(outcome, Counter()).update(reasons)
