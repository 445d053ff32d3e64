"""Whether a name in Persian letters and one in Latin ones may be one name: Persian leaves short vowels unwritten."""

import re
from functools import lru_cache

_SHORT = "[aeiou]*"
_LONG = {"ا": "a+", "آ": "a+", "و": f"(?:ou|oo|ow|o|u|[vw]{_SHORT})", "ی": f"(?:ee|ei|ey|ie|i|e|a|y{_SHORT})"}
_SOUNDS = {
    "ب": "b+", "پ": "p+", "ت": "t+", "ث": "s+", "ج": "(?:j|dj)", "چ": "(?:ch|tch)", "ح": "h+",
    "خ": "kh", "د": "d+", "ذ": "z+", "ر": "r+", "ز": "z+", "ژ": "(?:zh|j)", "س": "s+",
    "ش": "sh", "ص": "s+", "ض": "z+", "ط": "t+", "ظ": "z+", "ع": "", "غ": "(?:gh|q)",
    "ف": "f+", "ق": "(?:gh|q|g)", "ک": "(?:k+|c)", "گ": "g+", "ل": "l+", "م": "m+", "ن": "n+",
    "ه": "h?", "ئ": "", "ء": "",
}  # fmt: skip


def reads_alike(one: str, other: str) -> bool:
    """Of two folded names of which one is written in Latin letters and one is not. One of three letters of which the
    last is a ye reads as too many names: Hoda, Hadi, Hedi."""
    persian, latin = (other, one) if one.isascii() else (one, other)
    if len(persian) <= 3 and persian.endswith("ی"):
        return False
    return _reading(persian).fullmatch(latin.replace(" ", "")) is not None


@lru_cache(maxsize=20_000)
def _reading(persian: str) -> re.Pattern[str]:
    """The ways in which a name is written in Latin letters."""
    return re.compile("".join(_written(word) for word in persian.split()))


def _written(word: str) -> str:
    """A word's letters; a short vowel may follow each consonant but the last, and stand for a first alef."""
    first = "[aeiou]+" if word.startswith("ا") else ""
    letters = word[1:] if first else word
    last = len(letters) - 1
    return first + "".join(_letter(letter, is_last=place == last) for place, letter in enumerate(letters))


def _letter(letter: str, *, is_last: bool) -> str:
    if letter in _LONG:
        return _LONG[letter]
    sound = _SOUNDS.get(letter, re.escape(letter))
    if letter == "ه" and is_last:
        return "(?:eh|ah|a|e|h)"
    return sound if is_last else sound + _SHORT
