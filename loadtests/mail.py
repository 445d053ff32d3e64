"""Mails a second that a hub and its mail adapter take, in processes of their own: `python -m loadtests.mail --help`."""

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from hub.domain.customer.events import ContactReceived
from hub.journal.store import open_store
from hub.settings import Settings
from hub.simulated.process import HubProcess, free_port
from loadtests.processes import cpu_seconds, peak_memory_mb

TABLE = """[email]
domain = "example.org"
identity = {{ from = "Support <support@example.org>" }}
server = {{ protocol = "lmtp", port = {port}, connections = 1000, per_sender_per_minute = 100000 }}
"""


def made(number: int, chance: random.Random) -> bytes:
    """Text and HTML; every fifth mail with a file of 20 to 60 kB."""
    mail = EmailMessage()
    mail["From"] = f"customer{number % 5000}@example.com"
    mail["To"] = "support@example.org"
    mail["Subject"] = f"Question {number}"
    mail["Message-ID"] = f"<{number}.{chance.getrandbits(32)}@example.com>"
    mail["Date"] = "Mon, 05 Jan 2026 12:00:00 +0000"
    words = " ".join(chance.choices(("where", "is", "my", "card", "and", "when", "does", "it", "come"), k=200))
    mail.set_content(f"{words}\n\nOn Mon, 5 Jan 2026, Support wrote:\n" + "> what was said before\n" * 20)
    mail.add_alternative(f"<p>{words}</p><blockquote>{'<p>what was said before</p>' * 20}</blockquote>", subtype="html")
    if number % 5 == 0:
        data = chance.randbytes(chance.randrange(20_000, 60_000))
        mail.add_attachment(data, maintype="application", subtype="pdf", filename="letter.pdf")
    return mail.as_bytes()


async def run(mails: int, rate: float, senders: int, folder: Path) -> dict[str, object]:
    """Hand in `mails`, `rate` a second (0: as fast as they are taken), over `senders` connections, by LMTP."""
    port, hub = free_port("127.0.0.1", 0), HubProcess(Settings(data_dir=folder / "var", api_port=0))
    (folder / "channels.toml").write_text(TABLE.format(port=port))
    await hub.start()
    settings = hub.settings.model_copy(update={"channels": folder / "channels.toml"})
    with (folder / "adapter.log").open("wb") as log:
        adapter = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "hub", "channel", "run", "email", env=settings.environment(), stdout=log, stderr=log
        )
    try:
        chance = random.Random(1)
        waiting = [(number / rate if rate else 0.0, made(number, chance)) for number in range(mails)]
        waiting.reverse()
        await _reachable(port)
        used = (cpu_seconds(hub.pid), cpu_seconds(adapter.pid))
        begun = time.monotonic()
        took: list[float] = []
        await asyncio.gather(*(_sender(port, waiting, begun, took, bool(rate)) for _ in range(senders)))
        seconds = time.monotonic() - begun
        hub_cpu, adapter_cpu = cpu_seconds(hub.pid) - used[0], cpu_seconds(adapter.pid) - used[1]
        memory = peak_memory_mb(adapter.pid)
    finally:
        adapter.terminate()
        try:
            await asyncio.wait_for(adapter.wait(), 10)
        except TimeoutError:
            print("the adapter did not stop when it was told to", file=sys.stderr)
            adapter.kill()
        await hub.stop()
    took.sort()
    recorded = await asyncio.to_thread(_recorded, hub.settings)
    return {
        "mails": len(took), "recorded": recorded,
        "seconds": round(seconds, 1), "per_second": round(len(took) / seconds, 1),
        "p50_ms": round(took[len(took) // 2] * 1000), "p99_ms": round(took[int(len(took) * 0.99)] * 1000),
        "longest_ms": round(took[-1] * 1000), "adapter_cpu_ms_each": round(adapter_cpu * 1000 / len(took), 2),
        "hub_cpu_ms_each": round(hub_cpu * 1000 / len(took), 2), "adapter_peak_mb": round(memory),
        "load": os.getloadavg()[0],
    }  # fmt: skip


async def _reachable(port: int) -> None:
    for _ in range(200):
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            await asyncio.sleep(0.1)
            continue
        writer.close()
        return
    raise SystemExit("the adapter did not come up")


async def _sender(port: int, waiting: list[tuple[float, bytes]], begun: float, took: list[float], paced: bool) -> None:
    """One connection of a mail server; each mail counts from when it was due, where mails are paced."""
    client = _Lmtp(hostname="127.0.0.1", port=port, start_tls=False, timeout=60)
    await client.connect()
    await client.execute_command(b"LHLO", b"load")
    while waiting:
        due, raw = waiting.pop()
        await asyncio.sleep(max(0.0, begun + due - time.monotonic()))
        from_when = begun + due if paced else time.monotonic()
        for line in (b"MAIL FROM:<a@example.com>", b"RCPT TO:<support@example.org>"):
            answer = await client.execute_command(line)
            assert answer.code == 250, answer
        answer = await client.protocol_data(raw)
        if answer.code != 250:
            raise SystemExit(f"a mail was not taken: {answer}")
        took.append(time.monotonic() - from_when)
    client.close()


class _Lmtp(aiosmtplib.SMTP):
    """aiosmtplib greets by EHLO where it is left to itself."""

    async def protocol_data(self, raw: bytes) -> aiosmtplib.SMTPResponse:
        assert self.protocol is not None
        return await self.protocol.execute_data_command(raw, timeout=60)


def _recorded(settings: Settings) -> int:
    store = open_store(settings)
    try:
        count = position = 0
        while batch := store.read(position, 5_000):
            count += sum(isinstance(one.event, ContactReceived) for one in batch)
            position = batch[-1].position
        return count
    finally:
        store.close()


def main() -> None:
    """Print what was measured, as JSON; fails where a mail is missing or there twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--mails", type=int, default=5_000)
    parser.add_argument("--rate", type=float, default=0.0, help="mails a second; 0: as fast as they are taken")
    parser.add_argument("--senders", type=int, default=50, help="connections at once")
    told = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(run(told.mails, told.rate, told.senders, Path(folder)))
    print(json.dumps(found, indent=2))
    sys.exit(0 if found["mails"] == found["recorded"] else 1)


if __name__ == "__main__":
    main()
