"""Ann calls, and an agent takes it: a journal, a clock and who decides what may be said, for tests."""

from typing import Any

from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicies, PathPolicyInForce
from hub.domain.contact import Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived, CustomerRegistered, IdentifierObserved
from hub.domain.event import Event
from hub.domain.ids import customer_id, interaction_id, offer_id
from hub.domain.interaction.events import (
    InteractionEnded,
    InteractionOffered,
    InteractionQueued,
    OfferAccepted,
    WrapUpCompleted,
)
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Append, Journal, Unit
from tests.domain.consents import KEY
from tests.paths.decisions import PHONE, POLICY, at, meta
from tests.projections.happenings import placement
from tests.support.clocks import MovedClock

ANN = customer_id(KEY, "phone", PHONE.value)
CALL = interaction_id(KEY, "call-1")
TEXTS = """
[[propositions]]
name = "fibre_500"
kind = "product"
channels = ["phone", "web"]
days_granted = 14
contribution = 20_000

[propositions.terms]
monthly_price = { value = 490, floor = 400, ceiling = 490, better = "lower" }

[propositions.texts]
fa = "فیبر"
en = "Fibre"

[[propositions.levers]]
name = "newcomer"
weight = 25
when = { stage = "acquisition" }
"""


class Centre:
    """Decides on this journal; `policy` is published before anybody calls."""

    def __init__(self, journal: Journal, policy: str = POLICY + TEXTS) -> None:
        self.journal = journal
        self.clock = MovedClock(at(0))
        self.in_force = PathPolicyInForce(parse_path_policy(policy))
        self.parts = PathParts(
            journal,
            self.clock,
            KEY,
            in_force=self.in_force,
            responses=Responses({}, 0),
            lineage=lambda stream: (stream,),
            seed=lambda: 7,
        )
        self.actions, self.responses = self.parts.actions, self.parts.action_responses

    async def publish(self, policy: str) -> None:
        recorded = await PathPolicies(self.journal, self.clock).publish(policy, actor="operator:x", command_id="p")
        self.in_force.follow(recorded)

    async def write(self, *facts: tuple[str, Event]) -> None:
        for stream, event in facts:
            history = (await self.journal.load([stream]))[stream]
            [outcome] = await self.journal.commit([Unit([Append(stream, len(history), [event])])])
            assert not isinstance(outcome, Exception)

    async def call(self, *, verified: bool = True, language: str = "fa-IR", **more: Any) -> None:
        """Ann calls; it is offered to Sam, who takes it."""
        await self.publish(self.in_force.policy.text)
        seen = IdentifierObserved(**self._meta(), kind="phone", value=PHONE.value, verified=verified)
        await self.write((ANN, CustomerRegistered(**self._meta())), (ANN, seen))
        await self.comes("call-1", verified=verified)
        queued = {
            "pool": "main", "contact_id": "call-1", "customer_id": ANN, "channel": Channel.PHONE, "thread": "t",
            "service": "", "language": language, **placement("sales"), **more,
        }  # fmt: skip
        offer = offer_id(CALL, 1)
        offered = InteractionOffered(
            **self._meta(), offer_id=offer, agent_id="sam", expires_at=at(1), units=100, policy="p", reasons=()
        )
        await self.write(
            (CALL, InteractionQueued(**self._meta(), **queued)),
            (CALL, offered),
            (CALL, OfferAccepted(**self._meta(), offer_id=offer, agent_id="sam")),
        )

    async def comes(self, contact: str, *, verified: bool = True) -> None:
        who = (Identifier(kind="phone", value=PHONE.value, verified=verified),)
        came = ContactReceived(
            **self._meta(), contact_id=contact, channel=Channel.PHONE, address=PHONE.value, sender="contact-centre",
            identifiers=who, thread="t", purpose="service", service="", language="", subject="", text="",
            standing=Standing(), pool="main",
        )  # fmt: skip
        await self.write((ANN, came))

    async def end(self) -> None:
        await self.write((CALL, InteractionEnded(**self._meta(), agent_id="sam", ended_by="agent")))

    async def wrap_up(self, actor: str = "policy:1") -> None:
        told = {**self._meta(), "actor": actor}
        await self.write((CALL, WrapUpCompleted(**told, agent_id="sam", code="")))

    async def facts(self, *kinds: type[Event]) -> list[Any]:
        return [one.event for one in await self.journal.read(0, 10_000) if isinstance(one.event, kinds)]

    def _meta(self) -> dict[str, Any]:
        return meta(self.clock.moment)
