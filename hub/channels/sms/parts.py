"""What stands before the words of a message: the header that says which part of a longer one it is (GSM 03.40)."""

from hub.channels.sms.message import Place

HAS_HEADER = 0x40
"""In esm_class: the data begin with a header."""
_BYTE, _TWO_BYTES = 0x00, 0x08
"""Which element of a header says what part it is, by how long its reference is."""


def headed(data: bytes, reference: int, number: int, total: int) -> bytes:
    """A part, with its header."""
    return bytes([5, _BYTE, 3, reference & 0xFF, total, number]) + data


def unheaded(data: bytes) -> tuple[bytes, Place | None]:
    """The words, and which part they are; None: they are all. A header that is none is words."""
    if not data or data[0] >= len(data):
        return data, None
    header, rest = data[1 : 1 + data[0]], data[1 + data[0] :]
    at, place = 0, None
    while at + 2 <= len(header):
        kind, length = header[at], header[at + 1]
        value = header[at + 2 : at + 2 + length]
        at += 2 + length
        if len(value) < length:
            return data, None
        if kind == _BYTE and length == 3:
            place = _place(value[0], value[2], value[1])
        elif kind == _TWO_BYTES and length == 4:
            place = _place(value[0] << 8 | value[1], value[3], value[2])
    return rest, place


def placed(reference: int, number: int, total: int) -> Place | None:
    """The same, of optional parameters."""
    return _place(reference, number, total)


def _place(reference: int, number: int, total: int) -> Place | None:
    """None: the only part, or what can't be a part."""
    return Place(reference, number, total) if 1 <= number <= total and total > 1 else None
