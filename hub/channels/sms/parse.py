"""Reads what a carrier delivers, without I/O: whatever the bytes are, words come of them, or a reason why not."""

import struct

from hub.channels.sms.message import Incoming, Place, Receipt
from hub.channels.sms.parts import HAS_HEADER, placed, unheaded
from hub.channels.sms.pdu import Address, Message, Tag, delivered
from hub.channels.sms.receipts import receipt
from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError
from hub.domain.sms import alphabet

_INTERNATIONAL, _WORD = 1, 5
"""Types of number: with its country's code, and a name in place of one."""


def parse(body: bytes, region: str, default: str = "gsm") -> Incoming | Receipt:
    """Of deliver_sm. `region`: where numbers without a country's code belong; `default`: the alphabet of what names
    none, `gsm` or one that Python knows. Raises InvalidError."""
    message = delivered(body)
    told = receipt(message)
    if told is not None:
        return told
    data, place = message.data, None
    if message.esm_class & HAS_HEADER:
        data, place = unheaded(data)
    place = place or _in_options(message)
    source = spelled(message.source, region)
    if not source:
        raise InvalidError("it does not say who sent it", "source_addr")
    said = words(data, message.data_coding, default)
    return Incoming(
        source=source, destination=spelled(message.destination, region), text=said if place else made_whole(said),
        place=place, numbered=message.text_option(Tag.RECEIPTED_MESSAGE_ID),
    )  # fmt: skip


def words(data: bytes, data_coding: int, default: str = "gsm") -> str:
    """As a phone would show them. What can't be read in the alphabet it is said to be in stands as U+FFFD, never
    missing; half a character of UCS-2 as half a surrogate pair: the other half may begin the next part."""
    if data_coding & 0xF0 == 0xE0 or data_coding & 0xCC == 0x08:
        is_odd = len(data) % 2
        return data[: len(data) - is_odd].decode("utf-16-be", "surrogatepass") + "\ufffd" * is_odd
    if data_coding in _ENCODINGS:
        return data.decode(_ENCODINGS[data_coding], "replace")
    return alphabet.decode(data) if default == "gsm" else data.decode(default, "replace")


def made_whole(said: str) -> str:
    """With halves that belong together as one character, and U+FFFD for one that is alone."""
    return said.encode("utf-16-be", "surrogatepass").decode("utf-16-be", "replace")


_ENCODINGS = {1: "ascii", 2: "utf-8", 3: "latin-1", 4: "utf-8", 5: "shift_jis", 6: "iso8859-5", 7: "iso8859-8"}


def spelled(address: Address, region: str) -> str:
    """A number in its one spelling, or what stands in place of one."""
    number = address.number.strip()
    if not number or address.ton == _WORD:
        return number
    spellings = [number, f"+{number}"] if number.isdigit() else [number]
    if address.ton == _INTERNATIONAL:
        spellings.reverse()
    found = (normalise("phone", one, region) for one in spellings)
    return next((one.value for one in found if one.is_valid), number)


def _in_options(message: Message) -> Place | None:
    """Which part it is, where parameters say so in place of a header."""
    reference, number, total = (message.options.get(tag, b"") for tag in _SAR)
    if len(reference) != 2 or len(number) != 1 or len(total) != 1:
        return None
    return placed(struct.unpack(">H", reference)[0], number[0], total[0])


_SAR = (Tag.SAR_REFERENCE, Tag.SAR_NUMBER, Tag.SAR_TOTAL)
