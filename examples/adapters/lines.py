"""A whole channel adapter in one file, with nats-py alone: customers write lines over TCP, and answers come as lines.

On the wire:     customer: MSG <id> <thread> <text>      adapter: OK <id> | LATER <id> | NO <id> <why>
                 customer: HERE <thread>                 adapter: TELL <thread> <text>
Run it with:     HUB_NATS_URL, BUS_SEED (a file), CHANNEL, HUB_DATA_DIR, LINES_PORT
"""

import asyncio
import base64
import contextlib
import hashlib
import json
import os
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import nats
from nats.errors import Error as NatsError
from nats.js.errors import APIError

CHANNEL, PORT = os.environ["CHANNEL"], int(os.environ["LINES_PORT"])
PATIENCE, LONGEST, AT_ONCE = 5.0, 8192, 200


def short(text):
    return hashlib.sha256(text.encode()).hexdigest()


def now():
    return datetime.now(UTC).isoformat()  # noqa: TID251


class Hub:
    """The hub, as an adapter needs it: reports that are over when they are confirmed, and commands."""

    async def connect(self):
        seed = Path(os.environ["BUS_SEED"]).read_text().strip()  # noqa: ASYNC240
        prefix = f"_INBOX_{CHANNEL}"
        self.bus = await nats.connect(
            os.environ["HUB_NATS_URL"], nkeys_seed_str=seed, inbox_prefix=prefix, max_reconnect_attempts=-1,
            reconnect_time_wait=0.2, name="lines",
        )  # fmt: skip
        self.inbox, self.waiting = self.bus.new_inbox(), {}
        await self.bus.subscribe(f"{self.inbox}.*", cb=self.confirmed)

    async def confirmed(self, message):
        future = self.waiting.get(message.subject.rpartition(".")[2])
        if future and not future.done():
            future.set_result(json.loads(message.data))

    async def report(self, subject, kind, data):
        """Sent again until it is confirmed."""
        event = {"specversion": "1.0", "id": data["id"], "source": "/adapters/lines", "type": kind, "data": data}
        key = short(data["id"])
        future = self.waiting.setdefault(key, asyncio.get_running_loop().create_future())
        pause = 2.0
        while not future.done():
            with contextlib.suppress(NatsError):
                await self.bus.publish(
                    subject, json.dumps(event).encode(), headers={"Hub-Confirm-To": f"{self.inbox}.{key}"}
                )
            await asyncio.wait({future}, timeout=pause)
            pause = min(2 * pause, 30.0)
        self.waiting.pop(key, None)
        return future.result()

    async def commands(self, carry_out):
        """Threads side by side, each in order; acked when carried out. What was in hand at a crash comes first."""
        js = self.bus.jetstream()
        feed = await js.pull_subscribe_bind(CHANNEL, "OUTBOUND")
        with contextlib.suppress(NatsError, APIError, TimeoutError):  # before 2.14 they come after 60 s
            await js.reset_consumer("OUTBOUND", CHANNEL)
        while True:
            try:
                threads = {}
                for message in await feed.fetch(64, timeout=5):
                    threads.setdefault(message.subject, []).append(message)
                await asyncio.gather(*(self.thread(messages, carry_out) for messages in threads.values()))
            except (NatsError, APIError, TimeoutError):
                await asyncio.sleep(0.1)

    async def thread(self, messages, carry_out):
        for message in messages:
            await carry_out(json.loads(message.data))
            await message.ack()


class Ledger:
    """What left, on disk: nothing leaves twice."""

    def __init__(self, directory):
        self.rows = sqlite3.connect(Path(directory) / "lines.sqlite", isolation_level=None)
        self.rows.execute("PRAGMA synchronous = FULL")
        self.rows.execute("CREATE TABLE IF NOT EXISTS contacts (id TEXT PRIMARY KEY, state TEXT)")

    def state(self, contact):
        return (self.rows.execute("SELECT state FROM contacts WHERE id = ?", (contact,)).fetchone() or ("",))[0]

    def note(self, contact, state):
        self.rows.execute("INSERT OR REPLACE INTO contacts VALUES (?, ?)", (contact, state))


