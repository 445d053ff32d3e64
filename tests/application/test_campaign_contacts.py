"""Contacts that a campaign plans are made as any other: decided again when they are due, and once."""

import pytest

from hub.application.paths.bulk import BulkDecisions, Campaign, Entry, Row
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.outbound.events import ContactDispatched, ContactPlanned, ContactPostponed
from hub.domain.customer.outbound.state import Phase
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import Outcome
from hub.domain.grant.events import PropositionGranted
from hub.paths.decision.rules import rules_of
from hub.paths.policy.parsing import parse_path_policy
from tests.application.test_path_decisions import ANN, BEN, LINK, Between, Hub
from tests.paths.decisions import PHONE, POLICY, complaint
from tests.paths.decisions import at as moment

SPRING = Campaign("spring", Purpose.PROMOTIONAL, (Channel.SMS,), ("fibre",), moment(60), sends=True)


@pytest.fixture
async def hub() -> Hub:
    hub = Hub(Between())
    await hub.begin()
    await hub.write((ANN, LINK), (BEN, LINK))
    return hub


async def run(hub: Hub, *customers: str) -> list[Entry]:
    rows = [Row(number, customer) for number, customer in enumerate(customers, 1)]
    bulk = BulkDecisions(hub.parts.decisions, hub.clock)
    found = await bulk.decide(SPRING, rows, rules_of(parse_path_policy(POLICY)), "operator:cli")
    assert all(isinstance(one, Entry) for one in found), found
    return [one for one in found if isinstance(one, Entry)]


@pytest.mark.parametrize("named", [ANN, BEN])
async def test_it_waits_with_its_slot_and_is_made_when_it_is_decided_again(hub: Hub, named: str) -> None:
    """By whichever of their ids they were named."""
    [one] = await run(hub, named)
    assert one.outcome is Outcome.NOW
    [(stream, planned)] = await hub.facts(ContactPlanned)
    assert isinstance(planned, ContactPlanned)
    assert (stream, planned.customer_id, planned.slot_id, planned.due_at) == (named, named, one.decision_id, moment(0))
    assert await hub.facts(ContactDispatched, PropositionGranted) == []
    assert await hub.parts.contacts.due(named) == 1
    [(_, granted), (_, made)] = await hub.facts(ContactDispatched, PropositionGranted)
    assert isinstance(granted, PropositionGranted)
    assert isinstance(made, ContactDispatched)
    assert (made.address, made.proposition, made.terms_hash) == (PHONE.value, "fibre", granted.terms_hash)
    assert (made.sender, made.speaker, made.outbound_id) == ("campaign", "spring", one.decision_id)
    found = await hub.parts.contacts.find(one.decision_id)
    assert found is not None
    assert found.contact.phase is Phase.DISPATCHED
    assert await hub.parts.contacts.due(named) == 0


async def test_run_again_under_any_of_their_ids_it_plans_nothing_more(hub: Hub) -> None:
    await run(hub, ANN)
    await hub.parts.contacts.due(ANN)
    assert [one.is_repeat for one in await run(hub, BEN, ANN)] == [True, True]
    assert len(await hub.facts(ContactPlanned)) == len(await hub.facts(ContactSlotReserved)) == 1


async def test_what_came_in_between_is_looked_at_and_the_slot_given_back(hub: Hub) -> None:
    await run(hub, ANN)
    await hub.write((ANN, complaint(moment(0.1))))
    hub.clock.hours = 0.2
    await hub.parts.contacts.due(ANN)
    assert await hub.facts(ContactDispatched) == []
    assert len(await hub.facts(ContactPostponed)) == len(await hub.facts(ContactSlotReleased)) == 1


async def test_who_is_told_nothing_has_nothing_planned(hub: Hub) -> None:
    await hub.write((ANN, complaint(moment(-0.1))))
    [one] = await run(hub, ANN)
    assert one.outcome is Outcome.NOTHING
    assert await hub.facts(ContactPlanned, ContactSlotReserved) == []
