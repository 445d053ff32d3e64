"""Random lives of a few customers, made by the hub's own commands on a journal in memory, and the dossiers of them."""

import random
import sqlite3
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

from hub.application.cases.cases import CustomerCases
from hub.application.customers.accounts import Accounts
from hub.application.customers.commands import Customers
from hub.application.customers.consents import Consents, Statement
from hub.application.customers.profiles import Profiles
from hub.application.customers.purchases import CustomerPurchases
from hub.application.dossier.dossiers import Dossiers
from hub.application.linking.identity import By, Identity
from hub.application.policies.paths import PathPolicies
from hub.domain.cases import decide as case_rules
from hub.domain.cases.events import CaseKind, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import (
    ContactReceived,
    ContactSent,
    CustomerRegistered,
    IdentifierObserved,
    ProfileChanged,
)
from hub.domain.customer.purchases.decide import RecordPurchase
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.ids import customer_id, interaction_id
from hub.domain.interaction.events import (
    ContactAttached,
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.domain.satisfaction.decide import survey_id
from hub.domain.satisfaction.events import SatisfactionAsked, SatisfactionRecorded, SurveyKind
from hub.journal.codec import Codec
from hub.ports import Append, Committed, Recorded, Stored, Unit
from hub.projections import customers, interactions, links
from hub.projections.runner import Runner
from tests.projections.happenings import placement
from tests.support.clocks import MovedClock
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
START = datetime(2026, 1, 5, 12, tzinfo=UTC)
PHONES = [f"+98912123456{number}" for number in range(4)]
PEOPLE = [customer_id(KEY, "phone", phone) for phone in PHONES]
FIELD = '\n[[fields]]\nname = "city"\ntype = "text"\nlabel = "City"\nrequired = true\n'
STEWARD = "operator:steward"
T = TypeVar("T")


class WholeViews:
    """The read models that tell of customers, brought up to date for each question."""

    def __init__(self, journal: MemoryJournal) -> None:
        self._journal = journal
        self._codec = Codec()

    async def read(self, question: Callable[[sqlite3.Connection], T]) -> T:
        connection = sqlite3.connect(":memory:", isolation_level=None)
        made = [customers.PROJECTION, links.PROJECTION, interactions.PROJECTION]
        Runner(connection, made, self._rows, self._codec.decode).run()
        try:
            return question(connection)
        finally:
            connection.close()

    def _rows(self, after: int, limit: int) -> list[Stored]:
        found = [one for one in self._journal.log if one.position > after][:limit]
        return [Stored(*one[:3], *self._codec.encode(one.stream, one.event)) for one in found]


class Lives:
    """What happens is drawn by `chance`; nothing happens twice at one moment."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        self.journal, self.clock = MemoryJournal(), MovedClock(START)
        self.policies = PathPolicies(self.journal, self.clock)
        self.views = WholeViews(self.journal)
        self.identity = Identity(self.journal, self.clock, KEY, self.views)
        self.cases = CustomerCases(self.journal, self.clock)
        self.consents = Consents(self.journal, self.clock, KEY)
        self.accounts = Accounts(self.journal, self.clock, KEY)
        self.purchases = CustomerPurchases(self.journal, self.clock)
        self.profiles = Profiles(self.journal, self.clock, self.policies)
        self.standings = Customers(self.journal, self.clock)
        self.dossiers = Dossiers(self.journal, self.clock, KEY, self.policies, self.views)
        self.number = 0
        self.open: list[tuple[str, str, str]] = []
        """Interaction, customer, thread."""
        self.firm = ""

    async def begin(self) -> None:
        """Everybody's first call, an account, and a policy with a field."""
        published = await self.policies.in_force()
        await self.policies.publish(published.text + FIELD, actor=STEWARD, command_id="publish")
        for number in range(len(PEOPLE)):
            await self.call(number)
        await self.accounts.register("account_number", "A-1", "B2B", "Saman", actor=STEWARD, command_id="account")
        self.firm = self.accounts.id_of("account_number", "A-1")

    async def step(self) -> None:
        """Something happens, or is refused; then time has passed."""
        actions: list[Callable[[int], Awaitable[Any]]] = [
            self.call, self.call, self.answer, self.work, self.work, self.link, self.unlink, self.case,
            self.change_case, self.consent, self.buy, self.name, self.field, self.segment, self.role, self.survey,
            self.identify,
        ]  # fmt: skip
        self.clock.moment += timedelta(milliseconds=self.chance.choice([1, 40, 70_000, 86_400_000]))
        with suppress(HubError):
            await self.chance.choice(actions)(self.chance.randrange(len(PEOPLE)))

    def command(self) -> dict[str, str]:
        self.number += 1
        return {"actor": STEWARD, "command_id": f"command-{self.number}"}

    def by(self) -> By:
        return By(STEWARD, self.command()["command_id"], "seen both passports")

    def meta(self, **more: Any) -> dict[str, Any]:
        now = self.clock.now()
        return {"at": now, "recorded_at": now, "causation": self.command()["command_id"], "actor": "test", **more}

    async def say(self, stream: str, *events: Event) -> list[Recorded]:
        after = self.journal.version(stream)
        [outcome] = await self.journal.commit([Unit([Append(stream, after, events)])])
        assert isinstance(outcome, Committed)
        return self.journal.log[outcome.first - 1 :]

    async def call(self, who: int) -> None:
        """A contact of theirs; mostly an interaction is opened for it, at once or a little later."""
        told, events = self.meta(), list[Event]()
        if not self.journal.version(PEOPLE[who]):
            events = [
                CustomerRegistered(**told),
                IdentifierObserved(**told, kind="phone", value=PHONES[who], verified=True),
            ]
        happened = self.clock.now() - timedelta(seconds=self.chance.choice([0, 0, 5, 400_000]))
        thread = self.chance.choice([f"thread-{who}", told["causation"]])
        contact = self.contact(ContactReceived, who, thread, told | {"at": happened}, pool="main")
        await self.say(PEOPLE[who], *events, contact)
        here = [one for one, customer, open_on in self.open if (customer, open_on) == (PEOPLE[who], thread)]
        if here:
            await self.say(here[0], ContactAttached(**self.meta(), contact_id=contact.contact_id))
        elif self.chance.random() < 0.8:
            interaction = interaction_id(KEY, contact.contact_id)
            queued = InteractionQueued(
                **self.meta(), pool="main", contact_id=contact.contact_id, customer_id=PEOPLE[who],
                channel=Channel.PHONE, thread=thread, service="", **placement(self.chance.choice(["sales", "care"])),
            )  # fmt: skip
            await self.say(interaction, queued)
            self.open.append((interaction, PEOPLE[who], thread))

    def contact(self, what: type[Any], who: int, thread: str, told: dict[str, Any], **more: Any) -> Any:
        return what(
            **told, contact_id=told["causation"], channel=Channel.PHONE, address=PHONES[who], sender="contact-centre",
            thread=thread, purpose="service", service="", language="fa", subject=f"about {who}", text="قبض اشتباه",
            standing=Standing(), **more,
        )  # fmt: skip

    async def answer(self, who: int) -> None:
        await self.say(PEOPLE[who], self.contact(ContactSent, who, f"thread-{who}", self.meta()))

    async def work(self, _: int) -> None:
        """The next thing that happens to some open interaction."""
        if not self.open:
            return
        one = self.chance.choice(self.open)
        done = len([recorded for recorded in self.journal.log if recorded.stream == one[0]])
        steps: list[Event] = [
            InteractionOffered(
                **self.meta(), offer_id="offer-1", agent_id="ann", units=100, policy="p", reasons=(),
                expires_at=self.clock.now() + timedelta(seconds=20),
            ),
            OfferAccepted(**self.meta(), offer_id="offer-1", agent_id="ann"),
            InteractionEnded(**self.meta(), agent_id="ann", ended_by="agent"),
            WrapUpCompleted(**self.meta(), agent_id="ann", code="done"),
        ]  # fmt: skip
        facts = [type(recorded.event) for recorded in self.journal.log if recorded.stream == one[0]]
        step = next(event for event in steps if type(event) not in facts)
        assert done
        await self.say(one[0], step)
        if isinstance(step, WrapUpCompleted):
            self.open.remove(one)

    async def link(self, who: int) -> None:
        await self.identity.link(PEOPLE[who], self.chance.choice(PEOPLE), self.by())

    async def unlink(self, who: int) -> None:
        found = await self.identity.resolve(PEOPLE[who])
        if found.links:
            await self.identity.unlink(PEOPLE[who], self.chance.choice(found.links).link_id, self.by())

    async def case(self, who: int) -> None:
        told = {
            "kind": CaseKind.COMPLAINT,
            "subject": "قبض",
            "text": "too high",
            "severity": Severity.HIGH,
            "owner": "ann",
        }
        due = self.clock.now() + timedelta(hours=1)
        await self.cases.open(PEOPLE[who], **told, due_at=due, **self.command())

    async def change_case(self, who: int) -> None:
        found = await self.cases.of_customer(PEOPLE[who])
        if not found:
            return
        case = self.chance.choice(found).case_id
        rules = [
            lambda cases, meta: case_rules.resolve(cases, case, "refunded", text="paid back", **meta),
            lambda cases, meta: case_rules.note(cases, case, "called twice", **meta),
            lambda cases, meta: case_rules.give_task(cases, case, "billing", due_at=None, text="check", **meta),
        ]
        work = [one for one, customer, _ in self.open if customer == PEOPLE[who]]
        if work and self.chance.random() < 0.5:
            await self.cases.attach(case, work[0], **self.command())
        else:
            await self.cases.change(case, self.chance.choice(rules), **self.command())

    async def consent(self, who: int) -> None:
        told = Statement("phone", PHONES[who], "web form", STEWARD, self.command()["command_id"], "said so")
        if self.chance.random() < 0.5:
            expires = self.chance.choice([None, self.clock.now() + timedelta(hours=2)])
            await self.consents.grant(told, Channel.SMS, Purpose.PROMOTIONAL, "v1", expires)
        else:
            await self.consents.withdraw(told, Channel.SMS, Purpose.PROMOTIONAL, "v1")

    async def buy(self, who: int) -> None:
        what = RecordPurchase(f"p-{self.number}", self.clock.now(), 1_000, "IRR", "phone")
        await self.purchases.record(PEOPLE[who], what, "IRR", **self.command())

    async def name(self, who: int) -> None:
        await self.say(PEOPLE[who], ProfileChanged(**self.meta(), name=f"Name {self.number}"))

    async def identify(self, who: int) -> None:
        mail = f"mail{who}@example.com"
        seen = IdentifierObserved(**self.meta(), kind="email", value=mail, verified=self.chance.random() < 0.5)
        await self.say(PEOPLE[who], seen)

    async def field(self, who: int) -> None:
        city = self.chance.choice(["Tehran", "Qom", ""])
        await self.profiles.change(PEOPLE[who], "city", city, "phone", at=None, **self.command())

    async def segment(self, who: int) -> None:
        tier = self.chance.choice(["gold", "standard"])
        await self.standings.change_segment(PEOPLE[who], "B2B", tier, **self.command())
        await self.standings.change_lifecycle_stage(PEOPLE[who], "retention", **self.command())

    async def role(self, who: int) -> None:
        until = self.clock.now() + timedelta(hours=3)
        await self.accounts.assign(self.firm, PEOPLE[who], "buyer", since=None, until=until, **self.command())

    async def survey(self, who: int) -> None:
        told = {"survey_id": survey_id(PEOPLE[who], 1), "kind": SurveyKind.CSAT, "about": "case-1"}
        later = self.clock.now() + timedelta(days=7)
        asked = SatisfactionAsked(
            **self.meta(), **told, channel=Channel.SMS, expires_at=later, share=1.0, draw=0.5
        )  # fmt: skip
        if any(isinstance(one.event, SatisfactionAsked) and one.stream == PEOPLE[who] for one in self.journal.log):
            await self.say(PEOPLE[who], SatisfactionRecorded(**self.meta(), **told, score=4, comment="fine"))
        else:
            await self.say(PEOPLE[who], asked)
