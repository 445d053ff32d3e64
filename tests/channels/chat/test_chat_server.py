"""The chat's server on a real socket, with a hub in memory: who is let in, limits, files, proofs, going away."""

import asyncio
import gzip
import itertools
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.chat.adapter import make
from hub.channels.chat.visitors import Signed, sign
from hub.channels.chat.widget import IN_CHECKOUT, PARTS
from hub.channels.command import Command
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.clock import WallClock
from hub.domain.contact import Channel, Contact, ConversationEvent, ConversationSignal
from hub.domain.refused_input import RefusedInput
from hub.domain.sign import SignKind
from hub.simulated.contract.chat_visitor import GENEROUS, ORIGIN, Visitor
from tests.channels.email.mail_adapter import free_port

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
SECRET = b"the secret of the site"


@dataclass
class FakeHub:
    """A link. While `answers` is not set nothing is confirmed; codes are right when they are 123456."""

    contacts: list[Contact] = field(default_factory=list)
    signals: list[ConversationEvent] = field(default_factory=list)
    signs: list[tuple[str, SignKind]] = field(default_factory=list)
    commands: asyncio.Queue[Command] = field(default_factory=asyncio.Queue)
    answers: asyncio.Event = field(default_factory=asyncio.Event)
    known: asyncio.Event = field(default_factory=asyncio.Event)
    """Every contact's id is that of another already."""
    name: str = "chat"
    channel: Channel = Channel.WEB
    numbers: "itertools.count[int]" = field(default_factory=itertools.count)

    async def contact(self, contact: Contact) -> Confirmation:
        await self.answers.wait()
        self.contacts.append(contact)
        if self.known.is_set():
            return Confirmation(id=contact.id, status="rejected", field="id", reason="recorded with another content")
        return Confirmation(id=contact.id, status="accepted")

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        await self.answers.wait()
        self.signals.append(event)
        if event.signal is ConversationSignal.CODE_TOLD and event.code != "123456":
            return Confirmation(id=event.id, status="rejected", field="signal", reason="not the code")
        return Confirmation(id=event.id, status="accepted")

    async def refused(self, _: RefusedInput) -> None:
        await self.answers.wait()

    async def sign(self, thread: str, sign: SignKind) -> None:
        self.signs.append((thread, sign))

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        while True:
            await handle(await self.commands.get())

    async def announcements(self, _: Callable[[Command], None]) -> None:
        await asyncio.Event().wait()

    async def retries(self, _: Callable[[RefusedInput], Awaitable[Confirmation]]) -> None:
        await asyncio.Event().wait()

    def tell(self, thread: str, command: str, **more: Any) -> None:
        name = f"command-{next(self.numbers)}"
        about = {"id": name, "at": WallClock().now(), "channel": "web", "thread": thread, "command": command}
        self.commands.put_nowait(Command.model_validate({"interaction_id": "interaction-1", **about, **more}))


class Site:
    """The adapter, running, and visitors of it."""

    def __init__(self, directory: Path, hub: FakeHub, table: dict[str, Any]) -> None:
        self.hub = hub
        self.directory = directory
        self.port = free_port()
        self.table = {"origins": [ORIGIN], "port": self.port, "limits": GENEROUS, **table}
        self.visitors: list[Visitor] = []
        self.http: aiohttp.ClientSession
        self._running: asyncio.Task[None] | None = None
        self._ledger: Ledger | None = None

    async def start(self) -> None:
        self._ledger = Ledger(self.directory / "ledger.sqlite")
        store = Attachments(FolderBlobs(self.directory / "attachments"), b"k" * 32)
        place = Place(self.directory, self._ledger, store, WallClock(), "IR")
        self._running = asyncio.create_task(make(self.table, place).run(self.hub))
        async with asyncio.timeout(30):
            while True:
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", self.port)
                except OSError:
                    assert not self._running.done(), self._running.exception()
                    await asyncio.sleep(0.01)
                    continue
                writer.close()
                await writer.wait_closed()
                return

    async def stop(self) -> None:
        if self._running is not None and self._ledger is not None:
            self._running.cancel()
            await asyncio.gather(self._running, return_exceptions=True)
            self._ledger.close()

    def visitor(self, **more: Any) -> Visitor:
        self.visitors.append(Visitor(self.http, f"ws://127.0.0.1:{self.port}/chat/ws", **more).open())
        return self.visitors[-1]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/chat/{path}"


