"""A customer with a log, and questions about them, for tests of decisions."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hub.domain.cases.events import CaseKind, CaseOpened, CaseResolved, Severity
from hub.domain.contact import Channel, Direction
from hub.domain.customer.consent.events import ConsentGranted, ConsentWithdrawn, Purpose
from hub.domain.customer.consent.point import ContactPoint, contact_point
from hub.domain.customer.events import CustomerRegistered, IdentifierObserved
from hub.domain.event import Event
from hub.domain.grant.decide import answer, grant, present
from hub.domain.grant.events import Response
from hub.domain.grant.state import Grants
from hub.domain.grant.state import fold as grants_of
from hub.paths.arbitration.responses import ResponseTable, fold, table_of
from hub.paths.consent.purposes import Confidence
from hub.paths.decision.decide import Decision, decide_path
from hub.paths.decision.gathering import Told, path_state
from hub.paths.decision.question import CameIn, Question
from hub.paths.decision.rules import PathRules, rules_of
from hub.paths.decision.state import PathState
from hub.paths.policy.parsing import parse_path_policy
from hub.paths.propositions.model import Sender
from tests.domain.consents import KEY

ANN, BEN, ACME = "customer-ann", "customer-ben", "account-acme"
"""Two streams of one customer as long as a link stands, and an account."""
MONDAY = datetime(2026, 3, 2, 8, 30, tzinfo=UTC)
"""Noon in Tehran."""
PHONE, MAIL = contact_point(KEY, "phone", "+989121234567"), contact_point(KEY, "email", "ann@example.org")

POLICY = """
[quiet_hours]
time_zone = "Asia/Tehran"
daily = ["21:00-09:00"]

[[frequency]]
most = 1
days = 1

[[frequency]]
most = 3
days = 7
of = "account"

[[holdouts]]
campaign = "spring"
share = 30.0
propositions = ["tv"]

[[value_tiers]]
name = "standard"

[[stages]]
name = "enhancement"
when = { purchases = { at_least = 1 } }

[[stages]]
name = "acquisition"

[[propositions]]
name = "fibre"
kind = "product"
channels = ["sms", "email", "phone", "web"]
days_granted = 14
contribution = 1000
contact_cost = { sms = 4, email = 1, phone = 400 }

[[propositions]]
name = "tv"
kind = "product"
applicable = { stage = "enhancement" }
channels = ["sms", "email", "phone", "web"]
days_granted = 14
contribution = 3000
chance = 0.2

[[propositions]]
name = "sorry"
kind = "recovery"
eligible = { case_severity = { at_least = 1 } }
channels = ["phone", "email"]
senders = ["agent", "hub"]
days_granted = 30
contribution = 10
"""


def at(hours: float) -> datetime:
    return MONDAY + timedelta(hours=hours)


def meta(moment: datetime) -> dict[str, Any]:
    return {"at": moment, "recorded_at": moment, "causation": "c", "actor": "test"}


def consent(moment: datetime, point: ContactPoint, channel: Channel, said: bool, **more: Any) -> Event:
    about = {"point": point.point, "kind": point.kind, "value": point.value, "source": "web form", "channel": channel}
    kind = ConsentGranted if said else ConsentWithdrawn
    return kind(**{**meta(moment), **about, "purpose": Purpose.PROMOTIONAL, "text_version": "v1", **more})


def known_points(moment: datetime = MONDAY, *, verified: bool = True) -> list[tuple[str, Event]]:
    """Ann's phone, and Ben's mail address."""
    return [
        (ANN, CustomerRegistered(**meta(moment))),
        (ANN, IdentifierObserved(**meta(moment), kind="phone", value=PHONE.value, verified=verified)),
        (BEN, CustomerRegistered(**meta(moment))),
        (BEN, IdentifierObserved(**meta(moment), kind="email", value=MAIL.value, verified=verified)),
    ]


def complaint(moment: datetime, severity: Severity = Severity.HIGH, case_id: str = "case-1") -> Event:
    return CaseOpened(**meta(moment), case_id=case_id, kind=CaseKind.COMPLAINT, severity=severity)


def resolved(moment: datetime, case_id: str = "case-1") -> Event:
    return CaseResolved(**meta(moment), case_id=case_id, resolution="refunded")


def outbound(hours: float = 0, **more: Any) -> Question:
    told: dict[str, Any] = {
        "decision_id": "decision-1", "at": at(hours), "direction": Direction.OUTBOUND, "sender": Sender.CAMPAIGN,
        "channels": (Channel.SMS, Channel.EMAIL), "purpose": Purpose.PROMOTIONAL,
    }  # fmt: skip
    return Question(**{**told, **more})


def inbound(hours: float = 0, **more: Any) -> Question:
    told: dict[str, Any] = {
        "decision_id": "decision-1", "at": at(hours), "direction": Direction.INBOUND, "sender": Sender.AGENT,
        "channels": (Channel.PHONE,), "came_in": CameIn(Channel.PHONE, PHONE.point),
        "confidence": Confidence.VERIFIED,
    }  # fmt: skip
    return Question(**{**told, **more})


class World:
    """A log, and what is decided by it."""

    def __init__(self, *log: tuple[str, Event], policy: str = POLICY) -> None:
        self.log = [*known_points(at(-1)), *log]
        self.policy = parse_path_policy(policy)
        self.rules: PathRules = rules_of(self.policy)
        self.more: dict[str, Any] = {}
        """Of Told: conversations, capacity."""

    def told(self, seen: int | None = None, **more: Any) -> Told:
        log = self.log[:seen]
        streams = {name: [event for stream, event in log if stream == name] for name in (ANN, BEN, ACME)}
        known = {"customer": {ANN: streams[ANN], BEN: streams[BEN]}, "account_id": ACME, "account": streams}
        return Told(ANN, **{**known, **self.more, **more})

    def state(self, question: Question, seen: int | None = None, **more: Any) -> PathState:
        return path_state(self.told(seen, **more), question, self.policy, point_of)

    def table(self, seen: int | None = None) -> ResponseTable:
        return table_of(fold(event for _, event in self.log[:seen]))

    def decide(self, question: Question, seen: int | None = None, **more: Any) -> Decision:
        return decide_path(question, self.state(question, seen, **more), self.rules, self.table(seen))


def point_of(kind: str, value: str) -> ContactPoint:
    return contact_point(KEY, kind, value)


def granted(world: World, moment: datetime, number: int, response: Response) -> list[tuple[str, Event]]:
    """Fibre is granted, presented and answered: what the table of responses and the grants are made of."""
    fibre = next(one for one in world.policy.propositions if one.name == "fibre")
    found = grant(_grants(world.log), ANN, fibre.granting(world.policy.version), **meta(moment))
    told = list(found.told)
    said = {"channel": Channel.SMS, "sender": "hub", "standing": world.state(inbound()).standing}
    about = (found.grant.grant_id, found.grant.terms_hash)
    told += present(_grants([*world.log, *told]), *about, presentation_id=f"p{number}", **said, **meta(moment))
    until = moment + timedelta(days=2) if response is Response.DEFERRED else None
    whole = _grants([*world.log, *told])
    told += answer(whole, about[0], f"p{number}", response, deferred_until=until, **meta(moment))
    return told


def _grants(log: list[tuple[str, Event]]) -> dict[str, Grants]:
    return {ANN: grants_of(event for stream, event in log if stream == ANN)}
