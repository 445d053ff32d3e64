"""One contact that somebody wants made: every gate first, once on the wire, and on another path where it fails."""

import asyncio
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from hub.application.paths.contacts_facts import WantedContact
from hub.application.paths.decisions import Decided
from hub.domain.contact import Attachment, Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.events import ContactReceived, ContactSent, CustomerForgotten
from hub.domain.customer.outbound.events import (
    ContactDispatched,
    ContactFailed,
    ContactGivenUp,
    ContactPlanned,
    ContactPostponed,
    ContactUnreported,
)
from hub.domain.customer.outbound.state import Phase
from hub.domain.customer.slots.events import ContactSlotReleased, ContactSlotReserved
from hub.domain.decision.events import Outcome, PathDecided
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.domain.event import Event
from hub.domain.grant.events import PropositionGranted, PropositionPresented
from hub.domain.ids import interaction_id
from hub.domain.interaction.events import InteractionEnded, InteractionMoved, InteractionQueued
from hub.paths.propositions.model import Sender
from hub.ports import Append, ContactRow, Erasure, Unit
from tests.application.test_path_decisions import ANN, BEN, LINK, Between, Hub
from tests.domain.consents import KEY
from tests.paths.decisions import MAIL, PHONE, complaint, consent, meta, outbound
from tests.paths.decisions import at as moment
from tests.projections.happenings import placement

SMS, EMAIL = Channel.SMS, Channel.EMAIL
BY = {"actor": "adapter:sms", "command_id": "signal-1"}
OUTBOUND = (
    ContactPlanned, ContactPostponed, ContactDispatched, ContactSent, ContactFailed, ContactUnreported, ContactGivenUp,
    ContactSlotReserved, ContactSlotReleased,
)  # fmt: skip


def wanted(**more: Any) -> WantedContact:
    told: dict[str, Any] = {
        "customer": ANN, "purpose": Purpose.PROMOTIONAL, "sender": Sender.CAMPAIGN, "channels": (SMS,),
        "subject": "fibre", "text": "It is here",
    }  # fmt: skip
    return WantedContact(**{**told, **more})


async def ask(hub: Hub, request: str = "r", **more: Any) -> Decided:
    return await hub.parts.contacts.ask(wanted(**more), request=request, actor="operator:ann", command_id="c")


async def told(hub: Hub) -> list[str]:
    """What happened to contacts, in order."""
    return [type(event).__name__.removeprefix("Contact") for _, event in await hub.facts(*OUTBOUND)]


async def due(hub: Hub, hours: float) -> None:
    hub.clock.hours = hours
    await hub.parts.contacts.due(ANN)


async def dispatched(hub: Hub) -> Any:
    return (await hub.facts(ContactDispatched))[-1][1]


async def sent(hub: Hub, contact: str, thread: str = "sms-7", at: datetime | None = None) -> Any:
    return await hub.parts.reports.sent(contact, thread=thread, at=at or hub.clock.now(), **BY)


@pytest.fixture
async def hub() -> Hub:
    hub = Hub(Between())
    await hub.begin()
    return hub


def talk(ended: float | None, began: float = -0.5) -> list[tuple[str, Event]]:
    """Ann calls."""
    common = {"channel": Channel.PHONE, "thread": "call-1", "service": ""}
    stream = interaction_id(KEY, "c-1")
    came = ContactReceived(
        **meta(moment(began)), **common, contact_id="c-1", address=PHONE.value, sender="", purpose="service",
        language="", subject="", text="", standing={}, pool="main",
    )  # fmt: skip
    queued = InteractionQueued(
        **meta(moment(began)), **common, **placement("care"), pool="main", contact_id="c-1", customer_id=ANN,
        segment="B2C", value_tier="", lifecycle_stage="", language="",
    )  # fmt: skip
    facts: list[tuple[str, Event]] = [(ANN, came), (stream, queued)]
    if ended is not None:
        facts.append((stream, InteractionEnded(**meta(moment(ended)), agent_id="ann", ended_by="agent")))
    return facts


