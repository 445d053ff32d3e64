"""The alphabet of GSM 03.38: what fits 160 characters to a message, and how it is written."""

ESCAPE = 0x1B
_BASIC = (
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞ\x1bÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = {
    0x0A: "\f",
    0x14: "^",
    0x28: "{",
    0x29: "}",
    0x2F: "\\",
    0x3C: "[",
    0x3D: "~",
    0x3E: "]",
    0x40: "|",
    0x65: "€",
}
_CODES = {
    **{one: bytes([code]) for code, one in enumerate(_BASIC) if code != ESCAPE},
    **{one: bytes([ESCAPE, code]) for code, one in _EXTENDED.items()},
}


def is_gsm(text: str) -> bool:
    """Whether the alphabet has all of it."""
    return all(one in _CODES for one in text)


def septets(one: str) -> int:
    """What one character of the alphabet takes: those of the extension table take two."""
    return len(_CODES[one])


def encode(text: str) -> bytes:
    """One septet a byte, as SMPP carries it. Raises KeyError for what the alphabet has not."""
    return b"".join(_CODES[one] for one in text)


def decode(data: bytes) -> str:
    """What a phone shows: an escape before what the extension table has not shows as the basic character, one at the
    end as a space; a byte beyond the alphabet is no character at all (U+FFFD)."""
    said: list[str] = []
    is_escaped = False
    for code in data:
        if is_escaped:
            said.append(_EXTENDED.get(code) or _basic(code))
            is_escaped = False
        elif code == ESCAPE:
            is_escaped = True
        else:
            said.append(_basic(code))
    return "".join(said) + (" " if is_escaped else "")


def _basic(code: int) -> str:
    if code == ESCAPE:
        return " "
    return _BASIC[code] if code < len(_BASIC) else "\ufffd"
