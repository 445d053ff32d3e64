"""A repeat is recognised by a keyed hash, also where an older version recorded the plain one."""

from datetime import UTC, datetime

from hub.application.intake.envelope import body_hash
from hub.application.intake.recorder import ContactRecorder, Receipt
from hub.application.intake.repeats import is_repeat, keyed
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, Path
from hub.domain.errors import ContactConflictError
from hub.ports import ContactRow, Unit
from tests.support.memory import MemoryJournal

KEY = b"k" * 32
CONTACT = Contact(
    id="sms-1", path=Path(channel=Channel.SMS, address="+989121234567"), text="yes",
    occurred_at=datetime(2026, 1, 5, 12, tzinfo=UTC),
)  # fmt: skip


async def record(journal: MemoryJournal, contact: Contact, key: bytes = KEY) -> object:
    [answer] = await ContactRecorder(journal, WallClock(), key).record([(contact, "adapter:sms")])
    return answer


async def test_what_is_kept_can_not_be_told_from_the_contact_alone() -> None:
    mine, others = MemoryJournal(), MemoryJournal()
    await record(mine, CONTACT)
    await record(others, CONTACT, b"o" * 32)
    [kept] = (await mine.contacts(["sms-1"])).values()
    [elsewhere] = (await others.contacts(["sms-1"])).values()
    assert len({kept.body_hash, elsewhere.body_hash, body_hash(CONTACT)}) == 3


async def test_a_repeat_of_what_an_older_version_recorded_is_one() -> None:
    journal = MemoryJournal()
    await journal.commit([Unit((), (ContactRow("sms-1", "customer-1", body_hash(CONTACT)),))])
    answer = await record(journal, CONTACT)
    assert isinstance(answer, Receipt)
    assert (answer.duplicate, answer.customer_id) == (True, "customer-1")


async def test_other_contents_under_its_id_are_refused_whichever_version_recorded_it() -> None:
    for kept in (body_hash(CONTACT), keyed(KEY, body_hash(CONTACT))):
        journal = MemoryJournal()
        await journal.commit([Unit((), (ContactRow("sms-1", "customer-1", kept),))])
        answer = await record(journal, CONTACT.model_copy(update={"text": "no"}))
        assert isinstance(answer, ContactConflictError)


def test_another_installations_key_recognises_nothing() -> None:
    plain = body_hash(CONTACT)
    recorded = ContactRow("sms-1", "customer-1", keyed(KEY, plain))
    assert is_repeat(KEY, ContactRow("sms-1", "", keyed(KEY, plain)), recorded)
    assert not is_repeat(b"o" * 32, ContactRow("sms-1", "", keyed(b"o" * 32, plain)), recorded)
