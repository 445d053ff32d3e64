"""A real Dovecot's mailbox is read: at once, each mail once, and nothing is marked as seen before the hub has it."""

import asyncio
from pathlib import Path

import pytest

from hub.channels.email import mailbox
from tests.channels.email.corpus import mail
from tests.channels.email.dovecot import dovecot, needs_dovecot
from tests.channels.email.fakes import FakeHub, running, table, until

pytestmark = needs_dovecot


def numbered(number: int) -> bytes:
    return mail(
        "Hello", Message_ID=f"<{number}@example.com>", Date="Mon, 05 Jan 2026 12:00:00 +0000", Subject=str(number)
    )


async def test_new_mail_is_taken_at_once_and_seen_when_the_hub_has_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "PAUSE_SECONDS", 0.2)
    hub = FakeHub()
    with dovecot() as box:
        read = {"host": "127.0.0.1", "port": box.port, "security": "none", "user": "support"}
        told = table(mailboxes=[{**read, "password_file": str(box.password_file)}])
        told.pop("server")
        box.deliver(numbered(1))
        async with running(tmp_path / "a", hub, told):
            with box.serving():
                await asyncio.sleep(0.5)
                assert (box.seen(), hub.contacts) == (0, {})
                box.deliver(numbered(2))
                hub.answers.set()
                await until(lambda: box.seen() == 2, mailbox.IDLE_SECONDS / 2)
                await asyncio.sleep(0.3)
                box.deliver(numbered(5))
                await until(lambda: box.seen() == 3, mailbox.IDLE_SECONDS / 2)
            box.deliver(numbered(3))
            with box.serving():
                await until(lambda: len(hub.contacts) == 4)
        with box.serving():
            box.deliver(numbered(3))
            box.deliver(numbered(4))
            async with running(tmp_path / "a", hub, told):
                await until(lambda: len(hub.contacts) == 5 and box.seen() == 6)
    assert [one.subject for one in hub.reported] == ["1", "2", "5", "3", "4"]


async def test_what_is_too_large_to_be_kept_is_not_fetched_stays_unseen_and_holds_nothing_up(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    hub = FakeHub()
    hub.answers.set()
    with dovecot() as box:
        read = {"host": "127.0.0.1", "port": box.port, "security": "none", "user": "support"}
        told = table(mailboxes=[{**read, "password_file": str(box.password_file)}])
        told.pop("server")
        box.deliver(mail("x" * 30_000, Message_ID="<large@example.com>", Subject="large"))
        with box.serving():
            async with running(tmp_path / "a", hub, told, largest=20_000):
                box.deliver(numbered(1))
                await until(lambda: box.seen() == 1 and "unseen: it has 3" in caplog.text)
    assert [one.subject for one in hub.reported] == ["1"]
    assert not hub.refusals
