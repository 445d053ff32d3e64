"""Mail addresses as people write them, with names or several in a row: read strictly, as a mail that goes to nobody, or
to somebody else, is noticed too late."""

from collections.abc import Iterable
from email.errors import HeaderParseError
from email.utils import getaddresses

from hub.domain.customer.normalise import normalise
from hub.domain.errors import InvalidError


def mail_addresses(written: Iterable[str], field: str) -> tuple[str, ...]:
    """Without their names, in one spelling, each once. Raises InvalidError that names the first that is none."""
    found: dict[str, None] = {}
    for number, one in enumerate(written):
        found |= dict.fromkeys(_spelled(one, f"{field}.{number}"))
    return tuple(found)


def mail_address(written: str, field: str) -> str:
    """Just one. Raises InvalidError."""
    found = _spelled(written, field)
    if len(found) != 1:
        raise InvalidError("name one mail address: it can go to no more", field)
    return found[0]


def _spelled(written: str, field: str) -> list[str]:
    found = [normalise("email", one) for one in _read(written)]
    if any(one.problem for one in found):
        raise InvalidError(f"{written.strip()!r} is no mail address: write name@domain, or Name <name@domain>", field)
    return [one.value for one in found]


def _read(written: str) -> list[str]:
    """What stands there, or one that is no address where not all of it can be read."""
    try:
        read = getaddresses([written.strip()])
    except (HeaderParseError, ValueError, IndexError):
        return [""]
    return [address for _, address in read] or [""]
