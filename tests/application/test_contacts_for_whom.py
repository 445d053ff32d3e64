"""A contact is for whom it was asked: whoever was linked meanwhile, it reaches and holds nobody else."""

from typing import Any

import pytest

from hub.application.paths.contacts import OutboundContacts
from hub.application.paths.decisions import Decided
from hub.domain.account.events import AccountRegistered, RoleAssigned
from hub.domain.contact import Channel
from hub.domain.customer.events import ContactSent, CustomerForgotten
from hub.domain.customer.links.events import CustomersUnlinked
from hub.domain.customer.normalise import normalise
from hub.domain.customer.outbound.events import ContactDispatched, ContactGivenUp, ContactPlanned, ContactPostponed
from hub.domain.customer.outbound.state import OutboundContact, Phase
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import RefusedError
from hub.domain.ids import interaction_id
from hub.domain.interaction.events import InteractionEnded
from hub.ports import Erasure
from tests.application.test_path_contacts import BY, EMAIL, SMS, ask, dispatched, sent, talk, told
from tests.application.test_path_decisions import ANN, BEN, LEFT, LINK, RIGHT, Between, Hub
from tests.domain.consents import KEY
from tests.paths.decisions import MAIL, consent, meta, outbound
from tests.paths.decisions import at as moment

ACME = "account-acme"
BACK = {"actor": "operator:ann", "command_id": "c-2"}


@pytest.fixture
async def hub() -> Hub:
    """Ann, who may be written to on her phone, and Ben, who may be by mail, are taken for one customer."""
    hub = Hub(Between())
    await hub.begin()
    await hub.write((ANN, LINK), (BEN, LINK), (BEN, consent(moment(-1), MAIL, EMAIL, said=True)))
    return hub


async def unlink(hub: Hub, hours: float) -> None:
    apart = CustomersUnlinked(**meta(moment(hours)), link_id="link-1", left=LEFT, right=RIGHT)
    await hub.write((ANN, apart), (BEN, apart))


async def due(hub: Hub, hours: float, stream: str = BEN) -> None:
    hub.clock.hours = hours
    await hub.parts.contacts.due(stream)


async def state(hub: Hub, decided: Decided) -> OutboundContact:
    found = await hub.parts.contacts.find(decided.event.decision_id)
    assert found is not None
    return found.contact


async def counted(hub: Hub, customer: str, account: str = "") -> int:
    whole = await hub.parts.wholes.read(customer, hub.clock.now(), account_id=account)
    return max(len(ledger) for ledger in whole.parties().ledgers(account).values())


class TestAfterAnUnlink:
    async def test_the_words_for_one_are_not_sent_to_who_they_were_taken_for(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, customer=BEN, by=moment(40))
        assert decided.event.outcome is Outcome.LATER
        await unlink(hub, 13)
        await due(hub, 21, ANN)
        await due(hub, 21)
        assert await hub.facts(ContactDispatched) == []
        assert (await state(hub, decided)).planned.customer_id == BEN

    async def test_it_goes_on_for_them_alone(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, customer=BEN, channels=(SMS, EMAIL), by=moment(40))
        assert [one.channel for one in decided.event.said] == [SMS]
        await unlink(hub, 13)
        await due(hub, 21)
        [(stream, event)] = await hub.facts(ContactDispatched)
        assert isinstance(event, ContactDispatched)
        assert (stream, event.customer_id, event.address) == (BEN, BEN, MAIL.value)
        await sent(hub, event.contact_id)
        assert (await state(hub, decided)).phase is Phase.SENT

    async def test_all_that_tells_of_it_is_theirs(self, hub: Hub) -> None:
        await ask(hub, customer=BEN)
        assert {stream for stream, _ in await hub.facts(ContactPlanned, PathDecided, ContactDispatched)} == {BEN}

    async def test_who_they_were_taken_for_gets_the_slot_back(self, hub: Hub) -> None:
        hub.clock.hours = 12
        await ask(hub, customer=BEN, by=moment(40))
        assert await counted(hub, ANN) == 1
        await unlink(hub, 13)
        assert await counted(hub, ANN) == 1
        await due(hub, 21)
        assert await counted(hub, ANN) == 0

    async def test_cancelled_it_gives_that_slot_back_too(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, customer=BEN, by=moment(40))
        await unlink(hub, 13)
        await hub.parts.contacts.release(decided.event.decision_id, **BACK)
        assert await counted(hub, ANN) == 0

    async def test_where_it_failed_the_next_path_is_their_own_and_the_slot_is_given_back(self, hub: Hub) -> None:
        decided = await ask(hub, customer=BEN, channels=(SMS, EMAIL))
        first = await dispatched(hub)
        assert first.customer_id == ANN
        await unlink(hub, 0)
        await hub.parts.reports.failed(first.contact_id, "no such number", **BY)
        assert await counted(hub, ANN) == 0
        await due(hub, 0.1)
        assert (await dispatched(hub)).address == MAIL.value
        assert (await state(hub, decided)).tried == (SMS,)

    async def test_a_contact_that_was_made_is_not_given_back(self, hub: Hub) -> None:
        first, other, channel = (ANN, BEN, EMAIL) if ANN < BEN else (BEN, ANN, SMS)
        decided = await hub.ask(outbound(channels=(channel,)))
        assert (decided.stream, decided.event.outcome) == (first, Outcome.NOW)
        made = ContactSent(
            **meta(moment(0.1)), contact_id=decided.event.decision_id, channel=channel, address="there", sender="hub",
            thread="t", purpose="promotional", service="", language="", subject="", text="", standing={},
        )  # fmt: skip
        await hub.write((other, made))
        await unlink(hub, 1)
        hub.clock.hours = 2
        with pytest.raises(RefusedError, match="was made"):
            await hub.parts.contacts.release(decided.event.decision_id, **BACK)


