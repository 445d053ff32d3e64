"""What an adapter may do on the bus, tried against a real server: its own channel's part, and nothing else."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig
from nats.js.errors import APIError

from hub.bus.adapter_consumers import ensure_adapter_consumers
from hub.bus.connection import BusError, Connection, connect
from hub.bus.publisher import Publisher
from hub.bus.rejected import RejectedContacts
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import INBOUND, INTAKE, OUTBOUND, REJECTED, ensure_streams
from hub.bus.users import ADAPTERS, BusUser
from hub.domain.contact import Channel
from tests.support.nats import eventually

EMAIL = next(user for user in ADAPTERS if user.channel == "email")
REFUSED_WITHIN = 0.3
WHEN = datetime(2026, 1, 5, tzinfo=UTC)


@pytest.fixture
async def hub(nats_server: EmbeddedNats, nats_connection: Connection) -> Connection:
    """With everything a hub makes."""
    await ensure_streams(nats_connection.jetstream())
    await ensure_adapter_consumers(nats_connection.jetstream())
    intake = ConsumerConfig(durable_name=INTAKE, ack_policy=AckPolicy.EXPLICIT)
    await nats_connection.jetstream().add_consumer(INBOUND, intake)
    return nats_connection


async def joined(server: EmbeddedNats, user: BusUser = EMAIL) -> Connection:
    return await connect(server.url, user.name, credentials=user.credentials(server.seeds.kept(user.name)))


@pytest.fixture
async def email(nats_server: EmbeddedNats, hub: Connection) -> AsyncIterator[Connection]:
    connection = await joined(nats_server)
    yield connection
    await connection.close()


async def messages(hub: Connection, stream: str) -> int:
    return (await hub.jetstream().stream_info(stream)).state.messages


async def test_each_channel_has_a_key_for_its_owner_alone(nats_server: EmbeddedNats, tmp_path: Path) -> None:
    files = sorted((tmp_path / "keys" / "bus").iterdir())
    assert [file.name for file in files] == [
        "branch.nk",
        "chat.nk",
        "email.nk",
        "in_person.nk",
        "kamailio-edge.password",
        "kamailio.nk",
        "messaging_webhooks.nk",
        "phone.nk",
        "sms.nk",
        "voice_webhooks.nk",
        "web.nk",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
    configuration = (tmp_path / "nats" / "nats-server.conf").read_text()
    assert not [file for file in files if file.suffix == ".nk" and file.read_text().strip() in configuration]


async def test_a_key_stays_and_the_same_user_comes_back(tmp_path: Path) -> None:
    for _ in range(2):
        server = EmbeddedNats(tmp_path / "nats")
        await server.start()
        seed = server.seeds.kept("email")
        await (await joined(server)).close()
        await server.stop()
        assert server.seeds.kept("email") == seed


async def test_a_directory_from_before_there_were_users_goes_on(tmp_path: Path) -> None:
    (tmp_path / "nats").mkdir()
    (tmp_path / "nats" / "token").write_text("0123456789abcdef")
    server = EmbeddedNats(tmp_path / "nats")
    url = await server.start()
    assert url.startswith("nats://hub:0123456789abcdef@")
    await (await connect(url, "test")).close()
    await server.stop()


async def test_a_wrong_key_or_none_is_refused(nats_server: EmbeddedNats, tmp_path: Path) -> None:
    stranger = EmbeddedNats(tmp_path / "other" / "nats").seeds.made("email")
    with pytest.raises(BusError, match="refuses the credentials"):
        await connect(nats_server.url, "stranger", credentials=EMAIL.credentials(stranger))
    with pytest.raises(BusError, match="refuses the credentials"):
        await connect(nats_server.url.replace("hub:", "email:"), "stranger")


async def test_a_key_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "keys" / "bus").mkdir(parents=True)
    (tmp_path / "keys" / "bus" / "web.nk").write_text("SUnonsense")
    with pytest.raises(BusError, match=r"web\.nk holds no key of a bus user: restore it"):
        await EmbeddedNats(tmp_path / "nats").start()


@pytest.mark.parametrize("user", ADAPTERS, ids=lambda user: user.name)
async def test_it_publishes_on_its_own_subjects_alone(
    user: BusUser, nats_server: EmbeddedNats, hub: Connection
) -> None:
    connection = await joined(nats_server, user)
    for other in Channel:
        for subject in (f"contacts.in.{other}.1", f"conversations.in.{other}.1", f"refused.in.{other}"):
            await connection.client.publish(subject, other.encode())
    for subject in ("contacts.rejected", f"conversations.out.{user.channel}.1", "conversations.position"):
        await connection.client.publish(subject, b"forged")
    await connection.settle()
    await connection.close()
    async with asyncio.timeout(5):
        while await messages(hub, INBOUND) < 3 + len(user.also):
            await asyncio.sleep(0.01)
    await asyncio.sleep(REFUSED_WITHIN)
    stored = [await hub.jetstream().get_msg(INBOUND, seq=number + 1) for number in range(await messages(hub, INBOUND))]
    assert sorted(one.data.decode() for one in stored) == sorted([user.channel] * 3 + [*user.also])
    assert [one.subject for one in stored if one.data.decode() in user.also] == [
        f"contacts.in.{channel}.1" for channel in user.also
    ]
    assert (await messages(hub, REJECTED), await messages(hub, OUTBOUND)) == (0, 0)


@pytest.mark.parametrize(
    "subject",
    ["contacts.in.email.>", "conversations.out.phone.>", "conversations.out.email.>", "announcements.out.phone.>",
     "retries.out.phone", "_INBOX.>", "_INBOX_phone.>", ">", "$JS.>"],
)  # fmt: skip
async def test_it_listens_to_nothing_of_others(subject: str, email: Connection, hub: Connection) -> None:
    heard: list[str] = []

    async def on_message(message: object) -> None:
        heard.append(str(message))

    await email.client.subscribe(subject, cb=on_message)
    await email.settle()
    for tried in ("contacts.in.email.1", "conversations.out.phone.1", "conversations.out.email.1",
                  "announcements.out.phone.1", "retries.out.phone", "_INBOX.x.1", "_INBOX_phone.x.1"):  # fmt: skip
        await hub.client.publish(tried, b"secret")
    await hub.settle()
    await asyncio.sleep(REFUSED_WITHIN)
    assert heard == []


async def test_it_hears_its_own_announcements_and_what_it_is_to_try_again(email: Connection, hub: Connection) -> None:
    heard: list[str] = []

    async def on_message(message: object) -> None:
        heard.append(message.subject)  # type: ignore[attr-defined]
        if message.reply:  # type: ignore[attr-defined]
            await message.respond(b"done")  # type: ignore[attr-defined]

    for subject in ("announcements.out.email.>", "retries.out.email"):
        await email.client.subscribe(subject, cb=on_message)
    await email.settle()
    await hub.client.publish("announcements.out.email.1", b"place 3")
    assert (await hub.client.request("retries.out.email", b"again", timeout=5)).data == b"done"
    await eventually(lambda: sorted(heard) == ["announcements.out.email.1", "retries.out.email"])


REQUESTS = [
    ("$JS.API.STREAM.DELETE.INBOUND", b""),
    ("$JS.API.STREAM.PURGE.OUTBOUND", b""),
    ("$JS.API.STREAM.INFO.REJECTED", b""),
    ("$JS.API.STREAM.MSG.GET.REJECTED", b'{"seq": 1}'),
    ("$JS.API.DIRECT.GET.REJECTED", b'{"seq": 1}'),
    ("$JS.API.STREAM.NAMES", b""),
    ("$JS.API.CONSUMER.DELETE.OUTBOUND.phone", b""),
    ("$JS.API.CONSUMER.INFO.OUTBOUND.phone", b""),
    ("$JS.API.CONSUMER.MSG.NEXT.OUTBOUND.phone", b'{"batch": 1, "no_wait": true}'),
    ("$JS.API.CONSUMER.MSG.NEXT.INBOUND.intake", b'{"batch": 1, "no_wait": true}'),
    ("$JS.API.CONSUMER.RESET.OUTBOUND.phone", b""),
    ("$JS.API.CONSUMER.DURABLE.CREATE.OUTBOUND.email", b"{}"),
    ("$JS.API.CONSUMER.CREATE.OUTBOUND.email.conversations.out.email.>", b"{}"),
    ("$JS.API.CONSUMER.CREATE.OUTBOUND", b"{}"),
]


@pytest.mark.parametrize(("subject", "body"), REQUESTS, ids=[subject for subject, _ in REQUESTS])
async def test_it_can_not_ask_jetstream_for_more_than_its_own_commands(
    subject: str, body: bytes, email: Connection, hub: Connection
) -> None:
    await RejectedContacts(hub).put("contacts.in.phone.1", b"secret", "bad", "", WHEN)
    with pytest.raises((NatsError, TimeoutError)):
        await email.client.request(subject, body, timeout=REFUSED_WITHIN)
    assert (await hub.client.request(subject, body, timeout=5)).data is not None  # the hub itself may


async def test_it_reads_its_own_commands_and_acks_them(email: Connection, hub: Connection) -> None:
    for channel in ("phone", "email"):
        await hub.jetstream().publish(f"conversations.out.{channel}.1", channel.encode())
    subscription = await email.jetstream().pull_subscribe_bind(EMAIL.name, OUTBOUND)
    [message] = await subscription.fetch(5, timeout=1)
    assert message.data == b"email"
    await message.ack()
    await email.settle()
    info = await hub.jetstream().consumer_info(OUTBOUND, EMAIL.name)
    assert (info.num_ack_pending, info.num_pending) == (0, 0)
    with pytest.raises((APIError, NatsError, TimeoutError)):
        await email.jetstream(0.3).consumer_info(OUTBOUND, "phone")


async def test_commands_that_it_has_sent_elsewhere_do_no_harm(email: Connection, hub: Connection) -> None:
    """Whoever may pull names where the server is to deliver."""
    await RejectedContacts(hub).put("contacts.in.phone.1", b"secret", "bad", "", WHEN)
    for reply in ("$JS.API.STREAM.PURGE.REJECTED", "$JS.API.STREAM.DELETE.REJECTED", "$JS.API.CONSUMER.DELETE.X.Y"):
        await hub.jetstream().publish("conversations.out.email.1", b"{}")
        await email.client.publish("$JS.API.CONSUMER.MSG.NEXT.OUTBOUND.email", b"1", reply=reply)
    await email.settle()
    await asyncio.sleep(REFUSED_WITHIN)
    assert await messages(hub, REJECTED) == 1


async def test_a_report_is_confirmed_to_its_own_inbox(email: Connection, hub: Connection) -> None:
    asked: list[str] = []

    async def confirm(message: object) -> None:
        asked.append(message.headers["Hub-Confirm-To"])  # type: ignore[attr-defined]
        await hub.client.publish(asked[-1], b"kept")

    await hub.client.subscribe("contacts.in.email.*", cb=confirm)
    await hub.settle()
    publisher = Publisher(email)
    assert await publisher.publish("contacts.in.email.1", b"hello") == b"kept"
    await eventually(lambda: bool(asked))
    assert asked[0].startswith("_INBOX_email.")
    await publisher.close()
