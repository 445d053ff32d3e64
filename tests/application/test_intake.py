"""Each contact is recorded exactly once, in order, whoever else writes."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.application.intake.recorder import ATTEMPTS, ContactRecorder, ContendedError, Receipt
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Identifier, Path
from hub.domain.customer.events import ContactReceived, CustomerRegistered
from hub.domain.customer.links.events import CustomersLinked
from hub.domain.errors import ContactConflictError
from hub.ports import Append, Unit
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


def contact(number: object, phone: str = "", text: str = "", **more: object) -> Contact:
    path = Path(channel=Channel.PHONE, address=phone)
    return Contact(id=f"call-{number}", path=path, occurred_at=NOON, text=text, **more)  # type: ignore[arg-type]


def recorder(journal: MemoryJournal) -> ContactRecorder:
    return ContactRecorder(journal, WallClock(), KEY)


def received(journal: MemoryJournal) -> list[str]:
    return [one.event.contact_id for one in journal.log if isinstance(one.event, ContactReceived)]


async def test_a_first_contact_registers_its_customer() -> None:
    journal = MemoryJournal()
    [receipt] = await recorder(journal).record([(contact(1, "+98912"), "adapter:phone")])
    assert isinstance(receipt, Receipt)
    assert not receipt.duplicate
    assert receipt.position == len(journal.log)
    assert {one.stream for one in journal.log} == {receipt.customer_id}
    assert isinstance(journal.log[0].event, CustomerRegistered)


async def test_a_known_identifier_finds_its_customer_across_channels() -> None:
    journal = MemoryJournal()
    number = Identifier(kind="customer_number", value="77", verified=True)
    mail = Contact(
        id="m1", path=Path(channel=Channel.EMAIL, address="a@b.example"), occurred_at=NOON, identifiers=(number,)
    )
    first, second = await recorder(journal).record([(contact(1, "+98912", identifiers=(number,)), "a"), (mail, "b")])
    assert first.customer_id == second.customer_id


async def test_two_verified_identifiers_are_linked_with_the_contact() -> None:
    journal = MemoryJournal()
    number = Identifier(kind="customer_number", value="77", verified=True)
    phone = Identifier(kind="phone", value="+989121234567", verified=True)
    one = recorder(journal)
    first, second = await one.record([
        (contact(1, identifiers=(number, phone)), "a"), (contact(2, phone.value), "a")
    ])  # fmt: skip
    linked = [one for one in journal.log if isinstance(one.event, CustomersLinked)]
    assert {one.stream for one in linked} == {first.customer_id, second.customer_id}
    assert journal.commits == 1
    await one.record([(contact(3, identifiers=(phone, number)), "a")])
    assert received(journal) == ["call-1", "call-2", "call-3"]
    assert linked == [one for one in journal.log if isinstance(one.event, CustomersLinked)]


async def test_unknown_callers_get_customers_of_their_own() -> None:
    journal = MemoryJournal()
    receipts = await recorder(journal).record([(contact(1), "a"), (contact(2), "a")])
    assert len({receipt.customer_id for receipt in receipts}) == 2


@pytest.mark.parametrize("phone", ["", "+98912"])
@pytest.mark.parametrize("warm", [True, False])
async def test_a_repeat_gets_the_same_answer_and_writes_nothing(phone: str, warm: bool) -> None:
    journal = MemoryJournal()
    first_recorder = recorder(journal)
    [first] = await first_recorder.record([(contact(1, phone), "a")])
    length = len(journal.log)
    again = first_recorder if warm else recorder(journal)
    [second] = await again.record([(contact(1, phone), "a")])
    assert (second.customer_id, second.duplicate) == (first.customer_id, True)
    assert len(journal.log) == length


@pytest.mark.parametrize("phone", ["", "+98912"])
async def test_the_same_id_with_another_body_is_refused(phone: str) -> None:
    journal = MemoryJournal()
    one = recorder(journal)
    await one.record([(contact(1, phone), "a")])
    [refused] = await one.record([(contact(1, phone, text="other"), "a")])
    assert isinstance(refused, ContactConflictError)


async def test_another_writer_makes_it_decide_again() -> None:
    journal = MemoryJournal()
    one, other = recorder(journal), recorder(journal)
    await one.record([(contact(1, "+98912"), "a")])
    await other.record([(contact(2, "+98912"), "a")])
    receipts = await one.record([(contact(3, "+98912"), "a"), (contact(4, "+98912"), "a")])
    assert all(isinstance(receipt, Receipt) and not receipt.duplicate for receipt in receipts)
    assert received(journal) == ["call-1", "call-2", "call-3", "call-4"]


async def test_a_long_history_is_read_from_its_snapshot() -> None:
    journal = MemoryJournal()
    for turn in range(5):
        await recorder(journal).record([(contact(f"{turn}-{n}", "+98912"), "a") for n in range(60)])
    [kept] = journal.snapshots.values()
    assert kept.version >= 200
    del journal.log[: kept.version]
    [receipt] = await recorder(journal).record([(contact("last", "+98912"), "a")])
    assert isinstance(receipt, Receipt)
    assert isinstance(journal.log[-1].event, ContactReceived)
    assert not [one for one in journal.log if isinstance(one.event, CustomerRegistered)]


async def test_endless_contention_is_refused_not_lost_in_a_loop() -> None:
    class Contended(MemoryJournal):
        async def commit(self, units):  # type: ignore[no-untyped-def]
            stream = units[0].appends[0].stream
            rival = CustomerRegistered(at=NOON, recorded_at=NOON, causation="r", actor="rival")
            await super().commit([Unit([Append(stream, self.version(stream), [rival])])])
            return await super().commit(units)

    journal = Contended()
    [refused] = await recorder(journal).record([(contact(1, "+98912"), "a")])
    assert isinstance(refused, ContendedError)
    assert journal.commits == 2 * ATTEMPTS


async def test_a_failing_store_raises_and_the_repeat_is_recorded_once() -> None:
    journal = MemoryJournal()
    one = recorder(journal)
    journal.fail_next = 1
    with pytest.raises(OSError, match="disk full"):
        await one.record([(contact(1, "+98912"), "a")])
    [receipt] = await one.record([(contact(1, "+98912"), "a")])
    assert not receipt.duplicate
    assert received(journal) == ["call-1"]


@given(st.lists(st.lists(st.tuples(st.integers(0, 8), st.sampled_from(["", "+1", "+2"])), max_size=6), max_size=6))
async def test_any_batches_record_each_id_once_in_order(batches: list[list[tuple[int, str]]]) -> None:
    journal = MemoryJournal()
    recorders = [recorder(journal), recorder(journal)]
    expected: list[str] = []
    for turn, batch in enumerate(batches):
        sent = [contact(f"{number}{phone}", phone) for number, phone in batch]
        answers = await recorders[turn % 2].record([(one, "a") for one in sent])
        assert all(isinstance(answer, Receipt) for answer in answers)
        expected += [one.id for one in sent if one.id not in expected]
        expected = list(dict.fromkeys(expected))
    assert sorted(received(journal)) == sorted(expected)
    assert len(received(journal)) == len(set(received(journal)))
