import asyncio
import time
from datetime import UTC, datetime

import orjson
import pytest

from hub.application.intake.envelope import Confirmation, parse
from hub.bus.connection import BusError
from hub.domain.contact import Contact
from loadtests.generator import Generator, prepare
from loadtests.plan import arrivals, load_of

NOON = datetime(2026, 1, 5, 12, tzinfo=UTC)


class SlowHub:
    """Confirms each contact after a while, as `answer` says."""

    def __init__(self, seconds: float, answer: str = "accepted") -> None:
        self.sent: list[tuple[str, int]] = []
        self._seconds = seconds
        self._answer = answer

    async def publish(self, subject: str, body: bytes) -> bytes:  # noqa: ARG002
        contact_id = orjson.loads(body)["id"]
        self.sent.append((contact_id, time.monotonic_ns()))
        await asyncio.sleep(self._seconds)
        if self._answer == "closed":
            raise BusError("closed")
        return Confirmation(id=contact_id, status=self._answer).to_bytes()  # type: ignore[arg-type]


PREPARED = prepare(list(arrivals(load_of(200, 20, 0.1, warmup=0.1)))[:40], NOON)


def test_what_is_sent_is_a_valid_contact_on_its_channels_subject() -> None:
    for one in PREPARED:
        contact = parse(one.body)
        assert isinstance(contact, Contact)
        assert contact.id == one.arrival.contact_id
        assert one.subject.startswith(f"contacts.in.{contact.path.channel}.")


async def test_a_slow_hub_does_not_delay_arrivals() -> None:
    hub = SlowHub(seconds=60)
    begin = time.monotonic_ns()
    generator = Generator(hub, begin)
    await generator.run(PREPARED)
    assert [contact_id for contact_id, _ in hub.sent] == [one.arrival.contact_id for one in PREPARED]
    assert all(at >= generator.published.scheduled[contact_id] for contact_id, at in hub.sent)
    assert not await generator.confirmed(patience=0.01)


@pytest.mark.parametrize(
    ("answer", "expected"), [("accepted", (40, 0, 0)), ("rejected", (0, 40, 0)), ("closed", (0, 0, 40))]
)
async def test_what_became_of_each_contact_is_counted(answer: str, expected: tuple[int, int, int]) -> None:
    generator = Generator(SlowHub(seconds=0, answer=answer), time.monotonic_ns())
    await generator.run(PREPARED)
    assert await generator.confirmed(patience=5)
    published = generator.published
    assert (len(published.confirmed), published.rejected, published.failed) == expected
