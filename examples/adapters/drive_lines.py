"""Drives the wire of lines.py for `hub channel check`: reads what to do as JSON lines, and says what it saw."""

import json
import os
import select
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

ADAPTER = Path(__file__).with_name("lines.py")
with socket.socket() as probe:
    probe.bind(("127.0.0.1", 0))
    PORT = probe.getsockname()[1]


class Customer:
    """One who writes in one thread, and comes back when the line breaks."""

    def __init__(self, thread):
        self.thread, self.line, self.rest, self.answers, self.told = thread, None, b"", {}, []

    def connected(self):
        if self.line is None:
            try:
                self.line = socket.create_connection(("127.0.0.1", PORT), timeout=1)
                self.line.sendall(f"HERE {self.thread}\n".encode())
            except OSError:
                self.line = None
        return self.line is not None

    def write(self, text):
        if self.connected():
            try:
                self.line.sendall(text.encode())
            except OSError:
                self.line = None

    def read(self, seconds):
        if not self.connected():
            time.sleep(min(seconds, 0.1))
            return
        if not select.select([self.line], [], [], seconds)[0]:
            return
        try:
            came = self.line.recv(65536)
        except OSError:
            came = b""
        if not came:
            self.line = None
            return
        *lines, self.rest = (self.rest + came).split(b"\n")
        for line in lines:
            word, _, rest = line.decode().partition(" ")
            name, _, text = rest.partition(" ")
            if word == "TELL":
                self.told.append({"thread": name, "text": text})
            else:
                self.answers[name] = {"OK": "accepted", "LATER": "later", "NO": "refused"}[word]

    def ask(self, name, line, seconds):
        """`later` is an answer too: the same line may be sent again."""
        self.answers.pop(name, None)
        end = time.monotonic() + seconds
        sent = False
        while time.monotonic() < end and name not in self.answers:
            if self.connected() and not sent:
                self.write(line)
                sent = self.line is not None
            self.read(0.05)
            sent = sent and self.line is not None
        return self.answers.pop(name, "none")


def flood(count, seconds):
    """So many contacts of 20 customers, each of whom writes as fast as they are answered; how many were accepted."""
    accepted, end = [], time.monotonic() + seconds

    def writes(number):
        customer = Customer(f"flood-{number}")
        for name in range(number, count, 20):
            left = end - time.monotonic()
            line = f"MSG flood-{name} flood-{number} hello {name}\n"
            if left <= 0 or customer.ask(f"flood-{name}", line, left) != "accepted":
                return
            accepted.append(name)

    threads = [threading.Thread(target=writes, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return len(accepted)


def start():
    process = subprocess.Popen([sys.executable, ADAPTER], env={**os.environ, "LINES_PORT": str(PORT)})
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", PORT), timeout=1).close()
            return process
        except OSError:
            time.sleep(0.05)
    raise SystemExit("the adapter did not open its port")


def main():
    process, customers = None, {}
    for line in sys.stdin:
        wish = json.loads(line)
        said = {}
        if wish["do"] == "start":
            process = start()
            said = {"pid": process.pid}
        elif wish["do"] == "kill":
            process.kill()
            process.wait()
        elif wish["do"] == "contact":
            customer = customers.setdefault(wish["thread"], Customer(wish["thread"]))
            message = f"MSG {wish['id']} {wish['thread']} {wish['text']}\n"
            said = {"answer": customer.ask(wish["id"], message, wish["seconds"])}
        elif wish["do"] == "bad":
            customer = customers.setdefault("bad", Customer("bad"))
            said = {"answer": customer.ask("-", "HOW do you do\n", wish["seconds"])}
        elif wish["do"] == "flood":
            said = {"accepted": flood(wish["count"], wish["seconds"])}
        elif wish["do"] == "saw":
            for customer in customers.values():
                customer.read(0.05)
            said = {"saw": [one for customer in customers.values() for one in customer.told]}
            for customer in customers.values():
                customer.told = []
        print(json.dumps(said), flush=True)
    if process is not None:
        process.kill()


if __name__ == "__main__":
    main()