def mails(*subjects: str, number: int = 1) -> list[tuple[str, Event]]:
    """Ann writes, and a machine of hers after that."""
    common = {"channel": EMAIL, "thread": "mail-1", "service": "", "language": ""}
    said = [
        ContactReceived(
            **meta(moment(-0.5)), **common, contact_id=f"m-{n}", address=MAIL.value, sender="", purpose="service",
            subject=subject, text="", standing={}, pool="main",
        )
        for n, subject in enumerate(subjects, number)
    ]  # fmt: skip
    machine = said[-1].model_copy(update={"contact_id": "m-9", "subject": "Out of office", "auto": True})
    queued = InteractionQueued(
        **meta(moment(-0.5)), **common, **placement("care"), pool="main", contact_id="m-1", customer_id=ANN,
        segment="B2C", value_tier="", lifecycle_stage="",
    )  # fmt: skip
    return [*((ANN, one) for one in (*said, machine)), (interaction_id(KEY, "m-1"), queued)]


class TestNow:
    async def test_it_is_decided_planned_and_dispatched_in_one_transaction(self, hub: Hub) -> None:
        commits = hub.journal.commits
        decided = await ask(hub, agent_id="ann")
        assert (decided.event.outcome, hub.journal.commits) == (Outcome.NOW, commits + 1)
        assert await told(hub) == ["SlotReserved", "Planned", "Dispatched"]
        event = await dispatched(hub)
        assert (event.contact_id, event.address, event.text, event.channel, event.customer_id) == (
            decided.event.decision_id, PHONE.value, "It is here", SMS, ANN,
        )  # fmt: skip
        assert (event.thread, event.agent_id) == (decided.event.decision_id, "ann")
        assert event.report_by == moment(1)

    async def test_the_same_request_is_the_same_contact(self, hub: Hub) -> None:
        first = await ask(hub)
        again = await ask(hub)
        assert (again.event, again.is_repeat) == (first.event, True)
        assert (await told(hub)).count("Dispatched") == 1
        with pytest.raises(RefusedError, match="with other words"):
            await ask(hub, text="It is not here")

    async def test_where_a_gate_is_closed_nothing_is_sent_and_the_reasons_are_told(self, hub: Hub) -> None:
        await hub.write((ANN, complaint(moment(-0.5))))
        decided = await ask(hub)
        assert (decided.event.outcome, dict(decided.event.closed)) == (Outcome.NOTHING, {"complaint": 1})
        assert await told(hub) == []

    async def test_of_one_contact_point_no_other_is_used(self, hub: Hub) -> None:
        await hub.write((ANN, LINK), (BEN, LINK), (BEN, consent(moment(-1), MAIL, EMAIL, said=True)))
        decided = await ask(hub, channels=(SMS, EMAIL), point=MAIL.point)
        assert [one.point for one in decided.event.said] == [MAIL.point]
        event = await dispatched(hub)
        assert (event.channel, event.address, event.customer_id) == (EMAIL, MAIL.value, BEN)

    async def test_what_is_proposed_is_granted_and_goes_with_it_in_its_terms(self, hub: Hub) -> None:
        await ask(hub, proposes=True, propositions=("fibre",))
        event = await dispatched(hub)
        [(_, given)] = await hub.facts(PropositionGranted)
        assert isinstance(given, PropositionGranted)
        assert (event.grant_id, event.terms_hash, event.proposition) == (given.grant_id, given.terms_hash, "fibre")
        await sent(hub, event.contact_id)
        [(_, shown)] = await hub.facts(PropositionPresented)
        assert isinstance(shown, PropositionPresented)
        assert (shown.presentation_id, shown.terms_hash) == (event.contact_id, given.terms_hash)

    async def test_a_reply_needs_its_interaction_and_leaves_by_its_path(self, hub: Hub) -> None:
        with pytest.raises(InvalidError, match="leaves by the path") as refused:
            await ask(hub, purpose=Purpose.REPLY)
        assert refused.value.field == "interaction_id"
        await hub.write(*talk(-0.2))
        stream = interaction_id(KEY, "c-1")
        decided = await ask(hub, purpose=Purpose.REPLY, channels=(Channel.PHONE, SMS), interaction_id=stream)
        assert [(one.channel, one.point) for one in decided.event.said] == [(Channel.PHONE, PHONE.point)]
        assert (await dispatched(hub)).thread == "call-1"
        with pytest.raises(InvalidError, match="no interaction"):
            await ask(hub, "other", interaction_id="interaction-nothing")

    async def test_only_a_call_goes_without_words(self, hub: Hub) -> None:
        await hub.write(*talk(-0.2), *mails("my card"))
        nothing = {"purpose": Purpose.REPLY, "channels": tuple(Channel), "subject": "", "text": ""}
        with pytest.raises(InvalidError, match="only a call needs none") as refused:
            await ask(hub, "mail", **nothing, interaction_id=interaction_id(KEY, "m-1"))
        assert refused.value.field == "text"
        assert await told(hub) == []
        await ask(hub, "call", **nothing, interaction_id=interaction_id(KEY, "c-1"))
        assert (await dispatched(hub)).channel is Channel.PHONE

    async def test_a_mail_is_answered_under_its_subject_unless_another_is_said(self, hub: Hub) -> None:
        await hub.write(*mails("Antw: re[2]: my card", "AW: my new card"))
        stream = interaction_id(KEY, "m-1")
        reply = {"purpose": Purpose.REPLY, "channels": (EMAIL,), "interaction_id": stream, "subject": ""}
        first = await ask(hub, **reply)
        assert (await dispatched(hub)).subject == "Re: my new card"
        await hub.write(*mails("something else", number=3)[:1])
        assert (await ask(hub, **reply)).event == first.event
        with pytest.raises(RefusedError, match="with other words"):
            await ask(hub, **reply | {"subject": "cards"})
        await ask(hub, "another", **reply | {"subject": "cards"})
        assert [one.event.subject for one in hub.journal.log if isinstance(one.event, ContactDispatched)] == [
            "Re: my new card", "cards",
        ]  # fmt: skip

    async def test_it_keeps_layout_copies_and_files_until_it_was_made(self, hub: Hub) -> None:
        file = Attachment(uri="file:///card", name="card.png")
        words = {"html": "<p>It is here</p>", "cc": ("reza@example.com",), "attachments": (file,)}
        decided = await ask(hub, **words)
        event = await dispatched(hub)
        assert {name: getattr(event, name) for name in words} == words
        await hub.parts.reports.sent(event.contact_id, thread="t", at=hub.clock.now(), **BY)
        [(_, sent)] = await hub.facts(ContactSent)
        assert {name: getattr(sent, name) for name in words} == words
        assert (await ask(hub, **words)).event == decided.event
        assert await hub.parts.reports.address_of(event.contact_id, event.channel) == event.address
        with pytest.raises(InvalidError, match="left by"):
            await hub.parts.reports.address_of(event.contact_id, Channel.PHONE)
        with pytest.raises(RefusedError, match="with other words"):
            await ask(hub, **words | {"cc": ()})

    async def test_an_answer_says_in_which_queue_its_conversation_is_by_now(self, hub: Hub) -> None:
        await hub.write(*talk(-0.2))
        stream = interaction_id(KEY, "c-1")
        moved = InteractionMoved(**meta(moment(-0.1)), **placement("sales"), from_queue="care", reason="overflow")
        await hub.write((stream, moved))
        await ask(hub, purpose=Purpose.REPLY, channels=(Channel.PHONE,), interaction_id=stream)
        assert (await dispatched(hub)).queue == "sales"


