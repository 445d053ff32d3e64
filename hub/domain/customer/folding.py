"""Text as it is searched for and compared: what readers take for the same is the same. Never stored, never shown."""

import unicodedata
from collections.abc import Mapping
from functools import cache

_LETTERS = str.maketrans(
    {
        "ي": "ی", "ى": "ی", "ې": "ی", "ے": "ی", "ك": "ک", "ڪ": "ک", "ة": "ه", "ە": "ه", "ہ": "ه", "ھ": "ه", "ۀ": "ه",
        "ٱ": "ا", "ـ": "", "\u200c": " ",
    }
)  # fmt: skip
"""Arabic letters to the Persian ones; no tatweel; a half-space is a space."""
_UNSEEN = frozenset(("Mn", "Me", "Cf"))
"""Kinds of sign that only colour others: diacritics, marks of direction."""


def fold(text: str) -> str:
    """Case, diacritics, tatweel, half-spaces, the digits of other scripts and Arabic letters make no difference; nor
    do widths and runs of blanks. Folding again changes nothing."""
    if text.isascii():
        return " ".join(text.lower().split())
    decomposed = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).translate(_LETTERS).casefold())
    letters = decomposed.translate(_LETTERS)
    folded = letters.translate(_signs()) if max(letters, default="") <= _LAST else "".join(map(_sign, letters))
    return " ".join(unicodedata.normalize("NFC", folded).split())


_LAST = "\uffff"
"""Of the signs that are looked up: those that people write with."""


@cache
def _signs() -> Mapping[int, str]:
    """What becomes of those that don't stay as they are: a table is much faster than a look at each sign."""
    return {code: folded for code in range(ord(_LAST) + 1) if (folded := _sign(chr(code))) != chr(code)}


def _sign(sign: str) -> str:
    if sign.isdecimal():
        return str(unicodedata.decimal(sign))
    return "" if unicodedata.category(sign) in _UNSEEN else sign
