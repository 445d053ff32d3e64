"""Customers who call by SIP and wait, each from a number of their own: as little of a phone as that takes."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

_OF = re.compile(r"^Call-ID: *(\S+)", re.MULTILINE)
_TO = re.compile(r"^(To: *.+?)\r$", re.MULTILINE)


class SipCallers(asyncio.DatagramProtocol):
    """They call the Kamailio at this port of the loopback."""

    def __init__(self, port: int) -> None:
        self._there = ("127.0.0.1", port)
        self._statuses: dict[str, int] = {}
        self._transport: asyncio.DatagramTransport | None = None

    def connection_made(self, transport: asyncio.DatagramTransport) -> None:  # type: ignore[override]
        self._transport = transport

    def datagram_received(self, data: bytes, _: object) -> None:
        words = data.decode()
        status, number = words.split(" ", 2)[1], _OF.search(words)
        if not number or not status.isdigit() or int(status) < 300:
            return
        self._statuses[number[1]] = int(status)
        to = _TO.search(words)
        self._send("ACK", number[1], to[1] if to else "")

    async def calls(self, number: str) -> None:
        """As an edge's."""
        self._send("INVITE", number, f"To: <sip:1000@127.0.0.1:{self._there[1]}>")

    def status(self, number: str) -> int:
        """As an edge's."""
        return self._statuses.get(number, 0)

    def _send(self, method: str, number: str, to: str) -> None:
        assert self._transport is not None
        here = "127.0.0.1:{}".format(self._transport.get_extra_info("sockname")[1])
        lines = [
            f"{method} sip:1000@127.0.0.1:{self._there[1]} SIP/2.0",
            f"Via: SIP/2.0/UDP {here};branch=z9hG4bK{number.removeprefix('+')}",
            f"From: <sip:{number}@{here}>;tag={number.removeprefix('+')}", to, f"Call-ID: {number}",
            f"CSeq: 1 {method}", f"Contact: <sip:{number}@{here}>", "Max-Forwards: 70", "Content-Length: 0", "", "",
        ]  # fmt: skip
        self._transport.sendto("\r\n".join(lines).encode(), self._there)


@asynccontextmanager
async def sip_callers(port: int) -> AsyncIterator[SipCallers]:
    """While this is open."""
    transport, callers = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: SipCallers(port), local_addr=("127.0.0.1", 0)
    )
    try:
        yield callers
    finally:
        transport.close()