class TestForgotten:
    async def test_who_is_forgotten_keeps_no_contact_of_their_account(self, hub: Hub) -> None:
        registered = AccountRegistered(**meta(moment(-2)), kind="account_number", value="A-1", segment="B2B", name="")
        role = RoleAssigned(
            **meta(moment(-1)), account_id=ACME, number=1, customer_id=ANN, role="buyer", since=moment(-2)
        )
        await hub.write((ACME, registered), (ACME, role), (ANN, role))
        hub.clock.hours = 12
        decided = await ask(hub, customer=ANN, by=moment(40), account_id=ACME)
        assert await counted(hub, BEN, ACME) == 1
        await hub.write((ANN, CustomerForgotten(**meta(moment(13)), reason="asked")))
        [kept] = [one for one in hub.journal.log if isinstance(one.event, ContactPlanned)]
        await hub.journal.erase([Erasure(kept.position, ("subject", "text"))])
        await due(hub, 21, ANN)
        assert (await state(hub, decided)).why == "forgotten"
        assert await counted(hub, ANN, ACME) == 0


class Refusing:
    """Decides nothing: as where somebody took the last place in between, again and again."""

    def __init__(self, decisions: Any) -> None:
        self._decisions = decisions

    async def decide(self, *_: Any, **__: Any) -> Decided:
        raise RefusedError("they are contacted often enough")

    async def recorded(self, decision: str) -> Decided:
        found: Decided = await self._decisions.recorded(decision)
        return found


class TestRefused:
    def contacts(self, hub: Hub) -> OutboundContacts:
        parts, refusing = hub.parts, Refusing(hub.parts.decisions)
        return OutboundContacts(
            hub.journal, hub.clock, parts.wholes, refusing, parts.in_force, parts.point_of, normalise,  # type: ignore[arg-type]
        )  # fmt: skip

    async def test_who_lives_is_not_taken_for_forgotten_and_is_asked_for_again(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(40))
        hub.clock.hours = 21
        await self.contacts(hub).due(ANN)
        assert await told(hub) == ["SlotReserved", "Planned", "SlotReleased", "Postponed"]
        contact = await state(hub, decided)
        assert (contact.phase, contact.slot_id) == (Phase.WAITING, "")
        assert contact.due_at is not None
        await due(hub, 22, ANN)
        assert (await told(hub))[-1] == "Dispatched"

    async def test_when_it_is_of_no_use_any_more_it_says_that_it_was_refused(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(40))
        hub.clock.hours = 40
        await self.contacts(hub).due(ANN)
        contact = await state(hub, decided)
        assert (contact.phase, contact.why) == (Phase.GIVEN_UP, "refused")
        assert await counted(hub, ANN) == 0


class TestAfterAFailure:
    async def test_who_is_talking_to_us_is_reached_on_the_other_path_when_that_is_over(self, hub: Hub) -> None:
        decided = await ask(hub, customer=BEN, channels=(SMS, EMAIL), by=moment(60))
        await hub.write(*talk(None, began=0.1))
        hub.clock.hours = 0.2
        await hub.parts.reports.failed((await dispatched(hub)).contact_id, "no such number", **BY)
        await due(hub, 0.2)
        assert (await state(hub, decided)).phase is Phase.WAITING
        over = InteractionEnded(**meta(moment(0.3)), agent_id="ann", ended_by="agent")
        await hub.write((interaction_id(KEY, "c-1"), over))
        for hours in (0.4, 25):
            await due(hub, hours)
        assert [event.channel for _, event in await hub.facts(ContactDispatched)] == [SMS, EMAIL]  # type: ignore[attr-defined]

    async def test_where_no_path_is_left_open_it_is_given_up(self, hub: Hub) -> None:
        await ask(hub, customer=BEN, channels=(SMS, Channel.PHONE), by=moment(60))
        await hub.parts.reports.failed((await dispatched(hub)).contact_id, "no such number", **BY)
        await due(hub, 0.2)
        [(_, gone)] = await hub.facts(ContactGivenUp)
        assert isinstance(gone, ContactGivenUp)
        assert (gone.reason, await hub.facts(ContactPostponed)) == ("no_path", [])

    async def test_a_contact_that_was_made_in_the_end_did_not_fail(self, hub: Hub) -> None:
        decided = await ask(hub, customer=BEN, channels=(SMS, EMAIL))
        await hub.parts.reports.failed((await dispatched(hub)).contact_id, "no such number", **BY)
        await due(hub, 0.1)
        assert ((await state(hub, decided)).phase, (await state(hub, decided)).why) == (Phase.DISPATCHED, "")
        await sent(hub, (await dispatched(hub)).contact_id)
        assert ((await state(hub, decided)).phase, (await state(hub, decided)).why) == (Phase.SENT, "")
