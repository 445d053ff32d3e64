"""One link, by a carrier that answers as it is told: what is not answered is in doubt, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import pytest

from hub.channels.sms import pdu
from hub.channels.sms.pdu import Pdu, Said, Status
from hub.channels.sms.session import LinkLostError, NotBoundError, Session, bound
from hub.channels.sms.settings import Smpp

OK = (Said.BIND_TRANSCEIVER, Said.ENQUIRE_LINK, Said.UNBIND)


class Wire:
    """The carrier's side of a link. It answers no submit_sm by itself."""

    def __init__(self) -> None:
        self.heard: list[Pdu] = []
        self.binds_with = 0
        self._changed = asyncio.Condition()
        self.writer: Any = None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.writer = writer
        with suppress(OSError, asyncio.IncompleteReadError):
            while True:
                follow, head = pdu.header(await reader.readexactly(pdu.HEADER))
                one = Pdu(head.command, head.status, head.sequence, await reader.readexactly(follow))
                if one.command in OK:
                    self.say(one.command | pdu.RESPONSE, one.sequence, self.binds_with, b"c\0")
                async with self._changed:
                    self.heard.append(one)
                    self._changed.notify_all()
        writer.close()

    def say(self, command: int, sequence: int, status: int = 0, body: bytes = b"") -> None:
        self.writer.write(Pdu(command, status, sequence, body).to_bytes())

    async def hears(self, command: int, count: int = 1) -> list[Pdu]:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self._of(command)) >= count)
            return self._of(command)

    def _of(self, command: int) -> list[Pdu]:
        return [one for one in self.heard if one.command == command]


@asynccontextmanager
async def wired() -> AsyncIterator[tuple[Wire, int]]:
    wire = Wire()
    server = await asyncio.start_server(wire.serve, "127.0.0.1", 0)
    async with server:
        yield wire, server.sockets[0].getsockname()[1]
        if wire.writer is not None:
            wire.writer.close()


@asynccontextmanager
async def linked(**more: Any) -> AsyncIterator[tuple[Session, Wire]]:
    async def deliver(_session: str, _body: bytes) -> int:
        return Status.OK

    async with wired() as (wire, port):
        smpp = Smpp.model_validate({"host": "127.0.0.1", "port": port, "system_id": "hub", **more})
        async with bound(smpp, "p", deliver) as session:
            yield session, wire


async def test_one_answer_that_does_not_come_leaves_the_others_theirs() -> None:
    async with linked(answer_within_seconds=0.3) as (session, wire):
        lost = asyncio.create_task(session.ask(Said.SUBMIT_SM, b"lost"))
        await asyncio.sleep(0.2)
        late = asyncio.create_task(session.ask(Said.SUBMIT_SM, b"late"))
        [_, second] = await wire.hears(Said.SUBMIT_SM, 2)
        with pytest.raises(LinkLostError, match="did not answer within") as told:
            await lost
        assert told.value.asked
        assert session.lost.is_set()
        with pytest.raises(LinkLostError) as down:
            await session.ask(Said.SUBMIT_SM, b"more")
        assert not down.value.asked
        wire.say(Said.SUBMIT_SM_RESP, second.sequence, 0, b"77\0")
        assert pdu.message_id((await late).body) == "77"
    await wire.hears(Said.UNBIND)


async def test_answers_find_what_they_are_to_in_whatever_order() -> None:
    async with linked() as (session, wire):
        asked = [asyncio.create_task(session.ask(Said.SUBMIT_SM, b"%d" % number)) for number in range(3)]
        for one in reversed(await wire.hears(Said.SUBMIT_SM, 3)):
            wire.say(Said.SUBMIT_SM_RESP, one.sequence, 0, one.body + b"\0")
        assert [pdu.message_id((await one).body) for one in asked] == ["0", "1", "2"]
        wire.say(Said.SUBMIT_SM_RESP, 4711, 0, b"of nothing\0")
        wire.say(Said.ENQUIRE_LINK, 9)
        await wire.hears(Said.ENQUIRE_LINK_RESP)


async def test_what_we_do_not_know_is_nacked_and_what_is_no_smpp_ends_the_link() -> None:
    async with linked() as (session, wire):
        wire.say(0x0103, 5, 0, b"data_sm")
        [nack] = await wire.hears(Said.GENERIC_NACK)
        assert (nack.sequence, nack.status) == (5, Status.INVALID_COMMAND)
        asked = asyncio.create_task(session.ask(Said.SUBMIT_SM, b"hi"))
        await wire.hears(Said.SUBMIT_SM)
        wire.writer.write(b"GET / HTTP/1.1\r\n\r\n")
        with pytest.raises(LinkLostError) as told:
            await asked
        assert told.value.asked


@pytest.mark.parametrize("ends", ["unbind", "drop"])
async def test_a_carrier_that_goes_leaves_what_was_asked_in_doubt(ends: str) -> None:
    async with linked() as (session, wire):
        asked = asyncio.create_task(session.ask(Said.SUBMIT_SM, b"hi"))
        await wire.hears(Said.SUBMIT_SM)
        if ends == "unbind":
            wire.say(Said.UNBIND, 3)
            await wire.hears(Said.UNBIND_RESP)
        else:
            wire.writer.close()
        with pytest.raises(LinkLostError) as told:
            await asked
        assert told.value.asked


async def test_a_nack_is_an_answer() -> None:
    async with linked() as (session, wire):
        asked = asyncio.create_task(session.ask(Said.SUBMIT_SM, b"hi"))
        [one] = await wire.hears(Said.SUBMIT_SM)
        wire.say(Said.GENERIC_NACK, one.sequence, 0x02)
        assert (await asked).status == 0x02


async def test_who_is_not_let_in_is_told_by_what() -> None:
    async with wired() as (wire, port):
        wire.binds_with = 0x0E
        smpp = Smpp(host="127.0.0.1", port=port, system_id="hub")
        with pytest.raises(NotBoundError, match="0x0e"):
            async with bound(smpp, "wrong", None):  # type: ignore[arg-type]
                pass
