"""An adapter runs where somebody holds its lease or it runs inside, and why it does not is said; monitoring is told how
many things it runs without."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from hub.application.views import channel_health
from hub.application.views.channel_health import AdapterSeen, Channels, ChannelTraffic
from hub.bus.carriers import Carrier, Trouble
from hub.bus.connection import BusError
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.ports import Recorded
from tests.api.world import META, NOON
from tests.support.clocks import MovedClock


class Bus:
    def __init__(self, **held: Carrier) -> None:
        self.held = held

    async def holder(self, adapter: str) -> Carrier | None:
        return self.held.get(adapter)

    async def untold(self, adapter: str) -> int:
        return len(adapter)


class SetAside:
    def __init__(self, *channels: str) -> None:
        self.channels = channels

    async def list(self, *_: Any) -> tuple[Sequence[Any], int | None]:
        return [type("Line", (), {"channel": one})() for one in self.channels], None


CLOCK = MovedClock(NOON)
ADAPTERS = {"email": "email", "phone": "phone", "sms": "sms", "kamailio": "phone"}


async def test_each_adapter_is_told_by_where_it_runs() -> None:
    traffic = ChannelTraffic()
    came = ContactReceived(
        **META, contact_id="c", channel=Channel.PHONE, address="a", sender="", thread="t", purpose="", service="",
        language="", subject="", text="", standing=Standing(), pool="main",
    )  # fmt: skip
    traffic.follow([Recorded(1, "customer-1", 1, came)])
    missing = (Trouble("Asterisk can't be reached", NOON.isoformat()),)
    bus = Bus(phone=Carrier("phone", "h", "r", "process 7 on host", NOON.isoformat(), missing))
    inside = {"email": "the mailbox can't be reached"}
    channels = Channels(ADAPTERS, bus, traffic, SetAside("email", "email"), lambda: {"sms"}, lambda: inside, CLOCK)
    told = {one.name: one for one in await channels.health()}
    assert [one.configured for one in told.values()] == [True, True, True, False]
    phone, email, sms, kamailio = (told[name] for name in ("phone", "email", "sms", "kamailio"))
    assert (phone.running, phone.inside, phone.where, phone.since) == (True, False, "process 7 on host", NOON)
    assert [(one.said, one.since) for one in phone.troubles] == [("Asterisk can't be reached", NOON)]
    assert (phone.last_in_at, phone.untold, phone.reason) == (NOON, 5, "")
    assert (email.running, email.inside, email.reason, email.rejected) == (False, True, inside["email"], 2)
    assert "hub channel run sms" in sms.reason
    assert (kamailio.configured, kamailio.reason, kamailio.untold) == (False, "", None)


async def test_an_adapter_that_runs_inside_says_so() -> None:
    channels = Channels(ADAPTERS, Bus(), ChannelTraffic(), SetAside(), lambda: (), lambda: {"sms": ""}, CLOCK)
    told = {one.name: one for one in await channels.health()}
    assert (told["sms"].running, told["sms"].inside) == (True, True)


async def test_monitoring_is_told_how_many_things_are_missing_and_for_how_long() -> None:
    ago = [(NOON - timedelta(seconds=seconds)).isoformat() for seconds in (90, 300)]
    missing = (*(Trouble("a line", since) for since in ago), Trouble("a mailbox", "some day"))
    bus = Bus(phone=Carrier("phone", "h", "r", "w", NOON.isoformat(), missing), kamailio=Carrier("k", "h", "r", "w"))
    inside = {"email": "the mailbox can't be reached", "pigeon": "there is no adapter 'pigeon'"}
    channels = Channels(ADAPTERS, bus, ChannelTraffic(), SetAside(), lambda: {"sms", "owl"}, lambda: inside, CLOCK)
    assert await channels.seen() == [
        AdapterSeen("email", "email", False, 0, 0.0),
        AdapterSeen("kamailio", "phone", True, 0, 0.0),
        AdapterSeen("phone", "phone", True, 3, 300.0),
        AdapterSeen("pigeon", "", False, 0, 0.0),
        AdapterSeen("sms", "sms", False, 0, 0.0),
    ]


async def test_an_adapter_that_ran_is_missed_though_it_was_set_up_elsewhere() -> None:
    bus = Bus(phone=Carrier("phone", "h", "r", "w"))
    channels = Channels(ADAPTERS, bus, ChannelTraffic(), SetAside(), lambda: (), dict, CLOCK)
    assert [one.name for one in await channels.health() if one.configured] == ["phone"]
    del bus.held["phone"]
    [missed] = [one for one in await channels.health() if one.configured]
    assert (missed.name, missed.running) == ("phone", False)
    assert "hub channel run phone" in missed.reason
    assert await channels.seen() == [AdapterSeen("phone", "phone", False, 0, 0.0)]


@pytest.mark.parametrize("silence", [BusError("it is away"), None])
async def test_of_a_bus_that_can_not_say_monitoring_is_told_what_is_known_without_it(
    silence: BusError | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Away(Bus):
        async def holder(self, _: str) -> Carrier | None:
            if silence is not None:
                raise silence
            await asyncio.Event().wait()
            return None

    monkeypatch.setattr(channel_health, "PATIENCE_SECONDS", 0.01)
    inside = {"email": "the mailbox can't be reached", "sms": ""}
    channels = Channels(ADAPTERS, Away(), ChannelTraffic(), SetAside(), lambda: {"phone"}, lambda: inside, CLOCK)
    assert await channels.seen() == [
        AdapterSeen("email", "email", False, None, None),
        AdapterSeen("sms", "sms", True, None, None),
    ]