@asynccontextmanager
async def a_site(directory: Path, **table: Any) -> AsyncIterator[Site]:
    hub = FakeHub()
    hub.answers.set()
    site = Site(directory, hub, table)
    async with aiohttp.ClientSession() as site.http:
        await site.start()
        try:
            yield site
        finally:
            for visitor in site.visitors:
                await visitor.close()
            await site.stop()


async def said_at_last(visitor: Visitor, text: str, name: str = "") -> str:
    """However often it takes until the hub has it."""
    while (told := await visitor.say(text, name)) == "later":
        await asyncio.sleep(0.05)
    return told


class TestLettingIn:
    async def test_a_page_of_another_site_is_told_why_and_gets_nothing(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            for origin in ("https://www.example.org.evil.example", "null"):
                stranger = site.visitor(origin=origin)
                await stranger.until(lambda stranger=stranger: stranger.closed)
                assert (stranger.closed[0], stranger.frames) == (4403, [])

    async def test_who_does_not_begin_with_hello_is_cut(self, tmp_path: Path) -> None:
        async with (
            a_site(tmp_path) as site,
            site.http.ws_connect(f"ws://127.0.0.1:{site.port}/chat/ws", origin=ORIGIN) as socket,
        ):
            await socket.send_str('{"do": "say", "id": "12345678", "text": "hi"}')
            await socket.receive()
            assert socket.close_code == 4400

    async def test_who_goes_away_amid_an_answer_is_no_fault_of_the_adapter(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with a_site(tmp_path) as site:
            for _ in range(10):
                socket = await site.http.ws_connect(f"ws://127.0.0.1:{site.port}/chat/ws", origin=ORIGIN)
                await socket.send_str('{"do": "hello"}')
                await socket.receive()
                for _ in range(200):
                    await socket.ping()
                transport = socket.get_extra_info("socket")
                transport.shutdown(2)
                await socket.close()
            await site.visitor().until(lambda: True)
        assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []

    async def test_one_address_opens_so_many_connections_and_no_more(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, limits={"connections_per_minute": 3}) as site:
            several = [site.visitor() for _ in range(5)]
            await several[0].until(lambda: any(4429 in one.closed for one in several))
            assert sum(bool(one.frames) for one in several) <= 3

    async def test_what_is_longer_than_a_message_may_be_ends_the_connection(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            await mina.until(lambda: mina.frames)
            await mina.raw("x" * 70_000)
            await mina.until(lambda: 1009 in mina.closed)

    async def test_what_is_signed_is_known_for_sure(self, tmp_path: Path) -> None:
        file = tmp_path / "secret"
        file.write_bytes(SECRET)
        expires = int(WallClock().now().timestamp()) + 600
        identity = sign(Signed(customer_number="77", name="Mina", expires=expires), SECRET)
        async with a_site(tmp_path, identity_secret_file=str(file)) as site:
            mina, there = site.visitor(identity=identity), site.visitor(identity=identity)
            await there.until(lambda: there.frames)
            await mina.say("hello")
            await there.until(lambda: there.texts() == ["hello"])
            [contact] = site.hub.contacts
            assert [(one.kind, one.value, one.verified) for one in contact.identifiers] == [
                ("customer_number", "77", True)
            ]
            assert contact.declared.name == "Mina"
            forged = site.visitor(identity=identity[:-1] + "0")
            await forged.until(lambda: forged.closed)
            assert forged.closed[0] == 4401


class TestSaying:
    async def test_nothing_is_confirmed_before_the_hub_has_it(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, answer_within_seconds=0.3) as site:
            site.hub.answers.clear()
            mina = site.visitor()
            assert await mina.say("hello") == "later"
            assert mina.lines == []
            site.hub.answers.set()
            assert await said_at_last(mina, "hello") == "accepted"
            assert len({one.model_dump_json() for one in site.hub.contacts}) == 1

    async def test_who_writes_too_much_is_told_when_to_come_again(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, limits={"messages_per_minute": 2}) as site:
            mina = site.visitor()
            assert [await mina.say(f"hello {number}") for number in range(3)] == ["accepted", "accepted", "later"]
            assert mina.frames[-1]["seconds"] > 1

    async def test_the_same_id_with_other_words_is_refused(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, answer_within_seconds=0.3) as site:
            mina = site.visitor()
            site.hub.answers.clear()
            assert await mina.say("hello", "0123456789abcdef") == "later"
            site.hub.answers.set()
            assert await said_at_last(mina, "goodbye", "0123456789abcdef") == "refused"

    async def test_who_says_what_no_chat_says_hears_which_message_it_was(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            for name, bad in (("message-1", {"text": "\ud83d"}), ("message-2", {"files": ["file-0001"] * 11})):
                await mina.raw(json.dumps({"do": "say", "id": name, **bad}))
                await mina.until(lambda name=name: mina.frames[-1].get("id") == name)
                assert mina.frames[-1]["is"] == "refused"

    async def test_what_the_hub_knows_already_is_taken(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            site.hub.known.set()
            mina = site.visitor()
            assert await mina.say("told before the power went", seconds=30) == "accepted"
            assert mina.texts() == ["told before the power went"]

    async def test_tabs_of_one_visitor_show_the_same_and_come_back_to_it(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            await mina.say("one")
            other = site.visitor(token=mina.token)
            await other.until(lambda: other.texts() == ["one"])
            await other.say("two")
            await mina.until(lambda: mina.texts() == ["one", "two"])
            await mina.close()
            thread = site.hub.contacts[0].thread
            for number in range(3):
                site.hub.tell(thread, "send", contact_id=f"c-{number}", text=f"answer {number}", agent_id="ann")
            await other.until(lambda: len(other.lines) == 5)
            mina.open()
            await mina.until(lambda: mina.lines == other.lines)
            await site.stop()
            await site.start()
            await other.say("three")
            await mina.until(lambda: mina.lines == other.lines and len(mina.lines) == 6)
            assert [one["seq"] for one in mina.lines] == [1, 2, 3, 4, 5, 6]

    async def test_what_was_told_to_leave_once_leaves_once(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            await mina.say("hello")
            for _ in range(3):
                site.hub.tell(site.hub.contacts[0].thread, "send", contact_id="c-1", text="once", agent_id="ann")
            await mina.until(lambda: [one.signal for one in site.hub.signals].count("sent") == 3)
            assert mina.texts() == ["hello", "once"]


class TestLeaving:
    async def test_who_comes_back_in_time_never_left(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, gone_after_seconds=30) as site:
            mina = site.visitor()
            await mina.say("hello")
            site.hub.tell(site.hub.contacts[0].thread, "answered", agent_id="ann")
            await mina.until(lambda: mina.state["phase"] == "talking")
            await mina.close()
            await mina.open().until(lambda: mina.frames[-1]["is"] == "state")
            assert site.hub.signals == []

    async def test_who_does_not_has_left_and_missed_what_did_not_arrive(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, gone_after_seconds=1) as site:
            mina = site.visitor()
            await mina.say("hello")
            thread = site.hub.contacts[0].thread
            site.hub.tell(thread, "answered", agent_id="ann")
            site.hub.tell(thread, "send", contact_id="c-1", text="seen", agent_id="ann")
            await mina.until(lambda: len(mina.lines) == 2)
            await mina.tell(do="seen", seq=2)
            await mina.tell(do="ping")
            await mina.until(lambda: mina.frames[-1]["is"] == "pong")
            await mina.close()
            site.hub.tell(thread, "send", contact_id="c-2", text="unseen", agent_id="ann")
            await mina.until(lambda: any(one.signal == "failed" for one in site.hub.signals))
            told = [(one.signal, one.contact_id) for one in site.hub.signals]
            assert set(told) - {("sent", "c-2")} == {("sent", "c-1"), ("customer_left", ""), ("failed", "c-2")}
            assert next(one for one in site.hub.signals if one.signal == "customer_left").dropped
            site.hub.tell(thread, "send", contact_id="c-3", text="too late", agent_id="ann")
            await mina.until(lambda: site.hub.signals[-1].contact_id == "c-3")
            assert site.hub.signals[-1].signal == "failed"
            await mina.open().until(lambda: mina.state["phase"] == "over")
            assert mina.texts() == ["hello", "seen"]

    async def test_who_ends_it_did_not_drop(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            await mina.say("hello")
            await mina.tell(do="leave")
            await mina.until(lambda: mina.state["phase"] == "over")
            [left] = site.hub.signals
            assert (left.signal, left.dropped) == ("customer_left", False)


class TestAsking:
    async def test_the_form_tells_who_they_say_they_are_and_what_they_agree_to(self, tmp_path: Path) -> None:
        consent = {"purpose": "promotional", "channel": "email", "text_version": "7", "text": {"en": "News?"}}
        form = {"ask": ["name", "email"], "required": ["name"], "consents": [consent]}
        async with a_site(tmp_path, form=form) as site:
            mina = site.visitor()
            await mina.tell(do="form", email="mina@example.com")
            await mina.until(lambda: mina.frames[-1]["is"] == "refused")
            assert mina.frames[-1]["field"] == "name"
            await mina.tell(do="form", name="Mina", email="mina@example.com", consents=[0])
            await mina.until(lambda: mina.state.get("filled"))
            [given] = site.hub.signals
            assert given.consent is not None
            assert (given.consent.purpose, given.consent.text_version) == ("promotional", "7")
            await mina.say("hello")
            [contact] = site.hub.contacts
            assert [(one.kind, one.verified) for one in contact.identifiers] == [("email", False)]

    async def test_a_code_that_was_right_proves_the_address_from_then_on(self, tmp_path: Path) -> None:
        async with a_site(tmp_path, verify=["email"]) as site:
            mina = site.visitor()
            await mina.tell(do="ask_code", kind="phone", value="+989121234567")
            await mina.until(lambda: mina.frames[-1]["is"] == "refused")
            await mina.tell(do="ask_code", kind="email", value="mina@example.com")
            await mina.until(lambda: mina.state.get("asked") == "mina@example.com")
            await mina.tell(do="tell_code", code="000000")
            await mina.until(lambda: mina.frames[-1].get("reason") == "not the code")
            await mina.tell(do="tell_code", code="123456")
            await mina.until(lambda: mina.state.get("proven") == ["mina@example.com"])
            await mina.say("hello")
            assert site.hub.contacts[0].identifiers[0].verified
            site.hub.tell(site.hub.contacts[0].thread, "answered", agent_id="ann")
            await mina.until(lambda: mina.state["phase"] == "talking")
            await mina.tell(do="transcript")
            await mina.until(lambda: mina.frames[-1] == {"is": "transcript", "to": "mina@example.com"})
            assert site.hub.signals[-1].interaction_id == "interaction-1"

    async def test_signs_are_given_while_somebody_is_there_to_see_them(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina = site.visitor()
            await mina.tell(do="typing", on=True)
            await mina.say("hello")
            await mina.tell(do="typing", on=True)
            await mina.tell(do="typing", on=False)
            await mina.tell(do="seen", seq=1, read=True)
            await mina.until(lambda: len(site.hub.signs) == 3)
            assert [kind for _, kind in site.hub.signs] == [SignKind.TYPING, SignKind.STOPPED, SignKind.READ]


class TestFiles:
    async def test_a_file_is_seen_by_who_is_in_the_conversation_and_by_nobody_else(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            mina, other = site.visitor(), site.visitor()
            await mina.until(lambda: mina.pass_ and other.pass_)

            def of(visitor: Visitor) -> dict[str, str]:
                return {"Origin": ORIGIN, "Authorization": f"Bearer {visitor.pass_}"}

            named = site.url("files?name=card.png")
            async with site.http.post(named, data=PNG, headers=of(mina) | {"Content-Type": "image/png"}) as answer:
                assert answer.status == 201
                file = await answer.json()
            assert await mina.say("look", files=[file["id"]]) == "accepted"
            [attachment] = site.hub.contacts[0].attachments
            assert (attachment.name, attachment.media_type, attachment.size) == ("card.png", "image/png", len(PNG))
            assert "uri" not in str(mina.lines)
            async with site.http.get(site.url(f"files/{file['id']}"), headers=of(mina)) as answer:
                assert (answer.status, await answer.read()) == (200, PNG)
                assert answer.headers["X-Content-Type-Options"] == "nosniff"
            same_site = {"Authorization": f"Bearer {mina.pass_}"}
            for headers, status in (
                (of(other), 404), ({"Origin": ORIGIN}, 401), ({**of(mina), "Origin": "x"}, 403), (same_site, 200),
            ):  # fmt: skip
                async with site.http.get(site.url(f"files/{file['id']}"), headers=headers) as answer:
                    assert answer.status == status
            assert await other.say("theirs", files=[file["id"]]) == "refused"

    @pytest.mark.parametrize(
        ("data", "kind", "status"),
        [(b"<script>", "text/html", 415), (b"no png", "image/png", 415), (PNG + bytes(3_000), "image/png", 413)],
    )
    async def test_what_may_not_be_brought_is_refused(
        self, tmp_path: Path, data: bytes, kind: str, status: int
    ) -> None:
        async with a_site(tmp_path, limits={**GENEROUS, "file_bytes": 2_000}) as site:
            mina = site.visitor()
            await mina.until(lambda: mina.pass_)
            headers = {"Origin": ORIGIN, "Authorization": f"Bearer {mina.pass_}", "Content-Type": kind}
            async with site.http.post(site.url("files"), data=data, headers=headers) as answer:
                assert answer.status == status


class TestForms:
    FORM = {"id": "form-0001", "email": "mina@example.com", "text": "Call me", "language": "en"}  # noqa: RUF012

    async def test_a_form_is_kept_until_the_hub_has_it(self, tmp_path: Path) -> None:
        async with a_site(tmp_path) as site:
            site.hub.answers.clear()
            async with site.http.post(site.url("offline"), json=self.FORM, headers={"Origin": ORIGIN}) as answer:
                assert answer.status == 202
            await site.stop()
            await site.start()
            site.hub.answers.set()
            visitor = site.visitor()
            await visitor.until(lambda: site.hub.contacts)
            [contact] = site.hub.contacts
            assert (contact.path.channel, contact.path.address) == (Channel.EMAIL, "mina@example.com")

    async def test_a_form_that_is_sent_again_is_no_fault(
        self, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        async with a_site(tmp_path) as site:
            for taken in (1, 2):
                async with site.http.post(site.url("offline"), json=self.FORM, headers={"Origin": ORIGIN}) as answer:
                    assert answer.status == 202
                await site.visitor().until(lambda taken=taken: len(site.hub.contacts) == taken)
                site.hub.known.set()
            assert len({one.id for one in site.hub.contacts}) == 1
        assert [one.getMessage() for one in caplog.records if one.levelname == "ERROR"] == []

    async def test_what_the_hub_was_told_as_chat_already_a_form_joins_and_else_it_takes_its_place(
        self, tmp_path: Path
    ) -> None:
        async with a_site(tmp_path, answer_within_seconds=0.3) as site:
            visitor = site.visitor()
            await visitor.say("before")
            site.hub.answers.clear()
            await visitor.tell(do="say", id="message-0002", text="Call me")
            await visitor.until(lambda: any(one["is"] == "later" for one in visitor.frames))
            known = {"Origin": ORIGIN, "Authorization": f"Bearer {visitor.frames[0]['pass_']}"}
            joined = []
            for name, unsent in (("form-0001", "message-0002"), ("form-0002", "message-0003")):
                form = self.FORM | {"id": name, "unsent": [unsent]}
                async with site.http.post(site.url("offline"), json=form, headers=known) as answer:
                    joined.append((await answer.json())["joined"])
            assert joined == [True, False]
            site.hub.answers.set()
            await visitor.tell(do="say", id="message-0002", text="Call me")
            await visitor.until(lambda: len({one.id for one in site.hub.contacts}) == 4)
            first = site.hub.contacts[0]
            by_text = {one.text: one for one in site.hub.contacts}
            more = by_text["Call me\n\nmina@example.com"]
            assert (more.thread, more.path) == (first.thread, first.path), "one conversation"
            assert [(one.kind, one.value, one.verified) for one in more.identifiers] == [
                ("email", "mina@example.com", False)
            ]
            assert [one.path.channel for one in site.hub.contacts].count(Channel.EMAIL) == 1

    @pytest.mark.parametrize("wrong", [{"email": "mina"}, {"text": ""}, {"id": "1"}])
    async def test_a_form_that_nobody_could_answer_is_refused(self, tmp_path: Path, wrong: dict[str, str]) -> None:
        async with (
            a_site(tmp_path) as site,
            site.http.post(site.url("offline"), json=self.FORM | wrong, headers={"Origin": ORIGIN}) as answer,
        ):
            assert (answer.status, (await answer.json())["field"]) == (422, next(iter(wrong)))


async def test_the_script_is_small_and_kept_by_browsers(tmp_path: Path) -> None:
    async with a_site(tmp_path) as site:
        async with site.http.get(site.url("chat.js"), headers={"Accept-Encoding": "gzip"}) as answer:
            assert answer.status == 200
            etag, body = answer.headers["ETag"], await answer.read()
        for known in (etag, f"W/{etag}"):
            async with site.http.get(site.url("chat.js"), headers={"If-None-Match": known}) as answer:
                assert answer.status == 304
    assert len(gzip.compress(body, 9)) < 15_000
    assert {one.stem for one in IN_CHECKOUT.iterdir()} == set(PARTS), "each part is in it"
