"""What the hub has decided to send leaves once, and its fate is reported."""

import asyncio
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from pathlib import Path
from typing import Any

import aiohttp

from hub.channels.email.adapter import make
from hub.channels.email.unsubscribing import Links
from hub.channels.ledger import State
from hub.domain.contact import ConversationSignal
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeHub, FakeMailServer, place_in, running, send, table, until
from tests.channels.email.mail_adapter import free_port
from tests.channels.email.test_mail_acceptance import hand_in


def soon() -> datetime:
    """Counted from when a test runs, however long the others took before it."""
    return datetime.now(UTC) + timedelta(minutes=5)  # noqa: TID251


SENT, FAILED = ConversationSignal.SENT, ConversationSignal.FAILED


def answering() -> FakeHub:
    hub = FakeHub()
    hub.answers.set()
    return hub


async def fate(tmp_path: Path, server: FakeMailServer, *commands: Any, **more: Any) -> FakeHub:
    """What is reported of the last command."""
    hub = answering()
    async with server.serving(), running(tmp_path / "a", hub, table(server.port, **more)):
        for command in commands:
            hub.commands.put_nowait(command)
        await until(lambda: any(one.contact_id == commands[-1].contact_id for one in hub.signals))
    return hub


async def test_it_leaves_as_who_writes_for_the_queue_and_is_reported(tmp_path: Path) -> None:
    server = FakeMailServer()
    hub = await fate(tmp_path, server, send(queue="cards", cc=["cy@example.com"]))
    [(sender, recipients, _)] = server.mails
    assert (sender, recipients) == ("cards@example.org", ["ann@example.com", "cy@example.com"])
    assert [(one.signal, one.thread) for one in hub.signals] == [(SENT, "contact-1")]


async def test_told_again_it_leaves_no_second_time_also_after_a_restart(tmp_path: Path) -> None:
    server = FakeMailServer()
    await fate(tmp_path, server, send(), send())
    again = await fate(tmp_path, server, send())
    assert len(server.mails) == 1
    assert [one.signal for one in again.signals] == [SENT]


async def test_what_is_refused_for_now_is_tried_again(tmp_path: Path) -> None:
    server = FakeMailServer(at_rcpt=["450 greylisted"], at_data=["451 later"])
    hub = await fate(tmp_path, server, send(report_by=soon()))
    assert len(server.mails) == 1
    assert [one.signal for one in hub.signals] == [SENT]


async def test_what_is_refused_for_good_or_until_it_is_too_late_has_failed(tmp_path: Path) -> None:
    server = FakeMailServer(at_rcpt=["550 no such user", "450 greylisted"])
    late = send("contact-2", report_by=soon() - timedelta(minutes=6))
    hub = await fate(tmp_path, server, send(), late)
    assert [(one.signal, one.reason) for one in hub.signals] == [
        (FAILED, "550 no such user"),
        (FAILED, "450 greylisted"),
    ]
    assert not server.mails


async def test_what_may_have_left_is_neither_sent_again_nor_reported(tmp_path: Path) -> None:
    server = FakeMailServer(at_data=["gone"])
    hub = await fate(tmp_path, server, send(), send("contact-2"))
    again = await fate(tmp_path, server, send(), send("contact-2"))
    assert {one.contact_id for one in (*hub.signals, *again.signals)} == {"contact-2"}
    assert len(server.mails) == 1


async def test_a_crash_before_it_was_on_its_way_keeps_it_from_nobody(tmp_path: Path) -> None:
    hub = answering()
    async with running(tmp_path / "a", hub, table(1)) as place:
        hub.commands.put_nowait(send(report_by=soon()))
        await until(lambda: place.ledger.of("contact-1"))
        made = place.ledger.of("contact-1")
        assert made is not None
        assert (made.state, made.wire_id) == (State.BEGUN, "")
    server = FakeMailServer()
    await fate(tmp_path, server, send(report_by=soon()))
    assert len(server.mails) == 1


async def test_an_address_that_is_none_has_failed_with_the_reason(tmp_path: Path) -> None:
    hub = await fate(tmp_path, FakeMailServer(), send(address="nobody"))
    assert [one.signal for one in hub.signals] == [FAILED]
    assert "name@domain" in hub.signals[0].reason


async def test_machines_write_so_often_to_one_address_and_no_more(tmp_path: Path) -> None:
    server = FakeMailServer()
    commands = [send(f"contact-{n}", agent_id="") for n in range(3)]
    hub = await fate(tmp_path, server, *commands, machine_mails_per_day=2)
    assert [one.signal for one in hub.signals] == [SENT, SENT, FAILED]


