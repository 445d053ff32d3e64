"""Decisions are facts: written once with what goes with them, the same for whoever asks, never on what moved on."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from hub.application.paths.decisions import AskedAs, Decided, stream_of_decision
from hub.application.paths.in_force import Responses
from hub.application.paths.parts import PathParts
from hub.application.policies.paths import PathPolicyInForce
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.contact import Channel, Standing
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, CustomerForgotten, CustomerRegistered, IdentifierObserved
from hub.domain.customer.links.events import CustomersLinked, Side
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.grant.events import PropositionGranted
from hub.domain.ids import customer_id, interaction_id, next_generation
from hub.domain.interaction.events import InteractionQueued
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.sqlite import SqliteStore
from hub.paths.decision.question import Question
from hub.paths.policy.parsing import parse_path_policy
from hub.ports import Append, Unit
from hub.ports import Outcome as Written
from tests.application.lived_paths import LivedClock
from tests.domain.consents import KEY
from tests.paths.decisions import MAIL, PHONE, POLICY, consent, inbound, meta, outbound
from tests.paths.decisions import at as moment
from tests.projections.happenings import placement
from tests.support.memory import MemoryJournal

ANN = customer_id(KEY, "phone", PHONE.value)
BEN = customer_id(KEY, "email", MAIL.value)
ACME = f"account-{7:032x}"
LEFT, RIGHT = (Side(id=stream, since=moment(-2)) for stream in sorted((ANN, BEN)))
LINK = CustomersLinked(**meta(moment(-1)), rule="by_hand", link_id="link-1", left=LEFT, right=RIGHT)


class Hub:
    """A journal with Ann's phone and Ben's mail address in it, and who decides on it."""

    def __init__(self, journal: Any, lineage: dict[str, tuple[str, ...]] | None = None, policy: str = POLICY) -> None:
        self.journal = journal
        self.clock = LivedClock()
        known = lineage or {}
        self.parts = PathParts(
            journal,
            self.clock,
            KEY,
            in_force=PathPolicyInForce(parse_path_policy(policy)),
            responses=Responses({}, 0),
            lineage=lambda stream: known.get(stream, (stream,)),
            seed=lambda: 7,
        )

    async def write(self, *facts: tuple[str, Event]) -> None:
        for stream, event in facts:
            history = (await self.journal.load([stream]))[stream]
            [outcome] = await self.journal.commit([Unit([Append(stream, len(history), [event])])])
            assert not isinstance(outcome, Exception)

    async def begin(self) -> None:
        for stream, point in ((ANN, PHONE), (BEN, MAIL)):
            seen = IdentifierObserved(**meta(moment(-2)), kind=point.kind, value=point.value, verified=True)
            await self.write((stream, CustomerRegistered(**meta(moment(-2)))), (stream, seen))
        await self.write((ANN, consent(moment(-1), PHONE, Channel.SMS, said=True)))

    async def ask(self, question: Question, request: str = "r", customer: str = ANN, **more: Any) -> Decided:
        told = {"actor": "adapter:web", "command_id": "c", **more}
        return await self.parts.decisions.decide(customer, question, request=request, **told)

    async def facts(self, *kinds: type[Event]) -> list[tuple[str, Event]]:
        return [(one.stream, one.event) for one in await self.journal.read(0, 10_000) if isinstance(one.event, kinds)]


class Between(MemoryJournal):
    """Somebody else writes just before the next commit."""

    def __init__(self) -> None:
        super().__init__()
        self.first: list[Unit] = []

    async def commit(self, units: Sequence[Unit]) -> list[Written]:
        first, self.first = self.first, []
        for unit in first:
            await super().commit([unit])
        return await super().commit(units)


@pytest.fixture
async def hub() -> Hub:
    hub = Hub(Between())
    await hub.begin()
    return hub


@pytest.fixture
async def stored(tmp_path: Path) -> AsyncIterator[Hub]:
    journal = EventJournal(SqliteStore(tmp_path / "events.sqlite", Codec()))
    hub = Hub(journal)
    await hub.begin()
    yield hub
    await journal.close()


async def test_a_decision_is_a_fact_of_the_customer_and_a_repeat_is_told_the_same(hub: Hub) -> None:
    decided = await hub.ask(outbound())
    assert (decided.event.outcome, decided.stream, decided.is_repeat) == (Outcome.NOW, ANN, False)
    assert stream_of_decision(decided.event.decision_id) == ANN
    assert await hub.parts.decisions.recorded(decided.event.decision_id) == replace(decided, grants={}, is_repeat=True)
    hub.clock.hours = 1
    again = await hub.ask(outbound())
    assert again == replace(decided, is_repeat=True)
    assert await hub.facts(PathDecided) == [(ANN, decided.event)]


async def test_the_same_request_with_other_words_is_refused(hub: Hub) -> None:
    await hub.ask(outbound())
    with pytest.raises(RefusedError, match="decided before"):
        await hub.ask(outbound(channels=(Channel.EMAIL,)))


async def test_a_contact_that_is_to_be_made_has_its_slot(hub: Hub) -> None:
    decided = await hub.ask(outbound())
    [(stream, slot)] = await hub.facts(ContactSlotReserved)
    assert isinstance(slot, ContactSlotReserved)
    assert (stream, slot.slot_id, slot.channel) == (ANN, decided.event.decision_id, Channel.SMS)
    next_one = await hub.ask(outbound(), "another")
    assert (next_one.event.outcome, next_one.event.closed["capped"]) == (Outcome.NOTHING, 1)
    hub.clock.hours = 1
    held = await hub.ask(outbound(slot_id=decided.event.decision_id, channels=(Channel.EMAIL,)), "sending")
    assert held.event.outcome is Outcome.NOTHING
    [(_, released)] = await hub.facts(ContactSlotReleased)
    assert isinstance(released, ContactSlotReleased)
    assert (released.slot_id, released.reason) == (decided.event.decision_id, "held")


async def test_what_is_shown_first_is_granted_and_whoever_asks_next_gets_the_same_terms(hub: Hub) -> None:
    first = await hub.ask(inbound(), "phone", grants=True)
    other = await hub.ask(inbound(channels=(Channel.WEB,), came_in=None), "web", grants=True)
    assert list(first.grants) == ["fibre"]
    assert other.event.said[0].grant_id == first.grants["fibre"].grant_id
    assert other.grants["fibre"].terms_hash == first.grants["fibre"].terms_hash
    assert len(await hub.facts(PropositionGranted)) == 1


async def test_who_merely_asks_is_granted_nothing(hub: Hub) -> None:
    decided = await hub.ask(inbound())
    assert decided.event.said[0].proposition == "fibre"
    assert (decided.grants, await hub.facts(PropositionGranted)) == ({}, [])


async def test_of_many_who_ask_at_once_one_is_granted_and_all_are_shown_it(stored: Hub) -> None:
    asked = [stored.ask(inbound(), f"r{number}", grants=True) for number in range(4)]
    decided = await asyncio.gather(*asked)
    [(_, given)] = await stored.facts(PropositionGranted)
    assert isinstance(given, PropositionGranted)
    assert {one.grants["fibre"].grant_id for one in decided} == {given.grant_id}
    assert len(await stored.facts(PathDecided)) == 4


async def test_a_link_that_comes_in_between_is_looked_at(hub: Hub) -> None:
    await hub.write((BEN, consent(moment(-1), MAIL, Channel.EMAIL, said=True)))
    await hub.ask(outbound(channels=(Channel.EMAIL,)), "ben", BEN)
    link = Unit([Append(stream, len((await hub.journal.load([stream]))[stream]), [LINK]) for stream in (ANN, BEN)])
    hub.journal.first = [link]
    decided = await hub.ask(outbound(channels=(Channel.SMS,)), "ann", ANN)
    assert decided.event.outcome is Outcome.NOTHING
    assert decided.event.closed["capped"] == 1


async def test_a_no_outlives_the_forgetting_of_who_said_it(hub: Hub) -> None:
    heir = next_generation(KEY, ANN)
    seen = IdentifierObserved(**meta(moment(0)), kind="phone", value=PHONE.value, verified=True)
    await hub.write(
        (ANN, consent(moment(-1), PHONE, Channel.SMS, said=False)),
        (ANN, CustomerForgotten(**meta(moment(0)), reason="asked")),
        (heir, CustomerRegistered(**meta(moment(0)))),
        (heir, seen),
    )
    later = Hub(hub.journal, {ANN: (ANN, heir)})
    decided = await later.ask(outbound(channels=(Channel.SMS,), propositions=("fibre",)), customer=heir)
    assert decided.event.closed == {"withdrawn": 1}
    with pytest.raises(RefusedError, match="forgotten"):
        await later.ask(outbound(), customer=ANN)


async def test_an_open_conversation_holds_what_is_promotional(hub: Hub) -> None:
    call = ContactReceived(
        **meta(moment(-0.5)), contact_id="call-1", channel=Channel.PHONE, address=PHONE.value, sender="contact-centre",
        thread="t", purpose="service", service="", language="", subject="", text="", pool="main", standing=Standing(),
    )  # fmt: skip
    queued = InteractionQueued(
        **meta(moment(-0.5)), pool="main", contact_id="call-1", customer_id=ANN, channel=Channel.PHONE, thread="t",
        service="", **placement("sales"),
    )  # fmt: skip
    await hub.write((ANN, call), (interaction_id(KEY, "call-1"), queued))
    decided = await hub.ask(outbound(channels=(Channel.SMS,), propositions=("fibre",)))
    assert decided.event.closed == {"conversation": 1}


@pytest.mark.parametrize("customer", ["customer-nobody", "account-1", "interaction-1", ""])
async def test_of_nobody_nothing_is_decided(hub: Hub, customer: str) -> None:
    with pytest.raises(NotFoundError, match="there is no customer"):
        await hub.ask(outbound(), customer=customer)


async def test_what_can_not_be_asked_leaves_nothing_behind(hub: Hub) -> None:
    before = len(await hub.journal.read(0, 10_000))
    with pytest.raises(InvalidError, match="no proposition 'nothing'"):
        await hub.ask(outbound(propositions=("nothing",)))
    with pytest.raises(InvalidError, match="no account"):
        await hub.ask(outbound(), account_id="account-nobody")
    with pytest.raises(InvalidError, match="name the request"):
        await hub.ask(outbound(), "")
    with pytest.raises(NotFoundError, match="no decision"):
        await hub.parts.decisions.recorded("decision-customer-ann-0")
    assert len(await hub.journal.read(0, 10_000)) == before


async def test_the_terms_of_an_account_are_told_to_nobody_who_does_not_act_for_it(hub: Hub) -> None:
    role = RoleAssigned(
        **meta(moment(-1)), account_id=ACME, number=1, customer_id=BEN, role="buyer", since=moment(-1),
        until=moment(1),
    )  # fmt: skip
    registered = AccountRegistered(**meta(moment(-1)), kind="account_number", value="A-1", segment="B2B", name="Acme")
    await hub.write((ACME, registered), (ACME, role), (BEN, role))
    before = len(await hub.journal.read(0, 10_000))
    for ask in (inbound(), outbound()):
        with pytest.raises(InvalidError, match="does not act for") as refused:
            await hub.ask(ask, account_id=ACME, grants=True)
        assert refused.value.field == "account_id"
    assert len(await hub.journal.read(0, 10_000)) == before
    held = Hub(hub.journal, policy=POLICY.replace('name = "fibre"', 'name = "fibre"\nholder = "account"'))
    first = await held.ask(inbound(), "ben", BEN, account_id=ACME, grants=True)
    assert first.grants["fibre"].holder == ACME
    assert await held.ask(inbound(), "ben", BEN) == replace(first, is_repeat=True)
    held.clock.hours = 2
    assert await held.ask(inbound(), "ben", BEN, account_id=ACME) == replace(first, grants={}, is_repeat=True)
    with pytest.raises(InvalidError, match="does not act for"):
        await held.ask(inbound(), "later", BEN, account_id=ACME)


async def test_a_repeat_shows_no_terms_that_are_over(hub: Hub) -> None:
    first = await hub.ask(inbound(), grants=True)
    hub.clock.hours = 14 * 24 - 1
    assert (await hub.ask(inbound(), grants=True)).grants == first.grants
    hub.clock.hours = 14 * 24
    again = await hub.ask(inbound(), grants=True)
    assert (again.event, again.grants) == (first.event, {})


async def test_a_repeat_shows_the_better_terms_that_a_link_brought(hub: Hub) -> None:
    first = await hub.ask(inbound(), "ann", ANN, grants=True)
    hub.clock.hours = 1
    here = inbound(channels=(Channel.WEB,), came_in=None)
    other = await hub.ask(here, "ben", BEN, grants=True)
    mine, theirs = first.grants["fibre"], other.grants["fibre"]
    assert mine.grant_id != theirs.grant_id
    assert mine.expires_at < theirs.expires_at
    await hub.write((ANN, LINK), (BEN, LINK))
    again = await hub.ask(inbound(), "ann", ANN, grants=True)
    assert (again.event, again.grants["fibre"].grant_id) == (first.event, theirs.grant_id)


@pytest.mark.parametrize("one", AskedAs)
async def test_what_another_kind_of_request_is_called_keeps_nobody_from_asking(hub: Hub, one: AskedAs) -> None:
    first = await hub.ask(inbound(), "interaction-1", asked_as=one)
    for other in AskedAs:
        again = await hub.ask(inbound(), "interaction-1", asked_as=other)
        assert (again.is_repeat, again.event.decision_id == first.event.decision_id) == (other is one, other is one)


async def test_a_contact_that_carries_a_grant_they_have_grants_nothing_it_does_not_carry(hub: Hub) -> None:
    policy = POLICY.replace("share = 30.0", "share = 0.1").replace('applicable = { stage = "enhancement" }', "")
    both = Hub(hub.journal, policy=policy)
    await both.ask(inbound(propositions=("fibre",)), "page", grants=True)
    decided = await both.ask(outbound(channels=(Channel.SMS,), propositions=("fibre", "tv")), "contact", grants=True)
    assert [one.proposition for one in decided.event.said] == ["fibre", "tv"]
    assert list(decided.grants) == ["fibre"]
    assert [event.proposition for _, event in await both.facts(PropositionGranted)] == ["fibre"]


async def test_where_nobody_can_be_reached_that_is_the_reason(hub: Hub) -> None:
    decided = await hub.ask(outbound(channels=(Channel.WEB,), purpose=Purpose.TRANSACTIONAL, proposes=False))
    assert (decided.event.outcome, decided.event.closed) == (Outcome.NOTHING, {"no_path": 1})


async def test_a_repeat_tells_that_its_slot_was_given_back(hub: Hub) -> None:
    first = await hub.ask(outbound())
    assert first.released == (await hub.ask(outbound())).released == ""
    await hub.parts.contacts.release(first.event.decision_id, "cancelled", actor="a", command_id="c")
    again = await hub.ask(outbound())
    assert (again.event, again.released) == (first.event, "cancelled")
