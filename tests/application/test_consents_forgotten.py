"""Consent and cases of a customer who is forgotten, on a real store: what protects them stays, what names them goes."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from hub.application.cases.cases import CustomerCases
from hub.application.customers.consents import Consents, Statement
from hub.application.privacy.forgetting import Forgetting
from hub.clock import WallClock
from hub.domain.cases import decide
from hub.domain.cases.events import CaseKind
from hub.domain.contact import Channel
from hub.domain.customer.consent.events import Purpose
from hub.domain.customer.consent.state import Said
from hub.domain.customer.events import CustomerForgotten
from hub.journal.codec import Codec
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.store import generations, open_store, personal_keys
from hub.settings import Settings

PHONE, WORDS = "+989121234567", "she shouted at us"
BY = {"actor": "operator:maryam", "command_id": "command-1"}
SMS = Channel.SMS


class Hub:
    """What records consents and cases, and forgets."""

    def __init__(self, settings: Settings) -> None:
        keys, clock = personal_keys(settings), WallClock()
        self.journal = EventJournal(open_store(settings, Codec(keys=keys)))
        self.generations = generations(settings)
        key = installation_key(settings)
        self.consents = Consents(self.journal, clock, key, lineage=self.generations.lineage)
        self.cases = CustomerCases(self.journal, clock)
        self.forgetting = Forgetting(self.journal, clock, keys)

    async def stance(self, purpose: Purpose) -> Said:
        found = await self.consents.of_point("phone", PHONE)
        return found.standing.stance(found.point.point, SMS, purpose).said

    async def close(self) -> None:
        self.generations.close()
        await self.journal.close()


@pytest.fixture
async def hub(store_settings: Settings) -> AsyncIterator[Hub]:
    made = Hub(store_settings)
    yield made
    await made.close()


def told(at: datetime | None = None) -> Statement:
    return Statement("phone", "0912 123 4567", "call", **BY, evidence=WORDS, at=at)


async def test_a_no_stands_through_every_forgetting_and_a_yes_has_to_be_said_again(hub: Hub) -> None:
    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    [registered, *_] = await hub.consents.grant(told(long_ago), SMS, Purpose.PROMOTIONAL, "v1", None)
    await hub.consents.deny(told(), SMS, Purpose.SERVICE, "")
    await hub.consents.block(told(), SMS)
    stream = registered.stream
    for _ in range(2):
        [fact] = await hub.forgetting.forget(stream, "asked for", **BY)
        assert isinstance(fact.event, CustomerForgotten)
        assert await hub.stance(Purpose.PROMOTIONAL) is Said.NOTHING
        assert await hub.stance(Purpose.SERVICE) is Said.DENIED
        found = await hub.consents.of_point("phone", PHONE)
        assert found.standing.blocked_by(found.point.point, SMS) == ("call",)
        assert await hub.consents.deny(told(), SMS, Purpose.SERVICE, "") == []
        again = await hub.consents.grant(told(), SMS, Purpose.PROMOTIONAL, "v1", None)
        assert {one.stream for one in again} != {stream}
        assert await hub.stance(Purpose.PROMOTIONAL) is Said.GRANTED
        assert [one.point.value for one in await hub.consents.of_customer(again[0].stream)] == [PHONE]
        facts = (await hub.journal.load([stream]))[stream]
        assert not any(text in str(one.event) for one in facts for text in (PHONE, WORDS))
        stream = again[0].stream


async def test_a_case_of_somebody_forgotten_keeps_what_is_not_personal_and_can_be_settled(hub: Hub) -> None:
    [registered, *_] = await hub.consents.deny(told(), SMS, Purpose.SERVICE, "")
    customer = registered.stream
    [opened] = await hub.cases.open(customer, kind=CaseKind.COMPLAINT, subject=WORDS, text=WORDS, **BY)
    case = opened.event.case_id  # type: ignore[attr-defined]
    await hub.forgetting.forget(customer, "asked for", **BY)
    story = await hub.cases.show(case)
    assert (story.case.kind, story.case.is_open) == (CaseKind.COMPLAINT, True)
    await hub.cases.change(case, lambda cases, meta: decide.resolve(cases, case, "closed", text=WORDS, **meta), **BY)
    story = await hub.cases.show(case)
    assert not story.case.is_open
    assert not any(WORDS in str(one.event) for one in story.history)
