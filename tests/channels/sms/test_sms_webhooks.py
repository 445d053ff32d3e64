"""Text messages by an aggregator's signed requests."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp
import orjson
import pytest
from aiohttp import web

from hub.channels.sms.adapter import make
from hub.channels.sms.line import Outgoing
from hub.channels.sms.mapping import asked, found
from hub.channels.sms.settings import Request
from hub.channels.sms.signature import is_now, signature
from hub.clock import WallClock
from hub.settings import SettingsError
from hub.simulated.process import free_port
from tests.channels.sms.sms_site import FakeHub, place_in, running, send, until

KEY = "shared"


class FakeAggregator:
    """Takes messages as its answers say, then with 200."""

    def __init__(self) -> None:
        self.asked: list[Any] = []
        self.answers: list[int] = []
        self.port = 0

    async def take(self, request: web.Request) -> web.Response:
        status = self.answers.pop(0) if self.answers else 200
        body = orjson.loads(await request.read())
        if status == 0:
            assert request.transport is not None
            self.asked.append(body)
            request.transport.close()
            return web.Response()
        if status == 200:
            self.asked.append(body | {"auth": request.headers["Authorization"]})
        return web.json_response({"data": {"id": f"M{len(self.asked)}"}}, status=status)

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeAggregator"]:
        app = web.Application()
        app.router.add_post("/send", self.take)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            yield self
        finally:
            await runner.cleanup()


def table(port: int, own: int, folder: Path) -> dict[str, Any]:
    (folder / "secret").write_text(KEY)
    (folder / "token").write_text("T")
    aggregator = {
        "secret_file": str(folder / "secret"),
        "message": {"numbered": "id"},
        "receipt": {"numbered": "ref"},
        "send": {
            "url": f"http://127.0.0.1:{port}/send", "headers": {"Authorization": "Bearer {secret}"},
            "body": {"to": "{to}", "from": "{from}", "message": {"text": "{text}"}}, "numbered": "data.id",
            "token_file": str(folder / "token"),
        },
    }  # fmt: skip
    line = {"number": "3000", "purposes": ["service"], "aggregator": aggregator}
    return {"lines": {"adverts": line}, "port": own, "answer_within_seconds": 0.5}


async def post(port: int, what: str, told: Any, *, key: str = KEY, ago: float = 0) -> int:
    body = told if isinstance(told, bytes) else orjson.dumps(told)
    at = str(int(WallClock().now().timestamp() - ago))
    headers = {"X-Timestamp": at, "X-Signature": f"sha256={signature(key, at, body)}"}
    async with aiohttp.ClientSession() as session:
        for _ in range(400):
            try:
                url = f"http://127.0.0.1:{port}/sms/adverts/{what}"
                async with session.post(url, data=body, headers=headers) as answer:
                    return answer.status
            except aiohttp.ClientConnectorError:
                await asyncio.sleep(0.02)
    raise AssertionError("the adapter did not come up")


async def test_a_signed_message_is_taken_once_the_hub_has_it(tmp_path: Path) -> None:
    hub, own = FakeHub(), free_port("127.0.0.1", 0)
    said = {"id": "m-1", "from": "09121234567", "to": "3000", "text": "سلام"}
    async with running(tmp_path, hub, table(1, own, tmp_path)):
        hub.answers.clear()
        assert await post(own, "messages", said) == 503
        hub.answers.set()
        assert [await post(own, "messages", said) for _ in range(2)] == [200, 200]
        assert await post(own, "messages", said, key="another") == 403
        assert await post(own, "messages", said, ago=1000) == 403
        assert await post(own, "messages", {"id": "m-2", "text": "from nobody"}) == 400
        assert await post(own, "messages", b"{") == 400
    assert [(one.path.address, one.text) for one in hub.contacts.values()] == [("+989121234567", "سلام")]
    assert len(hub.refusals) == 2


async def test_a_message_leaves_by_a_request_and_its_report_is_heard(tmp_path: Path) -> None:
    hub, own = FakeHub(), free_port("127.0.0.1", 0)
    async with FakeAggregator().serving() as there:
        there.answers = [429]
        async with running(tmp_path, hub, table(there.port, own, tmp_path)):
            hub.commands.put_nowait(send(text="{to} " * 60))
            await until(lambda: ("sent", "contact-1") in hub.told())
            assert await post(own, "receipts", {"ref": "m1", "status": "Delivered"}) == 200
    assert there.asked == [
        {"to": "+989121234567", "from": "3000", "message": {"text": "{to} " * 60}, "auth": "Bearer T"}
    ]
    assert hub.told() == [("sent", "contact-1"), ("delivered", "contact-1")]


@pytest.mark.parametrize(("status", "told"), [(400, [("failed", "contact-1")]), (500, []), (0, [])])
async def test_what_is_declined_fails_and_what_is_unclear_is_not_sent_again(
    status: int, told: list[tuple[str, str]], tmp_path: Path
) -> None:
    hub, own = FakeHub(), free_port("127.0.0.1", 0)
    async with FakeAggregator().serving() as there:
        there.answers = [status]
        async with running(tmp_path, hub, table(there.port, own, tmp_path)):
            hub.commands.put_nowait(send())
            await until(lambda: not there.answers)
            hub.commands.put_nowait(send())
            hub.commands.put_nowait(send("contact-2", address="+989121111111"))
            await until(lambda: ("sent", "contact-2") in hub.told())
        assert [one for one in dict.fromkeys(hub.told()) if one[1] == "contact-1"] == told
        assert len([one for one in there.asked if "auth" in one]) == 1


async def test_an_aggregator_that_lets_nobody_in_has_surely_taken_nothing(tmp_path: Path) -> None:
    hub, own = FakeHub(), free_port("127.0.0.1", 0)
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        told = table(full.getsockname()[1], own, tmp_path)
        told["lines"]["adverts"]["aggregator"]["answer_within_seconds"] = 0.2
        async with running(tmp_path, hub, told):
            hub.commands.put_nowait(send(report_by="2026-01-05T12:00:01Z"))
            await until(lambda: hub.signals)
    assert hub.told() == [("failed", "contact-1")]
    assert "can't be reached" in hub.signals[0].reason


def test_what_a_customer_wrote_fills_nothing_in() -> None:
    request = Request(url="http://x/{to}", body={"a": ["{text}", 1]}, numbered="id", headers={"k": "{secret}"})
    made = asked(request, Outgoing("c-1", "+98 1", "{secret} {to}", b"", 0), "2000", "T")
    assert made == ("http://x/%2B98%201", {"k": "T"}, {"a": ["{secret} {to}", 1]})


@pytest.mark.parametrize(("path", "value"), [("a.b", "1"), ("c.0.d", "x"), ("c.9", ""), ("a", ""), ("z.y", "")])
def test_places_are_found(path: str, value: str) -> None:
    assert found({"a": {"b": 1}, "c": [{"d": "x"}]}, path) == value


@pytest.mark.parametrize(("timestamp", "is_so"), [("", False), ("x", False), ("9" * 400, False), ("0", False)])
def test_a_time_that_is_none_is_not_now(timestamp: str, is_so: bool) -> None:
    assert is_now(timestamp, WallClock().now(), 300) is is_so


def test_times_are_read_in_seconds_milliseconds_and_words() -> None:
    now = WallClock().now()
    for said in (str(int(now.timestamp())), str(int(now.timestamp() * 1000)), now.isoformat()):
        assert is_now(said, now, 300)


def test_an_aggregator_whose_secret_is_empty_could_be_anybody(tmp_path: Path) -> None:
    told = table(1, 1, tmp_path)
    (tmp_path / "secret").write_text("\n")
    with pytest.raises(SettingsError, match="secret is empty"):
        make(told, place_in(tmp_path / "place"))
