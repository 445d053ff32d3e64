"""Questions over a real NATS are answered where they can be, each by one hub; else their sender asks again."""

import asyncio

import pytest
from nats.errors import NoRespondersError
from nats.errors import TimeoutError as NoAnswerError

from hub.bus.connection import Connection
from hub.bus.path_questions import PathQuestions
from hub.bus.server import EmbeddedNats
from hub.bus.subjects import PATHS_ASK
from tests.support.nats import Connect, eventually


class Answers:
    """Notes what it is asked; answers what it was asked, when it may."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, bytes]] = []
        self.may = asyncio.Event()
        self.may.set()
        self.at_once = self.most = 0

    async def __call__(self, channel: str, body: bytes) -> bytes:
        self.asked.append((channel, body))
        if body == b"fails":
            raise OSError("disk full")
        self.at_once += 1
        self.most = max(self.most, self.at_once)
        await self.may.wait()
        self.at_once -= 1
        return b"to " + body


async def ask(connection: Connection, body: bytes, channel: str = "web", seconds: float = 10) -> bytes:
    return (await connection.client.request(f"{PATHS_ASK}.{channel}", body, timeout=seconds)).data


async def test_a_question_is_answered_with_the_channel_it_came_on(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    answers = Answers()
    questions = PathQuestions(await nats_connect("hub"), answers)
    await questions.start()
    assert await asyncio.gather(ask(nats_connection, b"one"), ask(nats_connection, b"two", "sms")) == [
        b"to one", b"to two",
    ]  # fmt: skip
    assert sorted(answers.asked) == [("sms", b"two"), ("web", b"one")]
    await questions.stop()
    with pytest.raises(NoRespondersError):
        await ask(nats_connection, b"three")


async def test_of_several_hubs_one_answers(nats_connection: Connection, nats_connect: Connect) -> None:
    hubs = [Answers(), Answers()]
    for number, answers in enumerate(hubs):
        await PathQuestions(await nats_connect(f"hub-{number}"), answers).start()
    told = await asyncio.gather(*(ask(nats_connection, b"%d" % number) for number in range(50)))
    assert told == [b"to %d" % number for number in range(50)]
    assert sum(len(one.asked) for one in hubs) == 50


async def test_so_many_are_answered_at_once_and_the_others_wait(
    nats_connection: Connection, nats_connect: Connect
) -> None:
    answers = Answers()
    answers.may.clear()
    questions = PathQuestions(await nats_connect("hub"), answers, at_once=3)
    await questions.start()
    asked = [asyncio.create_task(ask(nats_connection, b"%d" % number)) for number in range(10)]
    await eventually(lambda: answers.at_once == 3)
    answers.may.set()
    assert len(await asyncio.gather(*asked)) == 10
    assert answers.most == 3


async def test_what_can_not_be_answered_gets_no_answer_and_stops_no_other(
    nats_connection: Connection, nats_connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    answers = Answers()
    await PathQuestions(await nats_connect("hub"), answers).start()
    with pytest.raises(NoAnswerError):
        await ask(nats_connection, b"fails", seconds=0.3)
    assert "could not be answered" in caplog.text
    assert await ask(nats_connection, b"next") == b"to next"


async def test_only_inboxes_are_answered(nats_connection: Connection, nats_connect: Connect) -> None:
    answers = Answers()
    await PathQuestions(await nats_connect("hub"), answers).start()
    await nats_connection.client.publish(f"{PATHS_ASK}.web", b"q", reply="contacts.in.web.1")
    await nats_connection.client.publish(f"{PATHS_ASK}.web", b"q")
    assert await ask(nats_connection, b"after") == b"to after"
    assert answers.asked == [("web", b"after")]


async def test_who_stops_answers_what_was_begun(nats_connection: Connection, nats_connect: Connect) -> None:
    answers = Answers()
    answers.may.clear()
    questions = PathQuestions(await nats_connect("hub"), answers)
    await questions.start()
    asked = asyncio.create_task(ask(nats_connection, b"begun"))
    await eventually(lambda: answers.at_once)
    stopping = asyncio.create_task(questions.stop())
    await asyncio.sleep(0.05)
    assert not stopping.done()
    answers.may.set()
    await stopping
    assert await asked == b"to begun"


async def test_it_goes_on_after_the_server_was_gone(
    nats_server: EmbeddedNats, nats_connection: Connection, nats_connect: Connect
) -> None:
    await PathQuestions(await nats_connect("hub"), Answers()).start()
    assert await ask(nats_connection, b"before") == b"to before"
    await nats_server.stop()
    await nats_server.start()
    await eventually(lambda: nats_connection.connected)
    async with asyncio.timeout(20):
        while True:
            try:
                assert await ask(nats_connection, b"again", seconds=1) == b"to again"
                return
            except (NoRespondersError, NoAnswerError):
                await asyncio.sleep(0.05)
