"""Customers are asked by mail how it was; a number that comes back is their answer, anything else a contact."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.command import Command
from hub.channels.email.settings import Surveys
from hub.channels.email.surveys import Score, answer, question
from hub.channels.ledger import State
from hub.domain.contact import ConversationEvent, ConversationSignal
from tests.channels.email.corpus import NOON, mail
from tests.channels.email.fakes import FakeMailServer, running, send, table, until
from tests.channels.email.test_mail_in import Door
from tests.channels.email.test_mail_out import answering
from tests.channels.email.test_mail_parsing import bounce

CSAT, NPS = "survey-ab-1.csat", "survey-ab-1.nps"


def survey(**more: Any) -> Command:
    told = {"command": "survey", "survey_id": "survey-ab-1", "kind": "csat", "about": "interaction-1", "subject": ""}
    asked = {"contact_id": "mail-1", "thread": "t", "language": "en", "purpose": "", "agent_id": "", "text": ""}
    return send(**{**asked, **told, "id": "customer-ab.7", **more})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("4", (4, "")),
        ("\n 4/5 \n\nVery friendly\nAnn", (4, "Very friendly\nAnn")),
        ("\u200f۵.\nعالی", (5, "عالی")),
        ("٣!", (3, "")),
    ],
)
def test_a_number_alone_in_the_first_line_is_an_answer(text: str, said: tuple[int, str]) -> None:
    assert answer(CSAT, text) == Score("survey-ab-1", *said)


@pytest.mark.parametrize("text", ["0", "6", "3 weeks ago I ordered a card", "", "five", "Hello\n4", "100", "4 5"])
def test_anything_else_is_none(text: str) -> None:
    assert answer(CSAT, text) is None


def test_each_kind_has_its_scores_and_other_mails_ask_nothing() -> None:
    assert answer(NPS, "10") == Score("survey-ab-1", 10, "")
    assert answer(NPS, "0") == Score("survey-ab-1", 0, "")
    assert answer("decision-ab-1", "4") is answer("survey-ab-1.other", "4") is answer("x.csat", "4") is None


def test_it_is_asked_in_the_customers_language_with_a_link_where_there_is_one() -> None:
    asked = question(survey(), Surveys(link="https://example.org/how?s={survey}"), NOON)
    assert asked is not None
    assert (asked.contact_id, asked.subject) == (CSAT, "How was it?")
    assert "1: not at all, 5: very much" in asked.text
    assert asked.text.endswith("Or answer here: https://example.org/how?s=survey-ab-1")
    persian = question(survey(language="fa-IR", kind="nps"), Surveys(), NOON)
    assert persian is not None
    assert (persian.contact_id, "۱۰" in persian.text, "http" in persian.text) == (NPS, True, False)
    unknown = question(survey(language="de"), Surveys(language="fa"), NOON)
    assert unknown is not None
    assert unknown.subject == persian.subject


def test_who_has_no_address_any_more_is_not_asked_nor_is_anybody_too_late() -> None:
    assert question(survey(address=""), Surveys(), NOON) is None
    assert question(survey(kind="other"), Surveys(), NOON) is None
    assert question(survey(expires_at=NOON), Surveys(), NOON) is None
    assert question(survey(expires_at=NOON + timedelta(days=1)), Surveys(), NOON) is not None


async def test_the_question_leaves_once_and_nothing_is_reported_of_it(tmp_path: Path) -> None:
    server, hub = FakeMailServer(), answering()
    async with server.serving(), running(tmp_path / "a", hub, table(server.port)) as place:
        for command in (survey(), survey(), send("contact-2")):
            hub.commands.put_nowait(command)
        await until(lambda: hub.signals)
        assert place.ledger.of(CSAT) is not None
    asked, _ = server.mails
    assert (asked[1], len(server.mails)) == (["ann@example.com"], 2)
    assert b"Auto-Submitted: auto-generated" in asked[2]
    assert [one.contact_id for one in hub.signals] == ["contact-2"]


async def test_a_question_that_is_refused_is_left_alone(tmp_path: Path) -> None:
    server, hub = FakeMailServer(at_rcpt=["550 no such user"]), answering()
    async with server.serving(), running(tmp_path / "a", hub, table(server.port)):
        for command in (survey(), send("contact-2")):
            hub.commands.put_nowait(command)
        await until(lambda: hub.signals)
    assert [one.contact_id for one in hub.signals] == ["contact-2"]


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    one = Door(tmp_path)
    one.hub.answers.set()
    yield one
    one.place.ledger.close()
    one.book.close()


def asked_by(door: Door) -> str:
    """The Message-ID of a question that left."""
    message_id = door.names.message_id(CSAT)
    door.place.ledger.left(CSAT, message_id, "t", NOON)
    return message_id


async def test_a_number_that_comes_back_is_their_answer_and_no_contact(door: Door) -> None:
    reply = mail("5\n\nThank you", In_Reply_To=f"<{asked_by(door)}>")
    assert await door.gives(reply) == [250]
    [told] = door.hub.signals
    assert (told.signal, told.survey_id, told.score) == (ConversationSignal.SURVEY_ANSWERED, "survey-ab-1", 5)
    assert (told.comment, told.thread, door.hub.contacts) == ("Thank you", "t", {})


async def test_a_question_that_comes_back_is_left_alone(door: Door) -> None:
    own = asked_by(door)
    assert await door.gives(bounce().replace(b"ours@example.org", own.encode()), sender="") == [250]
    assert (door.hub.signals, door.hub.contacts) == ([], {})
    assert door.place.ledger.of(CSAT) == (CSAT, State.FAILED, own, "t")


async def test_words_a_machines_answer_and_one_that_comes_too_late_are_contacts(door: Door) -> None:
    name = f"<{asked_by(door)}>"
    words = mail("3 weeks ago I ordered a card", In_Reply_To=name, Message_ID="<a@x>")
    machine = mail("5", In_Reply_To=name, Message_ID="<b@x>", Auto_Submitted="auto-replied")
    assert await door.gives(words, machine) == [250, 250]
    assert (len(door.hub.contacts), door.hub.signals) == (2, [])

    async def too_late(event: ConversationEvent) -> Confirmation:
        return Confirmation(id=event.id, status="rejected", reason="it is over", field="signal")

    door.hub.conversation = too_late  # type: ignore[method-assign]
    assert await door.gives(mail("5", In_Reply_To=name, Message_ID="<c@x>")) == [250]
    assert [one.thread for one in door.hub.contacts.values()] == ["t", "t", "t"]
