"""Connecting says plainly what is wrong, and never tells the credentials."""

import pytest

from hub.bus.connection import BusError, connect, redacted
from hub.bus.server import EmbeddedNats


async def test_nobody_there() -> None:
    with pytest.raises(BusError, match=r"NATS at 127\.0\.0\.1:9 can't be reached .*: check HUB_NATS_URL"):
        await connect("nats://secret@127.0.0.1:9", "test", patience=0.3)


async def test_wrong_credentials_are_refused_at_once(nats_server: EmbeddedNats) -> None:
    with pytest.raises(BusError, match="refuses the credentials") as caught:
        await connect(nats_server.url.replace("nats://", "nats://wrong"), "test", patience=20)
    assert "wrong" not in str(caught.value)


async def test_the_first_of_several_that_answers_is_used(nats_server: EmbeddedNats) -> None:
    connection = await connect(f"nats://127.0.0.1:9,{nats_server.url}", "test")
    assert connection.connected
    await connection.close()
    await connection.close()
    assert connection.closed


def test_an_address_without_its_credentials() -> None:
    assert redacted("nats://token@host:1,nats://user:word@other") == "host:1, other:4222"
