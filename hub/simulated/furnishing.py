"""What a centre that has been open for a while has lying about: canned answers, a contact that an old system garbled,
and somebody who is in the books twice. So that no screen of the demo is empty."""

import tomllib
from collections.abc import Awaitable, Callable
from datetime import datetime
from importlib import resources

import orjson

from hub.application.intake.envelope import contact_envelope
from hub.bus.connection import connect
from hub.bus.publisher import Publisher
from hub.bus.subjects import contact_subject
from hub.domain.contact import Channel, Contact, Declared, Identifier, Path
from hub.simulated.client import ApiError, HubClient

_ANSWERS = "/v1/canned-answers"
_TWICE = (("C8000001", "Maryam Sadeghi"), ("C8000002", "Maryam Sadeqi"))
_PHONE = "+989128000001"


async def furnish(
    client: HubClient, nats_url: str, tell: Callable[[Contact], Awaitable[object]], at: datetime, *, run_name: str
) -> None:
    """Canned answers that are there already stay as they are. `tell`: how customers get in touch."""
    for name, answer in canned_answers().items():
        told = await client.command("PUT", f"{_ANSWERS}/{name}", {**answer, "expected_version": 0})
        if told.status not in (200, 409):
            raise ApiError(f"the demo's canned answer {name} is refused: {told.status} {told.body}")
    for number, name in _TWICE:
        await tell(_call(f"{run_name}-{number}", number, name, at))
    connection = await connect(nats_url, "demo-old-form")
    publisher = Publisher(connection)
    try:
        await publisher.publish(*_garbled(f"{run_name}-garbled", at))
    finally:
        await publisher.close()
        await connection.close()


def canned_answers() -> dict[str, dict[str, object]]:
    """By id, as the API takes them."""
    return tomllib.loads(resources.files("hub.simulated").joinpath("demo_answers.toml").read_text("utf-8"))


def _call(name: str, number: str, who: str, at: datetime) -> Contact:
    """From one telephone two customer numbers are given: one person or two, a steward has to say."""
    return Contact(
        id=name,
        thread=name,
        service="billing",
        path=Path(channel=Channel.PHONE, address=_PHONE),
        identifiers=(
            Identifier(kind="customer_number", value=number, verified=True),
            Identifier(kind="phone", value=_PHONE, verified=True),
        ),
        declared=Declared(name=who),
        occurred_at=at,
    )


def _garbled(name: str, at: datetime) -> tuple[str, bytes]:
    """Its form knew no year: the hub sets it aside, where it can be mended and put back."""
    contact = Contact(
        id=name,
        path=Path(channel=Channel.EMAIL, address="old.form@example.org"),
        subject="Call me back please",
        text="My number is the one you have.",
        occurred_at=at,
    )
    said = orjson.loads(contact_envelope(contact, "/adapters/demo-old-form"))
    said["data"]["occurred_at"] = f"{at:%d.%m.} at noon"
    return contact_subject(contact), orjson.dumps(said)
