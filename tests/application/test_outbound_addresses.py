"""Adapters are told the address that a command needs, read where the contact is, and nobody's who was forgotten."""

from typing import Any

import orjson

from hub.application.outbound.addresses import addressed, number_of
from hub.application.outbound.command import Command
from hub.application.outbound.commands import Conversations
from hub.domain.contact import Channel, Identifier, Standing
from hub.domain.customer.events import ContactReceived
from hub.domain.customer.normalise import normalise
from hub.domain.interaction.events import CallbackScheduled
from hub.ports import Append, ContactRow, Recorded, Unit
from tests.application.test_outbound import FakeWire, Journal, telling
from tests.application.test_outbound_commands import META, accepted, offered, queued, survey
from tests.support.nats import eventually

WEB = {"channel": Channel.WEB, "address": "cookie-1"}


def came(contact: str = "c1", **more: Any) -> ContactReceived:
    told: dict[str, Any] = {"channel": Channel.PHONE, "address": "+982112345", "thread": "t1", **more}
    return ContactReceived(
        **META, contact_id=contact, sender="us", purpose="service", service="", language="", subject="", text="",
        standing=Standing(), pool="main", **told,
    )  # fmt: skip


async def write(journal: Journal, *contacts: ContactReceived, stream: str = "customer-1") -> None:
    rows = [ContactRow(one.contact_id, stream, b"") for one in contacts]
    await journal.commit([Unit([Append(stream, journal.version(stream), contacts)], rows)])


async def test_who_wished_to_be_called_is_dialled_at_the_number_of_the_contact_they_named() -> None:
    journal, wire = Journal(), FakeWire()
    await write(journal, came("c7", address="+982199999"), came())
    async with telling(journal, wire) as told:
        for event in (queued(), CallbackScheduled(**META, address_of="c7"), offered(), accepted()):
            await journal.write(event)
        await eventually(lambda: told.position == 6)
    [dial] = [one for body in wire.sent if (one := orjson.loads(body.body)["data"])["command"] == "dial"]
    assert (dial["contact_id"], dial["address"]) == ("c7", "+982199999")


def test_a_number_is_what_they_called_from_or_named() -> None:
    named = (Identifier(kind="email", value="a@b.example"), Identifier(kind="phone", value="+98912"))
    assert number_of(came(channel=Channel.SMS), normalise) == "+982112345"
    assert number_of(came(**WEB, identifiers=named), normalise) == "+98912"
    assert number_of(came(address="", identifiers=named), normalise) == "+98912"
    assert number_of(came(**WEB), normalise) == ""
    assert number_of(came(address="021 1234 5678"), normalise) == "+982112345678"


async def test_who_is_asked_how_it_was_is_asked_at_the_address_of_that_contact() -> None:
    journal = Journal()
    await write(journal, came("c1", channel=Channel.EMAIL, address="a@b.example"))
    [asked] = Conversations().tell([Recorded(7, "customer-ab", 3, survey(channel=Channel.EMAIL))])
    [told] = await addressed(journal, [asked], normalise)
    assert told.details == {**asked.details, "address": "a@b.example"}
    nobody = asked._replace(details={**asked.details, "contact_id": "c9"})
    assert (await addressed(journal, [nobody], normalise))[0].details["address"] == ""


async def test_other_commands_are_told_as_they_are_and_nothing_is_read_for_them() -> None:
    journal = Journal()
    commands: list[Command] = Conversations().tell([Recorded(1, "interaction-1", 1, queued())])
    assert await addressed(journal, commands, normalise) is commands
