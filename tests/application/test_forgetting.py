"""A customer who is forgotten: nothing says who it was, everything says what happened."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from hub.application.customer_cache import recall
from hub.application.customers.commands import Customers
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.privacy.forgetting import Forgetting
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Declared, Identifier
from hub.domain.contact import Path as Way
from hub.domain.customer.events import (
    ContactReceived,
    CustomerForgotten,
    CustomerRegistered,
    IdentifierObserved,
    ProfileChanged,
)
from hub.domain.errors import InvalidError, NotFoundError, RefusedError
from hub.journal.codec import Codec
from hub.journal.errors import StoreError
from hub.journal.journal import EventJournal
from hub.journal.keys import installation_key
from hub.journal.personal_keys import PersonalKeys
from hub.journal.store import generations, open_store, personal_keys
from hub.ports import Append, Unit
from hub.settings import Settings

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
PHONE, NAME, TEXT = "+989121234567", "Negar Ahmadi", "please call me back"
WHY = {"actor": "operator:maryam", "command_id": "command-1"}


class Hub:
    """What takes contacts in and forgets, on a real store. `Hub(settings)` again is one more process."""

    def __init__(self, settings: Settings) -> None:
        self.keys = personal_keys(settings)
        self.journal = EventJournal(open_store(settings, Codec(keys=self.keys)))
        self.generations = generations(settings)
        key = installation_key(settings)
        self.recorder = ContactRecorder(self.journal, WallClock(), key, renewed=self.generations.renewed)
        self.forgetting = Forgetting(self.journal, WallClock(), self.keys, self.recorder.forget)

    async def take(self, number: int, phone: str = PHONE) -> str:
        contact = Contact(
            id=f"c-{number}", path=Way(channel=Channel.SMS, address=phone), occurred_at=NOON, thread=phone, text=TEXT,
            identifiers=(Identifier(kind="email", value="negar@example.com"),), declared=Declared(name=NAME),
        )  # fmt: skip
        [receipt] = await self.recorder.record([(contact, "adapter:sms")])
        assert isinstance(receipt, Receipt), receipt
        return receipt.customer_id

    async def close(self) -> None:
        self.generations.close()
        await self.journal.close()


@pytest.fixture
async def hub(store_settings: Settings) -> AsyncIterator[Hub]:
    made = Hub(store_settings)
    yield made
    await made.close()


@pytest.fixture
async def other(store_settings: Settings, hub: Hub) -> AsyncIterator[Hub]:
    made = Hub(store_settings)
    yield made
    await made.close()


async def test_who_it_was_is_gone_and_what_happened_stays(hub: Hub) -> None:
    customer = await hub.take(1)
    recorded = await hub.forgetting.forget(customer, "asked for", **WHY)
    assert [(one.stream, type(one.event)) for one in recorded] == [(customer, CustomerForgotten)]
    events = [one.event for one in (await hub.journal.load([customer]))[customer]]
    [contact] = [event for event in events if isinstance(event, ContactReceived)]
    assert (contact.address, contact.text, contact.identifiers) == ("", "", ())
    assert (contact.contact_id, contact.channel, contact.at) == ("c-1", Channel.SMS, NOON)
    assert recorded[0].event == events[-1]
    assert all(PHONE not in str(event) and NAME not in str(event) for event in events)


async def test_whoever_comes_again_is_new_and_stays_the_same(hub: Hub) -> None:
    customer = await hub.take(1)
    await hub.forgetting.forget(customer, "asked for", **WHY)
    again = await hub.take(2)
    assert again != customer
    assert await hub.take(3) == again
    events = [type(one.event) for one in (await hub.journal.load([again]))[again]]
    assert events[0] is CustomerRegistered
    await hub.forgetting.forget(again, "asked again", **WHY)
    third = await hub.take(4)
    assert third not in (customer, again)


async def test_another_process_knows_at_once(hub: Hub, other: Hub) -> None:
    customer = await hub.take(1)
    assert await other.take(2) == customer
    await hub.forgetting.forget(customer, "asked for", **WHY)
    other.forgetting.follow((await other.journal.load([customer]))[customer])
    again = await other.take(3)
    assert again != customer
    assert await hub.take(4) == again
    [contact, *_] = [
        one.event for one in (await other.journal.load([customer]))[customer] if isinstance(one.event, ContactReceived)
    ]
    assert contact.text == ""


async def test_forgetting_while_contacts_come_loses_none(hub: Hub, other: Hub) -> None:
    customer = await hub.take(0)
    taken, _ = await asyncio.gather(
        asyncio.gather(*(hub.take(number) for number in range(1, 40))),
        other.forgetting.forget(customer, "asked for", **WHY),
    )
    for stream in set(taken):
        events = [one.event for one in (await other.journal.load([stream]))[stream]]
        forgotten = any(isinstance(event, CustomerForgotten) for event in events)
        texts = {event.text for event in events if isinstance(event, ContactReceived)}
        assert texts == ({""} if forgotten else {TEXT})
        if forgotten:
            assert isinstance(events[-1], CustomerForgotten)


async def test_forgetting_again_changes_nothing(hub: Hub) -> None:
    customer = await hub.take(1)
    await hub.forgetting.forget(customer, "asked for", **WHY)
    head = await hub.journal.head()
    assert await hub.forgetting.forget(customer, "asked for", **WHY) == []
    assert await hub.journal.head() == head


async def test_others_are_not_touched(hub: Hub) -> None:
    customer, friend = await hub.take(1), await hub.take(2, "+989127654321")
    await hub.forgetting.forget(customer, "asked for", **WHY)
    events = [one.event for one in (await hub.journal.load([friend]))[friend]]
    assert [event.text for event in events if isinstance(event, ContactReceived)] == [TEXT]


async def test_nothing_more_is_changed_there(hub: Hub) -> None:
    customer = await hub.take(1)
    await hub.forgetting.forget(customer, "asked for", **WHY)
    with pytest.raises(RefusedError, match="was forgotten"):
        await Customers(hub.journal, WallClock()).change_segment(
            customer, "B2B", "gold", actor="operator:x", command_id="2"
        )


@pytest.mark.parametrize("stranger", ["customer-0", "agent-1", ""])
async def test_who_was_never_there_can_not_be_forgotten(hub: Hub, stranger: str) -> None:
    with pytest.raises(NotFoundError, match=f"there is no customer {stranger}"):
        await hub.forgetting.forget(stranger, "asked for", **WHY)


async def test_it_takes_a_reason(hub: Hub) -> None:
    customer = await hub.take(1)
    with pytest.raises(InvalidError, match="say why"):
        await hub.forgetting.forget(customer, " ", **WHY)
    assert [one.stream for one in (await hub.journal.load([customer]))[customer]]


async def test_snapshots_are_sealed_and_go(hub: Hub, store_settings: Settings) -> None:
    customer = await hub.take(1)
    await hub.journal.save_snapshot(customer, 4, b'{"name":"Negar Ahmadi"}', "Customer/x")
    assert hub.journal.store.load_snapshots([customer])[customer].state == b'{"name":"Negar Ahmadi"}'
    with closing(open_store(store_settings, Codec())) as raw:
        assert b"Negar" not in raw.load_snapshots([customer])[customer].state
    await hub.forgetting.forget(customer, "asked for", **WHY)
    with closing(open_store(store_settings, Codec())) as raw:
        assert raw.load_snapshots([customer]) == {}


async def test_a_fold_lives_with_emptiness(hub: Hub) -> None:
    customer = await hub.take(1)
    before = (await recall(hub.journal, [customer]))[customer].customer
    await hub.forgetting.forget(customer, "asked for", **WHY)
    after = (await recall(hub.journal, [customer]))[customer].customer
    assert (after.name, after.identifiers, after.forgotten) == ("", frozenset(), True)
    assert (after.contacts, after.standing, after.registered) == (before.contacts, before.standing, True)
    aliases = [one.event.value for one in (await hub.journal.load([customer]))[customer]
               if isinstance(one.event, IdentifierObserved)]  # fmt: skip
    assert len(set(aliases)) == 2
    assert all(alias.startswith("alias-") for alias in aliases)


class BrokenKeys(PersonalKeys):
    """The disk fails when the keys are to be deleted."""

    def forget(self, streams: object) -> None:  # noqa: ARG002
        raise StoreError("disk full")


async def test_what_a_crash_left_half_done_is_finished(hub: Hub, store_settings: Settings) -> None:
    customer = await hub.take(1)
    keys = BrokenKeys(store_settings.data_dir / "keys", lambda: b"k" * 32)
    with pytest.raises(StoreError):
        await Forgetting(hub.journal, WallClock(), keys).forget(customer, "asked for", **WHY)
    keys.close()
    assert await hub.take(2) != customer, "nothing new goes there any more"
    assert await hub.forgetting.finish() == 1
    assert await hub.forgetting.finish() == 0
    facts = [one.event for one in (await hub.journal.load([customer]))[customer]]
    assert [event.reason for event in facts if isinstance(event, CustomerForgotten)] == ["asked for"]
    assert [event.text for event in facts if isinstance(event, ContactReceived)] == [""]


async def test_what_an_older_version_wrote_is_read_and_not_forgotten(hub: Hub, store_settings: Settings) -> None:
    with closing(open_store(store_settings, Codec())) as older:
        named = ProfileChanged(at=NOON, recorded_at=NOON, causation="c", actor="a", name=NAME)
        known = CustomerRegistered(at=NOON, recorded_at=NOON, causation="c", actor="a")
        older.append([Unit([Append("customer-old", 0, [known, named])])])
    assert [one.event for one in (await hub.journal.load(["customer-old"]))["customer-old"]] == [known, named]
    with pytest.raises(RefusedError, match="customer-old can't be forgotten: an older version of the hub wrote"):
        await hub.forgetting.forget("customer-old", "asked for", **WHY)


async def test_keys_that_come_back_with_a_backup_go_again(hub: Hub, other: Hub, store_settings: Settings) -> None:
    customer, friend = await hub.take(1), await hub.take(2, "+989127654321")
    backup = sqlite3.connect(":memory:")
    with closing(sqlite3.connect(hub.keys.file)) as file:
        file.backup(backup)
    await hub.forgetting.forget(customer, "asked for", **WHY)
    assert await hub.forgetting.finish([customer]) == 0
    with closing(sqlite3.connect(hub.keys.file)) as file:
        backup.backup(file)
    backup.close()
    assert await other.forgetting.finish([customer]) == 1
    assert other.keys.opening(customer) is None
    assert other.keys.opening(friend) is not None


def test_a_key_is_gone_from_all_files(tmp_path: Path) -> None:
    with closing(PersonalKeys(tmp_path, lambda: b"k" * 32)) as keys:
        keys.make(["customer-a", "customer-b"])
        wrapped = keys._connection().execute("SELECT wrapped FROM keys WHERE stream = 'customer-a'").fetchone()[0]
        assert any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
        keys.forget(["customer-a"])
        assert not any(wrapped in file.read_bytes() for file in tmp_path.iterdir())
        assert keys.opening("customer-a") is None
        assert keys.sealing("customer-a") is None
        assert keys.sealing("customer-b") is not None