class Lines:
    """The wire. A customer's next line is read when the one before it is answered: so a flood waits at its sender."""

    def __init__(self, hub, ledger):
        self.hub, self.ledger = hub, ledger
        self.there, self.reports, self.connections = {}, {}, 0

    async def customer(self, reader, writer):
        self.connections += 1
        try:
            while self.connections <= AT_ONCE and (line := await reader.readline()):
                answer = await self.answer(line, writer)
                if answer:
                    writer.write(f"{answer}\n".encode())
                    await writer.drain()
        except (ConnectionError, ValueError):  # gone, or a line without an end
            pass
        finally:
            self.connections -= 1
            self.there = {thread: one for thread, one in self.there.items() if one is not writer}
            writer.close()

    async def answer(self, line, writer):
        word, _, rest = line.decode(errors="replace").strip().partition(" ")
        if word == "HERE" and rest:
            self.there[rest] = writer
            return ""
        name, thread, text = (*rest.split(" ", 2), "", "", "")[:3]
        if word != "MSG" or not text:
            raw = {"uri": "data:;base64," + base64.b64encode(line).decode(), "size": len(line)}
            refused = {"id": short(line.decode(errors="replace")), "channel": CHANNEL, "reason": "no MSG line",
                       "raw": raw, "received_at": now()}  # fmt: skip
            await self.hub.report(f"refused.in.{CHANNEL}", "hub.refused.v1", refused)
            return "NO - this is no MSG <id> <thread> <text>"
        self.there[thread] = writer
        return await self.contact(name, thread, text)

    async def again(self, message):
        """What was refused, tried once more; what is no MSG line stays none."""
        refused = json.loads(message.data)["data"]
        line = base64.b64decode(refused["raw"]["uri"].removeprefix("data:;base64,")).decode(errors="replace")
        word, name, thread, text = (*line.strip().split(" ", 3), "", "", "")[:4]
        told = await self.contact(name, thread, text) if word == "MSG" and text else "NO - it is no MSG line"
        status = "accepted" if told.startswith("OK") else "rejected"
        await message.respond(json.dumps({"id": refused["id"], "status": status, "reason": told}).encode())

    async def contact(self, name, thread, text):
        """The wire's id makes the contact's: a repeat is the same contact, whoever repeats it. Its time is the first
        one's, which the customer's line does not say: so it is kept."""
        contact = f"lines-{short(name)[:32]}"
        seen = self.ledger.state(contact) or now()
        self.ledger.note(contact, seen)
        data = {"id": contact, "path": {"channel": CHANNEL, "address": thread}, "occurred_at": seen,
                "thread": thread, "text": text}  # fmt: skip
        report = self.reports.get(contact)
        if report is None:
            report = self.reports[contact] = asyncio.create_task(
                self.hub.report(f"contacts.in.{CHANNEL}.{short(thread)[:8]}", "hub.contact.v1", data)
            )
        await asyncio.wait({report}, timeout=PATIENCE)
        if not report.done():
            return f"LATER {name}"
        self.reports.pop(contact, None)
        told = report.result()
        return f"OK {name}" if told["status"] == "accepted" else f"NO {name} {told['reason']}"

    async def carry_out(self, command):
        """What this adapter does not know, it passes over."""
        data = command["data"]
        if data["command"] != "send":
            return
        state = self.ledger.state(data["contact_id"])
        if state == "begun":  # it may have left before a crash: nobody knows, so nothing is reported
            return
        signal, reason = "sent", ""
        if not state:
            for _ in range(50):  # whoever is not there now may come back
                who = data["thread"] if data["thread"] in self.there else data["address"]
                if who in self.there:
                    break
                await asyncio.sleep(0.1)
            signal, reason = await self.say(data["contact_id"], who, data["text"])
        event = {"id": f"{data['contact_id']}-{signal}", "channel": CHANNEL, "thread": data["thread"], "reason": reason,
                 "signal": signal, "contact_id": data["contact_id"], "occurred_at": now()}  # fmt: skip
        subject = f"conversations.in.{CHANNEL}.{short(data['thread'])[:8]}"
        await self.hub.report(subject, "hub.conversation.v1", event)

    async def say(self, contact, who, text):
        writer = self.there.get(who)
        if writer is None:
            return "failed", "nobody is there"
        self.ledger.note(contact, "begun")
        try:
            writer.write(f"TELL {who} {' '.join(text.split())}\n".encode())
            await writer.drain()
        except ConnectionError:
            return "failed", "the line broke"
        self.ledger.note(contact, "left")
        return "sent", ""


async def main():
    hub = Hub()
    await hub.connect()
    lines = Lines(hub, Ledger(os.environ["HUB_DATA_DIR"]))
    await asyncio.start_server(lines.customer, "127.0.0.1", PORT, limit=LONGEST)
    await hub.bus.subscribe(f"retries.out.{CHANNEL}", cb=lines.again)
    await hub.commands(lines.carry_out)


if __name__ == "__main__":
    asyncio.run(main())
