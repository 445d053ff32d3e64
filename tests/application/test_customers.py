"""Commands on customers reach customers alone, and what they lead to stands on their whole history."""

from datetime import UTC, datetime

import pytest

from hub.application.customers import Customers
from hub.application.intake import ContactRecorder
from hub.clock import WallClock
from hub.domain.access.events import ApiKeyRevoked
from hub.domain.agent.events import AgentSignedOff
from hub.domain.contact import Channel, Contact, Declared, Path
from hub.domain.customer.events import ProfileChanged, SegmentChanged
from hub.domain.errors import NotFoundError
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


def call(number: int, tier: str = "") -> Contact:
    path = Path(channel=Channel.PHONE, address="+98912")
    return Contact(id=f"call-{number}", path=path, occurred_at=NOON, declared=Declared(value_tier=tier))


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
