"""How many messages a text takes, and where it is cut: what the composer shows, and what leaves."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from hub.domain.errors import InvalidError
from hub.domain.sms.alphabet import encode, is_gsm, septets

MOST_PARTS = 255
"""A message in parts names their number in one byte."""


class Alphabet(StrEnum):
    """How a message is written."""

    GSM = "gsm"
    UCS2 = "ucs2"


_SINGLE = {Alphabet.GSM: 160, Alphabet.UCS2: 70}
_IN_PARTS = {Alphabet.GSM: 153, Alphabet.UCS2: 67}
"""Units of a part: the header that says which part it is takes the rest."""


@dataclass(frozen=True, slots=True)
class Count:
    """What a text takes. `units`: septets of GSM 03.38, or UTF-16 units; `per_message`: those that one message of these
    has room for; `left`: those that the last one has room for yet."""

    alphabet: Alphabet
    characters: int
    units: int
    messages: int
    per_message: int
    left: int


@dataclass(frozen=True, slots=True)
class Segments:
    """A text cut into what each message says: joined, the parts are the text."""

    alphabet: Alphabet
    parts: tuple[str, ...]

    def encoded(self) -> tuple[bytes, ...]:
        """What each message carries, without its header."""
        return tuple(written(one, self.alphabet) for one in self.parts)


def alphabet_of(text: str) -> Alphabet:
    """One character beyond GSM 03.38 puts all of a text into UCS-2."""
    return Alphabet.GSM if is_gsm(text) else Alphabet.UCS2


def count(text: str) -> Count:
    """Of an empty text too: no message, and room for a whole one."""
    alphabet = alphabet_of(text)
    sizes = [sum(_size(one, alphabet) for one in part) for part in _cut(text, alphabet)]
    per_message = _SINGLE[alphabet] if len(sizes) < 2 else _IN_PARTS[alphabet]
    left = per_message - (sizes[-1] if sizes else 0)
    return Count(alphabet, len(text), sum(sizes), len(sizes), per_message, left)


def split(text: str, alphabet: Alphabet | None = None) -> Segments:
    """Never within a character, nor between an escape and what it escapes. `alphabet`: UCS-2 where GSM 03.38 would do,
    too. Raises InvalidError for what is too long, or says nothing."""
    alphabet = alphabet or alphabet_of(text)
    parts = tuple(_cut(text, alphabet))
    if not parts:
        raise InvalidError("a text message says something", "text")
    if len(parts) > MOST_PARTS:
        raise InvalidError(f"the text takes {len(parts)} messages, at most {MOST_PARTS} can belong together", "text")
    return Segments(alphabet, parts)


def written(text: str, alphabet: Alphabet) -> bytes:
    """As a message carries it. Half a surrogate pair, which no text should hold, is written as it is."""
    return encode(text) if alphabet is Alphabet.GSM else text.encode("utf-16-be", "surrogatepass")


def _size(one: str, alphabet: Alphabet) -> int:
    if alphabet is Alphabet.GSM:
        return septets(one)
    return 2 if one > "\uffff" else 1


def _cut(text: str, alphabet: Alphabet) -> Iterator[str]:
    if sum(_size(one, alphabet) for one in text) <= _SINGLE[alphabet]:
        if text:
            yield text
        return
    begin = taken = 0
    for place, one in enumerate(text):
        size = _size(one, alphabet)
        if taken + size > _IN_PARTS[alphabet]:
            yield text[begin:place]
            begin, taken = place, 0
        taken += size
    yield text[begin:]
