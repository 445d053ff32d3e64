"""Faxes that come as mails of a fax server, and leave as mails to it."""

import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hub.channels.attachments import Attachments
from hub.channels.email.book import Book
from hub.channels.email.fax_pages import fax_pages
from hub.channels.email.incoming import Incoming
from hub.channels.email.settings import email_settings
from hub.channels.email.threads import Names
from hub.domain.contact import Attachment
from hub.domain.errors import InvalidError
from hub.settings import SettingsError
from tests.channels.email.fakes import KEY, FakeHub, FakeMailServer, place_in, running, send, table, until

PDF = b"%PDF-1.4 a page"
FAX = {"senders": ["fax@pbx.example.org"], "answers_to": "{digits}@fax.example.org", "service": "forms"}
GATE = "982188001234@fax.example.org"


def fax(subject: str = "Fax from +98 21 8800 1234, 1 page", sender: str = "fax@pbx.example.org", **more: str) -> bytes:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = sender, "support@example.org", subject
    mail["Message-ID"], mail["Date"] = f"<{abs(hash(subject))}@pbx>", "Mon, 5 Jan 2026 12:00:00 +0000"
    for name, value in more.items():
        mail[name.replace("_", "-")] = value
    mail.set_content("See the attached fax.")
    mail.add_attachment(PDF, maintype="application", subtype="pdf", filename="fax.pdf")
    return mail.as_bytes()


class Delivered:
    """A mail at a time to an adapter that has a fax server."""

    def __init__(self, folder: Path, **settings: Any) -> None:
        self.hub = FakeHub()
        self.hub.answers.set()
        self._folder = folder
        self._settings = {**FAX, **settings}

    async def __call__(self, *mails: bytes) -> list[Any]:
        async with incoming(self._folder, self.hub, self._settings) as taken:
            for mail in mails:
                await taken.take(mail)
        return list(self.hub.contacts.values())


@asynccontextmanager
async def incoming(folder: Path, hub: FakeHub, settings: dict[str, Any]) -> AsyncIterator[Incoming]:
    """The part of the adapter that takes mails in."""
    place = place_in(folder / "place")
    book = Book(folder / "place" / "book.sqlite")
    try:
        yield Incoming(email_settings(table(fax=settings)), Names(KEY, "example.org"), book, place, hub, None)
    finally:
        book.close()
        place.ledger.close()


async def test_a_fax_is_a_contact_from_its_number(tmp_path: Path) -> None:
    [contact] = await Delivered(tmp_path)(fax(Auto_Submitted="auto-generated", Precedence="bulk"))
    assert [(one.kind, one.value, one.verified) for one in contact.identifiers] == [("fax", "+982188001234", False)]
    assert (contact.path.channel, contact.path.address, contact.service) == ("email", GATE, "forms")
    assert [one.media_type for one in contact.attachments] == ["application/pdf", "message/rfc822"]
    assert not contact.auto


async def test_faxes_of_a_number_are_one_conversation_and_the_number_does_not_show_in_its_name(tmp_path: Path) -> None:
    found = await Delivered(tmp_path)(fax(), fax("Fax from 0098 (21) 88001234"), fax("Fax from +98 21 8800 9999"))
    first, second, other = (one.thread for one in found)
    assert first == second != other
    assert "8800" not in first


@pytest.mark.parametrize(
    ("settings", "more"),
    [
        ({"caller_in": "X-Fax-Caller"}, {"X_Fax_Caller": "02188001234"}),
        ({"caller_in": "From", "senders": ["@pbx.example.org"], "caller": r"fax\.([0-9]+)@"},
         {"sender": "fax.982188001234@pbx.example.org"}),
        ({"caller": r"sender=(\S+)"}, {"subject": "job=99999 sender=+982188001234"}),
    ],
)  # fmt: skip
async def test_the_number_stands_where_the_settings_say(
    settings: dict[str, Any], more: dict[str, str], tmp_path: Path
) -> None:
    [contact] = await Delivered(tmp_path, **settings)(fax(**more))
    [number] = contact.identifiers
    assert number.value in ("+982188001234", "982188001234")
    assert contact.path.address == GATE


async def test_a_withheld_number_is_no_reason_to_lose_a_fax(tmp_path: Path) -> None:
    first, second = await Delivered(tmp_path)(fax("Fax from unknown"), fax("Fax from nobody"))
    assert (first.identifiers, first.path.address, first.auto) == ((), "", False)
    assert first.thread != second.thread