async def test_an_answer_refers_to_what_was_said_last(tmp_path: Path) -> None:
    server = FakeMailServer()
    await fate(tmp_path, server, send("contact-1", "t"), send("contact-2", "t"))
    first, second = (raw for _, _, raw in server.mails)
    message_id = first.split(b"\r\n")[0].removeprefix(b"Message-ID: ")
    assert b"In-Reply-To: " + message_id in second
    assert b"References: " + message_id in second


async def test_an_answer_to_one_of_several_mails_refers_to_that_one(tmp_path: Path) -> None:
    server, hub, port = FakeMailServer(), answering(), free_port()
    names = {name: f"<{name}@example.com>" for name in ("mina", "boss")}
    inbound = {"protocol": "smtp", "port": port}
    async with server.serving(), running(tmp_path / "a", hub, table(server.port, server=inbound)):
        await hand_in(port, mail("Where is it?", Message_ID=names["mina"]))
        theirs = {"From": "boss@example.com", "Message_ID": names["boss"], "References": names["mina"]}
        await hand_in(port, mail("I wait, too", **theirs))
        [mina, boss] = hub.contacts.values()
        hub.commands.put_nowait(send("c-1", boss.thread, answers=mina.id))
        hub.commands.put_nowait(send("c-2", boss.thread, answers=boss.id))
        await until(lambda: len(hub.signals) == 2)
    told = [message_from_bytes(raw) for _, _, raw in server.mails]
    assert [one["In-Reply-To"] for one in told] == [names["mina"], names["boss"]]
    assert [one["References"].split() for one in told] == [[names["mina"]], [names["mina"], names["boss"]]]


async def test_who_is_told_to_end_while_a_mail_is_handed_over_knows_that_it_left(tmp_path: Path) -> None:
    server, hub = FakeMailServer(at_data=["slow"]), answering()
    async with server.serving():
        async with running(tmp_path / "a", hub, table(server.port)):
            hub.commands.put_nowait(send())
            await until(lambda: not server.at_data)
        assert len(server.mails) == 1
    again = await fate(tmp_path, server, send())
    assert [one.signal for one in again.signals] == [SENT]
    assert len(server.mails) == 1


async def test_it_ends_at_whatever_moment_it_is_told_to(tmp_path: Path) -> None:
    server = FakeMailServer()
    async with server.serving():
        for moment in range(40):
            hub, place = answering(), place_in(tmp_path / "a")
            hub.commands.put_nowait(send(f"contact-{moment}", report_by=soon()))
            task = asyncio.create_task(make(table(server.port), place).run(hub))
            await asyncio.sleep(moment / 2000)
            task.cancel()
            ended, _ = await asyncio.wait({task}, timeout=10)
            assert ended, f"told to after {moment / 2} ms"
            place.ledger.close()


async def test_one_click_unsubscribes_and_looking_does_not(tmp_path: Path) -> None:
    port = free_port()
    more = {"unsubscribing": {"url": f"http://127.0.0.1:{port}/u", "port": port}}
    server, hub = FakeMailServer(), answering()
    async with (
        server.serving(),
        running(tmp_path / "a", hub, table(server.port, **more)),
        aiohttp.ClientSession() as web,
    ):
        hub.commands.put_nowait(send(purpose="promotional", agent_id=""))
        await until(lambda: [one.signal for one in hub.signals] == [SENT])
        link = server.last()["List-Unsubscribe"].split(",")[0].strip("<> ")
        async with web.get(link) as page:
            assert (page.status, "<form" in await page.text()) == (200, True)
        assert len(hub.signals) == 1
        async with web.post(link, data={"List-Unsubscribe": "One-Click"}) as page:
            assert page.status == 200
        async with web.post(link[:-3], data={"List-Unsubscribe": "One-Click"}) as page:
            assert page.status == 404
    [_, said] = hub.signals
    assert (said.signal, said.address) == (ConversationSignal.UNSUBSCRIBED, "ann@example.com")


def test_a_link_tells_nothing_and_holds_whom_it_is_for() -> None:
    links = Links(b"k" * 32, "https://example.org/u/", "example.org")
    click, by_mail = links.of("Ann@Example.com", "token@example.org")
    assert "ann" not in click
    assert by_mail == "mailto:unsubscribe+token@example.org?subject=unsubscribe"
    assert links.address_of(click.rpartition("/")[2]) == "ann@example.com"
