"""Text as it is searched for and compared: what readers take for the same is the same. Never stored, never shown."""

import unicodedata

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
    folded = "".join(
        str(unicodedata.decimal(sign)) if sign.isdecimal() else sign
        for sign in decomposed.translate(_LETTERS)
        if unicodedata.category(sign) not in _UNSEEN
    )
    return " ".join(unicodedata.normalize("NFC", folded).split())
