"""Mails a second that a hub and its mail adapter take, in processes of their own: `python -m loadtests.mail --help`."""

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from email.message import EmailMessage
from pathlib import Path

import aiosmtplib

from hub.settings import Settings
from hub.simulated.process import HubProcess, free_port
from loadtests.adapters import adapter_beside, recorded, spread, using

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
    chance, took = random.Random(1), list[float]()
    waiting = [(number / rate if rate else 0.0, made(number, chance)) for number in range(mails)]
    waiting.reverse()
    await hub.start()
    try:
        async with adapter_beside(hub, "email", TABLE.format(port=port), folder, port) as adapter:
            used = using(hub.pid, adapter)
            await asyncio.gather(*(_sender(port, waiting, used.begun, took, bool(rate)) for _ in range(senders)))
            cost = used.each(len(took))
    finally:
        await hub.stop()
    return {"mails": len(took), "recorded": await asyncio.to_thread(recorded, hub.settings), **cost, **spread(took)}


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
