"""Mail servers are told 250 when the hub has a mail, and not before."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import aiosmtplib
import pytest

from hub.application.intake.envelope import Confirmation, contact_envelope
from hub.bus.connection import BusError
from hub.bus.publisher import MAX_BODY
from hub.channels.email.book import Book
from hub.channels.email.incoming import Incoming
from hub.channels.email.server import receiving
from hub.channels.email.settings import Server, email_settings
from hub.channels.email.threads import Names
from hub.domain.contact import Contact, ConversationSignal
from hub.domain.errors import InvalidError
from hub.settings import SettingsError
from tests.channels.email.corpus import corpus, mail
from tests.channels.email.fakes import FakeHub, place_in, table
from tests.channels.email.test_mail_parsing import bounce


class Door:
    """The way in, as a mail server sees it."""

    def __init__(self, folder: Path, withdraw: Any = None, **server: Any) -> None:
        self.hub = FakeHub()
        self.place = place_in(folder)
        self.book = Book(folder / "book.sqlite")
        self.names = Names(b"k" * 32, "example.org")
        self.server = Server(**{"port": 0, "answer_within_seconds": 60, "protocol": "smtp", **server})
        self.incoming = Incoming(email_settings(table()), self.names, self.book, self.place, self.hub, withdraw)

    def in_haste(self) -> None:
        """A mail server is soon told to come again."""
        self.server = self.server.model_copy(update={"answer_within_seconds": 0.5})

    async def gives(self, *mails: bytes, sender: str = "ann@example.com", to: str = "support@example.org") -> list[int]:
        codes = []
        async with receiving(self.incoming, self.server, "hub") as port:
            client = aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False)
            async with client:
                for one in mails:
                    try:
                        await client.sendmail(sender, [to], one)
                        codes.append(250)
                    except aiosmtplib.SMTPResponseException as error:
                        codes.append(error.code)
                    except aiosmtplib.SMTPRecipientsRefused as error:
                        codes.append(error.recipients[0].code)
        return codes


@pytest.fixture
def door(tmp_path: Path) -> Any:
    one = Door(tmp_path)
    one.hub.answers.set()
    yield one
    one.place.ledger.close()
    one.book.close()


async def test_a_mail_becomes_a_contact_with_its_original(door: Door) -> None:
    raw = mail("Where is my card?", Subject="Card", To="Cards <cards@example.org>", Cc="Cy <cy@example.com>")
    assert await door.gives(raw, raw, to="cards@example.org") == [250, 250]
    [contact] = door.hub.contacts.values()
    assert len(door.hub.reported) == 1
    assert (contact.subject, contact.text, contact.service) == ("Card", "Where is my card?", "cards")
    assert (contact.path.address, contact.cc, contact.auto) == ("ann@example.com", ("cy@example.com",), False)
    [original] = contact.attachments
    assert original.name == "original.eml"
    assert (await door.place.attachments.get(original.uri)).strip() == raw.strip()


async def test_without_the_hub_the_mail_server_keeps_the_mail_and_brings_it_again(door: Door) -> None:
    patient = door.server
    door.hub.answers.clear()
    door.in_haste()
    assert await door.gives(mail()) == [451]
    door.server = patient
    door.hub.answers.set()
    assert await door.gives(mail()) == [250]
    assert len(door.hub.contacts) == 1


async def test_a_mistake_of_ours_loses_no_mail(tmp_path: Path) -> None:
    door = Door(tmp_path)
    door.book.close()
    door.hub.answers.set()
    assert await door.gives(mail()) == [451]
    door.place.ledger.close()


async def test_what_is_too_large_is_refused_in_the_protocols_own_terms(tmp_path: Path) -> None:
    door = Door(tmp_path, largest=20_000)
    door.hub.answers.set()
    assert await door.gives(mail("x" * 30_000)) == [552]
    door.place.ledger.close()
    door.book.close()


async def test_what_is_too_large_to_be_kept_is_said_to_be_and_not_said_to_be_kept(door: Door) -> None:
    door.place.attachments.largest = 20_000
    assert await door.gives(mail("x" * 30_000)) == [552]
    assert not door.hub.refusals
    assert not door.hub.contacts


async def test_programs_are_not_handed_to_agents_and_the_original_is_kept(door: Door) -> None:
    door.hub.answers.set()
    body = "--b\nContent-Type: application/zip; name=a.exe\n\nMZ\n--b--\n"
    raw = mail(body, Content_Type="multipart/mixed; boundary=b", MIME_Version="1.0")
    assert await door.gives(raw) == [250]
    [contact] = door.hub.contacts.values()
    assert [one.name for one in contact.attachments] == ["a.exe - left out.txt", "original.eml"]
    assert b"name=a.exe" in await door.place.attachments.get(contact.attachments[-1].uri)


async def test_what_comes_without_a_sender_is_a_machines(door: Door) -> None:
    door.hub.answers.set()
    assert await door.gives(mail("I am on holiday"), sender="") == [250]
    [contact] = door.hub.contacts.values()
    assert (contact.auto, contact.path.address) == (True, "ann@example.com")


async def test_who_sends_too_much_is_told_to_wait_and_others_are_not(tmp_path: Path) -> None:
    door = Door(tmp_path, per_sender_per_minute=2, without_sender_per_minute=3)
    door.hub.answers.set()
    many = [mail(str(n), Message_ID=f"<{n}@x>") for n in range(3)]
    async with receiving(door.incoming, door.server, "hub") as port:
        codes = []
        for sender in ["a@x.org"] * 3 + ["b@x.org"] + [""] * 4:
            async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as client:
                try:
                    await client.sendmail(sender, ["support@example.org"], many[0])
                    codes.append(250)
                except aiosmtplib.SMTPSenderRefused as error:
                    codes.append(error.code)
    assert codes == [250, 250, 451, 250, 250, 250, 250, 451]
    door.place.ledger.close()
    door.book.close()


async def test_more_connections_than_there_may_be_are_turned_away(tmp_path: Path) -> None:
    door = Door(tmp_path, connections=1)
    async with receiving(door.incoming, door.server, "hub") as port:
        first, mine = await asyncio.open_connection("127.0.0.1", port)
        assert (await first.readline()).startswith(b"220")
        second, out = await asyncio.open_connection("127.0.0.1", port)
        assert (await second.readline()).startswith(b"421")
        assert await second.read() == b""
        for one in (out, mine):
            one.close()
            await one.wait_closed()
    door.place.ledger.close()
    door.book.close()


async def test_what_can_not_be_taken_is_kept_and_may_be_tried_once_more(door: Door) -> None:
    take, door.hub.contact = door.hub.contact, refusing  # type: ignore[method-assign]
    assert await door.gives(mail()) == [554]
    [refused] = door.hub.refusals
    assert (refused.reason, refused.field) == ("too long", "subject")
    with pytest.raises(InvalidError):
        await door.incoming.once_more(refused)
    door.hub.contact = take  # type: ignore[method-assign]
    assert (await door.incoming.once_more(refused)).status == "accepted"
    assert len(door.hub.contacts) == len(door.hub.refusals) == 1


def unconfirmed(take: Callable[[Contact], Awaitable[Confirmation]]) -> Callable[[Contact], Awaitable[Confirmation]]:
    """The hub has it, and its confirmation is lost."""

    async def lost(contact: Contact) -> Confirmation:
        await take(contact)
        raise BusError("gone")

    return lost


async def refusing(contact: Contact) -> Confirmation:
    raise InvalidError("too long", "subject")


async def test_who_answers_a_customers_mail_to_us_is_heard_in_the_same_conversation(door: Door) -> None:
    answer = mail("Me too", From="cy@example.com", Message_ID="<m2@example.com>", In_Reply_To="<m1@example.com>")
    back = mail("Thanks", Message_ID="<m3@example.com>", References="<m1@example.com> <m2@example.com>")
    await door.gives(mail(Cc="cy@example.com"), answer, back)
    assert [one.path.address for one in door.hub.reported] == ["ann@example.com", "cy@example.com", "ann@example.com"]
    assert len({one.thread for one in door.hub.reported}) == 1


async def test_a_mail_that_is_brought_again_stays_in_its_conversation_whatever_came_in_meanwhile(door: Door) -> None:
    answer = mail("Me too", From="cy@example.com", Message_ID="<m2@example.com>", In_Reply_To="<m1@example.com>")
    patient, take = door.server, door.hub.contact
    door.hub.contact = unconfirmed(take)  # type: ignore[method-assign]
    door.in_haste()
    assert await door.gives(answer) == [451]
    door.server, door.hub.contact = patient, take  # type: ignore[method-assign]
    assert await door.gives(mail(), answer) == [250, 250]
    first, _, again = door.hub.reported
    assert first == again


async def test_a_message_id_that_several_use_leads_to_none_of_them(door: Door) -> None:
    many = [mail(one, From=f"{one}@x.org", Message_ID="<1@localhost>") for one in ("a", "b")]
    await door.gives(*many, mail("c", From="c@x.org", In_Reply_To="<1@localhost>", Message_ID="<2@x.org>"))
    assert len({one.thread for one in door.hub.reported}) == 3


async def test_a_mail_of_a_machine_is_recorded_as_one(door: Door) -> None:
    await door.gives(mail(Auto_Submitted="auto-replied"))
    [contact] = door.hub.contacts.values()
    assert contact.auto
    assert door.book.last(contact.thread) is None


async def test_a_mail_of_ours_that_comes_back_is_left_out(door: Door) -> None:
    own = door.names.message_id("contact-1")
    door.place.ledger.left("contact-1", own, "t", door.place.clock.now())
    assert await door.gives(mail(Message_ID=f"<{own}>")) == [250]
    assert not door.hub.contacts


@pytest.mark.parametrize(("action", "status", "told"), [("failed", "5.1.1", 1), ("delayed", "4.4.1", 0)])
async def test_a_bounce_is_reported_of_the_contact_it_is_about(door: Door, action: str, status: str, told: int) -> None:
    own = door.names.message_id("contact-1")
    door.place.ledger.left("contact-1", own, "thread-1", door.place.clock.now())
    assert await door.gives(bounce(action, status).replace(b"ours@example.org", own.encode()), sender="") == [250]
    assert not door.hub.contacts
    assert len(door.hub.signals) == told
    for signal in door.hub.signals:
        assert (signal.signal, signal.contact_id) == (ConversationSignal.FAILED, "contact-1")
        assert (signal.thread, signal.reason) == ("thread-1", "550 5.1.1 no such user")


async def test_that_a_copy_did_not_arrive_is_no_failure_of_the_contact(door: Door) -> None:
    own = door.names.message_id("contact-1")
    door.place.ledger.left("contact-1", own, "thread-1", door.place.clock.now())
    to_boss = f"Message-ID: <{own}>\nTo: boss@example.com\nCc: ann@example.com".encode()
    assert await door.gives(bounce().replace(b"Message-ID: <ours@example.org>", to_boss), sender="") == [250]
    assert not door.hub.contacts
    assert not door.hub.signals


async def test_a_mail_to_the_address_for_it_unsubscribes_where_ours_went_whoever_writes_it(tmp_path: Path) -> None:
    asked = []

    async def withdraw(contact_id: str, how: str) -> None:
        asked.append(contact_id)

    door = Door(tmp_path, withdraw)
    door.hub.answers.set()
    own = door.names.message_id("contact-1")
    door.place.ledger.left("contact-1", own, "t", door.place.clock.now())
    to = f"unsubscribe+{own}"
    elsewhere = mail(To=to, From="Ann at work <ann@work.example>")
    assert await door.gives(elsewhere, sender="ann@work.example", to=to) == [250]
    assert asked == ["contact-1"]
    guessed = "unsubscribe+guessed@example.org"
    assert await door.gives(mail(To=guessed), to=guessed) == [250]
    assert len(asked) == len(door.hub.contacts) == 1
    door.place.ledger.close()
    door.book.close()


@pytest.mark.skipif(not corpus(), reason="this interpreter came without test/test_email/data")
async def test_the_corpus_of_the_standard_library_is_taken_whole(door: Door) -> None:
    raws = [file.read_bytes() for file in corpus()]
    codes = await door.gives(*raws)
    assert codes == [250] * len(raws)
    kept = [await door.place.attachments.get(one.attachments[-1].uri) for one in door.hub.contacts.values()]
    assert {"".join(one.decode("latin-1").split()) for one in kept} == {
        "".join(one.decode("latin-1").split()) for one in raws
    }


def test_mistakes_in_the_table_are_named() -> None:
    with pytest.raises(SettingsError, match=r"\[email\] smarthost\.prot: Extra inputs"):
        email_settings(table(smarthost={"prot": 1}))
    with pytest.raises(SettingsError, match="is no mail address"):
        email_settings(table(identity={"from": "nobody"}))
    with pytest.raises(SettingsError, match="no mail comes in"):
        email_settings({"domain": "x.org", "identity": {"from": "a@x.org"}})


async def test_a_mail_of_signs_that_are_no_letters_fits_the_bus(door: Door) -> None:
    signs = ("\x01" * 700 + "\r\n") * 280
    parts = [("text/plain", signs[: 140 * 702]), ("text/html", f"<p>{signs}</p>")]
    body = "".join(f"--b\r\nContent-Type: {kind}\r\n\r\n{text}\r\n" for kind, text in parts) + "--b--\r\n"
    assert await door.gives(mail(body, MIME_Version="1.0", Content_Type="multipart/alternative; boundary=b")) == [250]
    [contact] = door.hub.contacts.values()
    assert len(contact_envelope(contact, "/adapters/email")) < MAX_BODY
    assert len(contact.text) > 90_000
    assert contact.html == ""
