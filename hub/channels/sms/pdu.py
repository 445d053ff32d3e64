"""SMPP 3.4 as bytes: what we say and what carriers say. Whatever bytes come in, nothing of them is lost."""

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum

from hub.domain.errors import InvalidError

HEADER = 16
LARGEST = 70_000
"""Bytes of a PDU: a message of 64 kB, and what goes with it."""
RESPONSE = 0x8000_0000


class Said(IntEnum):
    """The commands that matter here."""

    GENERIC_NACK = 0x8000_0000
    BIND_TRANSCEIVER = 0x0000_0009
    BIND_TRANSCEIVER_RESP = 0x8000_0009
    SUBMIT_SM = 0x0000_0004
    SUBMIT_SM_RESP = 0x8000_0004
    DELIVER_SM = 0x0000_0005
    DELIVER_SM_RESP = 0x8000_0005
    UNBIND = 0x0000_0006
    UNBIND_RESP = 0x8000_0006
    ENQUIRE_LINK = 0x0000_0015
    ENQUIRE_LINK_RESP = 0x8000_0015


class Status(IntEnum):
    """Those with a meaning here; any other is a number."""

    OK = 0x00
    INVALID_COMMAND = 0x03
    SYSTEM_ERROR = 0x08
    QUEUE_FULL = 0x14
    THROTTLED = 0x58
    TRY_LATER = 0x64
    """ESME_RX_T_APPN: the receiver can't take it now."""
    NEVER = 0x65
    """ESME_RX_P_APPN: the receiver will never take it."""


class Tag(IntEnum):
    """Optional parameters that matter here."""

    RECEIPTED_MESSAGE_ID = 0x001E
    MESSAGE_STATE = 0x0427
    MESSAGE_PAYLOAD = 0x0424
    SAR_REFERENCE = 0x020C
    SAR_TOTAL = 0x020E
    SAR_NUMBER = 0x020F


@dataclass(frozen=True, slots=True)
class Pdu:
    """One of them, its body as it came."""

    command: int
    status: int
    sequence: int
    body: bytes = b""

    def to_bytes(self) -> bytes:
        """As it goes over the wire."""
        return struct.pack(">IIII", HEADER + len(self.body), self.command, self.status, self.sequence) + self.body


@dataclass(frozen=True, slots=True)
class Address:
    """A number, with the type and plan that the carrier wants beside it."""

    number: str
    ton: int = 0
    npi: int = 0


@dataclass(frozen=True, slots=True)
class Message:
    """What submit_sm and deliver_sm carry. `data`: of the short message, or else of the payload."""

    source: Address
    destination: Address
    data: bytes
    esm_class: int = 0
    data_coding: int = 0
    registered_delivery: int = 0
    service_type: str = ""
    options: Mapping[int, bytes] = field(default_factory=dict)

    def text_option(self, tag: Tag) -> str:
        """An optional parameter that is a word; empty: there is none."""
        return self.options.get(tag, b"").split(b"\0")[0].decode("ascii", "replace").strip()


def header(data: bytes) -> tuple[int, Pdu]:
    """Of the first 16 bytes: how many follow, and the PDU without them. Raises InvalidError where that can be none."""
    length, command, status, sequence = struct.unpack(">IIII", data)
    if not HEADER <= length <= LARGEST:
        raise InvalidError(f"a PDU of {length} bytes can't be: this is no SMPP", "command_length")
    return length - HEADER, Pdu(command, status, sequence)


def bind(system_id: str, password: str, system_type: str, address_range: str = "") -> bytes:
    """The body of bind_transceiver."""
    return _word(system_id) + _word(password) + _word(system_type) + b"\x34\x00\x00" + _word(address_range)


def message_id(body: bytes) -> str:
    """Of submit_sm_resp; empty where the carrier names none."""
    return body.split(b"\0", 1)[0].decode("ascii", "replace").strip()


def submit(message: Message) -> bytes:
    """The body of submit_sm."""
    return b"".join(
        (
            _word(message.service_type), _address(message.source), _address(message.destination),
            bytes([message.esm_class, 0, 0]), b"\0\0", bytes([message.registered_delivery, 0]),
            bytes([message.data_coding, 0, len(message.data)]), message.data,
            *(struct.pack(">HH", tag, len(value)) + value for tag, value in message.options.items()),
        )
    )  # fmt: skip


def delivered(body: bytes) -> Message:
    """Of deliver_sm. Raises InvalidError where its fields end too soon."""
    reader = _Reader(body)
    service_type = reader.word("service_type")
    source, destination = reader.address("source_addr"), reader.address("destination_addr")
    esm_class, _, _ = reader.numbers(3, "esm_class")
    reader.word("schedule_delivery_time")
    reader.word("validity_period")
    registered, _, data_coding, _, length = reader.numbers(5, "sm_length")
    data = reader.take(length, "short_message")
    options = reader.options()
    return Message(
        source, destination, data or options.get(Tag.MESSAGE_PAYLOAD, b""), esm_class, data_coding, registered,
        service_type, options,
    )  # fmt: skip


def _word(text: str) -> bytes:
    return text.encode("ascii", "replace").replace(b"\0", b"") + b"\0"


def _address(address: Address) -> bytes:
    return bytes([address.ton, address.npi]) + _word(address.number)


class _Reader:
    """Takes a body apart from its beginning on."""

    def __init__(self, body: bytes) -> None:
        self._body = body
        self._at = 0

    def take(self, length: int, what: str) -> bytes:
        """So many bytes."""
        found = self._body[self._at : self._at + length]
        if len(found) < length:
            raise InvalidError(f"it ends within {what}", what)
        self._at += length
        return found

    def numbers(self, count: int, what: str) -> tuple[int, ...]:
        """So many, of a byte each."""
        return tuple(self.take(count, what))

    def word(self, what: str) -> str:
        """Up to its zero byte."""
        end = self._body.find(b"\0", self._at)
        if end < 0:
            raise InvalidError(f"it ends within {what}", what)
        found = self._body[self._at : end]
        self._at = end + 1
        return found.decode("ascii", "backslashreplace")

    def address(self, what: str) -> Address:
        """Type, plan and number."""
        ton, npi = self.numbers(2, what)
        return Address(self.word(what), ton, npi)

    def options(self) -> dict[int, bytes]:
        """All that are whole; what follows the last of them is nothing."""
        found: dict[int, bytes] = {}
        while self._at + 4 <= len(self._body):
            tag, length = struct.unpack_from(">HH", self._body, self._at)
            if self._at + 4 + length > len(self._body):
                break
            found.setdefault(tag, self._body[self._at + 4 : self._at + 4 + length])
            self._at += 4 + length
        return found
