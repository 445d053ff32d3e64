"""Which messages are no conversation: those that withdraw from advertising or come back to it, in few words."""

import re
import unicodedata
from enum import StrEnum
from typing import NamedTuple


class Wish(StrEnum):
    """About advertising."""

    LEAVE = "leave"
    JOIN = "join"


class Stops(StrEnum):
    """Which words withdraw on a line."""

    ALL = "all"
    """`11` and `12` alone, too."""
    WORDS = "words"
    """Only what can mean nothing else: on a line where numbers may answer a question."""
    NONE = "none"


class Heard(NamedTuple):
    """`says_more`: there is more in it, for a person to read. `as_said`: the word."""

    wish: Wish
    says_more: bool
    as_said: str


_LEAVE = frozenset({"stop", "stopall", "unsubscribe", "optout", "لغو", "لغو11", "انصراف"})
_JOIN = frozenset({"start", "unstop", "subscribe", "عضویت"})
_NUMBERS = {"11": Wish.LEAVE, "12": Wish.JOIN}
_CODE = re.compile(r"لغو11(?!\d)")
_TATWEEL = "\u0640"
_AROUND = "\"'.,،؛;:!*#()[]«»“”‘’"
_LETTERS = str.maketrans({"ي": "ی", "ى": "ی", "ك": "ک", "ة": "ه", "ؤ": "و"})


def heard(text: str, stops: Stops) -> Heard | None:
    """None: nothing of the kind. Alone, in the first of several lines, or by the code that only means that."""
    if stops is Stops.NONE:
        return None
    plain = _plain(text)
    lines = [one.strip() for one in plain.strip().splitlines() if one.strip()]
    if not lines:
        return None
    wish = _wish(lines[0], stops)
    if wish is not None:
        return Heard(wish, len(lines) > 1, _first(text))
    code = _CODE.match(lines[0])
    if code is not None:
        return Heard(Wish.LEAVE, True, code[0])
    return None


def _wish(line: str, stops: Stops) -> Wish | None:
    said = re.sub(r"[\W_]+", "", line)
    if said in _LEAVE:
        return Wish.LEAVE
    if said in _JOIN:
        return Wish.JOIN
    number = re.sub(r"\s", "", line).strip(_AROUND)
    return _NUMBERS.get(number) if stops is Stops.ALL else None


def _plain(text: str) -> str:
    """In one script's digits and one spelling of letters, small, without what nobody sees, or only stretches a word."""
    folded = unicodedata.normalize("NFKC", text).casefold().translate(_LETTERS).replace(_TATWEEL, "")
    return "".join(
        str(unicodedata.decimal(one)) if one.isdecimal() else one
        for one in folded
        if unicodedata.category(one) not in ("Cf", "Mn")
    )


def _first(text: str) -> str:
    return next((one.strip() for one in text.splitlines() if one.strip()), "")[:50]