class TestLater:
    async def test_in_quiet_hours_it_waits_with_its_slot_and_is_decided_again_when_they_end(self, hub: Hub) -> None:
        hub.clock.hours = 12  # midnight in Tehran
        decided = await ask(hub, by=moment(40))
        assert (decided.event.outcome, decided.event.due_at) == (Outcome.LATER, moment(21))
        assert await told(hub) == ["SlotReserved", "Planned"]
        await due(hub, 20.9)
        assert await told(hub) == ["SlotReserved", "Planned"]
        await due(hub, 21.01)
        assert (await told(hub))[2:] == ["SlotReleased", "SlotReserved", "Dispatched"]
        second = (await hub.facts(PathDecided))[-1][1]
        event = await dispatched(hub)
        assert isinstance(second, PathDecided)
        assert (event.contact_id, event.outbound_id) == (second.decision_id, decided.event.decision_id)
        await due(hub, 21.02)
        assert (await told(hub)).count("Dispatched") == 1

    async def test_on_the_very_moment_it_keeps_its_slot_and_that_slots_name(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(40))
        await due(hub, 21)
        assert await told(hub) == ["SlotReserved", "Planned", "Dispatched"]
        event = await dispatched(hub)
        assert event.contact_id == event.slot_id == decided.event.decision_id
        await sent(hub, event.contact_id)
        assert (await hub.parts.contacts.find(decided.event.decision_id)).contact.phase is Phase.SENT  # type: ignore[union-attr]

    async def test_a_consent_that_is_withdrawn_meanwhile_keeps_it_from_being_sent(self, hub: Hub) -> None:
        hub.clock.hours = 12
        await ask(hub, by=moment(40))
        await hub.write((ANN, consent(moment(13), PHONE, SMS, said=False)))
        await due(hub, 40)
        assert (await told(hub))[2:] == ["SlotReleased", "GivenUp"]

    async def test_who_calls_meanwhile_is_sent_nothing_stale(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(100))
        await hub.write(*talk(None, began=20))
        await due(hub, 21)
        assert (await told(hub))[2:] == ["SlotReleased", "Postponed"]
        found = await hub.parts.contacts.find(decided.event.decision_id)
        assert found is not None
        assert (found.contact.phase, found.contact.slot_id) == (Phase.WAITING, "")
        over = InteractionEnded(**meta(moment(21.5)), agent_id="ann", ended_by="agent")
        await hub.write((interaction_id(KEY, "c-1"), over))
        hub.clock.hours = 22
        await hub.parts.contacts.due(ANN)
        found = await hub.parts.contacts.find(decided.event.decision_id)
        assert found is not None
        assert (found.contact.due_at, bool(found.contact.slot_id)) == (moment(45.5), True)
        await due(hub, 45.5)
        assert (await told(hub))[-1] == "Dispatched"

    async def test_what_is_taken_back_in_the_very_moment_it_is_due_is_not_sent(self, hub: Hub) -> None:
        """Held without a slot: nothing but what was said of it itself tells that it is taken back."""
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(100))
        await hub.write(*talk(None, began=20))
        await due(hub, 21)
        over = InteractionEnded(**meta(moment(21.01)), agent_id="ann", ended_by="agent")
        await hub.write((interaction_id(KEY, "c-1"), over))
        taken_back = ContactGivenUp(**meta(moment(60)), outbound_id=decided.event.decision_id, reason="cancelled")
        assert isinstance(hub.journal, Between)
        hub.journal.first = [Unit([Append(ANN, hub.journal.version(ANN), [taken_back])])]
        await due(hub, 60)
        assert (await told(hub))[2:] == ["SlotReleased", "Postponed", "GivenUp"]

    async def test_what_is_of_no_use_any_more_is_not_sent(self, hub: Hub) -> None:
        hub.clock.hours = 12
        await ask(hub, by=moment(22))
        await due(hub, 30)
        assert (await told(hub))[2:] == ["SlotReleased", "GivenUp"]
        [(_, gone)] = await hub.facts(ContactGivenUp)
        assert isinstance(gone, ContactGivenUp)
        assert gone.reason == "too_late"

    async def test_who_is_forgotten_meanwhile_is_sent_nothing(self, hub: Hub) -> None:
        hub.clock.hours = 12
        await ask(hub, by=moment(40))
        await hub.write((ANN, CustomerForgotten(**meta(moment(13)), reason="asked")))
        await due(hub, 21)
        assert (await told(hub))[2:] == ["SlotReleased", "GivenUp"]

    @pytest.mark.parametrize("channels", [(SMS,), (SMS, Channel.PHONE)])
    async def test_what_is_not_kept_any_more_cannot_be_said(self, hub: Hub, channels: tuple[Channel, ...]) -> None:
        hub.clock.hours = 12
        await ask(hub, by=moment(40), channels=channels)
        [kept] = [one for one in hub.journal.log if isinstance(one.event, ContactPlanned)]
        await hub.journal.erase([Erasure(kept.position, ("subject", "text"))])
        await due(hub, 21)
        assert (await told(hub))[2:] == ["SlotReleased", "GivenUp"]

    async def test_after_a_link_it_is_decided_for_the_whole_customer_and_its_slot_is_given_back_everywhere(
        self, hub: Hub
    ) -> None:
        hub.clock.hours = 12
        await ask(hub, by=moment(40))
        link = LINK.model_copy(update={"recorded_at": moment(13)})
        await hub.write((ANN, link), (BEN, link), (BEN, complaint(moment(13))))
        await due(hub, 21)
        assert (await told(hub))[2:] == ["SlotReleased", "Postponed"]


