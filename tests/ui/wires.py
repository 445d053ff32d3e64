"""The wires that customers use, beside the house: the real adapters of chat, mail and a branch, a process each."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from hub.simulated.contract.adapter_process import AdapterProcess
from hub.simulated.contract.chat_visitor import GENEROUS
from hub.simulated.process import free_ports, keep_private
from hub.simulated.shop import shop, shop_url
from tests.channels.email.corpus import mail
from tests.channels.email.fakes import FakeMailServer
from tests.channels.email.fakes import table as mail_table
from tests.channels.email.test_mail_acceptance import hand_in
from tests.ui.at_desk import found
from tests.ui.house import House, Worker

PIN, POINT = "2468", "7"
"""Of who serves in the branch, and the desk where they do."""
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True)
class Wires:
    """Where customers chat, write and come to; all of it is for one lane."""

    shop: str
    branch: str
    mails: FakeMailServer
    mail_port: int

    async def mailed(self, address: str, subject: str, text: str) -> None:
        """As a mail server hands it in."""
        written = mail(
            text, From=f"Mina <{address}>", Subject=subject, To="cards@example.org", Message_ID=f"<1.{address}>"
        )
        await hand_in(self.mail_port, written)

    async def answered(self, address: str) -> EmailMessage:
        """The mail that they get, once it is there."""

        async def look() -> bool:
            return any(address in to for _, to, _ in self.mails.mails)

        await found(look)
        return self.mails.last()


@asynccontextmanager
async def wires(house: House, folder: Path, lane: str, worker: Worker) -> AsyncIterator[Wires]:
    """The adapters, a process each, and the page of a shop with the chat on it; `worker` may serve in the branch."""
    chat, post, place, page = free_ports(_LOOPBACK, 4)
    mails = FakeMailServer()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(mails.serving())
        await stack.enter_async_context(shop(page, f"http://{_LOOPBACK}:{chat}"))
        tables: dict[str, tuple[int, dict[str, Any]]] = {
            "chat": (chat, _chat(chat, shop_url(page), lane, worker)),
            "email": (post, _mail(post, mails.port, lane)),
            "branch": (place, _branch(place, folder / "pins.toml", lane, worker)),
        }
        for name, (port, table) in tables.items():
            adapter = AdapterProcess(name, house.process.data_dir, table, port, {})
            stack.push_async_callback(adapter.kill)
            await adapter.start()
        branch = f"http://{_LOOPBACK}:{place}/b/{lane.partition('-')[0]}"
        yield Wires(shop_url(page), branch, mails, post)


def _chat(port: int, origin: str, lane: str, worker: Worker) -> dict[str, Any]:
    names = {worker.agent_id: worker.name}
    return {"port": port, "origins": [origin], "service": lane, "agents": names, "limits": GENEROUS}


def _mail(port: int, smarthost: int, lane: str) -> dict[str, Any]:
    server = {"protocol": "smtp", "port": port, "answer_within_seconds": 5}
    return mail_table(smarthost, server=server, addresses={"cards@example.org": {"service": lane}})


def _branch(port: int, pins: Path, lane: str, worker: Worker) -> dict[str, Any]:
    """The hub hears of branch and service as of one name, which is that of the lane."""
    branch, _, service = lane.partition("-")
    keep_private(pins, f'[agents]\n{worker.agent_id} = "{PIN}"\n'.encode())
    served = {"name": {"en": "Accounts", "fa": "حساب"}, "letter": "A", "queue": lane, "skills": {lane: 3}}
    about = {
        "name": {"en": "City centre", "fa": "شعبهٔ مرکزی"}, "services": {service: served}, "desks": {POINT: {}},
        "agents": {worker.agent_id: {"name": worker.name}},
    }  # fmt: skip
    return {"port": port, "pins_file": str(pins), "branches": {branch: about}}
