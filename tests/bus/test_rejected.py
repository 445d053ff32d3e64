"""What was rejected can be read, counted and put back, byte for byte."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest

from hub.application.intake.envelope import Confirmation
from hub.bus.connection import BusError, Connection
from hub.bus.inbound import Inbound
from hub.bus.rejected import Rejected, RejectedContacts, StillRefusedError
from hub.bus.retries import retries
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import INBOUND, ensure_streams
from hub.domain.errors import NotFoundError
from tests.support.nats import eventually

AT = datetime(2024, 3, 1, 8, 30, tzinfo=UTC)
SUBJECT = "contacts.in.phone.00000001"


@pytest.fixture
async def rejected(nats_connection: Connection) -> RejectedContacts:
    contacts = RejectedContacts(nats_connection)
    assert await contacts.count() == 0
    return contacts


async def test_none_yet(rejected: RejectedContacts) -> None:
    assert await rejected.list() == []
    assert await rejected.retry("all") == 0
    with pytest.raises(NotFoundError, match="there is no rejected message 1"):
        await rejected.retry(1)


async def test_lists_what_was_put_as_it_came(rejected: RejectedContacts) -> None:
    body = bytes(range(256))
    await rejected.put(SUBJECT, body, "نشانی کانال\r\nInjected: yes", "data.path.channel", AT)
    await rejected.put(SUBJECT, b"", "empty", "", AT)
    assert await rejected.list() == [
        Rejected(1, SUBJECT, "نشانی کانال Injected: yes", "data.path.channel", "2024-03-01T08:30:00+00:00", body),
        Rejected(2, SUBJECT, "empty", "", "2024-03-01T08:30:00+00:00", b""),
    ]
    assert await rejected.count() == 2


async def test_pages_through_any_number(rejected: RejectedContacts) -> None:
    for n in range(250):
        await rejected.put(SUBJECT, b"%d" % n, "bad", "", AT)
    first = await rejected.list(limit=200)
    rest = await rejected.list(limit=200, after=first[-1].sequence)
    assert [one.body for one in first + rest] == [b"%d" % n for n in range(250)]
    assert await rejected.list(limit=0) == []


async def test_what_was_mended_comes_instead_of_it(rejected: RejectedContacts, nats_connection: Connection) -> None:
    await ensure_streams(nats_connection.jetstream())
    await rejected.put(SUBJECT, b"broken", "bad", "", AT)
    mended = SUBJECT.replace("phone", "sms")
    await rejected.put_back_mended(await rejected.get(1), mended, b"mended")
    assert await rejected.list() == []
    kept = await nats_connection.jetstream().get_last_msg(INBOUND, mended)
    assert kept.data == b"mended"


async def test_what_is_dismissed_is_gone(rejected: RejectedContacts) -> None:
    await rejected.put(SUBJECT, b"a", "bad", "", AT)
    await rejected.put(SUBJECT, b"b", "bad", "", AT)
    await rejected.dismiss(1)
    assert [one.body for one in await rejected.list()] == [b"b"]


async def test_drops_what_was_set_aside_long_ago(nats_connection: Connection) -> None:
    rejected = RejectedContacts(nats_connection)
    assert await rejected.drop(AT) == 0
    for days in (40, 31, 30, 1):
        await rejected.put(SUBJECT, b"%d days ago" % days, "bad", "", AT - timedelta(days=days))
    before = AT - timedelta(days=30)
    assert await rejected.drop(before, pretend=True) == 2
    assert await rejected.count() == 4
    assert await rejected.drop(before) == 2
    assert [one.body for one in await rejected.list()] == [b"30 days ago", b"1 days ago"]
    assert await rejected.drop(before) == 0


async def test_puts_one_back_on_its_own_subject(rejected: RejectedContacts, nats_connection: Connection) -> None:
    for body in (b"a", b"b", b"c"):
        await rejected.put(SUBJECT, body, "bad", "", AT)
    assert await rejected.retry(2) == 1
    assert [one.body for one in await rejected.list()] == [b"a", b"c"]
    back = await nats_connection.jetstream().get_msg(INBOUND, seq=1)
    assert (back.subject, back.data) == (SUBJECT, b"b")
    with pytest.raises(NotFoundError, match="there is no rejected message 2"):
        await rejected.retry(2)


async def test_putting_all_back_ends_even_if_all_are_rejected_again(
    rejected: RejectedContacts, nats_connection: Connection
) -> None:
    async def reject_again(batch):
        for message in batch:
            await rejected.put(message.subject, message.body, "still bad", "", AT)
        return [b"rejected"] * len(batch)

    for n in range(20):
        await rejected.put(SUBJECT, b"%d" % n, "bad", "", AT)
    inbound = Inbound(nats_connection, reject_again)
    running = asyncio.create_task(inbound.run())
    assert await rejected.retry("all") == 20
    await eventually(lambda: inbound.handled == 20)
    again = {(one.body, one.reason) for one in await rejected.list()}  # batches side by side keep no order here
    assert again == {(b"%d" % n, "still bad") for n in range(20)}
    assert await rejected.count() == 20
    await inbound.stop()
    await running


async def test_never_publishes_where_adapters_do_not(rejected: RejectedContacts) -> None:
    await rejected.put("$JS.API.STREAM.DELETE.INBOUND", b"", "planted", "", AT)
    with pytest.raises(BusError, match="did not come from an adapter"):
        await rejected.retry("all")
    assert await rejected.count() == 1


async def test_says_so_when_it_can_not_keep_one(
    rejected: RejectedContacts, nats_connection: Connection, nats_server: EmbeddedNats
) -> None:
    await nats_connection.jetstream().delete_stream("REJECTED")
    with pytest.raises(BusError, match="could not be set aside"):
        await rejected.put(SUBJECT, b"x", "bad", "", AT)


async def test_what_an_adapter_keeps_in_its_own_way_stands_for_the_contact_and_for_no_other(
    rejected: RejectedContacts,
) -> None:
    numbers = [await rejected.put(f"contacts.in.{one}.1", b"x", "bad", "", AT) for one in ("phone", "email")]
    assert numbers == [1, 2]
    for number in (1, 2, 1, 99):
        await rejected.put("refused.in.phone", b"call for %d" % number, "bad", "", AT, instead_of=number)
    assert [one.subject for one in await rejected.list()] == ["contacts.in.email.1", *["refused.in.phone"] * 3]


@pytest.mark.parametrize(
    ("number", "stays"), [(2, ["contacts.in.phone.1"]), (9, ["refused.in.phone", "contacts.in.phone.1"])]
)
async def test_tried_again_it_is_once_there_whoever_keeps_it(
    rejected: RejectedContacts, nats_connection: Connection, number: int, stays: list[str]
) -> None:
    async def still_rejected(_: bytes) -> bytes:
        await rejected.put("contacts.in.phone.1", b"made of it", "bad", "", AT)
        return Confirmation(id="c1", status="rejected", reason="bad", set_aside=number).to_bytes()

    await rejected.put("refused.in.phone", b"{}", "bad", "", AT)
    task = asyncio.create_task(retries(nats_connection, "phone", still_rejected))
    try:
        await asyncio.sleep(0)
        with pytest.raises(StillRefusedError, match="rejected message 1 is"):
            await rejected.retry(1)
    finally:
        task.cancel()
    assert [one.subject for one in await rejected.list()] == stays
