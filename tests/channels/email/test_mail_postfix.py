"""Behind a real Postfix: it keeps what the hub can't take, brings it when it can, and tells what came back."""

import asyncio
from pathlib import Path

from hub.domain.contact import ConversationSignal
from tests.channels.email.fakes import FakeHub, FakeMailServer, running, send, table, until
from tests.channels.email.mail_adapter import free_port
from tests.channels.email.postfix import needs_postfix, postfix, swaks

pytestmark = needs_postfix

BODY = "From: Ann <ann@example.com>\nTo: cards@example.org\nMessage-ID: <{0}@example.com>\nSubject: {0}\n\nHello {0}\n"


async def test_mail_is_deferred_while_adapter_or_hub_are_away_and_delivered_once_after(tmp_path: Path) -> None:
    lmtp, hub = free_port(), FakeHub()
    told = table(server={"port": lmtp, "answer_within_seconds": 0.5})
    with postfix(lmtp) as mta:

        async def customer_writes(name: str) -> None:
            given = ("--from", "ann@example.com", "--to", "cards@example.org", "--data", BODY.format(name))
            await asyncio.to_thread(swaks, mta.port, *given)

        await customer_writes("adapter-away")
        await until(lambda: mta.deferred() == 1)
        async with running(tmp_path / "a", hub, told):
            await customer_writes("hub-away")
            await until(lambda: mta.log().count("451 4.3.0") >= 2)
            assert hub.contacts == {}
            hub.answers.set()
            await until(lambda: len(hub.contacts) == 2 and mta.queued() == 0)
        async with running(tmp_path / "a", hub, told):
            await customer_writes("back-again")
            await until(lambda: len(hub.contacts) == 3 and mta.queued() == 0)
        assert sorted(one.subject for one in hub.contacts.values()) == ["adapter-away", "back-again", "hub-away"]
        assert {one.path.address for one in hub.contacts.values()} == {"ann@example.com"}
        assert {one.service for one in hub.contacts.values()} == {"cards"}


async def test_what_comes_back_is_reported_of_the_contact_it_was(tmp_path: Path) -> None:
    lmtp, hub = free_port(), FakeHub()
    hub.answers.set()
    theirs = FakeMailServer(at_rcpt=["550 5.1.1 no such user"])
    async with theirs.serving():
        with postfix(lmtp, theirs.port) as mta:
            async with running(tmp_path / "a", hub, table(mta.port, server={"port": lmtp})):
                hub.commands.put_nowait(send(address="ann@elsewhere.example", thread="thread-1"))
                await until(lambda: len(hub.signals) == 2)
    assert [(one.signal, one.thread) for one in hub.signals] == [
        (ConversationSignal.SENT, "thread-1"),
        (ConversationSignal.FAILED, "thread-1"),
    ]
    assert "no such user" in hub.signals[1].reason
    assert not hub.contacts
