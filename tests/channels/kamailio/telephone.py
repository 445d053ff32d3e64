"""A telephone of a few lines that says what sipp can't: what is malformed, and what belongs to no call."""

import asyncio
import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

_PATIENCE_SECONDS = 10


class Telephone(asyncio.DatagramProtocol):
    """On the loopback; `there` is the Kamailio. It picks up whenever it rings, and hangs up when it is told to."""

    def __init__(self, there: int) -> None:
        self.there = there
        self.heard: list[str] = []
        self._transport: asyncio.DatagramTransport | None = None
        self._came = asyncio.Event()

    @property
    def port(self) -> int:
        """Its own."""
        assert self._transport is not None
        return int(self._transport.get_extra_info("sockname")[1])

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, _: object) -> None:
        words = data.decode("latin-1")
        self.heard.append(words)
        self._came.set()
        if words.startswith(("INVITE", "BYE")):
            self._send(self._yes(words))

    async def hears(self, begins: str, call: str, times: int = 1) -> str:
        """A message of this call that begins so, when it has come so often."""
        async with asyncio.timeout(_PATIENCE_SECONDS):
            while len(found := self.of(call, begins)) < times:
                self._came.clear()
                await self._came.wait()
        return found[times - 1]

    def of(self, call: str, begins: str = "") -> list[str]:
        """What was heard of this call."""
        return [one for one in self.heard if one.startswith(begins) and _header(one, "Call-ID") == [call]]

    def says(
        self, method: str, call: str, *, caller: str = "", to: str = "", about: str = "", routes: Sequence[str] = (),
        more: Sequence[str] = (), number: int = 1,
    ) -> None:  # fmt: skip
        """Something of this call; `about`: whom it is for."""
        here, about = f"127.0.0.1:{self.port}", about or f"sip:1000@127.0.0.1:{self.there}"
        lines = [
            f"{method} {about} SIP/2.0", f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{call}{number}",
            f"From: {caller or f'<sip:+982188001@{here}>;tag={call}'}", f"To: {to or f'<{about}>'}",
            *(f"Route: {one}" for one in routes), f"Call-ID: {call}", f"CSeq: {number} {method}",
            f"Contact: <sip:phone@{here}>", "Max-Forwards: 70", *more, "Content-Length: 0", "", "",
        ]  # fmt: skip
        self._send("\r\n".join(lines))

    async def confirms(self, call: str) -> None:
        """That it heard the other side pick up."""
        self._within("ACK", await self.hears("SIP/2.0 200", call), call, 1)

    async def hangs_up(self, call: str) -> None:
        """Where it was picked up: until the other side knows."""
        picked_up = await self.hears("SIP/2.0 200", call)
        so_far = len(self.of(call, "SIP/2.0 200"))
        self._within("BYE", picked_up, call, 2)
        await self.hears("SIP/2.0 200", call, so_far + 1)

    def _within(self, method: str, picked_up: str, call: str, number: int) -> None:
        [to], [contact] = _header(picked_up, "To"), _header(picked_up, "Contact")
        routes = _header(picked_up, "Record-Route")
        self.says(method, call, to=to, about=contact.strip("<>"), routes=routes, number=number)

    def _yes(self, request: str) -> str:
        copied = [
            f"{name}: {value}" for name in ("Via", "Record-Route", "From", "Call-ID", "CSeq")
            for value in _header(request, name)
        ]  # fmt: skip
        [to] = _header(request, "To")
        to = to if ";tag=" in to else f"{to};tag=phone"
        own = [f"To: {to}", f"Contact: <sip:phone@127.0.0.1:{self.port}>", "Content-Length: 0", "", ""]
        return "\r\n".join(["SIP/2.0 200 OK", *copied, *own])

    def _send(self, words: str) -> None:
        assert self._transport is not None
        self._transport.sendto(words.encode("latin-1"), ("127.0.0.1", self.there))


@asynccontextmanager
async def telephone(there: int, port: int = 0) -> AsyncIterator[Telephone]:
    """While this is open."""
    transport, one = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: Telephone(there), local_addr=("127.0.0.1", port)
    )
    try:
        yield one
    finally:
        transport.close()


def _header(words: str, name: str) -> list[str]:
    return re.findall(rf"^{name}: *(.*?)\r$", words, re.MULTILINE)
