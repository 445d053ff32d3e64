"""A small hub that lives through a history of customers, on whatever journal: decisions, grants, answers, policies."""

from datetime import timedelta
from typing import Any

from hub.application.paths.answering import PathAnswers
from hub.application.paths.decisions import Decided
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.cases.events import Severity
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import CustomerForgotten, CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, CustomersUnlinked, Side
from hub.domain.customer.purchases.events import PurchaseRecorded
from hub.domain.errors import HubError
from hub.domain.event import Event
from hub.domain.grant.decide import answer, present
from hub.domain.grant.events import Response
from hub.domain.ids import customer_id, next_generation
from hub.paths.decision.question import Question
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Append, Unit
from tests.domain.consents import KEY
from tests.paths.decisions import MAIL, PHONE, POLICY, complaint, consent, inbound, meta, outbound, resolved
from tests.paths.decisions import at as moment

ANN = customer_id(KEY, "phone", PHONE.value)
BEN = customer_id(KEY, "email", MAIL.value)
ACME = "account-acme"
OTHER = POLICY.replace("share = 30.0", "share = 60.0") + "\n[arbitration]\nexplores = true\n"
PARTS = tuple(Side(id=stream, since=moment(-2)) for stream in sorted((ANN, BEN)))


class LivedClock:
    """Of hours."""

    speed = 1.0

    def __init__(self) -> None:
        self.hours = 0.0

    def now(self) -> Any:
        return moment(self.hours)

    async def sleep(self, seconds: float) -> None:
        self.hours += seconds / 3600


class LivedHub:
    """`follow` is called with what a journal commits. Ann has a phone and claims Ben's mail address,
    Ben has another phone."""

    def __init__(self, journal: Any, policy: str = POLICY) -> None:
        self.journal = journal
        self.clock = LivedClock()
        self.policies = PathPolicies(journal, self.clock)
        self.in_force = PathPolicyInForce(parse_path_policy(policy))
        self.lines: dict[str, tuple[str, ...]] = {}
        self.responses = Responses({}, 0)
        self.parts = PathParts(
            journal,
            self.clock,
            KEY,
            in_force=self.in_force,
            responses=self.responses,
            lineage=lambda stream: self.lines.get(stream, (stream,)),
            seed=lambda: 7,
        )
        self.answers = PathAnswers(journal, self.parts.wholes, self.policies, self.parts.point_of)

    def follow(self, batch: Any) -> None:
        self.in_force.follow(batch)
        self.responses.follow(batch)

    async def begin(self) -> None:
        await self.publish(self.in_force.policy.text)
        for stream, point in ((ANN, PHONE), (BEN, MAIL)):
            seen = IdentifierObserved(**meta(moment(-2)), kind=point.kind, value=point.value, verified=True)
            await self.write((stream, CustomerRegistered(**meta(moment(-2)))), (stream, seen))
        claimed = IdentifierObserved(**meta(moment(-2)), kind="email", value=MAIL.value, verified=False)
        second = IdentifierObserved(**meta(moment(-2)), kind="phone", value="+989121234568", verified=True)
        known = AccountRegistered(**meta(moment(-2)), kind="legal_id", value="1", segment="B2B", name="Acme")
        await self.write((ANN, claimed), (BEN, second), (ACME, known))

    async def publish(self, text: str) -> None:
        await self.policies.publish(text, actor="operator:x", command_id="c")

    async def write(self, *facts: tuple[str, Event]) -> None:
        for stream, event in facts:
            history = (await self.journal.load([stream]))[stream]
            [outcome] = await self.journal.commit([Unit([Append(stream, len(history), [event])])])
            assert not isinstance(outcome, Exception)

    async def ask(self, question: Question, request: str = "r", customer: str = ANN, **more: Any) -> Decided:
        told = {"actor": "adapter:web", "command_id": "c", **more}
        return await self.parts.decisions.decide(customer, question, request=request, **told)

    async def answered(self, number: int, response: Response) -> None:
        """What Ann was granted is presented, and she says something."""
        whole = await self.parts.wholes.read(ANN, self.clock.now())
        grants = whole.grants(whole.canonical)
        live = [one for known in grants.values() for one in known.given.values() if one.expires_at > self.clock.now()]
        for grant in live[-1:]:
            about = {"presentation_id": f"p{number}", "channel": Channel.PHONE, "sender": "agent"}
            told = present(
                grants, grant.grant_id, grant.terms_hash, **about, standing=Standing(), **meta(self.clock.now())
            )
            await self.write(*told)
            grants = (await self.parts.wholes.read(ANN, self.clock.now())).grants(whole.canonical)
            until = self.clock.now() + timedelta(days=2) if response is Response.DEFERRED else None
            said = answer(
                grants, grant.grant_id, f"p{number}", response, deferred_until=until, **meta(self.clock.now())
            )
            await self.write(*said)

    async def live_through(self, steps: list[tuple[Any, ...]]) -> None:
        """Each a word, one of the two, hours since the last, and a number. What can't be done then is not done."""
        for number, (what, who, hours, kind) in enumerate(steps):
            self.clock.hours += hours
            try:
                await self._step(what, (ANN, BEN)[who], number, kind)
            except HubError:
                continue

    async def _step(self, what: str, stream: str, number: int, kind: int) -> None:
        now = self.clock.now()
        point, channel = {ANN: (PHONE, Channel.SMS), BEN: (MAIL, Channel.EMAIL)}[stream]
        match what:
            case "yes" | "no":
                await self.write((stream, consent(now, point, channel, what == "yes")))
            case "complain":
                await self.write((stream, complaint(now, Severity(kind + 1), f"case-{number}")))
            case "settle":
                await self.write(*((stream, resolved(now, f"case-{one}")) for one in range(number)))
            case "buy":
                fact = {"purchase_id": str(number), "amount": 5, "currency": "IRR"}
                await self.write((stream, PurchaseRecorded(**meta(now), **fact)))
            case "link" | "part":
                told = {"link_id": "link-1", "left": PARTS[0], "right": PARTS[1]}
                linked = CustomersLinked(**meta(now), **told, rule="by_hand")
                event = linked if what == "link" else CustomersUnlinked(**meta(now), **told, again=True)
                await self.write(*((side.id, event) for side in PARTS))
            case "act":
                role = RoleAssigned(
                    **meta(now), account_id=ACME, number=number + 1, customer_id=stream, role="buyer", since=now
                )
                await self.write((ACME, role), (stream, role))
            case "publish":
                await self.publish(OTHER if kind % 2 else POLICY)
            case "forget":
                self.lines[BEN] = (BEN, next_generation(KEY, BEN))
                await self.write((BEN, CustomerForgotten(**meta(now), reason="asked")))
            case "say":
                await self.answered(number, tuple(Response)[kind])
            case "come":
                await self.ask(inbound(), f"r{number}", stream, grants=kind > 1)
            case "call":
                more: dict[str, Any] = {"by": now + timedelta(hours=20)} if kind == 1 else {}
                if kind > 1:
                    more = {"purpose": Purpose.SURVEY, "proposes": False}
                await self.ask(outbound(**more), f"r{number}", stream)
