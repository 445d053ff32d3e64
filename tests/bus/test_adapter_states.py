"""Who holds an adapter's lease, and what it has not carried out, can be seen by who looks on."""

from dataclasses import replace
from datetime import timedelta

from hub.application.views.channel_health import AdapterSeen, Channels, ChannelTraffic
from hub.bus.adapter_states import AdapterStates
from hub.bus.carriers import Carrier, Leases, Trouble
from hub.bus.connection import Connection
from hub.bus.subjects import CARRIES, ensure_streams
from hub.bus.users import ADAPTERS
from tests.api.world import NOON, NoneSetAside
from tests.support.clocks import MovedClock


async def test_a_lease_says_who_carries_out_and_since_when(nats_connection: Connection) -> None:
    await ensure_streams(nats_connection.jetstream())
    states = AdapterStates(nats_connection)
    assert await states.holder("email") is None
    carrier = Carrier("email", "home", "run", "process 7 on host", "2026-01-05T12:00:00+00:00")
    troubles: list[Trouble] = []
    leases = Leases(nats_connection, [f"{CARRIES}.email"], carrier, lambda: troubles)
    await leases.take()
    assert await states.holder("email") == carrier
    troubles.append(Trouble("mailbox support can't be read", "2026-01-05T12:30:00+00:00"))
    await leases.take()
    assert await states.holder("email") == replace(carrier, troubles=tuple(troubles))
    await leases.give_back()
    assert await states.holder("email") is None


def test_who_took_a_lease_before_it_said_since_when_is_read() -> None:
    assert Carrier.from_bytes(b'{"name":"a","home":"h","run":"r","where":"w"}') == Carrier("a", "h", "r", "w")


async def test_monitoring_misses_an_adapter_that_was_there_wherever_it_was_set_up(nats_connection: Connection) -> None:
    await ensure_streams(nats_connection.jetstream())
    clock, told = MovedClock(NOON), [Trouble("Asterisk can't be reached", NOON.isoformat())]
    phone = Leases(nats_connection, [f"{CARRIES}.phone"], Carrier("phone", "h", "r", "w"), lambda: told)
    adapters = {user.name: user.channel for user in ADAPTERS}
    channels = Channels(
        adapters, AdapterStates(nats_connection), ChannelTraffic(), NoneSetAside(), lambda: (), dict, clock
    )
    assert await channels.seen() == []
    await phone.take()
    clock.moment += timedelta(seconds=70)
    assert await channels.seen() == [AdapterSeen("phone", "phone", True, 1, 70.0)]
    told.clear()
    await phone.take()
    assert await channels.seen() == [AdapterSeen("phone", "phone", True, 0, 0.0)]
    await phone.give_back()
    assert await channels.seen() == [AdapterSeen("phone", "phone", False, 0, 0.0)]
