"""What no longer fits on the bus stays with who sent it: nothing is confirmed, nothing is pushed out, and all of it
comes once there is room."""

import asyncio
from dataclasses import replace

from hub.bus.connection import Connection
from hub.bus.inbound import Inbound
from hub.bus.publisher import Publisher
from hub.bus.subjects import INBOUND, ensure_streams, inbound_stream
from tests.bus.test_inbound import Handler
from tests.support.nats import Connect, eventually

_FITS = 4_000
_SENT = [b"%d" % number + b"." * 500 for number in range(40)]


async def test_a_full_stream_loses_nothing_and_says_nothing(nats_connection: Connection, nats_connect: Connect) -> None:
    js = nats_connection.jetstream()
    await ensure_streams(js, 1)
    await js.update_stream(replace(inbound_stream(), max_bytes=_FITS))
    publisher = Publisher(await nats_connect("adapter"), first_repeat=0.1, longest_repeat=0.1)
    sending = [asyncio.create_task(publisher.publish(f"contacts.in.sms.{number:08}", body))
               for number, body in enumerate(_SENT)]  # fmt: skip

    await eventually(lambda: publisher.repeats >= 2 * len(_SENT))
    held = (await js.stream_info(INBOUND)).state
    assert 0 < held.messages < len(_SENT), "it is full"
    assert held.first_seq == 1, "what was there first is there still"
    assert not any(one.done() for one in sending)

    handler = Handler()
    inbound = Inbound(nats_connection, handler)
    running = asyncio.create_task(inbound.run())
    assert await asyncio.gather(*sending) == [b"has " + body for body in _SENT]
    assert set(handler.bodies) == set(_SENT)
    await inbound.stop()
    await running
    await publisher.close()
