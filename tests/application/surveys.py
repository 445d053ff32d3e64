"""A hub that asks customers how it was, on a clock that a test moves; what happens to them is written as facts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from hub.application.customers.consents import Consents
from hub.application.paths.whole import Wholes
from hub.application.policies.paths import PathPolicies
from hub.application.satisfaction.reach import Reaching
from hub.application.satisfaction.surveys import Satisfaction
from hub.application.satisfaction.watch import SatisfactionWatch
from hub.domain.cases.events import CaseKind, CaseOpened, CaseResolved, Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.event import Event
from hub.domain.ids import customer_id
from hub.domain.interaction.events import InteractionEnded, InteractionQueued
from hub.domain.satisfaction.decide import NotAsked, customer_of_survey
from hub.domain.satisfaction.events import SatisfactionAsked, SurveyKind
from hub.ports import Append, Unit
from tests.projections.happenings import placement
from tests.support.clocks import MovedClock
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
KEY = b"k" * 32
PHONES = {f"+98912123456{number}": customer_id(KEY, "phone", f"+98912123456{number}") for number in range(4)}
PHONE, ANN = next(iter(PHONES.items()))
BOB = PHONES["+989121234561"]
OFTEN = "[[frequency]]\nmost = 100\ndays = 1\n"
REST = '[[value_tiers]]\nname = "standard"\n[[stages]]\nname = "acquisition"\n'
CALLS = '[[surveys.rules]]\nask = "csat"\nabout = "interaction"\nvia = ["sms"]\n'
CASES = '[[surveys.rules]]\nask = "nps"\nabout = "case"\nvia = ["email", "sms"]\n'


class Hub:
    """Journal, clock, policies and a watch that follows; `start` again begins a new one on what the old one kept."""

    def __init__(self, file: Path | None = None) -> None:
        self.file = file
        self.journal = MemoryJournal()
        self.clock = MovedClock(NOON)
        self.policies = PathPolicies(self.journal, self.clock)
        self.counted: list[tuple[str, str]] = []
        reaching = Reaching(Consents(self.journal, self.clock, KEY), self.policies)
        wholes = Wholes(self.journal, KEY, lambda stream: (stream,))
        self.satisfaction = Satisfaction(self.journal, self.clock, wholes, reaching, self._count)
        self.watch: SatisfactionWatch | None = None
        self.numbers = 0

    def _count(self, kind: SurveyKind, why: NotAsked | None) -> None:
        self.counted.append((kind.value, why.value if why else "asked"))

    async def start(self, text: str = "") -> SatisfactionWatch:
        if text:
            often = "" if "[[frequency]]" in text else OFTEN
            await self.policies.publish(text + often + REST, actor="operator:eve", command_id="p")
        self.journal.followers.clear()
        watch = SatisfactionWatch(self.satisfaction, self.policies, self.clock, self.file)
        after = await watch.start(await self.journal.head())
        if self.journal.log[after:]:
            watch.follow(self.journal.log[after:])
        self.journal.followers.append(watch.follow)
        self.watch = watch
        return watch

    async def settle(self) -> None:
        assert self.watch is not None
        for _ in range(1_000):
            if not await self.watch.step():
                return
        raise AssertionError("it never comes to rest")

    async def say(self, stream: str, *events: Event) -> None:
        [outcome] = await self.journal.commit([Unit([Append(stream, self.journal.version(stream), events)])])
        assert not isinstance(outcome, Exception)

    def meta(self) -> dict[str, Any]:
        now = self.clock.now()
        return {"at": now, "recorded_at": now, "causation": f"c-{len(self.journal.log)}", "actor": "test"}

    async def call(self, phone: str = PHONE, *, queue: str = "care", pool: str = "main", **more: Any) -> str:
        """Somebody calls, is served, and hangs up."""
        self.numbers += 1
        contact, customer = f"c-{self.numbers}", PHONES[phone]
        if not self.journal.version(customer):
            await self.say(customer, CustomerRegistered(**self.meta()))
        came = {"contact_id": contact, "channel": Channel.PHONE, "address": phone, "sender": "s", "thread": "t"}
        came |= {"purpose": "", "service": "", "language": "fa", "subject": "", "text": "", "pool": pool}
        await self.say(customer, ContactReceived(**self.meta(), **came, standing=Standing()))
        interaction = f"interaction-{self.numbers}"
        told = {"pool": pool, "contact_id": contact, "customer_id": customer, "channel": Channel.PHONE, "thread": "t"}
        told |= {"service": "", "segment": "B2C", "language": "fa", **placement(queue), **more}
        await self.say(interaction, InteractionQueued(**self.meta(), **told))
        await self.end(interaction)
        return interaction

    async def end(self, interaction: str) -> None:
        await self.say(interaction, InteractionEnded(**self.meta(), agent_id="ann", ended_by="customer"))

    async def case(self, kind: CaseKind = CaseKind.PROBLEM, number: int = 1) -> str:
        case = f"case-{ANN.removeprefix('customer-')}-{number}"
        opened = CaseOpened(**self.meta(), case_id=case, kind=kind, severity=Severity.HIGH, owner="bob", subject="s")
        await self.say(ANN, opened)
        return case

    async def resolve(self, case: str) -> None:
        await self.say(ANN, CaseResolved(**self.meta(), case_id=case, resolution="refunded"))

    async def link(self, event: type[CustomersLinked | CustomersUnlinked], one: str, other: str) -> None:
        left, right = (Side(id=stream, kind="phone", since=NOON) for stream in sorted((one, other)))
        told: dict[str, Any] = {**self.meta(), "link_id": f"l-{left.id}-{right.id}", "left": left, "right": right}
        if event is CustomersLinked:
            told["rule"] = "by_hand"
        appends = [Append(one, self.journal.version(one), [event(**told)]) for one in (left.id, right.id)]
        [outcome] = await self.journal.commit([Unit(appends)])
        assert not isinstance(outcome, Exception)

    def asked(self) -> list[SatisfactionAsked]:
        """Each survey once."""
        return [
            one.event for one in self.journal.log
            if isinstance(one.event, SatisfactionAsked) and customer_of_survey(one.event.survey_id) == one.stream
        ]  # fmt: skip

    def about(self) -> list[tuple[str, str]]:
        return [(one.kind.value, one.about) for one in self.asked()]
