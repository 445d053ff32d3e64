"""What the hub hears of a pause: that it is so once Asterisk has done it, and that nothing runs where it will not."""

import asyncio
from pathlib import Path

from hub.channels.phone.actions import Keep, Remember, Signal
from hub.channels.phone.ari import ari
from hub.channels.phone.book import CallBook
from hub.channels.phone.call import Call
from hub.channels.phone.calls import Calls
from hub.channels.phone.happenings import Confirmed, Happening, Kept
from hub.channels.phone.settings import PhoneSettings, Recording
from hub.clock import WallClock
from hub.domain.contact import Contact
from tests.channels.phone.fake_ari import FakeAri, fake_ari
from tests.channels.phone.lived_calls import NOON, RECORDED, TALKS, lived
from tests.channels.phone.test_phone_recording_rules import BEGIN, GO_ON, PAUSE, STOP, wish


class Hub:
    """Takes whatever it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    async def contact(self, _: Contact, __: Call) -> Happening:
        return Confirmed(NOON, "", accepted=True)

    async def signal(self, signal: Signal) -> Happening:
        self.told.append(str(signal.details["state"]))
        return Confirmed(NOON, signal.signal, accepted=True)

    async def keep(self, keep: Keep, _: Call) -> Happening:
        return Kept(NOON, keep.recording.name)

    def remember(self, _: Remember) -> None:
        pass


async def hears(fake: FakeAri, directory: Path, *states: str) -> list[str]:
    """What is told of these wishes for a call that is recorded."""
    settings = PhoneSettings(ari_url=fake.url, recording=Recording(queues=("*",)))
    hub, call = Hub(), lived(*TALKS, settings=RECORDED)[0]
    async with ari(settings) as pbx:
        calls = Calls(pbx, hub, CallBook(directory), settings, WallClock())  # type: ignore[arg-type]
        calls.take(call)
        calls.run(call.thread)
        for count, state in enumerate(states, 1):
            await calls.happened(call.thread, wish(state))
            async with asyncio.timeout(30):
                while len(hub.told) < count:
                    await asyncio.sleep(0.01)
        calls.close()
    return hub.told


async def test_it_is_told_once_it_is_so(tmp_path: Path) -> None:
    async with fake_ari() as fake:
        assert await hears(fake, tmp_path, "paused", "running") == ["paused", "running"]
        assert fake.asked == [PAUSE, GO_ON]


async def test_what_asterisk_does_not_pause_is_stopped_before_anything_is_told(tmp_path: Path) -> None:
    async with fake_ari() as fake:
        fake.refuses = {PAUSE}
        assert await hears(fake, tmp_path, "paused", "running") == ["paused", "running"]
        assert fake.asked == [PAUSE, STOP, BEGIN]


async def test_what_asterisk_does_not_go_on_with_begins_anew(tmp_path: Path) -> None:
    async with fake_ari() as fake:
        fake.refuses = {GO_ON}
        assert await hears(fake, tmp_path, "paused", "running") == ["paused", "running"]
        assert fake.asked == [PAUSE, GO_ON, BEGIN, STOP]
