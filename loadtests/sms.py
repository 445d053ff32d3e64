"""Text messages a second that hub and adapter take and send: `python -m loadtests.sms --help`."""

import argparse
import asyncio
import json
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from hub.application.intake.envelope import Confirmation
from hub.channels.attachments import Attachments
from hub.channels.blobs import FolderBlobs
from hub.channels.command import Command
from hub.channels.ledger import Ledger
from hub.channels.registry import Place
from hub.channels.sms.adapter import make
from hub.channels.sms.pdu import Address, Message
from hub.clock import WallClock
from hub.domain.contact import Channel, ConversationEvent
from hub.settings import Settings
from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.sms_driver import sms_table
from hub.simulated.message_centre import MessageCentre, message_centre
from hub.simulated.process import HubProcess
from loadtests.adapters import recorded, spread, using


async def taken(messages: int, rate: float, window: int, folder: Path) -> dict[str, object]:
    """Deliver `messages`, `rate` a second (0: as fast as they are taken), `window` of them unanswered at most."""
    hub = HubProcess(Settings(data_dir=folder / "var", api_port=0))
    await hub.start()
    async with message_centre(lambda _: None) as centre:
        adapter = AdapterProcess("sms", folder / "var", sms_table(centre.port), centre.port, {})
        try:
            await adapter.start()
            await centre.bound()
            used = using(hub.pid, adapter.pid)
            took, again = await _delivered(centre, messages, rate, window, used.begun)
            cost = used.each(len(took))
        finally:
            await adapter.stop()
            await hub.stop()
    on_record = await asyncio.to_thread(recorded, hub.settings)
    return {"messages": len(took), "recorded": on_record, "told_to_wait": again, **cost, **spread(took)}


async def _delivered(
    centre: MessageCentre, messages: int, rate: float, window: int, begun: float
) -> tuple[list[float], int]:
    """How long each took, from when it was due where they are paced; how often the carrier was told to wait."""
    numbers = iter(range(messages))
    took: list[float] = []
    again = 0

    async def sender() -> None:
        nonlocal again
        for number in numbers:
            await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()) if rate else 0)
            from_when = begun + number / rate if rate else time.monotonic()
            customer = Address(f"98912{number % 5000 + 1_000_000}", 1, 1)
            message = Message(customer, Address("2000"), f"Where is my card? {number}".encode())
            while await centre.deliver(message) != 0:
                again += 1
                await asyncio.sleep(0.2)
            took.append(time.monotonic() - from_when)

    await asyncio.gather(*(sender() for _ in range(window)))
    return took, again


@dataclass
class _Hub:
    """A link that asks for so many messages, and hears what became of them."""

    messages: int
    told: Counter[str] = field(default_factory=Counter)
    done: asyncio.Event = field(default_factory=asyncio.Event)
    name: str = "sms"
    channel: Channel = Channel.SMS

    async def contact(self, contact: object) -> Confirmation:
        raise AssertionError(contact)

    async def conversation(self, event: ConversationEvent) -> Confirmation:
        self.told[event.contact_id] += 1
        if len(self.told) == self.messages:
            self.done.set()
        return Confirmation(id=event.id, status="accepted")

    async def refused(self, refused: object) -> None:
        raise AssertionError(refused)

    async def sign(self, _thread: str, _sign: object) -> None:
        return

    async def carry_out(self, handle: Callable[[Command], Awaitable[None]]) -> None:
        now = WallClock().now()
        turns = asyncio.Semaphore(200)

        async def one(number: int) -> None:
            async with turns:
                name = f"contact-{number}"
                await handle(
                    Command(
                        id=name, at=now, command="send", channel="sms", thread=name, contact_id=name, purpose="service",
                        address=f"+98912{number % 5000 + 1_000_000}", text=f"It is on its way, number {number}",
                    )
                )  # fmt: skip

        await asyncio.sleep(1)
        await asyncio.gather(*(one(number) for number in range(self.messages)))
        await asyncio.Event().wait()

    async def announcements(self, _handle: object) -> None:
        await asyncio.Event().wait()

    async def retries(self, _handle: object) -> None:
        await asyncio.Event().wait()


async def sent(messages: int, folder: Path) -> dict[str, object]:
    """The adapter alone, told to send as fast as it can, each message in its ledger before and after; in this process
    with its carrier."""
    left: Counter[str] = Counter()
    async with message_centre(lambda one: left.update([one.data.decode()])) as centre:
        store = Attachments(FolderBlobs(folder / "files"), b"a" * 32)
        place = Place(folder, Ledger(folder / "ledger.sqlite"), store, WallClock(), "IR")
        hub = _Hub(messages)
        task = asyncio.create_task(make(sms_table(centre.port), place).run(hub))
        begun, cpu = time.monotonic() + 1, time.process_time()
        await asyncio.wait({task, asyncio.create_task(hub.done.wait())}, return_when=asyncio.FIRST_COMPLETED)
        seconds, cpu = time.monotonic() - begun, time.process_time() - cpu
        task.cancel()
        await asyncio.wait({task})
        place.ledger.close()
    return {
        "messages": len(left), "twice": sum(1 for one in left.values() if one > 1), "reported": len(hub.told),
        "seconds": round(seconds, 1), "per_second": round(messages / seconds, 1),
        "cpu_ms_each_with_carrier": round(cpu * 1000 / messages, 2), "load": os.getloadavg()[0],
    }  # fmt: skip


def main() -> None:
    """Print what was measured, as JSON; fails where a message is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--messages", type=int, default=10_000)
    parser.add_argument("--rate", type=float, default=0.0, help="messages a second; 0: as fast as they are taken")
    parser.add_argument("--window", type=int, default=100, help="messages that the carrier has no answer for, at most")
    parser.add_argument("--out", action="store_true", help="messages that leave, in place of those that come in")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        if told.out:
            found = asyncio.run(sent(told.messages, folder))
            is_right = found["messages"] == found["reported"] == told.messages and not found["twice"]
        else:
            found = asyncio.run(taken(told.messages, told.rate, told.window, folder))
            is_right = found["messages"] == found["recorded"]
    print(json.dumps(found, indent=2))
    sys.exit(0 if is_right else 1)


if __name__ == "__main__":
    main()
