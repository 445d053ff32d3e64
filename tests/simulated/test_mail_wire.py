"""Simulated customers write real mail, and go on in the conversation that they were answered in."""

import email
from datetime import UTC, datetime
from email.message import Message

import pytest

from hub.channels.email.parse import parse
from hub.channels.email.threads import Names
from hub.domain.contact import Channel, Contact, ConversationEvent, Declared, Direction, Path
from hub.simulated.mail import CENTRE, MailWire, mailbox
from hub.simulated.process import free_port

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)
NAMES = Names(b"k" * 32, CENTRE)


def written(contact_id: str, thread: str = "", channel: Channel = Channel.EMAIL) -> Contact:
    return Contact(
        id=contact_id, path=Path(channel=channel, address="sara@customers.example"), occurred_at=NOON,
        thread=thread or contact_id, service="billing", subject="I was billed twice", text="Two invoices: دو صورتحساب",
        declared=Declared(name="Sara Ahmadi"),
    )  # fmt: skip


class Others:
    def __init__(self) -> None:
        self.contacts: list[Contact] = []

    def known_as(self, contact: Contact) -> str:
        return contact.id

    async def contact(self, contact: Contact) -> bool:
        self.contacts.append(contact)
        return True

    async def conversation(self, event: ConversationEvent) -> bool:
        raise AssertionError(f"nobody left: {event}")


@pytest.fixture
def port() -> int:
    return free_port("127.0.0.1", 0)


def wire_to(port: int, others: Others | None = None) -> MailWire:
    return MailWire(others or Others(), port, NAMES, lambda: NOON)


async def test_a_mail_goes_by_smtp_under_the_name_the_hub_will_give_it(port: int) -> None:
    came: list[bytes] = []
    wire = wire_to(port)
    async with mailbox(port, came.append):
        assert await wire.contact(written("demo-email-1"))
    [raw] = came
    mail = parse(raw, NOON)
    assert NAMES.contact_id(mail) == wire.known_as(written("demo-email-1"))
    assert mail.sender is not None
    assert (mail.sender.name, mail.sender.address) == ("Sara Ahmadi", "sara@customers.example")
    assert [one.address for one in mail.recipients] == [f"billing@{CENTRE}"]
    assert (mail.subject, mail.text.strip()) == ("I was billed twice", "Two invoices: دو صورتحساب")


async def test_what_follows_names_the_answer_it_follows(port: int) -> None:
    came: list[bytes] = []
    wire = wire_to(port)
    answer = (
        b"Message-ID: <answer@centre.example>\r\nIn-Reply-To: <demo-email-1@customers.example>\r\n\r\nIt is put right."
    )
    async with mailbox(port, came.append):
        await wire.contact(written("demo-email-2", "demo-email-1"))
        wire.answered(answer)
        await wire.contact(written("demo-email-3", "demo-email-1"))
    before, after = (_headers(one) for one in came)
    assert before["In-Reply-To"] == "<demo-email-1@customers.example>"
    assert after["In-Reply-To"] == "<answer@centre.example>"
    assert "<demo-email-1@customers.example>" in after["References"]
    assert wire.answers == 1


async def test_other_channels_and_what_we_wrote_go_their_own_way(port: int) -> None:
    others = Others()
    wire = wire_to(port, others)
    ours = written("demo-email-4").model_copy(update={"direction": Direction.OUTBOUND})
    for contact in (written("demo-sms-1", channel=Channel.SMS), ours):
        assert await wire.contact(contact)
        assert wire.known_as(contact) == contact.id
    assert others.contacts == [written("demo-sms-1", channel=Channel.SMS), ours]


def _headers(raw: bytes) -> Message:
    return email.message_from_bytes(raw)
