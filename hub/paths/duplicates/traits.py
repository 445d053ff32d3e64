"""What of a customer's facts tells who else they may be, kept in a few bytes a fact until all streams are known."""

from collections.abc import Callable, Container, Iterable
from typing import NamedTuple

from hub.domain.customer.events import IdentifierObserved, ProfileChanged
from hub.domain.customer.profile.events import ProfileFieldChanged
from hub.domain.event import Event
from hub.paths.duplicates.record import Known, Record

FIELDS = {
    "given_name": ("given_name", "first_name"),
    "family_name": ("family_name", "last_name", "surname"),
    "birth_date": ("birth_date", "date_of_birth"),
    "street": ("street", "address", "postal_address"),
    "house": ("house", "house_number"),
    "place": ("city", "place", "town"),
    "postcode": ("postcode", "postal_code", "zip"),
}
"""Which fields of a profile hold what is compared, the better known name first."""

_HOLDS = {name: part for part, names in FIELDS.items() for name in names}
_PART, _END = "\x1f", "\x1e"
_SEPARATORS = str.maketrans("", "", _PART + _END)
_NAME, _FIELD, _IDENTIFIER = "n", "f", "i"

Sound = Callable[[str, str], bool]
"""Whether an identifier of this kind and value can be one at all."""


class _Trait(NamedTuple):
    when: str
    what: str
    part: str
    value: str


def trait(position: int, event: Event) -> bytes:
    """What a fact at this place of the log tells; empty: nothing."""
    match event:
        case IdentifierObserved() if event.value:
            proof = "v" if event.verified else ""
            return _line(f"{position:016x}", _IDENTIFIER, f"{event.kind}{_PART}{proof}", event.value)
        case ProfileChanged() if event.name:
            return _line(f"{position:016x}", _NAME, "", event.name)
        case ProfileFieldChanged() if event.field in _HOLDS:
            return _line(f"{event.at.timestamp():020.6f}-{position:016x}", _FIELD, event.field, event.value)
        case _:
            return b""


def record_of(customer: str, traits: Iterable[bytes], is_sound: Sound, shared: Container[tuple[str, str]]) -> Record:
    """The record of a customer, of the traits of all their streams. An identifier that many people share says nothing
    of them; one that can't be one at all proves nothing."""
    told = sorted(_read(traits))
    found: dict[tuple[str, str], bool] = {}
    texts: dict[str, str] = {}
    name = ""
    for _, what, part, value in told:
        if what == _IDENTIFIER:
            kind, _, proof = part.partition(_PART)
            if (kind, value) not in shared:
                found[kind, value] = found.get((kind, value), False) or bool(proof)
        elif what == _NAME:
            name = value
        else:
            texts[part] = value
    known = {part: next((texts[name] for name in names if texts.get(name)), "") for part, names in FIELDS.items()}
    if not known["given_name"] and not known["family_name"]:
        known["given_name"], known["family_name"] = halves(name)
    identifiers = tuple(
        Known(kind, value, verified and is_sound(kind, value)) for (kind, value), verified in found.items()
    )
    return Record(customer, identifiers, **known)


def halves(name: str) -> tuple[str, str]:
    """Given and family name of one that was written in one: the first word is the given name."""
    given, _, family = " ".join(name.split()).partition(" ")
    return given, family


def _line(when: str, what: str, part: str, value: str) -> bytes:
    plain = value.translate(_SEPARATORS)
    return f"{when}{_PART}{what}{_PART}{part}{_PART}{plain}{_END}".encode(errors="surrogatepass")


def _read(traits: Iterable[bytes]) -> Iterable[_Trait]:
    for packed in traits:
        for line in packed.decode(errors="surrogatepass").split(_END)[:-1]:
            when, what, rest = line.split(_PART, 2)
            part, _, value = rest.rpartition(_PART)
            yield _Trait(when, what, part, value)