async def test_other_mail_is_as_it_was(tmp_path: Path) -> None:
    status = b"From: fax@pbx.example.org\nMessage-ID: <s@pbx>\nSubject: Fax to +982188001234 failed\n\nBusy\n"
    found = await Delivered(tmp_path)(fax(sender="ann@example.com"), status)
    assert [one.path.address for one in found] == ["ann@example.com", "fax@pbx.example.org"]
    assert [one.identifiers for one in found] == [(), ()]


async def answered(folder: Path, **more: Any) -> tuple[FakeHub, FakeMailServer]:
    hub, server = FakeHub(), FakeMailServer()
    hub.answers.set()
    async with server.serving(), running(folder, hub, table(server.port, fax=FAX)) as place:
        if more.pop("with_pages", False):
            more["attachments"] = [await kept(place.attachments, "application/pdf", "answer.pdf")]
        if more.pop("with_sound", False):
            more["attachments"] = [await kept(place.attachments, "audio/wav", "answer.wav")]
        hub.commands.put_nowait(send(address=GATE, **more))
        await until(lambda: hub.signals)
    return hub, server


async def kept(store: Attachments, media_type: str, name: str) -> Attachment:
    return await store.put(PDF, media_type, name)


async def test_an_answer_leaves_as_pages_to_the_fax_server(tmp_path: Path) -> None:
    hub, server = await answered(tmp_path, text="It is on its way (really)")
    assert [one.signal for one in hub.signals] == ["sent"]
    assert server.mails[0][1] == [GATE]
    [page] = server.last().iter_attachments()
    assert (page.get_content_type(), page.get_filename()) == ("application/pdf", "fax.pdf")
    assert rb"(It is on its way \(really\)) Tj" in page.get_content()


async def test_enclosed_pages_leave_as_they_are(tmp_path: Path) -> None:
    _, server = await answered(tmp_path, text="سلام", with_pages=True)
    [page] = server.last().iter_attachments()
    assert (page.get_filename(), page.get_content()) == ("answer.pdf", PDF)


@pytest.mark.parametrize(
    ("told", "reason"),
    [({"text": "سلام"}, "enclose the words as PDF"), ({"with_sound": True}, "answer.wav is no page of a fax")],
)
async def test_what_no_fax_carries_has_failed(told: dict[str, Any], reason: str, tmp_path: Path) -> None:
    hub, server = await answered(tmp_path, **told)
    [failed] = hub.signals
    assert (failed.signal, server.mails) == ("failed", [])
    assert reason in failed.reason


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"senders": []}, "fax.senders"),
        ({"caller": "[0-9"}, "fax.caller: Value error, this is no pattern"),
        ({"caller": "[0-9]+"}, "fax.caller: Value error, put brackets around"),
        ({"answers_to": "fax@example.org"}, "fax.answers_to"),
    ],
)
def test_settings_that_could_lead_to_no_number_are_refused(wrong: dict[str, Any], field: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(field)):
        email_settings(table(fax={**FAX, **wrong}))


@given(
    text=st.text(st.characters(codec="cp1252"), min_size=1).filter(str.strip), subject=st.text("Aé(\\", max_size=100)
)
def test_pages_are_pdf_whose_table_of_places_is_right(text: str, subject: str) -> None:
    made = fax_pages(subject, text)
    assert made == fax_pages(subject, text)
    start = int(re.findall(rb"startxref\n(\d+)\n%%EOF\n$", made)[0])
    places = [int(one) for one in re.findall(rb"(\d{10}) 00000 n ", made[start:])]
    assert made[start:].startswith(f"xref\n0 {len(places) + 1}\n".encode())
    for number, place in enumerate(places, 1):
        assert made[place:].startswith(f"{number} 0 obj\n".encode())
    for length, content in re.findall(rb"/Length (\d+) >>\nstream\n(.*?)\nendstream\nendobj\n", made, re.DOTALL):
        assert len(content) == int(length)


def test_long_words_are_several_pages_and_too_long_ones_none() -> None:
    assert b"/Count 2 >>" in fax_pages("", "word\n" * 100)
    with pytest.raises(InvalidError, match="at most 50 pages"):
        fax_pages("", "word\n" * 5000)


def test_the_documented_settings_are_in_order() -> None:
    page = (Path(__file__).parents[3] / "docs" / "channels" / "email.md").read_text()
    [told] = re.findall(r"```toml\n(\[email\.fax\].*?)```", page, re.DOTALL)
    settings = email_settings(table(**tomllib.loads(told)["email"]))
    assert settings.fax is not None
    assert re.search(settings.fax.caller, "Fax from +98 21 8800 1234, 1 page")
