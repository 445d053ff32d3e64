"""Whom an adapter is to call or to ask: read from the customer's own facts when it is told, so that no second event
holds an address, and who was forgotten has none."""

from collections.abc import Callable, Mapping, Sequence

from hub.application.outbound_command import Command
from hub.domain.customer.events import ContactReceived, ContactSent
from hub.domain.customer.identity import ADDRESS_KIND, Spell
from hub.ports import Journal

Contacted = ContactReceived | ContactSent
_PHONE = "phone"


async def addressed(journal: Journal, commands: Sequence[Command], spell: Spell) -> Sequence[Command]:
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
    return [_with_address(one, known, spell) for one in commands]


def number_of(contact: Contacted, spell: Spell) -> str:
    """The number to call whoever made this contact, in its one spelling: they called from it, or named it."""
    named = [one.value for one in contact.identifiers if one.kind == _PHONE]
    if ADDRESS_KIND[contact.channel] == _PHONE and contact.address:
        named.insert(0, contact.address)
    return spell(_PHONE, named[0]).value if named else ""


def _address_of(contact: Contacted, spell: Spell) -> str:
    return spell(ADDRESS_KIND[contact.channel], contact.address).value if contact.address else ""


_TAKES: Mapping[str, Callable[[Contacted, Spell], str]] = {"dial": number_of, "survey": _address_of}


def _with_address(command: Command, known: Mapping[str, Contacted], spell: Spell) -> Command:
    read = _TAKES.get(command.name)
    if read is None:
        return command
    contact = known.get(command.details["contact_id"])
    return command._replace(details={**command.details, "address": read(contact, spell) if contact else ""})