class TestReports:
    async def test_a_contact_that_was_made_is_a_fact_of_its_contact_point_once(self, hub: Hub) -> None:
        await ask(hub, agent_id="ann", interaction_id="")
        event = await dispatched(hub)
        [made] = await sent(hub, event.contact_id, thread="sms-7", at=moment(0.1))
        assert isinstance(made.event, ContactSent)
        assert (made.stream, made.event.contact_id, made.event.thread, made.event.agent_id, made.event.at) == (
            ANN, event.contact_id, "sms-7", "ann", moment(0.1),
        )  # fmt: skip
        assert await sent(hub, event.contact_id) == []
        row = (await hub.journal.contacts([event.contact_id]))[event.contact_id]
        assert row.stream == ANN
        await due(hub, 5)
        assert "Unreported" not in await told(hub)

    async def test_what_another_process_recorded_just_before_is_not_recorded_again(
        self, hub: Hub, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        await ask(hub)
        contact = (await dispatched(hub)).contact_id
        commit = hub.journal.commit

        async def second(units: Sequence[Unit]) -> Any:
            monkeypatch.setattr(hub.journal, "commit", commit)
            await commit(units)
            return await commit(units)

        monkeypatch.setattr(hub.journal, "commit", second)
        assert await sent(hub, contact) == []
        assert len(await hub.facts(ContactSent)) == 1

    async def test_of_an_id_that_another_contact_has_it_is_refused(self, hub: Hub) -> None:
        await ask(hub)
        contact = (await dispatched(hub)).contact_id
        other = Append(BEN, len((await hub.journal.load([BEN]))[BEN]), ())
        await hub.journal.commit([Unit((other,), (ContactRow(contact, BEN, b""),))])
        with pytest.raises(RefusedError, match=f"another contact is on record as {contact} already, of {BEN}"):
            await sent(hub, contact)

    async def test_a_made_contact_counts_once(self, hub: Hub) -> None:
        await ask(hub)
        await sent(hub, (await dispatched(hub)).contact_id)
        whole = await hub.parts.wholes.read(ANN, hub.clock.now())
        [ledger] = whole.parties().ledgers("").values()
        assert len(ledger) == 1

    async def test_where_it_fails_its_slot_is_given_back_and_another_path_is_tried_once(self, hub: Hub) -> None:
        await hub.write((ANN, LINK), (BEN, LINK), (BEN, consent(moment(-1), MAIL, EMAIL, said=True)))
        decided = await ask(hub, channels=(SMS, EMAIL))
        first = await dispatched(hub)
        await hub.parts.reports.failed(first.contact_id, "no such number", **BY)
        assert (await told(hub))[2:] == ["Dispatched", "Failed", "SlotReleased"]
        assert await hub.parts.reports.failed(first.contact_id, "no such number", **BY) == []
        await due(hub, 0.1)
        second = await dispatched(hub)
        assert (second.channel, second.address, second.outbound_id) == (EMAIL, MAIL.value, decided.event.decision_id)
        with pytest.raises(RefusedError, match="reported as not made"):
            await sent(hub, first.contact_id)
        await hub.parts.reports.failed(second.contact_id, "mailbox full", **BY)
        await due(hub, 0.2)
        found = await hub.parts.contacts.find(decided.event.decision_id)
        assert found is not None
        assert (found.contact.phase, found.contact.tried) == (Phase.FAILED, (SMS, EMAIL))
        whole = await hub.parts.wholes.read(ANN, hub.clock.now())
        assert list(whole.parties().ledgers("").values()) == [()]

    async def test_that_it_arrived_is_on_record_once_and_changes_nothing_else(self, hub: Hub) -> None:
        decided = await ask(hub)
        event = await dispatched(hub)
        await sent(hub, event.contact_id)
        at = hub.clock.now()
        assert len(await hub.parts.reports.delivered(event.contact_id, at=at, **BY)) == 1
        assert await hub.parts.reports.delivered(event.contact_id, at=at, **BY) == []
        found = await hub.parts.contacts.find(decided.event.decision_id)
        assert found is not None
        assert (found.contact.phase, found.contact.delivered_at) == (Phase.SENT, at)
        with pytest.raises(InvalidError, match="nobody was told"):
            await hub.parts.reports.delivered("decision-nobody", at=at, **BY)

    async def test_what_did_not_arrive_after_all_is_given_back_too(self, hub: Hub) -> None:
        await ask(hub)
        event = await dispatched(hub)
        await sent(hub, event.contact_id)
        await hub.parts.reports.failed(event.contact_id, "bounced", **BY)
        whole = await hub.parts.wholes.read(ANN, hub.clock.now())
        assert list(whole.parties().ledgers("").values()) == [()]

    async def test_of_which_nobody_says_anything_counts_and_is_not_made_again(self, hub: Hub) -> None:
        decided = await ask(hub)
        event = await dispatched(hub)
        await due(hub, 1)
        assert (await told(hub))[-1] == "Unreported"
        await due(hub, 2)
        assert (await told(hub)).count("Dispatched") == 1
        whole = await hub.parts.wholes.read(ANN, hub.clock.now())
        [ledger] = whole.parties().ledgers("").values()
        assert len(ledger) == 1
        await sent(hub, event.contact_id)
        assert (await hub.parts.contacts.find(decided.event.decision_id)).contact.phase is Phase.SENT  # type: ignore[union-attr]

    async def test_of_what_nobody_was_told_nothing_is_recorded(self, hub: Hub) -> None:
        for unknown in ("decision-none", "c-1", f"decision-{ANN}-0011223344556677"):
            with pytest.raises(InvalidError) as refused:
                await sent(hub, unknown)
            assert refused.value.field == "contact_id"


class TestGivenBack:
    async def test_a_slot_is_given_back_once(self, hub: Hub) -> None:
        hub.clock.hours = 12
        decided = await ask(hub, by=moment(40))
        back = {"actor": "operator:ann", "command_id": "c-2"}
        await hub.parts.contacts.release(decided.event.decision_id, **back)
        assert (await told(hub))[2:] == ["SlotReleased", "GivenUp"]
        with pytest.raises(RefusedError, match="is not made: cancelled"):
            await hub.parts.contacts.release(decided.event.decision_id, **back)
        await due(hub, 21)
        assert "Dispatched" not in await told(hub)

    async def test_of_a_dealers_own_decision_too(self, hub: Hub) -> None:
        decided = await hub.ask(outbound())
        back = {"actor": "adapter:dealer", "command_id": "c-2"}
        await hub.parts.contacts.release(decided.event.decision_id, **back)
        with pytest.raises(RefusedError, match="released already"):
            await hub.parts.contacts.release(decided.event.decision_id, **back)
        with pytest.raises(NotFoundError, match="no decision"):
            await hub.parts.contacts.release("decision-none-1", **back)

    async def test_not_one_that_is_on_its_way_or_was_made(self, hub: Hub) -> None:
        decided = await ask(hub)
        back = {"actor": "operator:ann", "command_id": "c-2"}
        with pytest.raises(RefusedError, match="is being made"):
            await hub.parts.contacts.release(decided.event.decision_id, **back)
        await sent(hub, decided.event.decision_id)
        with pytest.raises(RefusedError, match="was made"):
            await hub.parts.contacts.release(decided.event.decision_id, **back)


async def test_two_who_look_after_what_is_due_dispatch_it_once(hub: Hub) -> None:
    hub.clock.hours = 12
    await ask(hub, by=moment(40))
    other = Hub(hub.journal)
    hub.clock.hours = other.clock.hours = 21.5
    await asyncio.gather(hub.parts.contacts.due(ANN), other.parts.contacts.due(ANN))
    assert (await told(hub)).count("Dispatched") == 1
    assert timedelta(0) < (await dispatched(hub)).report_by - hub.clock.now()
