"""Whom an adapter is to call or to ask: read from the customer's own facts when it is told, so that no second event
holds an address, and who was forgotten has none."""

from collections.abc import Callable, Mapping, Sequence

from hub.application.outbound_commands import Command
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.identity import ADDRESS_KIND
from hub.ports import Journal

Contacted = ContactReceived | ContactSent
_PHONE = "phone"


async def addressed(journal: Journal, commands: Sequence[Command]) -> Sequence[Command]:
    """The same commands; what takes an address has that of the contact it names, empty where nobody knows it."""
    wanted = {one.details["contact_id"] for one in commands if one.name in _TAKES}
    if not wanted:
        return commands
    streams = {one.stream for one in (await journal.contacts(sorted(wanted))).values()}
    histories = await journal.load_only(sorted(streams), (ContactReceived, ContactSent))
    known = {
        one.event.contact_id: one.event
        for history in histories.values()
        for one in history
        if isinstance(one.event, ContactReceived | ContactSent) and one.event.contact_id in wanted
    }
    return [_with_address(one, known) for one in commands]


def number_of(contact: Contacted) -> str:
    """The number to call whoever made this contact: they called from it, or named it."""
    if ADDRESS_KIND[contact.channel] == _PHONE and contact.address:
        return contact.address
    return next((one.value for one in contact.identifiers if one.kind == _PHONE), "")


def _address_of(contact: Contacted) -> str:
    return contact.address


_TAKES: Mapping[str, Callable[[Contacted], str]] = {"dial": number_of, "survey": _address_of}


def _with_address(command: Command, known: Mapping[str, Contacted]) -> Command:
    read = _TAKES.get(command.name)
    if read is None:
        return command
    contact = known.get(command.details["contact_id"])
    return command._replace(details={**command.details, "address": read(contact) if contact else ""})
