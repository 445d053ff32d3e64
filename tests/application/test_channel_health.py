"""An adapter runs where somebody holds its lease or it runs inside, and why it does not is said."""

from collections.abc import Sequence
from typing import Any

from hub.application.views.channel_health import Channels, ChannelTraffic
from hub.bus.carriers import Carrier, Trouble
from hub.domain.contact import Channel, Standing
from hub.domain.customer.events import ContactReceived
from hub.ports import Recorded
from tests.api.world import META, NOON


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
    channels = Channels(ADAPTERS, bus, traffic, SetAside("email", "email"), lambda: {"sms"}, lambda: inside)
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
    channels = Channels(ADAPTERS, Bus(), ChannelTraffic(), SetAside(), lambda: (), lambda: {"sms": ""})
    told = {one.name: one for one in await channels.health()}
    assert (told["sms"].running, told["sms"].inside) == (True, True)
