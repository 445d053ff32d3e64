"""How fast a line asks its carrier: by its contract, and by what the carrier says is too much."""

import asyncio
from typing import Any

import pytest

from hub.channels.sms.carrier import Carrier
from hub.channels.sms.line import DeclinedError, NotTakenError, Outgoing
from hub.channels.sms.pdu import Pdu, Said, Status
from hub.channels.sms.settings import Line

MESSAGE = Outgoing("contact-1", "+989121234567", "hi", b"hi", 0)


class Session:
    """Answers with these statuses, then takes everything. `asked`: when."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.asked: list[float] = []

    async def ask(self, command: Said, _body: bytes) -> Pdu:
        self.asked.append(asyncio.get_running_loop().time())
        await asyncio.sleep(0)
        return Pdu(command | 0x8000_0000, self._statuses.pop(0) if self._statuses else 0, 1, b"77\0")


async def begins() -> None:
    return


def linked(session: Session, **more: Any) -> Carrier:
    smpp = {"host": "c", "system_id": "hub", **more}
    line = Line.model_validate({"number": "982000", "smpp": smpp})
    assert line.smpp is not None

    async def deliver(_session: str, _body: bytes) -> int:
        return 0

    made = Carrier(line, line.smpp, deliver, lambda _: None, lambda _: None)
    made._session = session  # type: ignore[assignment]
    made._is_up.set()
    return made


async def test_so_many_a_second_leave() -> None:
    session = Session()
    line = linked(session, per_second=50)
    await asyncio.gather(*(line.submit(MESSAGE, begins) for _ in range(6)))
    assert session.asked[-1] - session.asked[0] >= 0.095


async def test_while_it_is_too_much_nothing_is_asked_and_then_all_leaves(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hub.channels.sms.carrier.PAUSES", (0.2, 0.4))
    session = Session(Status.THROTTLED, *[Status.OK] * 4, Status.QUEUE_FULL)
    line = linked(session, per_second=100)
    outcomes = await asyncio.gather(*(line.submit(MESSAGE, begins) for _ in range(5)), return_exceptions=True)
    assert [type(one) for one in outcomes] == [NotTakenError, str, str, str, str]
    first, *others = session.asked
    assert min(others) - first >= 0.2
    with pytest.raises(NotTakenError, match="took no more messages"):
        await line.submit(MESSAGE, begins)
    assert await line.submit(MESSAGE, begins) == "77"


@pytest.mark.parametrize(
    ("status", "says"),
    [(0x0A, "from our number"), (0x0B, "no such number"), (0x45, "the carrier declined it \\(0x45\\)")],
)
async def test_what_will_never_leave_is_declined_in_words(status: int, says: str) -> None:
    with pytest.raises(DeclinedError, match=says):
        await linked(Session(status)).submit(MESSAGE, begins)
