"""What stands for personal texts in views and where their customer was forgotten: the same for the same text, and
nothing that leads back to it."""

import hashlib
from collections.abc import Callable

CACHED = 16_384
_BYTES = 12


class Aliases:
    """Made with a key that is asked for when it is first needed."""

    def __init__(self, key: Callable[[], bytes]) -> None:
        self._key = key
        self._hash: hashlib.blake2b | None = None
        self._known: dict[tuple[str, str], str] = {}

    def of(self, field: str, text: str) -> str:
        """The alias of a text of a field; nothing for no text."""
        if not text:
            return ""
        try:
            return self._known[field, text]
        except KeyError:
            pass
        if self._hash is None:
            self._hash = hashlib.blake2b(key=self._key(), digest_size=_BYTES, person=b"alias")
        keyed = self._hash.copy()
        keyed.update(f"{field}\x1f{text}".encode())
        alias = "alias-" + keyed.hexdigest()
        if len(self._known) >= CACHED:
            self._known = {}
        self._known[field, text] = alias
        return alias

    def clear(self) -> None:
        """Nothing personal is remembered any more."""
        self._known = {}
