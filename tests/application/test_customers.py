"""Commands on customers reach customers alone, and what they lead to stands on their whole history."""

from datetime import UTC, datetime

import pytest

from hub.application.customers.commands import Customers
from hub.application.intake.recorder import ContactRecorder
from hub.clock import WallClock
from hub.domain.access.events import ApiKeyRevoked
from hub.domain.agent.events import AgentSignedOff
from hub.domain.contact import Channel, Contact, Declared, Path
from hub.domain.customer.events import ProfileChanged, SegmentChanged
from hub.domain.errors import InvalidError, NotFoundError
from hub.domain.interaction.events import InteractionAbandoned
from hub.domain.pool.events import PoolTaken
from hub.ports import Append, Unit
from tests.support.memory import MemoryJournal

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
META = {"at": NOON, "recorded_at": NOON, "causation": "test", "actor": "test"}
FIRST = {
    "pool-main": PoolTaken(**META, pool="main", epoch=1, consumed=0),
    "agent-ann": AgentSignedOff(**META, agent_id="ann"),
    "interaction-1": InteractionAbandoned(**META),
    "access-keys": ApiKeyRevoked(**META, key_id="key-1"),
    "customer-unregistered": ProfileChanged(**META, name="nobody"),
}


def call(number: int, tier: str = "", name: str = "") -> Contact:
    path = Path(channel=Channel.PHONE, address="+98912")
    return Contact(id=f"call-{number}", path=path, occurred_at=NOON, declared=Declared(value_tier=tier, name=name))


@pytest.mark.parametrize("stream", [*FIRST, "customer-unknown", "pool-other", ""])
async def test_nothing_but_a_registered_customer_is_changed(stream: str) -> None:
    journal = MemoryJournal()
    await journal.commit([Unit([Append(name, 0, [event])]) for name, event in FIRST.items()])
    before = list(journal.log)
    customers = Customers(journal, WallClock())
    with pytest.raises(NotFoundError, match="there is no customer"):
        await customers.change_segment(stream, "B2B", "high", actor="test", command_id="c")
    with pytest.raises(NotFoundError, match="there is no customer"):
        await customers.change_lifecycle_stage(stream, "retention", actor="test", command_id="c")
    with pytest.raises(NotFoundError, match="there is no customer"):
        await customers.correct_name(stream, "Negar", "phone", actor="test", command_id="c")
    assert journal.log == before


async def test_a_long_history_is_read_from_its_snapshot() -> None:
    journal = MemoryJournal()
    recorder = ContactRecorder(journal, WallClock(), b"k" * 32)
    await recorder.record([(call(number, "high"), "adapter") for number in range(300)])
    [customer] = journal.snapshots
    version = journal.version(customer)
    del journal.log[: journal.snapshots[customer].version]
    customers = Customers(journal, WallClock())
    assert await customers.change_segment(customer, "B2C", "high", actor="test", command_id="c1") == []
    [changed] = await customers.change_segment(customer, "B2B", "high", actor="test", command_id="c2")
    assert isinstance(changed.event, SegmentChanged)
    assert (changed.stream, changed.version) == (customer, version + 1)


async def test_a_corrected_name_stands_whatever_an_adapter_goes_on_to_call_them() -> None:
    journal = MemoryJournal()
    recorder, customers = ContactRecorder(journal, WallClock(), b"k" * 32), Customers(journal, WallClock())
    await recorder.record([(call(1, name="Nigar"), "adapter")])
    customer = journal.log[0].stream
    by = {"actor": "agent:ann", "command_id": "c1"}
    [told] = await customers.correct_name(customer, "  Negar \n Ahmadi ", "phone", **by)
    assert isinstance(told.event, ProfileChanged)
    assert (told.event.name, told.event.path, told.event.is_correction) == ("Negar Ahmadi", "phone", True)
    assert (told.event.actor, told.event.causation) == ("agent:ann", "c1")
    assert await customers.correct_name(customer, "Negar Ahmadi", "web", **by) == []
    fresh = ContactRecorder(journal, WallClock(), b"k" * 32)
    await fresh.record([(call(2, name="Nigar"), "adapter"), (call(3, name="Negar Ahmadi"), "adapter")])
    assert [one.event.name for one in journal.log if isinstance(one.event, ProfileChanged)] == ["Nigar", "Negar Ahmadi"]
    await fresh.record([(call(4, name="Negar Karimi"), "adapter")])
    await customers.correct_name(customer, "Nigar", "phone", actor="agent:ben", command_id="c2")
    names = [one.event.name for one in journal.log if isinstance(one.event, ProfileChanged)]
    assert names == ["Nigar", "Negar Ahmadi", "Negar Karimi", "Nigar"]


@pytest.mark.parametrize(
    ("name", "path", "field"), [(" \n ", "", "name"), ("n" * 201, "", "name"), ("Negar", "p" * 65, "path")]
)
async def test_a_name_that_is_none_is_refused_by_its_field(name: str, path: str, field: str) -> None:
    journal = MemoryJournal()
    await ContactRecorder(journal, WallClock(), b"k" * 32).record([(call(1), "adapter")])
    with pytest.raises(InvalidError) as refused:
        await Customers(journal, WallClock()).correct_name(
            journal.log[0].stream, name, path, actor="agent:ann", command_id="c"
        )
    assert refused.value.field == field
