"""The branches of this process, by what an address or a thread names."""

from collections.abc import Iterator, Mapping

from starlette.requests import HTTPConnection

from hub.channels.branch.hall import Hall
from hub.domain.errors import NotFoundError

_BEGINS = "visit-"
_TAIL = 4
"""Words behind a branch's name in that of a visit: year, month, day, number."""


class Halls:
    """By name."""

    def __init__(self, halls: Mapping[str, Hall]) -> None:
        self._halls = halls

    def __iter__(self) -> Iterator[Hall]:
        return iter(self._halls.values())

    def of(self, request: HTTPConnection) -> Hall:
        """The branch that the address names. Raises NotFoundError."""
        name = str(request.path_params["branch"])
        hall = self._halls.get(name)
        if hall is None:
            raise NotFoundError(f"there is no branch {name[:64]!r} here")
        return hall

    def of_visit(self, visit: str) -> Hall | None:
        """The branch that gave the ticket."""
        words = visit.removeprefix(_BEGINS).rsplit("-", _TAIL)
        return self._halls.get(words[0]) if visit.startswith(_BEGINS) else None
