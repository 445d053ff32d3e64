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
"""Whether an identifier of this kind and value proves anything: it can be one at all, and nobody disputes it."""


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


def record_of(customer: str, streams: Iterable[bytes], is_proof: Sound, shared: Container[tuple[str, str]]) -> Record:
    """The record of a customer, of the traits of each of their streams: the name is that of the first stream that has
    one. An identifier that many people share says nothing of them; what `is_proof` denies proves nothing."""
    found: dict[tuple[str, str], bool] = {}
    fields: dict[str, tuple[str, str]] = {}
    names: list[str] = []
    for traits in streams:
        name = ""
        for when, what, part, value in sorted(_read(traits)):
            if what == _IDENTIFIER:
                kind, _, proof = part.partition(_PART)
                if (kind, value) not in shared:
                    found[kind, value] = found.get((kind, value)) or bool(proof)
            elif what == _NAME:
                name = value
            else:
                fields[part] = max(fields.get(part, ("", "")), (when, value))
        names.append(name)
    texts = {
        part: next((fields[one][1] for one in known if fields.get(one, ("", ""))[1]), "")
        for part, known in FIELDS.items()
    }
    if not texts["given_name"] and not texts["family_name"]:
        texts["given_name"], texts["family_name"] = halves(next(filter(None, names), ""))
    identifiers = tuple(
        Known(kind, value, verified and is_proof(kind, value)) for (kind, value), verified in found.items()
    )
    return Record(customer, identifiers, **texts)


def halves(name: str) -> tuple[str, str]:
    """Given and family name of one that was written in one: the first word is the given name."""
    given, _, family = " ".join(name.split()).partition(" ")
    return given, family


def _line(when: str, what: str, part: str, value: str) -> bytes:
    plain = value.translate(_SEPARATORS)
    return f"{when}{_PART}{what}{_PART}{part}{_PART}{plain}{_END}".encode(errors="surrogatepass")


def _read(traits: bytes) -> Iterable[_Trait]:
    for line in traits.decode(errors="surrogatepass").split(_END)[:-1]:
        when, what, rest = line.split(_PART, 2)
        part, _, value = rest.rpartition(_PART)
        yield _Trait(when, what, part, value)
