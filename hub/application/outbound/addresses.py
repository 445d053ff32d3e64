"""Whom an adapter is to call or to ask: read from the customer's own facts when it is told, so that no second event
holds an address, and who was forgotten has none."""

from collections.abc import Callable, Collection, Mapping, Sequence

from hub.application.outbound.command import Command
from hub.domain.customer.callbacks.events import CALLBACK_EVENTS, customer_of_callback
from hub.domain.customer.callbacks.state import callbacks_of
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
    promised = await _promised(journal, wanted)
    streams = {one.stream for one in (await journal.contacts(sorted(wanted - promised.keys()))).values()}
    histories = await journal.load_only(sorted(streams), (ContactReceived, ContactSent))
    known = {
        one.event.contact_id: one.event
        for history in histories.values()
        for one in history
        if isinstance(one.event, ContactReceived | ContactSent) and one.event.contact_id in wanted
    }
    return [_with_address(one, known, promised, spell) for one in commands]


async def _promised(journal: Journal, wanted: Collection[str]) -> dict[str, str]:
    """The numbers on which agents promised to call, of those that are callbacks of theirs."""
    streams = {customer_of_callback(one) for one in wanted} - {""}
    found = await journal.load_only(sorted(streams), CALLBACK_EVENTS) if streams else {}
    callbacks = callbacks_of(one.event for history in found.values() for one in history)
    return {name: callbacks[name].number for name in wanted if name in callbacks}


def number_of(contact: Contacted, spell: Spell) -> str:
    """The number to call whoever made this contact, in its one spelling: they called from it, or named it."""
    named = [one.value for one in contact.identifiers if one.kind == _PHONE]
    if ADDRESS_KIND[contact.channel] == _PHONE and contact.address:
        named.insert(0, contact.address)
    return spell(_PHONE, named[0]).value if named else ""


def _address_of(contact: Contacted, spell: Spell) -> str:
    return spell(ADDRESS_KIND[contact.channel], contact.address).value if contact.address else ""


_TAKES: Mapping[str, Callable[[Contacted, Spell], str]] = {"dial": number_of, "survey": _address_of}


def _with_address(
    command: Command, known: Mapping[str, Contacted], promised: Mapping[str, str], spell: Spell
) -> Command:
    read = _TAKES.get(command.name)
    if read is None:
        return command
    contact_id = command.details["contact_id"]
    contact = known.get(contact_id)
    address = read(contact, spell) if contact else promised.get(contact_id, "")
    return command._replace(details={**command.details, "address": address})
