"""The whole application of the path manager on SQLite, which is dropped and opened anew whenever a test says so."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from hub.application.cases.cases import CustomerCases
from hub.application.customers.accounts import Accounts
from hub.application.customers.commands import Customers
from hub.application.customers.consents import Consents, Statement
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.linking.identity import By, Identity
from hub.application.paths.decisions import Decided, Looked, looked_at
from hub.application.paths.in_force import responses_at
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.application.privacy.forgetting import Forgetting
from hub.domain.cases import decide as case_rules
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.contact import Channel, Contact, Direction, Identifier
from hub.domain.contact import Path as ContactPath
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.point import CHANNELS_OF
from hub.domain.decision.events import PathDecided
from hub.domain.errors import RefusedError
from hub.domain.event import Event
from hub.domain.grant.terms import Terms, terms_hash
from hub.domain.ids import customer_id, interaction_id
from hub.domain.interaction.events import InteractionEnded, InteractionQueued
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.store import generations, open_store, personal_keys
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.record import capacity_of, inputs_digest, question_of
from hub.paths.decision.rules import rules_of
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from hub.ports import Append, Committed, Recorded, Unit
from hub.router.policy.classify import Classifier, Traits
from hub.router.policy.parsing import load_policy
from hub.settings import Settings
from tests.projections.happenings import placement
from tests.support.link_views import LinkViews
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
START = datetime(2026, 3, 25, 10, tzinfo=UTC)
"""Four days before clocks change in Berlin."""
STEWARD = "operator:steward"
_SHIPPED = Classifier(load_policy())


class Point(NamedTuple):
    """A contact point, and the clock on the wall there; empty: it says nothing itself; None: nobody can say."""

    kind: str
    value: str
    zone: str | None = ""

    @property
    def stream(self) -> str:
        return customer_id(KEY, self.kind, self.value)

    @property
    def channels(self) -> Sequence[Channel]:
        return CHANNELS_OF[self.kind]


TEHRAN = Point("phone", "+989121110001", "Asia/Tehran")
MAIL = Point("email", "ann@example.org")
BERLIN = Point("phone", "+493090182000", "Europe/Berlin")
RUSSIAN = Point("phone", "+79161234567", None)
OFFICE = Point("email", "vera@example.org")
POINTS = (TEHRAN, MAIL, BERLIN, RUSSIAN, OFFICE)


class MovedClock:
    """Time that a test moves, also back."""

    speed = 1.0

    def __init__(self) -> None:
        self.moment = START

    def now(self) -> datetime:
        return self.moment

    async def sleep(self, seconds: float) -> None:
        raise AssertionError(f"nothing here waits, for {seconds} s")


class Voices:
    """Whoever speaks to customers, and the log they share. `open` it on the loop that uses it."""

    def __init__(self, directory: Path) -> None:
        self._settings = Settings(data_dir=directory, installation_key=KEY.hex())
        self.clock = MovedClock()
        self.commands = 0

    async def open(self) -> None:
        """Begin, or begin again after everything in memory was lost."""
        settings, clock, keys = self._settings, self.clock, personal_keys(self._settings)
        self.journal = journal = EventJournal(open_store(settings, Codec(keys=keys)))
        self._generations = generations(settings)
        self.policies = PathPolicies(journal, clock)
        self.in_force = PathPolicyInForce()
        await self.in_force.start(self.policies)
        self.recorder = ContactRecorder(journal, clock, KEY, renewed=self._generations.renewed, policy=self.in_force)
        self.forgetting = Forgetting(journal, clock, keys, self.recorder.forget)
        lineage = self._generations.lineage
        self.consents = Consents(journal, clock, KEY, lineage, lambda: self.in_force.purposes)
        self.cases, self.customers = CustomerCases(journal, clock), Customers(journal, clock)
        self.accounts = Accounts(journal, clock, KEY)
        self.identity = Identity(journal, clock, KEY, LinkViews(MemoryJournal()))
        responses = await responses_at(journal, await journal.head())
        self.parts = PathParts(
            journal, clock, KEY, in_force=self.in_force, responses=responses, lineage=lineage, seed=lambda: 7
        )
        for follower in (self.recorder.follow, self.in_force.follow, *self.parts.followers):
            journal.hand_over(follower)

    async def close(self) -> None:
        await self.journal.close()
        self._generations.close()

    async def crash(self) -> None:
        """All that is not in the store is gone."""
        await self.close()
        await self.open()

    def command(self) -> dict[str, str]:
        self.commands += 1
        return {"actor": STEWARD, "command_id": f"command-{self.commands}"}

    def meta(self) -> dict[str, Any]:
        now, told = self.clock.now(), self.command()
        return {"at": now, "recorded_at": now, "causation": told["command_id"], "actor": told["actor"]}

    async def say(self, stream: str, *events: Event) -> None:
        """What routing writes."""
        history = (await self.journal.load([stream]))[stream]
        [outcome] = await self.journal.commit([Unit([Append(stream, len(history), events)])])
        assert isinstance(outcome, Committed), outcome

    async def log(self, after: int = 0) -> list[Recorded]:
        return await self.journal.read(after, 100_000)

    async def publish(self, text: str) -> None:
        await self.policies.publish(text, **self.command())

    async def contact(
        self,
        point: Point,
        *also: Identifier,
        direction: Direction = Direction.INBOUND,
        channel: Channel | None = None,
        contact_id: str = "",
        **told: Any,
    ) -> str:
        """They come to us, or we go to them outside of any decision; the contact's id."""
        name = contact_id or self.command()["command_id"]
        here = channel or point.channels[0]
        one = Contact(
            id=name, path=ContactPath(channel=here, address=point.value), direction=direction,
            occurred_at=self.clock.now(), identifiers=also, **told,
        )  # fmt: skip
        [receipt] = await self.recorder.record([(one, "adapter:test")])
        assert isinstance(receipt, Receipt), receipt
        return name

    async def meet(self, point: Point) -> None:
        """Their contact point is known to be theirs."""
        await self.contact(point, Identifier(kind=point.kind, value=point.value, verified=True))

    async def queue(self, point: Point, contact: str, channel: Channel | None = None) -> str:
        """The contact begins a conversation; its id."""
        interaction = interaction_id(KEY, contact)
        queued = InteractionQueued(
            **self.meta(), pool="main", contact_id=contact, customer_id=point.stream,
            channel=channel or point.channels[0], thread=contact, service="", **placement("sales"),
        )  # fmt: skip
        await self.say(interaction, queued)
        return interaction

    async def end(self, interaction: str) -> None:
        await self.say(interaction, InteractionEnded(**self.meta(), agent_id="ann", ended_by="agent"))

    async def link(self, one: Point, other: Point) -> str:
        """The link's id; empty: they were one customer already, or parts of them were said to be two."""
        await self.identity.lift(one.stream, other.stream, self.by())
        with suppress(RefusedError):
            told = await self.identity.link(one.stream, other.stream, self.by())
            return str(told[0].event.link_id) if told else ""  # type: ignore[attr-defined]
        return ""

    async def unlink(self, one: Point, link: str) -> None:
        await self.identity.unlink(one.stream, link, self.by())

    def by(self) -> By:
        return By(**self.command(), reason="seen both passports")

    def statement(self, point: Point) -> Statement:
        return Statement(point.kind, point.value, "web form", **self.command())

    async def open_case(self, point: Point, severity: Severity = Severity.HIGH, account: str = "") -> str:
        told = {"kind": CaseKind.COMPLAINT, "subject": "a bill", "severity": severity}
        events = await self.cases.open(point.stream, account_id=account, **told, **self.command())
        return str(events[0].event.case_id)  # type: ignore[attr-defined]

    async def settle(self, case: str) -> None:
        await self.cases.change(
            case, lambda cases, meta: case_rules.resolve(cases, case, "refunded", **meta), **self.command()
        )

    def point_id(self, point: Point) -> str:
        """As facts name it."""
        return self.parts.point_of(point.kind, point.value).point

    def came_in(self, point: Point, channel: Channel | None = None) -> CameIn:
        return CameIn(channel or point.channels[0], self.point_id(point))

    def question(self, direction: Direction, *channels: Channel, **told: Any) -> Question:
        sender = Sender.CAMPAIGN if direction is Direction.OUTBOUND else Sender.AGENT
        return Question(
            **{"decision_id": "", "at": self.clock.now(), "direction": direction, "channels": channels,
               "sender": sender, **told}
        )  # fmt: skip

    async def decide(
        self, point: Point, question: Question, *, request: str = "", account: str = "", grants: bool = False
    ) -> Decided:
        return await self.decide_for(point.stream, question, request=request, account=account, grants=grants)

    async def decide_for(
        self, customer: str, question: Question, *, request: str = "", account: str = "", grants: bool = False
    ) -> Decided:
        told = self.command()
        return await self.parts.decisions.decide(
            customer, question, request=request or told["command_id"], account_id=account, grants=grants, **told
        )

    async def voice(self, customer: str, channel: Channel) -> dict[str, tuple[str, str]]:
        """What somebody who is here is told on a channel: the grant, empty where it is new, and the hash of the terms
        that stand or would be granted; nothing is written."""
        looked = await self._looked(customer, channel)
        return {
            one.proposition: (one.grant.grant_id, one.grant.terms_hash)
            if one.grant
            else ("", terms_hash(_new_terms(looked, one.proposition)))
            for one in looked.decision.actions
        }

    async def served(self, customer: str, channel: Channel, service: str) -> tuple[Any, ...]:
        """By whom somebody who comes on a channel is served, and how soon: what the routing policy that ships with the
        hub asks of agents, step by step."""
        stands = (await self._looked(customer, channel)).state.standing
        asked = Traits(stands.segment, stands.value_tier, stands.lifecycle_stage, channel, service, "fa")
        found = _SHIPPED.classify_traits(asked)
        return found.queue, found.known_agent, found.steps

    async def _looked(self, customer: str, channel: Channel) -> Looked:
        whole = await self.parts.wholes.read(customer, self.clock.now())
        asked = self.question(
            Direction.INBOUND, channel, purpose=Purpose.PROMOTIONAL, confidence=Confidence.VERIFIED, decision_id="d"
        )
        rules = self.parts.in_force
        return self.parts.decisions.look(whole, asked, rules.policy, rules.rules, {})

    async def taken_again(self, event: PathDecided) -> tuple[Any, ...]:
        """What the log up to then, the policy's version and the seed say of it."""
        policy = parse_path_policy((await self.policies.version(event.policy)).text)
        whole = await self.parts.wholes.read(
            event.customer_id, event.at, account_id=event.account_id, seen=event.seen,
            with_conversations=event.asked.direction is Direction.OUTBOUND,
        )  # fmt: skip
        responses = await responses_at(self.journal, event.answers)
        looked: Looked = looked_at(
            whole, question_of(event), policy, rules_of(policy), capacity_of(event), responses, self.parts.point_of
        )
        decision = looked.decision
        said = [(one.proposition, one.channel, one.path) for one in decision.actions]
        if decision.place is not None and not said:
            said = [("", decision.place.reach.channel, decision.place.reach.point)]
        return inputs_digest(decision), decision.outcome, decision.at, said


def _new_terms(looked: Looked, name: str) -> Terms:
    proposition = next(one for one in looked.policy.propositions if one.name == name)
    return {term: rule.rule.value for term, rule in proposition.terms.items()}
