"""Spellings that were worked out before: most contacts come from somebody who was here lately."""

from collections import OrderedDict

from hub.domain.customer.normalise import DEFAULT_REGION, normalise
from hub.domain.customer.spelling.spelling import Spelling


class KnownSpellings:
    """A memory of `normalise` for one region, bounded: what was asked for longest ago goes first. Holds personal data:
    clear it when somebody is forgotten."""

    def __init__(self, region: str = DEFAULT_REGION, size: int = 20_000) -> None:
        self._region = region
        self._size = size
        self._known: OrderedDict[tuple[str, str], Spelling] = OrderedDict()

    def __call__(self, kind: str, value: str) -> Spelling:
        key = (kind, value)
        known = self._known.get(key)
        if known is not None:
            self._known.move_to_end(key)
            return known
        spelling = self._known[key] = normalise(kind, value, self._region)
        if len(self._known) > self._size:
            self._known.popitem(last=False)
        return spelling

    def __len__(self) -> int:
        return len(self._known)

    def clear(self) -> None:
        """Forget them all."""
        self._known.clear()
